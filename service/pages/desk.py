"""The officer's first page: paste a complaint, see what Pilah suggests."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, RedirectResponse

from model.complaint import Complaint, Location
from model.privacy import mask
from service.champion import Loaded
from service.dependencies import CurrentModel, CurrentSettings
from service.pages import words
from service.pages.rendering import page
from service.pages.view import view_of
from service.pages.words import number
from service.schemas import clean
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_PLACES = ("provinsi", "kabupaten_kota", "kecamatan", "kelurahan")
_LONGEST_FIELD = 500
_MOST_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Filled:
    """The form as it was sent."""

    text: str = ""
    title: str = ""
    province: str = ""
    regency: str = ""
    district: str = ""
    village: str = ""

    def to_complaint(self) -> Complaint:
        location = Location(self.province, self.regency, self.district, self.village)
        return Complaint(text=self.text, title=self.title, location=location)

    def without_personal_data(self, masked_text: str) -> "Filled":
        """The form to be shown again: what it shows is as masked as what the model saw."""
        title, province, regency, district, village = (
            mask(value).text for value in (self.title, self.province, self.regency, self.district, self.village)
        )
        return Filled(masked_text, title, province, regency, district, village)


async def _filled(request: Request) -> Filled:
    """The form's fields; a field that is missing is blank."""
    body = (await request.body()).decode("utf-8", errors="replace")
    pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    fields = {name: clean(value) for name, value in pairs}
    short = [fields.get(name, "").strip()[:_LONGEST_FIELD] for name in ("judul", *_PLACES)]
    # Browsers send a line's end as two characters, which would shift every position after it.
    return Filled(fields.get("isi", "").replace("\r\n", "\n"), *short)


SentForm = Annotated[Filled, Depends(_filled)]


@router.get("/")
def empty_desk(loaded: CurrentModel, settings: CurrentSettings) -> HTMLResponse:
    return _desk(loaded, settings, Filled())


@router.post("/saran")
def suggest(filled: SentForm, loaded: CurrentModel, settings: CurrentSettings) -> HTMLResponse:
    if not filled.text.strip():
        return _desk(
            loaded,
            settings,
            filled.without_personal_data(""),
            422,
            "Isi pengaduan masih kosong. Tempel atau ketik teksnya.",
        )
    if len(filled.text) > settings.max_text_characters:
        longest, length = number(settings.max_text_characters), number(len(filled.text))
        error = f"Isi pengaduan paling panjang {longest} karakter, yang dikirim {length}. Tempel bagian pokoknya saja."
        return _desk(loaded, settings, filled.without_personal_data(""), 413, error)
    suggestion = loaded.router.suggest(filled.to_complaint(), today=settings.today())
    return page(
        "suggestion.html",
        view=view_of(suggestion),
        promise=_promise(loaded),
        filled=filled.without_personal_data(suggestion.text),
        error="",
        office=settings.office,
        version=suggestion.version,
    )


@router.get("/saran")
def back_to_the_desk() -> RedirectResponse:
    """Where a bookmark or a reload of a suggestion leads, which itself is kept nowhere."""
    return RedirectResponse("/", 303)


def _promise(loaded: Loaded) -> str:
    """What the model said of itself on its newest slice."""
    unit = loaded.card["evaluation"]["unit"]
    return words.promise(unit["confident_share"] if unit else None, loaded.router.thresholds["unit"]["promise"] or 0.0)


def _desk(loaded: Loaded, settings: Settings, filled: Filled, status: int = 200, error: str = "") -> HTMLResponse:
    return page("desk.html", status, filled=filled, error=error, office=settings.office, version=loaded.router.version)
