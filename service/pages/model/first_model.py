"""Start page (Mulai): an office without a model types or pastes its units, and gets its first version of them.

A form is answered by the page itself, with everything typed; only the confirmed lists start a process.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from data.errors import OfficeFileInvalid
from data.files import text_encoding
from model.office.categories import national_categories, read_categories
from model.office.pasted_lists import SEPARATORS, PastedList, read_pasted_categories, read_pasted_units
from model.office.units import read_units
from model.versions.office_home import Office
from service.dependencies import CurrentSettings, CurrentTrainingRuns, CurrentTransaction
from service.jobs.training.runs import UNITS_LIST
from service.jobs.training.states import Step
from service.ledger.access.accounts import SignedInUser
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page
from service.pages.frame.session import OwnForm, Retrainer, SentForm
from service.pages.model.training import begin_step
from service.settings import Settings

router = APIRouter(prefix="/model/mulai", include_in_schema=False, default_response_class=HTMLResponse)

_NATIONAL, _OWN, _NONE = "nasional", "sendiri", "tanpa"
_SEPARATOR_NAMES = {"tab": "\t", "titik-koma": ";", "koma": ",", "tidak-ada": ""}
_TEXT_SUFFIXES = (".csv", ".tsv", ".txt")
_LARGEST_LIST = 200_000
_FILES = {"berkas_unit": "daftar_unit", "berkas_kategori": "daftar_kategori"}
_NOT_LOADED = "Berkas ini belum dimuat. Pilih lagi, lalu tekan “Muat berkas”."


@dataclass(frozen=True, slots=True)
class _Lists:
    """The lists of a form as understood; a list is None where the office has the file already, or needs none."""

    units: PastedList | None
    categories: PastedList | None
    national: bool
    errors: dict[str, str] = field(default_factory=dict)


@router.get("")
def empty_form(request: Request, user: Retrainer, settings: CurrentSettings) -> Response:
    return _started(settings) or _page(request, user, settings, {})


@router.post("")
def look(request: Request, user: Retrainer, form: OwnForm, settings: CurrentSettings) -> Response:
    """Show what was understood, or the mistakes beside their fields."""
    if started := _started(settings):
        return started
    errors = {name: _NOT_LOADED for name in _FILES if form.get(name)}
    lists = _understood(form, settings)
    return _page(request, user, settings, _filled(form), lists, errors=lists.errors | errors)


@router.post("/berkas")
def load_files(request: Request, user: Retrainer, form: OwnForm, settings: CurrentSettings) -> Response:
    """Put uploaded lists into the form, beside what was typed."""
    if started := _started(settings):
        return started
    filled, errors = _filled(form), {}
    for name, target in _FILES.items():
        file = form.file(name)
        if file is None:
            continue
        content = file.file.read(_LARGEST_LIST + 1)
        if not (file.filename or "").lower().endswith(_TEXT_SUFFIXES):
            errors[name] = "Hanya .csv, .tsv, atau .txt. Dari lembar kerja lain: salin selnya, lalu tempel di atas."
        elif len(content) > _LARGEST_LIST:
            errors[name] = f"Daftar paling besar {_LARGEST_LIST // 1000} kB."
        else:
            filled[target] = _text_of(content)
            if name == "berkas_kategori":
                filled["pilihan_kategori"] = _OWN
    if not errors and not any(form.file(name) for name in _FILES):
        errors["berkas_unit"] = "Pilih berkasnya dahulu."
    return _page(request, user, settings, filled, errors=errors)


@router.post("/jalankan")
def start(
    request: Request,
    user: Retrainer,
    form: OwnForm,
    settings: CurrentSettings,
    runs: CurrentTrainingRuns,
    transaction: CurrentTransaction,
) -> Response:
    """Start the first version of the confirmed lists; a mistake shows the form again."""
    if started := _started(settings):
        return started
    lists = _understood(form, settings)
    if lists.errors:
        return _page(request, user, settings, _filled(form), lists, errors=lists.errors)
    run = runs.receive_lists(
        transaction.session,
        units=lists.units.as_csv() if lists.units else None,
        categories=lists.categories.as_csv() if lists.categories else None,
        national=lists.national,
        by=user.name,
    )
    return begin_step(runs, transaction.session, run, Step.START, user)


def _started(settings: Settings) -> Response | None:
    """To the page of the model in an office that has one."""
    return RedirectResponse("/model", 303) if _office(settings).champion() is not None else None


def _understood(form: SentForm, settings: Settings) -> _Lists:
    office, filled = _office(settings), _filled(form)
    errors: dict[str, str] = {}
    units = categories = None
    has_units, has_categories = _own_units(office).is_file(), office.categories_file.is_file()
    choice = _NONE if has_categories else filled["pilihan_kategori"]
    if not has_units:
        units = read_pasted_units(filled["daftar_unit"], _SEPARATOR_NAMES.get(filled["pemisah"]))
        if problem := _file_problem(units, read_units):
            errors["daftar_unit"] = problem
    if choice == _OWN:
        categories = read_pasted_categories(filled["daftar_kategori"], _SEPARATOR_NAMES.get(filled["pemisah"]))
        if not categories.rows:
            errors["daftar_kategori"] = "Tulis atau tempel kategorinya, atau pilih yang lain."
        elif problem := _file_problem(categories, read_categories):
            errors["daftar_kategori"] = problem
    if units is not None and not units.rows:
        units = None
        if filled["daftar_unit"].strip():
            errors["daftar_unit"] = "Tidak ada satu nama pun yang terbaca."
        elif choice == _NONE and not has_categories:
            errors["daftar_unit"] = "Tulis sedikitnya satu unit, atau pilih kategori."
    return _Lists(units, categories, choice == _NATIONAL, errors)


def _file_problem(pasted: PastedList, read: Callable[[Path], object]) -> str:
    """The reason why a list can't be the office's file, by the reader of that file; blank where it can."""
    if not pasted.rows:
        return ""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        path.write_bytes(pasted.as_csv())
        try:
            read(path)
        except OfficeFileInvalid as error:
            return indonesian.sentence(error).replace(str(path), "Daftar ini")
    return ""


def _text_of(content: bytes) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "daftar"
        path.write_bytes(content)
        return content.decode(text_encoding(path), errors="replace").replace("\r\n", "\n").replace("\r", "\n")


def _filled(form: SentForm) -> dict[str, str]:
    return {
        "daftar_unit": form.text("daftar_unit"),
        "daftar_kategori": form.text("daftar_kategori"),
        "pemisah": form.get("pemisah", 20),
        "pilihan_kategori": form.get("pilihan_kategori", 20),
    }


def _page(
    request: Request,
    user: SignedInUser,
    settings: Settings,
    filled: dict[str, str],
    lists: _Lists | None = None,
    *,
    errors: dict[str, str] | None = None,
) -> HTMLResponse:
    office = _office(settings)
    defaults = {"daftar_unit": "", "daftar_kategori": "", "pemisah": "", "pilihan_kategori": _NATIONAL}
    own: dict[str, Any] = {
        "own_units": len(office.units()) if _own_units(office).is_file() else None,
        "own_categories": len(office.categories()) if office.categories_file.is_file() else None,
    }
    return desk_page(
        request,
        user,
        "first_model.html",
        "model",
        422 if errors else 200,
        filled=defaults | filled,
        lists=lists if lists and not errors else None,
        shown=[(name, each) for name, each in (("Unit", lists.units), ("Kategori", lists.categories)) if each]
        if lists
        else [],
        has_errors=bool(errors),
        errors=dict.fromkeys((*_FILES, *_FILES.values()), "") | (errors or {}),
        separators={name: _separator_name(separator) for name, separator in _SEPARATOR_NAMES.items()},
        separator_name=_separator_name,
        choices={
            _NATIONAL: f"Kategori SP4N-LAPOR! ({indonesian.number(len(national_categories()))} kategori)",
            _OWN: "Daftar sendiri",
            _NONE: "Tanpa kategori",
        },
        own_folder=office.own_folder,
        **own,
    )


def _separator_name(separator: str) -> str:
    names = ("tab (ditempel dari lembar kerja)", "titik koma", "koma", "tidak ada, satu nama setiap baris")
    return dict(zip(SEPARATORS, names, strict=True))[separator]


def _own_units(office: Office) -> Path:
    return office.own_folder / UNITS_LIST


def _office(settings: Settings) -> Office:
    return Office(settings.home, settings.office)
