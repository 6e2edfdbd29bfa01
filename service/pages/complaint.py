"""Complaint page (Pengaduan): the text, the suggestion with its evidence, and the decision."""

import re
from dataclasses import dataclass, field, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from data.errors import PilahError
from model.router import Router
from model.suggestion import Status
from service.contract.suggestion_schemas import SuggestionOut
from service.dependencies import (
    CurrentModel,
    CurrentSettings,
    CurrentTransaction,
    SuggestAgain,
    Transaction,
)
from service.errors import (
    AlreadyDecided,
    CategoryLeftOver,
    DecisionInvalid,
    SuggestionRenewed,
    TypedNameUnclear,
    UnknownName,
)
from service.ledger.access.accounts import SignedInUser
from service.ledger.decisions import OUTCOMES_WITHOUT_UNIT, ComplaintType, DecisionRequest, Outcome
from service.ledger.lists.queue import Filters
from service.ledger.names import Names
from service.ledger.tables import StoredComplaint
from service.pages.following import NO_UNIT, Following, Lists, following, is_left_over, lists_of
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, has_units, model_of, names_of, router_of
from service.pages.frame.rendering import render
from service.pages.frame.session import OwnForm, PresentUser, SentForm, SignedIn, safe_back
from service.pages.frame.suggestion_view import SuggestionView, suggestion_view, text_blocks
from service.pages.frame.undo_notice import undo_notice_of
from service.pages.queue import ChosenFilters, address_of
from service.pages.typed_names import best_matches, categories_in_force, named_in, units_in_force
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_UNIT_SEARCH, _CATEGORY_SEARCH, _COPY_SEARCH = "cari", "cari_kategori", "cari_tembusan"
_MOST_SECONDS = 86_400.0
_RULE_MADE = re.compile(r"larangan-[0-9]{1,6}")

SearchedFor = Annotated[str, Query(alias="pengaduan", max_length=36)]
SearchWords = Annotated[str, Query(alias="cari", max_length=200)]


@dataclass(frozen=True, slots=True)
class RefusedDecision:
    """Why a decision was not entered, with the form's fields to show again.

    With `search_field`, the sentence stands beside that field, and `matches` are offered below it.
    """

    sentence: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    copies: tuple[str, ...] = ()
    search_field: str = ""
    matches: tuple[tuple[str, str], ...] = ()


@router.get("/pengaduan/{complaint_id}")
def complaint_page(
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
        transaction.complaints.get(complaint_id),
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
    settings: CurrentSettings,
    form: OwnForm,
    filters: ChosenFilters,
) -> Response:
    """Enter the decision and open the next complaint of the same list."""
    complaint = transaction.complaints.get(complaint_id)
    loaded = model_of(request)

    def refuse(error: PilahError, status: int) -> HTMLResponse:
        refused = _refused(error, form, loaded.router if loaded else None, settings)
        return _page(request, transaction, user, complaint, filters, refused=refused, status=status)

    if loaded is None:
        return refuse(DecisionInvalid("pages.no-model-to-decide"), 503)
    if _renewed_since(form.get("saran", 36), complaint) and not _chose_suggested(form, complaint, loaded.router):
        # The officer chose from candidates that are out of date, and must see the newest before the decision counts.
        return refuse(SuggestionRenewed("pages.suggestion-renewed"), 409)
    similar = transaction.queue.waiting_similar(complaint) if form.get("serupa") else []
    next_id = transaction.queue.neighbour(complaint, filters, forward=True)
    if form.get("urutkan"):
        return refuse(DecisionInvalid("pages.ranked-anew"), 200)
    try:
        decision = _request_of(form, loaded.router, settings, user.name).resolve(loaded.router)
        if is_left_over(form, decision.unit_id) and not form.get(_CATEGORY_SEARCH):
            raise CategoryLeftOver("pages.category-left-over")
        _undo_replaced(transaction, complaint, form.get("gantikan", 36), user)
        entry, _ = transaction.decisions.decide_with_similar(complaint, similar, decision)
    except (DecisionInvalid, UnknownName) as error:
        return refuse(error, 422)
    except AlreadyDecided as error:
        standing = transaction.decisions.standing(complaint)
        own = standing is not None and standing.officer == user.name
        return refuse(AlreadyDecided("pages.decided-by-yourself") if own else error, 409)
    if next_id is None or next_id in similar:
        next_id = transaction.queue.first(filters)
    query = urlencode({"putusan": entry.id}) + ("&" + address_of(filters) if address_of(filters) else "")
    return RedirectResponse(f"/pengaduan/{next_id}?{query}" if next_id else f"/antrean?{query}", 303)


