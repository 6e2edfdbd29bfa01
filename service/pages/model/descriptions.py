"""Description pages (Nama dan uraian): try other words of a unit or category on past complaints, then save them."""

import json
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from data.errors import OfficeFileInvalid
from model.office.categories import Category
from model.office.register import Register, comparable
from model.office.register_file import Wording, save_category, save_unit
from model.office.units import Unit
from model.router import Router
from model.versions.office_home import Office
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction
from service.errors import UnknownComplaint
from service.jobs.subprocesses import run_command
from service.ledger.access.accounts import SignedInUser
from service.ledger.access.audit import record_event
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page
from service.pages.frame.session import OwnForm, PlainForm, Retrainer, RetrainerWithoutTransaction, SentForm
from service.settings import Settings

router = APIRouter(prefix="/model/uraian", include_in_schema=False, default_response_class=HTMLResponse)

_TRIAL_SECONDS = 120
_MOST_LISTED = 100
_MOST_ENTRIES = 12
_MOST_EXAMPLES = 5
_LONGEST_NAME = 200
_LONGEST_NAMES = 500
_LONGEST_DESCRIPTION = 1_000

KindName = Annotated[Literal["unit", "kategori"], Query(alias="jenis")]


class UnknownEntry(UnknownComplaint):
    """The office has no such unit or category."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """Units or categories: their words on the page, the command that tries them, and their file."""

    key: str
    plural: str
    command: str
    option: str
    file: str
    entries: Callable[[Router], Register[Any]]


_KINDS = {
    "unit": _Kind("unit", "Unit", "units", "--unit", "units.csv", lambda router: router.units),
    "kategori": _Kind(
        "kategori", "Kategori", "categories", "--category", "categories.csv", lambda router: router.categories
    ),
}


@router.get("")
def entry_list(
    request: Request,
    user: Retrainer,
    loaded: CurrentModel,
    kind: KindName = "unit",
    search: Annotated[str, Query(alias="cari", max_length=100)] = "",
    saved: Annotated[str, Query(alias="tersimpan", max_length=500)] = "",
) -> HTMLResponse:
    """The units or categories with their words; a search looks in all of them."""
    register = _KINDS[kind].entries(loaded.router)
    wanted = comparable(search)
    found = [
        entry
        for entry in sorted(register, key=lambda one: comparable(one.name))
        if wanted in comparable(" ".join((entry.name, *entry.abbreviations, entry.description)))
    ]
    return desk_page(
        request,
        user,
        "descriptions.html",
        "model",
        kind=_KINDS[kind],
        kinds=_KINDS.values(),
        search=search,
        entries=found[:_MOST_LISTED],
        n_found=len(found),
        shown_name=_shown_name(loaded.router, kind),
        saved=register.find(saved) if saved else None,
        address=_address,
    )


@router.get("/ubah")
def entry_page(
    request: Request,
    user: Retrainer,
    loaded: CurrentModel,
    entry_id: Annotated[str, Query(alias="id", max_length=500)],
    kind: KindName = "unit",
) -> HTMLResponse:
    entry = _existing(_KINDS[kind], loaded.router, entry_id)
    return _page(request, user, _KINDS[kind], loaded.router, entry, Wording.of(entry))


@router.post("/coba")
def try_wording(
    request: Request,
    user: RetrainerWithoutTransaction,
    form: PlainForm,
    loaded: CurrentModel,
    settings: CurrentSettings,
) -> HTMLResponse:
    """Show what the words would change in the first suggestions for the last year's rows. Nothing is saved."""
    kind = _KINDS.get(form.get("jenis"), _KINDS["unit"])
    entry = _existing(kind, loaded.router, form.get("id"))
    wording = _wording_of(form)
    mistake = _mistake(kind, loaded.router, entry, wording)
    if mistake:
        return _page(request, user, kind, loaded.router, entry, wording, mistake=mistake)
    wording = wording.keeping(entry.name)
    trial = _trial(settings, kind, entry, wording)
    problem = "" if trial is not None else "Percobaannya tidak selesai, jadi dampaknya tidak diketahui."
    return _page(request, user, kind, loaded.router, entry, wording, trial=trial, problem=problem, tried=True)


@router.post("/simpan")
def save_wording(
    request: Request,
    user: Retrainer,
    form: OwnForm,
    loaded: CurrentModel,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
) -> Response:
    """Write the words to the office's units.csv or categories.csv."""
    kind = _KINDS.get(form.get("jenis"), _KINDS["unit"])
    entry = _existing(kind, loaded.router, form.get("id"))
    wording = _wording_of(form)
    if form.get("semula") != _digest(entry):
        mistake = "Nama atau uraiannya sudah diubah orang lain sejak halaman ini dibuka. Periksa, lalu coba lagi."
        return _page(request, user, kind, loaded.router, entry, wording, mistake=mistake, status=409)
    mistake = _mistake(kind, loaded.router, entry, wording)
    if not mistake:
        try:
            _save(settings, entry, wording.keeping(entry.name))
        except OfficeFileInvalid as error:
            mistake = indonesian.sentence(error)
    if mistake:
        return _page(request, user, kind, loaded.router, entry, wording, mistake=mistake)
    record_event(transaction.session, settings.office, user.name, "wording", f"{kind.file}: {entry.id}"[:500])
    return RedirectResponse(f"{router.prefix}?jenis={kind.key}&tersimpan={quote(entry.id, safe='')}", 303)


