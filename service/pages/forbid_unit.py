"""Forbid-unit page (Larangan saran unit): a supervisor forbids a unit for a kind of complaint, as a rule of the office."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from model.errors import RulesFileInvalid
from model.office.rules import Rule
from model.office.rules_file import NewRule, add_rule, preview_rule
from model.office.units import Units
from model.router import Router
from model.versions.office_home import Office
from service.contract.field_types import clean
from service.contract.suggestion_schemas import SuggestionOut
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction, Transaction
from service.ledger.access.accounts import SignedInUser
from service.ledger.access.audit import record_event
from service.ledger.tables import StoredComplaint
from service.live_model.rule_preview import MOST_COMPLAINTS, Preview, preview
from service.pages.frame import indonesian
from service.pages.frame.context import desk_page, names_of
from service.pages.frame.session import OwnForm, Supervisor
from service.settings import Settings

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_SHORTEST_REASON = 5
_WORDS_PROPOSED = 2


@dataclass(frozen=True, slots=True)
class RuleForm:
    """The form's fields."""

    unit: str = ""
    words: str = ""
    category: str = ""
    reason: str = ""


@router.get("/pengaduan/{complaint_id}/jangan")
def rule_form(
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
    """The form; once filled in, also a preview of the rule on past complaints."""
    complaint = transaction.complaints.get(complaint_id)
    if words is None:
        form = RuleForm(unit or _first_unit(transaction, complaint), _proposed_words(transaction, complaint))
        return _page(request, transaction, user, complaint, form)
    form = RuleForm(unit, clean(words).strip(), clean(category).strip(), clean(reason).strip())
    rule = _rule_of(form, user, loaded.router, settings, preview_rule)
    if isinstance(rule, str):
        return _page(request, transaction, user, complaint, form, mistake=rule)
    effect = preview(transaction.session, settings.office, rule, loaded.router, settings.today())
    return _page(request, transaction, user, complaint, form, effect=effect)


@router.post("/pengaduan/{complaint_id}/jangan")
def add(
    request: Request,
    complaint_id: str,
    user: Supervisor,
    transaction: CurrentTransaction,
    loaded: CurrentModel,
    settings: CurrentSettings,
    sent: OwnForm,
) -> Response:
    """Add the rule to the office's rules.csv, from the next suggestion on."""
    complaint = transaction.complaints.get(complaint_id)
    form = RuleForm(sent.get("unit"), sent.get("kata", 200), sent.get("kategori"), sent.get("alasan"))
    added = _rule_of(form, user, loaded.router, settings, add_rule)
    if isinstance(added, str):
        return _page(request, transaction, user, complaint, form, mistake=added)
    record_event(
        transaction.session, settings.office, user.name, "rule", f"{added.id} {added.action} {added.unit_id}"[:500]
    )
    return RedirectResponse(f"/pengaduan/{complaint.id}?aturan={added.id}", 303)


def _rule_of(
    form: RuleForm,
    user: SignedInUser,
    model: Router,
    settings: Settings,
    make: Callable[[NewRule, Path, Units], Rule],
) -> Rule | str:
    """The rule of a form, previewed or added by `make`; a sentence where the form or the rules file has a mistake."""
    unit = model.units.find(form.unit)
    if unit is None:
        return "Pilih unit yang tidak boleh disarankan."
    if not form.words and not form.category:
        return "Isi kata yang harus ada, atau pilih kategori: tanpa itu aturan berlaku untuk semua pengaduan."
    if form.category and form.category not in model.categories:
        return "Kategori ini tidak dikenal."
    if len(form.reason) < _SHORTEST_REASON:
        return "Tulis alasannya: aturan ini akan dibaca orang lain."
    rule = NewRule(unit.id, form.words, form.category, form.reason, user.name, settings.today())
    try:
        return make(rule, Office(settings.home, settings.office).rules_file, model.units)
    except RulesFileInvalid as error:
        return indonesian.sentence(error)


def _answer(transaction: Transaction, complaint: StoredComplaint) -> SuggestionOut | None:
    suggestion = transaction.complaints.suggestion_of(complaint)
    return SuggestionOut.model_validate(suggestion.answer) if suggestion else None


def _first_unit(transaction: Transaction, complaint: StoredComplaint) -> str:
    """The unit that last returned the complaint, otherwise the first suggested unit."""
    returned = [entry.unit_id for entry in complaint.decisions if entry.returned_at and entry.unit_id]
    answer = _answer(transaction, complaint)
    return returned[-1] if returned else (answer.units[0].id if answer and answer.units else "")


def _proposed_words(transaction: Transaction, complaint: StoredComplaint) -> str:
    """The words with the largest weights for the first unit."""
    answer = _answer(transaction, complaint)
    words = sorted(answer.evidence.words, key=lambda word: -word.weight) if answer and answer.evidence else []
    supporting = dict.fromkeys(word.text.lower() for word in words if word.weight > 0 and word.text.isalpha())
    return " ".join(list(supporting)[:_WORDS_PROPOSED])


def _page(
    request: Request,
    transaction: Transaction,
    user: SignedInUser,
    complaint: StoredComplaint,
    form: RuleForm,
    *,
    effect: Preview | None = None,
    mistake: str = "",
) -> HTMLResponse:
    names = names_of(request, transaction.session)
    answer = _answer(transaction, complaint)
    suggested = [unit.id for unit in answer.units] if answer else []
    decided = [entry.unit_id for entry in complaint.decisions if entry.unit_id]
    unit_ids = dict.fromkeys((*suggested, *decided, *filter(None, [form.unit])))
    return desk_page(
        request,
        user,
        "forbid_unit.html",
        "antrean",
        422 if mistake else 200,
        complaint=complaint,
        form=form,
        units=[(unit_id, names.unit(unit_id)) for unit_id in unit_ids],
        categories=[(label.id, label.name) for label in answer.categories] if answer else [],
        names=names,
        effect=effect,
        most=MOST_COMPLAINTS,
        mistake=mistake,
    )