@router.get("/pengaduan/{complaint_id}/saran")
def suggestion_news(
    complaint_id: str,
    user: PresentUser,
    transaction: CurrentTransaction,
    shown: Annotated[str, Query(alias="tampil", max_length=36)] = "",
) -> Response:
    """A notice for an open page whose suggestion is no longer the newest; else no content, which changes nothing."""
    complaint = transaction.complaints.get(complaint_id) if user else None
    if complaint is None or not _renewed_since(shown, complaint):
        return Response(status_code=204)
    return render("suggestion_news.html", complaint=complaint)


@router.post("/putusan/{decision_id}/urungkan")
def undo(decision_id: str, user: SignedIn, transaction: CurrentTransaction, form: OwnForm) -> Response:
    """Undo a decision; from the undo notice, also the decisions made in the same step."""
    undo_decision = transaction.decisions.undo_with_similar if form.get("bersama") else transaction.decisions.undo
    complaint = undo_decision(decision_id, user.name)
    back = form.get("lanjut")
    return RedirectResponse(safe_back(back) if back else f"/pengaduan/{complaint.id}", 303)


@router.post("/pengaduan/{complaint_id}/kembali")
def record_return(
    request: Request,
    complaint_id: str,
    user: SignedIn,
    transaction: CurrentTransaction,
    suggest_again: SuggestAgain,
    form: OwnForm,
    filters: ChosenFilters,
) -> Response:
    """Record that the unit returned the complaint: it waits again, and the decision counts as misrouted."""
    complaint = transaction.complaints.get(complaint_id)
    standing = transaction.decisions.standing(complaint)
    named = form.get("putusan", 36) or (standing.id if standing else "")
    try:
        transaction.decisions.record_return(complaint, form.get("alasan", 2_000), user.name, decision_id=named)
    except DecisionInvalid as error:
        return _page(
            request, transaction, user, complaint, filters, return_error=indonesian.sentence(error), status=422
        )
    suggest_again(complaint)
    return RedirectResponse(f"/pengaduan/{complaint.id}", 303)


@router.get("/unit")
def find_units(
    request: Request,
    _: SignedIn,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    typed: SearchWords = "",
    complaint_id: SearchedFor = "",
) -> HTMLResponse:
    """The units whose name or abbreviation resembles the typed text, as choices for the form, with the categories of each."""
    choices = best_matches(typed, units_in_force(loaded.router, settings))
    followed = Following()
    if complaint_id and choices:
        followed = following(request, transaction.complaints.get(complaint_id), [choice for choice, _ in choices])
    return render(
        "choices.html", choices=choices, name="unit", kind="unit", typed=typed, several=False, following=followed
    )


@router.get("/tembusan")
def find_copies(
    _: SignedIn,
    settings: CurrentSettings,
    loaded: CurrentModel,
    typed: Annotated[str, Query(alias="cari_tembusan", max_length=200)] = "",
) -> HTMLResponse:
    """The units resembling the typed text, as choices for copies."""
    choices = best_matches(typed, units_in_force(loaded.router, settings))
    return render(
        "choices.html", choices=choices, name="tembusan", kind="unit", typed=typed, several=True, following=Following()
    )


@router.get("/kategori")
def find_categories(
    request: Request,
    _: SignedIn,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    typed: Annotated[str, Query(alias="cari_kategori", max_length=200)] = "",
    complaint_id: SearchedFor = "",
) -> HTMLResponse:
    """The categories whose name resembles the typed text, with the units of each."""
    choices = best_matches(typed, categories_in_force(loaded.router, settings))
    followed = Following()
    if complaint_id and choices:
        ids = [choice for choice, _ in choices]
        followed = following(request, transaction.complaints.get(complaint_id), categories=ids)
    return render(
        "choices.html",
        choices=choices,
        name="kategori",
        kind="kategori",
        typed=typed,
        several=False,
        following=followed,
    )


