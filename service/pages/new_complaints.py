"""Pages for new complaints: typed, from a paper letter (Ketik), or from an uploaded export (Unggah)."""

import hashlib
import secrets
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from sqlalchemy import select
from starlette.background import BackgroundTask
from starlette.responses import HTMLResponse, RedirectResponse, Response

from data.exports.dates import DateOrder, parse_date
from model.complaint import Complaint, Location, without_personal_data
from model.privacy.mask import mask
from service.dependencies import CurrentIntake, CurrentSettings, CurrentTransaction, CurrentUploads
from service.errors import UnknownComplaint, UploadRefused
from service.jobs.intake import Source
from service.jobs.received_files import SUFFIXES
from service.jobs.upload_rows import Summary
from service.ledger.decisions import ComplaintType
from service.ledger.tables import Upload
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, router_of
from service.pages.frame.session import OwnForm, SentForm, SignedIn
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_PLACES = {"province": "provinsi", "regency": "kabupaten_kota", "district": "kecamatan", "village": "kelurahan"}
_SHORT = ("judul", *_PLACES.values(), "nomor", "tanggal", "jenis", "saluran", "tembusan_surat")
_MOST_UPLOADS = 20

Letter = Annotated[str, Query(alias="surat", max_length=5)]


@router.get("/baru")
def empty_form(request: Request, user: SignedIn, letter: Letter = "") -> HTMLResponse:
    return _form(request, user, {}, letter=bool(letter))


@router.post("/baru")
def enter(
    request: Request,
    user: SignedIn,
    form: OwnForm,
    settings: CurrentSettings,
    intake: CurrentIntake,
    transaction: CurrentTransaction,
) -> Response:
    """Enter the complaint and show it; without a usable model the suggestion follows later."""
    letter = bool(form.get("surat"))
    error, status = _form_error(form, settings)
    if error:
        return _form(request, user, _masked(form), letter=letter, error=error, status=status)
    extra = (
        {"letter_date": _written_day(form), "letter_copies": mask(form.get("tembusan_surat")).text} if letter else {}
    )
    source = Source("letter" if letter else "typed", extra=extra)
    complaint, router = _complaint(form, settings, letter=letter), router_of(request)
    # An agenda numbers its letters anew each year.
    reference, _ = transaction.complaints.standing_of(without_personal_data(complaint).complaint)
    complaint = replace(complaint, reference_id=reference)
    if router is None:
        stored = intake.enter_without_suggestion(transaction.complaints, complaint, source)
    else:
        stored = intake.suggest_and_enter(router, transaction.complaints, complaint, source)
    return RedirectResponse(f"/pengaduan/{stored.id}", 303)


def _complaint(form: SentForm, settings: Settings, *, letter: bool) -> Complaint:
    return Complaint(
        text=form.text("isi"),
        reference_id=form.get("nomor") or _own_number(form, settings),
        received_at=datetime.now(settings.zone),
        title=form.get("judul"),
        channel="surat" if letter else form.get("saluran"),
        location=Location(**{name: form.get(field) for name, field in _PLACES.items()}),
        type=form.get("jenis") if form.get("jenis") in list(ComplaintType) else "",
        incident_date=None,
        confidential=bool(form.get("rahasia")),
    )


def _own_number(form: SentForm, settings: Settings) -> str:
    """A number for a complaint without one. The same page sent twice gives the same number, another text another."""
    page = form.get("halaman", 64) or secrets.token_hex(16)
    digest = hashlib.sha256("\x00".join((page, form.get("judul"), form.text("isi"))).encode()).hexdigest()
    return f"P-{datetime.now(settings.zone):%Y%m%d}-{digest[:10]}"


def _form_error(form: SentForm, settings: Settings) -> tuple[str, int]:
    """The first mistake in the form as a sentence, with its HTTP status; blank where there is none."""
    text = form.text("isi")
    if not text.strip():
        return "Isi pengaduan masih kosong. Tempel atau ketik teksnya.", 422
    longest = settings.max_text_characters
    if len(text) > longest:
        lengths = f"paling panjang {indonesian.number(longest)} karakter, yang dikirim {indonesian.number(len(text))}"
        return f"Isi pengaduan {lengths}. Cukup tempel bagian pokoknya.", 413
    if form.get("surat") and not form.get("nomor"):
        return "Nomor agenda surat masih kosong.", 422
    if form.get("surat") and form.get("tanggal") and not _written_day(form):
        return "Tanggal surat tidak terbaca. Tulis seperti 23/11/2026.", 422
    return "", 200


