"""Pengaduan: one complaint, what Pilah suggests and why, and the decision."""

import re
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from rapidfuzz import fuzz, process, utils
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.router import Router
from service.contract.schemas import SuggestionOut
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction, Transaction
from service.errors import AlreadyDecided
from service.ledger.accounts import SignedInUser
from service.ledger.complaints import Decision
from service.ledger.names import Names
from service.ledger.queue import Filters
from service.ledger.tables import StoredComplaint
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, model_of, names_of, router_of
from service.pages.frame.rendering import render
from service.pages.frame.session import OwnForm, SentForm, SignedIn
from service.pages.frame.suggestion_view import SuggestionView, suggestion_view
from service.pages.frame.undo_notice import undo_notice_of
from service.pages.queue import ChosenFilters, address_of
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

OUTCOMES = ("tangani", "limpahkan", "tembusan", "yudisial", "bukan kewenangan", "minta kelengkapan")
# With these no unit of the office is responsible, or nobody can say yet which.
WITHOUT_UNIT = ("bukan kewenangan", "minta kelengkapan", "yudisial")
TYPES = (
    "pengaduan berkadar pengawasan",
    "pengaduan tidak berkadar pengawasan",
    "permintaan informasi",
    "aspirasi",
)
_NO_UNIT = "-"
_MOST_MATCHES = 7
_MATCHES_FROM = 55
_MOST_SECONDS = 86_400.0
_RULE_MADE = re.compile(r"larangan-[0-9]{1,6}")

SearchWords = Annotated[str, Query(alias="cari", max_length=200)]


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a decision was not entered, and what to do."""

    sentence: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] = ()


@router.get("/pengaduan/{complaint_id}")
def read(
    request: Request,
    complaint_id: str,
    user: SignedIn,
    transaction: CurrentTransaction,
    filters: ChosenFilters,
    decision: Annotated[str, Query(alias="putusan", max_length=36)] = "",
    rule: Annotated[str, Query(alias="aturan", max_length=36)] = "",
) -> HTMLResponse:
    rule_made = rule if _RULE_MADE.fullmatch(rule) else ""
    return _page(
        request,
        transaction,
        user,
        transaction.ledger.complaint(complaint_id),
        filters,
        decision=decision,
        rule_made=rule_made,
    )


@router.post("/pengaduan/{complaint_id}/putuskan")
def decide(
    request: Request,
    complaint_id: str,
    user: SignedIn,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    form: OwnForm,
    filters: ChosenFilters,
) -> Response:
    """Enter the decision and go on with the next complaint of the same list."""
    complaint = transaction.ledger.complaint(complaint_id)
    made = _decision_of(form, loaded.router, user)
    if isinstance(made, Refused):
        return _page(request, transaction, user, complaint, filters, refused=made, status=422)
    alike = transaction.queue.waiting_alike(complaint) if form.get("serupa") else []
    onward = transaction.queue.neighbour(complaint, filters, forward=True)
    try:
        entry, _ = transaction.ledger.decide_all(complaint, alike, made)
    except AlreadyDecided:
        told = Refused("Pengaduan ini baru saja diputuskan oleh rekan Anda. Putusan Anda tidak disimpan.")
        return _page(request, transaction, user, complaint, filters, refused=told, status=409)
    if onward is None or onward in alike:
        onward = transaction.queue.first(filters)
    query = urlencode({"putusan": entry.id}) + ("&" + address_of(filters) if address_of(filters) else "")
    return RedirectResponse(f"/pengaduan/{onward}?{query}" if onward else f"/antrean?{query}", 303)


@router.post("/putusan/{decision_id}/urungkan")
def undo(decision_id: str, user: SignedIn, transaction: CurrentTransaction, form: OwnForm) -> Response:
    """Take a decision back; right after it was made, those that were made along with it too."""
    take_back = transaction.ledger.undo_all if form.get("bersama") else transaction.ledger.undo
    complaint = take_back(decision_id, user.name)
    return RedirectResponse(f"/pengaduan/{complaint.id}", 303)


@router.post("/pengaduan/{complaint_id}/kembali")
def record_return(complaint_id: str, user: SignedIn, transaction: CurrentTransaction, form: OwnForm) -> Response:
    """The unit sent it back: it waits again, and the first decision counts as misrouted."""
    complaint = transaction.ledger.complaint(complaint_id)
    transaction.ledger.record_return(complaint, form.get("alasan", 2_000), user.name)
    return RedirectResponse(f"/pengaduan/{complaint.id}", 303)


@router.get("/unit")
def find_units(_: SignedIn, settings: CurrentSettings, loaded: CurrentModel, asked: SearchWords = "") -> HTMLResponse:
    """The units whose name or abbreviation is like what was typed, as choices of the decision's form."""
    found = _matches(asked, _units_in_force(loaded.router, settings))
    return render("choices.html", choices=found, name="unit", kind="unit", asked=asked, several=False)