def _existing(kind: _Kind, model: Router, entry_id: str) -> Unit | Category:
    register = kind.entries(model)
    if entry_id not in register:
        raise UnknownEntry("pages.unknown-entry")
    entry: Unit | Category = register[entry_id]
    return entry


def _shown_name(model: Router, kind: str) -> Callable[[Unit | Category], str]:
    """Categories of one name are told apart."""
    if kind == "kategori":
        return lambda entry: model.categories.shown_name(entry.id)
    return lambda entry: entry.name


def _wording_of(form: SentForm) -> Wording:
    names = (" ".join(name.split()) for name in form.get("singkatan", 2 * _LONGEST_NAMES).split(";"))
    return Wording(
        " ".join(form.get("nama", _LONGEST_NAME).split()),
        tuple(dict.fromkeys(filter(None, names))),
        " ".join(form.get("uraian", _LONGEST_DESCRIPTION).split()),
    )


def _mistake(kind: _Kind, model: Router, entry: Unit | Category, wording: Wording) -> str:
    """A sentence where the words can't be tried or saved; otherwise blank."""
    if not wording.name:
        return "Isi namanya."
    if ";" in wording.name:
        return "Nama tidak boleh memuat titik koma; nama lain ditulis di bawahnya."
    if wording == Wording.of(entry):
        return "Belum ada yang diubah."
    before = {comparable(name) for name in (entry.name, *entry.abbreviations)}
    register = kind.entries(model)
    taken = [name for name in wording.names_taken(register, entry.id) if comparable(name) not in before]
    if taken:
        return f"“{taken[0]}” sudah menjadi nama {kind.plural.lower()} lain."
    return ""


def _trial(settings: Settings, kind: _Kind, entry: Unit | Category, wording: Wording) -> Mapping[str, Any] | None:
    """The figures of the command; None where it fails or takes too long."""
    arguments = (
        kind.command,
        "test",
        f"{kind.option}={entry.id}",
        f"--name={wording.name}",
        f"--abbreviations={';'.join(wording.abbreviations)}",
        f"--description={wording.description}",
        "--json",
        "--office",
        settings.office,
    )
    try:
        ended = run_command(arguments, settings, _TRIAL_SECONDS, yielding=True)
        trial: dict[str, Any] | None = json.loads(ended.output) if ended.succeeded else None
    except (OSError, subprocess.TimeoutExpired, ValueError):
        return None
    return trial


def _save(settings: Settings, entry: Unit | Category, wording: Wording) -> None:
    office = Office(settings.home, settings.office)
    if isinstance(entry, Unit):
        save_unit(office.units_file, entry, wording)
    else:
        save_category(office.categories_file, entry, wording)


def _digest(entry: Unit | Category) -> str:
    """Tells whether an entry's words have changed since a page was opened."""
    return sha256(repr(Wording.of(entry)).encode()).hexdigest()[:16]


def _address(kind: _Kind, entry: Unit | Category) -> str:
    return f"{router.prefix}/ubah?jenis={kind.key}&id={quote(entry.id, safe='')}"


def _page(
    request: Request,
    user: SignedInUser,
    kind: _Kind,
    model: Router,
    entry: Unit | Category,
    wording: Wording,
    *,
    trial: Mapping[str, Any] | None = None,
    tried: bool = False,
    problem: str = "",
    mistake: str = "",
    status: int = 0,
) -> HTMLResponse:
    return desk_page(
        request,
        user,
        "description.html",
        "model",
        status or (422 if mistake else 200),
        kind=kind,
        entry=entry,
        shown_name=_shown_name(model, kind.key)(entry),
        wording=wording,
        digest=_digest(entry),
        trial=trial,
        entries=_by_entry(trial) if trial else [],
        examples=_examples(trial) if trial else [],
        tried=tried,
        problem=problem,
        mistake=mistake,
        longest=(_LONGEST_NAME, _LONGEST_NAMES, _LONGEST_DESCRIPTION),
    )


def _by_entry(trial: Mapping[str, Any]) -> list[tuple[str, int, int]]:
    """Name, rows gained and rows lost of each unit or category that changes, most changes first."""
    changed = [
        (name, trial["gained"].get(entry_id, 0), trial["lost"].get(entry_id, 0))
        for entry_id, name in trial["names"].items()
    ]
    return sorted(changed, key=lambda row: (-row[1] - row[2], row[0]))[:_MOST_ENTRIES]


def _examples(trial: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A few changed rows with a text, those that become wrong or right first."""
    shown = [change for change in trial["changes"] if change["excerpt"]]
    return sorted(shown, key=lambda change: change["right_before"] == change["right_after"])[:_MOST_EXAMPLES]