def _request_of(form: SentForm, router: Router, settings: Settings, officer: str) -> DecisionRequest:
    """The decision in a form; a typed name counts before the chosen candidate.

    Raises:
        TypedNameUnclear: the text in a search field names nothing, or several choices.
        DecisionInvalid: neither a unit nor the choice of none was sent, or no category for the unit.
    """
    units, categories = units_in_force(router, settings), categories_in_force(router, settings)
    outcome = form.get("tindak_lanjut")
    unit = named_in(form, _UNIT_SEARCH, "unit", units) or form.get("unit")
    category = named_in(form, _CATEGORY_SEARCH, "category", categories) or form.get("kategori")
    typed_copy = named_in(form, _COPY_SEARCH, "unit", units)
    if not router.has_units:
        unit = ""
    elif not unit:
        raise DecisionInvalid("ledger.unit-missing")
    nobody = unit == NO_UNIT or (not router.has_units and outcome in OUTCOMES_WITHOUT_UNIT)
    if not nobody and not category and _has_categories(router):
        raise DecisionInvalid("ledger.category-missing")
    if unit == NO_UNIT and not outcome:
        raise DecisionInvalid("ledger.outcome-missing", outcomes=", ".join(OUTCOMES_WITHOUT_UNIT))
    return DecisionRequest(
        unit="" if unit == NO_UNIT else unit,
        category=category,
        type=form.get("jenis"),
        outcome=outcome,
        copies=(*form.all("tembusan"), *([typed_copy] if typed_copy else [])),
        reason=form.get("alasan", 2_000),
        officer=officer,
        seconds=_seconds(form.get("detik", 20)),
    )


def _chose_suggested(form: SentForm, complaint: StoredComplaint, router: Router) -> bool:
    """Whether the officer chose what is suggested now."""
    if router.has_units:
        return form.get("unit") == complaint.unit_id
    return form.get("kategori") == complaint.category_id


def _renewed_since(shown: str, complaint: StoredComplaint) -> bool:
    """Whether a waiting complaint has a newer suggestion than the shown one; False for a form without an id."""
    return bool(shown) and complaint.waiting and shown != complaint.suggestion_id


def _undo_replaced(transaction: Transaction, complaint: StoredComplaint, decision_id: str, user: SignedInUser) -> None:
    """Undo the decision that the user saw and chose to replace, unless it no longer stands."""
    standing = transaction.decisions.standing(complaint) if decision_id else None
    if standing is not None and standing.id == decision_id:
        transaction.decisions.undo(decision_id, user.name)


def _refused(error: PilahError, form: SentForm, router: Router | None, settings: Settings) -> RefusedDecision:
    fields = ("unit", "kategori", "tindak_lanjut", "jenis", "alasan", _UNIT_SEARCH, _CATEGORY_SEARCH, _COPY_SEARCH)
    chosen = {name: form.get(name, 2_000) for name in fields}
    if router is not None:
        chosen |= _named_unit(form, router, settings)
    if is_left_over(form, chosen["unit"]):
        chosen["kategori"] = ""
    copies = tuple(copy for copy in form.all("tembusan") if router is None or copy in router.units)
    refused = RefusedDecision(indonesian.sentence(error), chosen, copies)
    if router is None or not isinstance(error, TypedNameUnclear):
        return refused
    in_force = categories_in_force if error.search_field == _CATEGORY_SEARCH else units_in_force
    choices = in_force(router, settings)
    matches = best_matches(chosen[error.search_field], choices)
    return replace(refused, search_field=error.search_field, matches=tuple(matches))


