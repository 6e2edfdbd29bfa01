"""Training pages (Latih ulang): submit exports, read their check, train a version and follow its progress.

Every form is answered by a redirect: the next page reads the committed transaction of the form.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlalchemy.orm import Session
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from model.errors import TrainingBusy
from service.dependencies import CurrentSettings, CurrentTrainingRuns, CurrentTransaction
from service.errors import RunStateConflict, UnknownComplaint, UploadRefused
from service.jobs.received_files import SUFFIXES
from service.jobs.training.runs import MOST_FILES, TrainingRuns
from service.jobs.training.states import ENDED, RUNNING, State, Step
from service.ledger.access.accounts import SignedInUser
from service.ledger.tables import TrainingRun
from service.middleware.security import REPORT_CONTENT_POLICY
from service.pages.frame import indonesian_training
from service.pages.frame.context import desk_page
from service.pages.frame.session import OwnForm, Retrainer, Supervisor, may_train

router = APIRouter(prefix="/model/latih", include_in_schema=False, default_response_class=HTMLResponse)

_MOST_RUNS = 20
_WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# A form's field → the option of `pilah check` and `pilah train` that names a column.
_COLUMNS = {"kolom_isi": "text", "kolom_unit": "unit", "kolom_kategori": "category", "kolom_tanggal": "date"}
_FORM_ERRORS = {
    "kosong": "Pilih berkasnya dahulu.",
    "jenis": f"Jenis berkas ini tidak dibaca. Simpan ekspor sebagai salah satu dari: {', '.join(SUFFIXES)}.",
    "bukan-buku": "Buku perbaikan adalah berkas .xlsx dari pemeriksaan, yang sudah diisi.",
    "sibuk": "Pelatihan lain sedang berjalan untuk kantor ini. Tunggu sampai selesai, lalu ulangi.",
    "berubah": "Keadaannya sudah berubah sejak halaman ini dibuka. Lihat lagi di bawah.",
}

FormError = Annotated[str, Query(alias="galat", max_length=20)]


class UnknownRun(UnknownComplaint):
    """The office has no such training."""


@router.get("")
def run_list(
    request: Request,
    user: Supervisor,
    runs: CurrentTrainingRuns,
    settings: CurrentSettings,
    mistake: FormError = "",
) -> HTMLResponse:
    return desk_page(
        request,
        user,
        "trainings.html",
        "model",
        runs=runs.newest(_MOST_RUNS),
        may_train=may_train(user, settings),
        error=_FORM_ERRORS.get(mistake, ""),
        suffixes=SUFFIXES,
        most_files=MOST_FILES,
        largest=settings.max_upload_bytes // (1024 * 1024),
        zone=settings.zone,
    )


@router.post("/mulai")
def submit(user: Retrainer, form: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction) -> Response:
    """Store the files and begin the check."""
    files = [(file.filename or "", file.file) for file in form.files("berkas")]
    from_ledger = bool(form.get("catatan"))
    if not files and not from_ledger:
        return RedirectResponse(f"{router.prefix}?galat=kosong", 303)
    columns = {option: form.get(field) for field, option in _COLUMNS.items() if form.get(field)}
    try:
        run = runs.receive(transaction.session, files, columns=columns, from_ledger=from_ledger, by=user.name)
    except UploadRefused:
        return RedirectResponse(f"{router.prefix}?galat=jenis", 303)
    if not files:
        return _to(run)
    return begin_step(runs, transaction.session, run, Step.CHECK, user)


@router.post("/perbaikan")
def submit_corrections(
    user: Retrainer, form: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction
) -> Response:
    """Store the corrected workbook of the check and check again with its corrections."""
    run = _existing(runs.read(form.get("pelatihan")))
    file = form.file("berkas")
    if file is None:
        return _to(run, "kosong")
    try:
        write_units = bool(form.get("units"))
        runs.add_corrections(transaction.session, run, file.filename or "", file.file, write_units=write_units)
    except UploadRefused:
        return _to(run, "bukan-buku")
    except RunStateConflict:
        return _to(run, "berubah")
    return begin_step(runs, transaction.session, run, Step.CHECK, user)


@router.get("/{run_id}")
def run_page(
    request: Request,
    run_id: str,
    user: Supervisor,
    runs: CurrentTrainingRuns,
    settings: CurrentSettings,
    mistake: FormError = "",
) -> Response:
    """The state of a run: its progress alone for the script, the whole page for a browser."""
    run = _existing(runs.find(run_id))
    progress = runs.files(run).progress(Step(run.step))
    if request.headers.get("hx-request"):
        answer = desk_page(request, user, "training_progress.html", "model", run=run, progress=progress)
        if run.state not in RUNNING:
            # The next step needs the whole page, not only the progress bar.
            answer.headers["HX-Refresh"] = "true"
        return answer
    return desk_page(
        request,
        user,
        "first_model_run.html" if run.step == Step.START else "training.html",
        "model",
        run=run,
        progress=progress,
        may_train=may_train(user, settings),
        mistake=_FORM_ERRORS.get(mistake, ""),
        error=indonesian_training.error_text(run.error),
        running=run.state in RUNNING,
        ended=run.state in ENDED,
        is_checked=run.step == Step.TRAIN or run.state == State.CHECKED,
        can_go_on=runs.can_go_on(run),
        zone=settings.zone,
        has_page=runs.files(run).check_page.is_file(),
        has_workbook=runs.files(run).check_workbook.is_file(),
        log=runs.files(run).log,
    )


@router.post("/{run_id}/periksa")
def check(
    run_id: str, user: Retrainer, _: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction
) -> Response:
    return begin_step(runs, transaction.session, _existing(runs.read(run_id)), Step.CHECK, user)


@router.post("/{run_id}/latih")
def train(
    run_id: str, user: Retrainer, _: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction
) -> Response:
    return begin_step(runs, transaction.session, _existing(runs.read(run_id)), Step.TRAIN, user)


@router.post("/{run_id}/mulai")
def start_again(
    run_id: str, user: Retrainer, _: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction
) -> Response:
    return begin_step(runs, transaction.session, _existing(runs.read(run_id)), Step.START, user)


@router.post("/{run_id}/batal")
def cancel(
    run_id: str, user: Retrainer, _: OwnForm, runs: CurrentTrainingRuns, transaction: CurrentTransaction
) -> Response:
    run = _existing(runs.read(run_id))
    try:
        runs.cancel(transaction.session, run, user.name)
    except RunStateConflict:
        return _to(run, "berubah")
    return _to(run)


@router.get("/{run_id}/pemeriksaan")
def check_page(run_id: str, _: Supervisor, runs: CurrentTrainingRuns) -> Response:
    """The page of the check. Its path comes from the run, never from the request."""
    path = runs.files(_existing(runs.read(run_id))).check_page
    if not path.is_file():
        raise UnknownRun("pages.no-check")
    return FileResponse(path, media_type="text/html", headers={"Content-Security-Policy": REPORT_CONTENT_POLICY})


@router.get("/{run_id}/pemeriksaan.xlsx")
def check_workbook(run_id: str, _: Supervisor, runs: CurrentTrainingRuns) -> Response:
    path = runs.files(_existing(runs.read(run_id))).check_workbook
    if not path.is_file():
        raise UnknownRun("pages.no-check")
    return FileResponse(path, media_type=_WORKBOOK, filename=f"pemeriksaan-{run_id[:13]}.xlsx")


def begin_step(
    runs: TrainingRuns, session: Session, run: TrainingRun, step: Step, user: SignedInUser
) -> RedirectResponse:
    """Begin a step; a background task starts the process after the transaction."""
    try:
        start = runs.begin(session, run, step, user.name)
    except TrainingBusy:
        return _to(run, "sibuk")
    except RunStateConflict:
        return _to(run, "berubah")
    return RedirectResponse(f"{router.prefix}/{run.id}", 303, background=BackgroundTask(runs.launch, start))


def _to(run: TrainingRun, mistake: str = "") -> RedirectResponse:
    return RedirectResponse(f"{router.prefix}/{run.id}" + (f"?galat={mistake}" if mistake else ""), 303)


def _existing(run: TrainingRun | None) -> TrainingRun:
    if run is None:
        raise UnknownRun("pages.unknown-training")
    return run