def _written_day(form: SentForm) -> str:
    """The letter's date in ISO form; blank where there is none, or none that can be read."""
    moment = parse_date(form.get("tanggal"))
    return str(moment.date()) if moment else ""


def _masked(form: SentForm) -> dict[str, str]:
    """The form to show again, masked as it would be stored."""
    return {"isi": mask(form.text("isi")[:60_000]).text, **{name: mask(form.get(name)).text for name in _SHORT}}


def _form(
    request: Request,
    user: SignedIn,
    filled: dict[str, str],
    *,
    letter: bool,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    filled = {name: filled.get(name, "") for name in ("isi", *_SHORT)}
    return desk_page(
        request,
        user,
        "new.html",
        "baru",
        status,
        filled=filled,
        letter=letter,
        error=error,
        types=list(ComplaintType),
        page_id=secrets.token_hex(16),
    )


@router.get("/unggah")
def upload_list(
    request: Request, user: SignedIn, transaction: CurrentTransaction, settings: CurrentSettings
) -> HTMLResponse:
    return _uploads(request, user, transaction, settings)


@router.post("/unggah")
def upload(
    request: Request,
    user: SignedIn,
    form: OwnForm,
    uploads: CurrentUploads,
    transaction: CurrentTransaction,
    settings: CurrentSettings,
) -> Response:
    file = form.file("berkas")
    if file is None:
        return _uploads(request, user, transaction, settings, "Pilih berkas ekspor dahulu.", 422)
    try:
        order = form.get("urutan_tanggal")
        upload_id = uploads.receive(
            transaction.session,
            file.filename or "",
            file.file,
            user.name,
            date_order=order if order in list(DateOrder) else "",
        )
    except UploadRefused as error:
        return _uploads(request, user, transaction, settings, indonesian.sentence(error), 415)
    # A background task runs after the transaction: the reader then finds the upload in the ledger.
    return RedirectResponse(f"/unggah/{upload_id}", 303, background=BackgroundTask(uploads.start, upload_id))


@router.get("/unggah/{upload_id}")
def upload_page(
    request: Request, upload_id: str, user: SignedIn, transaction: CurrentTransaction, settings: CurrentSettings
) -> Response:
    """The progress of an upload: a part of the page for the script, the whole page for a browser."""
    upload = transaction.session.get(Upload, upload_id)
    if upload is None or upload.office != settings.office:
        raise UnknownComplaint("pages.unknown-upload")
    return desk_page(
        request,
        user,
        "upload_progress.html" if request.headers.get("hx-request") else "upload.html",
        "unggah",
        upload=upload,
        summary=Summary(**upload.summary),
    )


@router.post("/unggah/{upload_id}/batal")
def cancel_upload(
    upload_id: str, user: SignedIn, _: OwnForm, uploads: CurrentUploads, transaction: CurrentTransaction
) -> Response:
    """Cancel an upload; one that has ended meanwhile stays as it is."""
    cancelled = uploads.cancel(transaction.session, upload_id, user.name)
    # The file goes once the transaction is committed.
    after = BackgroundTask(uploads.remove_file, upload_id) if cancelled else None
    return RedirectResponse(f"/unggah/{quote(upload_id, safe='')}", 303, background=after)


def _uploads(
    request: Request,
    user: SignedIn,
    transaction: CurrentTransaction,
    settings: CurrentSettings,
    error: str = "",
    status: int = 200,
) -> HTMLResponse:
    query = (
        select(Upload).where(Upload.office == settings.office).order_by(Upload.created_at.desc()).limit(_MOST_UPLOADS)
    )
    return desk_page(
        request,
        user,
        "uploads.html",
        "unggah",
        status,
        uploads=list(transaction.session.scalars(query)),
        error=error,
        suffixes=SUFFIXES,
        largest=settings.max_upload_bytes // (1024 * 1024),
    )