@router.get("/tembusan")
def find_copies(
    _: SignedIn,
    settings: CurrentSettings,
    loaded: CurrentModel,
    asked: Annotated[str, Query(alias="cari_tembusan", max_length=200)] = "",
) -> HTMLResponse:
    """The same units, to be informed."""
    found = _matches(asked, _units_in_force(loaded.router, settings))
    return render("choices.html", choices=found, name="tembusan", kind="unit", asked=asked, several=True)


@router.get("/kategori")
def find_categories(
    _: SignedIn, loaded: CurrentModel, asked: Annotated[str, Query(alias="cari_kategori", max_length=200)] = ""
) -> HTMLResponse:
    """The categories whose name is like what was typed."""
    choices = {label.id: [label.name] for label in loaded.router.category_labels}
    found = _matches(asked, choices)
    return render("choices.html", choices=found, name="kategori", kind="kategori", asked=asked, several=False)


def _units_in_force(router: Router, settings: Settings) -> dict[str, list[str]]:
    """By their ids, every name by which a unit may be looked for, the full one first."""
    today = settings.today()
    return {unit.id: [unit.name, *unit.abbreviations] for unit in router.units if unit.valid_on(today)}


def _matches(asked: str, choices: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Ids and names, best first; an abbreviation that is written out exactly comes before everything."""
    wanted = utils.default_process(asked)
    if not wanted:
        return []
    spoken = [(utils.default_process(name), unit_id) for unit_id, names in choices.items() for name in names]
    found = process.extract(
        wanted, [name for name, _ in spoken], scorer=_likeness, score_cutoff=_MATCHES_FROM, limit=40
    )
    ids = dict.fromkeys(spoken[at][1] for _, _, at in found)
    return [(unit_id, choices[unit_id][0]) for unit_id in list(ids)[:_MOST_MATCHES]]


def _likeness(asked: str, name: str, **_: object) -> float:
    if asked == name:
        return 101.0
    # A name that holds what was typed as it stands beats one that only looks like it.
    holds = 30.0 if f" {asked}" in f" {name}" else 0.0
    return min(100.0, 0.7 * fuzz.WRatio(asked, name) + holds)


def _decision_of(form: SentForm, router: Router, user: SignedInUser) -> Decision | Refused:
    outcome, chosen = form.get("tindak_lanjut"), form.get("unit")
    kept = {name: form.get(name, 2_000) for name in ("unit", "kategori", "tindak_lanjut", "jenis", "alasan")}
    copies = _copies(form, router)
    if chosen == _NO_UNIT:
        if outcome not in WITHOUT_UNIT:
            return Refused(f"Tanpa unit, pilih tindak lanjut: {', '.join(WITHOUT_UNIT)}.", kept, copies)
        unit_id = ""
    else:
        # Without a script the name stands in the search field and nothing is chosen yet.
        unit = router.units.find(chosen or form.get("cari"))
        if unit is None:
            told = "Pilih unit yang bertanggung jawab dulu (tombol 1 sampai 5, atau cari dengan U)."
            return Refused(told, kept, copies)
        unit_id = unit.id
    categories = {label.id for label in router.category_labels}
    category = form.get("kategori")
    return Decision(
        unit_id=unit_id,
        category_id=category if category in categories else "",
        type=form.get("jenis") if form.get("jenis") in TYPES else "",
        outcome=outcome if outcome in OUTCOMES else "",
        # Nobody is both responsible and informed.
        copies=tuple(copy for copy in copies if copy != unit_id),
        reason=form.get("alasan", 2_000),
        officer=user.name,
        seconds=_seconds(form.get("detik", 20)),
    )


def _copies(form: SentForm, router: Router) -> tuple[str, ...]:
    """The units that were ticked; without a script, the one whose name stands in the search field too."""
    typed = router.units.find(form.get("cari_tembusan"))
    chosen = [*form.all("tembusan"), *([typed.id] if typed else [])]
    return tuple(dict.fromkeys(unit_id for unit_id in chosen if unit_id in router.units))


def _seconds(written: str) -> float | None:
    try:
        seconds = float(written)
    except ValueError:
        return None
    return seconds if 0 <= seconds <= _MOST_SECONDS else None


def _page(
    request: Request,
    transaction: Transaction,
    user: SignedInUser,
    complaint: StoredComplaint,
    filters: Filters,
    *,
    decision: str = "",
    rule_made: str = "",
    refused: Refused | None = None,
    status: int = 200,
) -> HTMLResponse:
    names = names_of(request)
    suggestion = transaction.ledger.suggestion_of(complaint)
    view = suggestion_view(SuggestionOut.model_validate(suggestion.answer), complaint.text) if suggestion else None
    settings = request.app.state.settings
    days = request.app.state.intake.deadlines.days
    standing = transaction.ledger.standing(complaint)
    return desk_page(
        request,
        user,
        "complaint.html",
        "antrean",
        status,
        complaint=complaint,
        view=view,
        names=names,
        standing=standing,
        past=[entry for entry in complaint.decisions if entry is not standing],
        alike=transaction.queue.waiting_alike(complaint) if complaint.waiting else [],
        onward=transaction.queue.neighbour(complaint, filters, forward=True),
        back=transaction.queue.neighbour(complaint, filters, forward=False),
        query=address_of(filters),
        forward=indonesian.deadline(days.until(settings.today(), complaint.forward_by)),
        left=days.until(settings.today(), complaint.forward_by),
        undo_notice=undo_notice_of(transaction, decision, user, names),
        refused=refused or Refused(),
        rule_made=rule_made,
        outcomes=OUTCOMES,
        types=TYPES,
        received=indonesian.clock(settings.at_office(complaint.received_at)),
        copies=_offered_copies(view, refused, names),
        promise=_promise(request),
        can_decide=router_of(request) is not None,
    )


def _offered_copies(view: SuggestionView | None, refused: Refused | None, names: Names) -> list[tuple[str, str, bool]]:
    """Ids and names of units to inform, and whether each is ticked: the suggested ones, and those chosen before."""
    chosen = refused.copies if refused else ()
    suggested = view.copies if view else ()
    others = [(unit_id, names.unit(unit_id)) for unit_id in chosen if unit_id not in dict(suggested)]
    return [(unit_id, name, unit_id in chosen) for unit_id, name in (*suggested, *others)]


def _promise(request: Request) -> str:
    """What the model said of itself on its newest slice."""
    loaded = model_of(request)
    if loaded is None:
        return ""
    unit = loaded.card["evaluation"]["unit"]
    return indonesian.promise(
        unit["confident_share"] if unit else None, loaded.router.thresholds["unit"]["promise"] or 0.0
    )