def _named_unit(form: SentForm, router: Router, settings: Settings) -> dict[str, str]:
    """The unit that the search field names, as the chosen one; nothing where it names none or several."""
    try:
        unit_id = named_in(form, _UNIT_SEARCH, "unit", units_in_force(router, settings))
    except TypedNameUnclear:
        return {}
    return {"unit": unit_id, _UNIT_SEARCH: ""} if unit_id else {}


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
    refused: RefusedDecision | None = None,
    return_error: str = "",
    status: int = 200,
) -> HTMLResponse:
    names = names_of(request, transaction.session)
    suggestion = transaction.complaints.suggestion_of(complaint)
    view = suggestion_view(SuggestionOut.model_validate(suggestion.answer), complaint.text) if suggestion else None
    chosen = refused.chosen if refused else {}
    lists = lists_of(request, complaint, view, chosen, names)
    settings = request.app.state.settings
    days = request.app.state.intake.deadlines.days
    standing = transaction.decisions.standing(complaint)
    return desk_page(
        request,
        user,
        "complaint.html",
        "antrean",
        status,
        complaint=complaint,
        suggestion=view,
        blocks=view.blocks if view else text_blocks(complaint.text),
        names=names,
        cases=_linked_cases(transaction, view, complaint.text),
        standing=standing,
        earlier_decisions=[entry for entry in complaint.decisions if entry is not standing],
        similar=transaction.queue.waiting_similar(complaint) if complaint.waiting else [],
        next_id=transaction.queue.neighbour(complaint, filters, forward=True),
        previous_id=transaction.queue.neighbour(complaint, filters, forward=False),
        query=address_of(filters),
        deadline=indonesian.deadline(days.until(settings.today(), complaint.forward_by)),
        days_left=days.until(settings.today(), complaint.forward_by),
        undo_notice=undo_notice_of(transaction, decision, user, names),
        refused=refused or RefusedDecision(),
        returns=[
            (names.unit(entry.unit_id), entry.return_reason) for entry in complaint.decisions if entry.returned_at
        ],
        return_error=return_error,
        rule_made=rule_made,
        outcomes=list(Outcome),
        outcomes_without_unit=OUTCOMES_WITHOUT_UNIT,
        types=list(ComplaintType),
        received=indonesian.clock(settings.at_office(complaint.received_at)),
        copies=_offered_copies(view, refused, names),
        offered=_offered(lists, refused or RefusedDecision(), names),
        lists=lists,
        promise=_promise(request, view),
        has_categories=_has_categories(router_of(request)),
        has_units=has_units(router_of(request)),
        can_decide=router_of(request) is not None,
    )


def _offered(lists: Lists, refused: RefusedDecision, names: Names) -> dict[str, list[tuple[str, str, bool]]]:
    """Search field → id, name and choice of the entries below the field: matches, or a choice that isn't suggested."""
    offered = {}
    for name, search_field, ranking, name_of in (
        ("unit", _UNIT_SEARCH, lists.units, names.unit),
        ("kategori", _CATEGORY_SEARCH, lists.categories, names.category),
    ):
        chosen = refused.chosen.get(name, "")
        suggested = {NO_UNIT, ""} | {candidate.id for candidate in (ranking.candidates if ranking else ())}
        kept = [] if chosen in suggested else [(chosen, name_of(chosen), True)]
        matches = refused.matches if refused.search_field == search_field else ()
        offered[search_field] = [*kept, *((match, label, False) for match, label in matches if match != chosen)]
    copies = refused.matches if refused.search_field == _COPY_SEARCH else ()
    offered[_COPY_SEARCH] = [(match, label, False) for match, label in copies]
    return offered


def _linked_cases(transaction: Transaction, view: SuggestionView | None, text: str) -> dict[str, str]:
    """The ids of the precedents and earlier copies of the text that stand in the ledger, by reference."""
    if view is None:
        return {}
    texts = dict.fromkeys(view.duplicates, text) | {each.reference_id: each.excerpt for each in view.precedents}
    texts.pop("", None)
    return transaction.complaints.ids_of(texts)


def _offered_copies(
    view: SuggestionView | None, refused: RefusedDecision | None, names: Names
) -> list[tuple[str, str, bool]]:
    """Id, name and tick of each unit offered for a copy: suggested units and units chosen in a refused form."""
    chosen = refused.copies if refused else ()
    suggested = view.copies if view else ()
    others = [(unit_id, names.unit(unit_id)) for unit_id in chosen if unit_id not in dict(suggested)]
    return [(unit_id, name, unit_id in chosen) for unit_id, name in (*suggested, *others)]


def _has_categories(router: Router | None) -> bool:
    return router is not None and len(router.categories) > 0


def _promise(request: Request, view: SuggestionView | None) -> str:
    """A warning where the model was confident on few held-out rows, otherwise blank."""
    loaded = model_of(request)
    # The figures are of the model in use, and a confident suggestion has its own promise.
    if loaded is None or view is None or view.version != loaded.router.version or view.status == Status.CONFIDENT:
        return ""
    kind = "unit" if loaded.router.has_units else "category"
    scores = loaded.card["evaluation"][kind]
    return indonesian.promise(
        scores["confident_share"] if scores else None, loaded.router.thresholds[kind]["promise"] or 0.0
    )
