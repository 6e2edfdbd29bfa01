"""Jangan pernah: a unit that must not be suggested for a kind of complaint becomes a rule of the office."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.errors import RulesFileInvalid
from model.office.rules_file import NewRule, add_rule, preview_rule
from model.router import Router
from model.versions.office_home import Office
from service.contract.schemas import SuggestionOut, clean
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction, Transaction
from service.ledger.accounts import SignedInUser
from service.ledger.audit import record_event
from service.ledger.tables import StoredComplaint
from service.live_model.rule_preview import MOST_LOOKED_AT, Preview, preview
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.session import OwnForm, Supervisor
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SHORTEST_REASON = 5
_WORDS_PROPOSED = 2
_FAULT = (
    "Aturan ini tidak dapat dibaca. Isi kata atau kategori, tanpa tanda =, +, @ atau - di depan. "
    "Periksa juga rules.csv bila pesan ini tetap muncul."
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form says so far."""

    unit: str = ""
    words: str = ""
    category: str = ""
    reason: str = ""


@router.get("/pengaduan/{complaint_id}/jangan")
def ask(
    request: Request,
    complaint_id: str,
    user: Supervisor,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    settings: CurrentSettings,
    unit: Annotated[str, Query(max_length=500)] = "",
    words: Annotated[str | None, Query(alias="kata", max_length=200)] = None,
    category: Annotated[str, Query(alias="kategori", max_length=500)] = "",
    reason: Annotated[str, Query(alias="alasan", max_length=500)] = "",
) -> HTMLResponse:
    """The form; once it says which words or which category, what the rule would have changed."""
    complaint = transaction.complaints.get(complaint_id)
    if words is None:
        asked = Asked(unit or _first_unit(transaction, complaint), _proposed(transaction, complaint))
        return _page(request, transaction, user, complaint, asked)
    asked = Asked(unit, clean(words).strip(), clean(category).strip(), clean(reason).strip())
    never = _never(asked, user, loaded.router, settings)
    if isinstance(never, str):
        return _page(request, transaction, user, complaint, asked, refused=never)
    try:
        rule = preview_rule(never, _rules_file(settings), loaded.router.units)
    except RulesFileInvalid:
        return _page(request, transaction, user, complaint, asked, refused=_FAULT)
    found = preview(transaction.session, settings.office, rule, loaded.router, settings.today())
    return _page(request, transaction, user, complaint, asked, found=found)


@router.post("/pengaduan/{complaint_id}/jangan")
def enter(
    request: Request,
    complaint_id: str,
    user: Supervisor,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    settings: CurrentSettings,
    form: OwnForm,
) -> Response:
    """Write the rule into the office's rules.csv; the next suggestion obeys it."""
    complaint = transaction.complaints.get(complaint_id)
    asked = Asked(form.get("unit"), form.get("kata", 200), form.get("kategori"), form.get("alasan"))
    never = _never(asked, user, loaded.router, settings)
    if isinstance(never, str):
        return _page(request, transaction, user, complaint, asked, refused=never)
    try:
        rule = add_rule(never, _rules_file(settings), loaded.router.units)
    except RulesFileInvalid:
        return _page(request, transaction, user, complaint, asked, refused=_FAULT)
    record_event(
        transaction.session, settings.office, user.name, "rule", f"{rule.id} {rule.action} {rule.unit_id}"[:500]
    )
    return RedirectResponse(f"/pengaduan/{complaint.id}?aturan={rule.id}", 303)


def _never(asked: Asked, user: SignedInUser, model: Router, settings: Settings) -> NewRule | str:
    """The rule that is asked for, or what is missing."""
    unit = model.units.find(asked.unit)
    if unit is None:
        return "Pilih unit yang tidak boleh disarankan."
    if not asked.words and not asked.category:
        return "Isi kata yang harus ada, atau pilih kategori: tanpa itu aturan berlaku untuk semua pengaduan."
    if asked.category and asked.category not in {label.id for label in model.category_labels}:
        return "Kategori ini tidak dikenal."
    if len(asked.reason) < _SHORTEST_REASON:
        return "Tulis alasannya: aturan ini akan dibaca orang lain."
    return NewRule(unit.id, asked.words, asked.category, asked.reason, user.name, settings.today())


def _rules_file(settings: Settings) -> Path:
    return Office(settings.home, settings.office).rules_file


def _answer(transaction: Transaction, complaint: StoredComplaint) -> SuggestionOut | None:
    suggestion = transaction.complaints.suggestion_of(complaint)
    return SuggestionOut.model_validate(suggestion.answer) if suggestion else None


def _first_unit(transaction: Transaction, complaint: StoredComplaint) -> str:
    """The unit that came back last, else the one that was suggested first."""
    returned = [entry.unit_id for entry in complaint.decisions if entry.returned_at and entry.unit_id]
    answer = _answer(transaction, complaint)
    return returned[-1] if returned else (answer.units[0].id if answer and answer.units else "")


def _proposed(transaction: Transaction, complaint: StoredComplaint) -> str:
    """The words that spoke most for the first unit."""
    answer = _answer(transaction, complaint)
    spoke = sorted(answer.evidence.words, key=lambda word: -word.weight) if answer and answer.evidence else []
    telling = dict.fromkeys(word.text.lower() for word in spoke if word.weight > 0 and word.text.isalpha())
    return " ".join(list(telling)[:_WORDS_PROPOSED])


def _page(
    request: Request,
    transaction: Transaction,
    user: SignedInUser,
    complaint: StoredComplaint,
    asked: Asked,
    *,
    found: Preview | None = None,
    refused: str = "",
) -> HTMLResponse:
    names = names_of(request)
    answer = _answer(transaction, complaint)
    units = [unit.id for unit in answer.units] if answer else []
    decided = [entry.unit_id for entry in complaint.decisions if entry.unit_id]
    return desk_page(
        request,
        user,
        "never.html",
        "antrean",
        422 if refused else 200,
        complaint=complaint,
        asked=asked,
        units=[(one, names.unit(one)) for one in dict.fromkeys((*units, *decided, *filter(None, [asked.unit])))],
        categories=[(label.id, label.name) for label in answer.categories] if answer else [],
        names=names,
        found=found,
        most=MOST_LOOKED_AT,
        refused=refused,
    )
