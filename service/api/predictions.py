"""Suggestions for one complaint and for many."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from data.errors import PilahError
from model.complaint import Complaint
from model.suggestion import Suggestion
from service.api.json_only import JsonRoute
from service.api.keys import Caller
from service.dependencies import CurrentIntake, CurrentLedger, CurrentModel, CurrentSettings
from service.errors import Problem, documented, problem_of, problem_of_fields
from service.intake import Intake, Source
from service.ledger.store import Ledger
from service.schemas import BatchIn, BatchOut, ComplaintIn, SuggestionOut
from service.settings import Settings

router = APIRouter(prefix="/v1/predictions", tags=["predictions"], route_class=JsonRoute, dependencies=[Caller])

WithEvidence = Annotated[bool, Query(description="false leaves the evidence out.")]
Store = Annotated[
    bool, Query(description="false answers only; else a complaint with a reference_id is kept, masked, and waits.")
]
_REFUSALS = documented(400, 401, 413, 415, 422, 429, 503)


@router.post("", responses=_REFUSALS)
def predict(
    complaint: ComplaintIn,
    loaded: CurrentModel,
    settings: CurrentSettings,
    ledger: CurrentLedger,
    intake: CurrentIntake,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> SuggestionOut:
    """Suggest units and categories for one complaint."""
    asked = complaint.to_complaint(settings)
    suggestion = loaded.router.suggest(asked, evidence=evidence, today=settings.today())
    answer = SuggestionOut.of(suggestion, complaint.unknown_fields, evidence=evidence)
    if store:
        _keep(intake, ledger, asked, suggestion, answer)
    return answer


@router.post("/batch", responses=_REFUSALS)
def predict_batch(
    batch: BatchIn,
    loaded: CurrentModel,
    settings: CurrentSettings,
    ledger: CurrentLedger,
    intake: CurrentIntake,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> BatchOut:
    """Suggest units and categories for up to 1,000 complaints, each answered at its place."""
    if len(batch.complaints) > settings.max_batch_items:
        raise RequestValidationError([_too_many(len(batch.complaints), settings)])
    read = [_read(item, settings) for item in batch.complaints]
    good = [item for item in read if not isinstance(item, Problem)]
    asked = [item.to_complaint(settings) for item in good]
    suggestions = loaded.router.suggest_many(asked, evidence=evidence, today=settings.today()) if good else []
    answers = [
        SuggestionOut.of(suggestion, item.unknown_fields, evidence=evidence)
        for item, suggestion in zip(good, suggestions, strict=True)
    ]
    if store:
        for complaint, suggestion, answer in zip(asked, suggestions, answers, strict=True):
            _keep(intake, ledger, complaint, suggestion, answer)
    in_order = iter(answers)
    return BatchOut(results=[item if isinstance(item, Problem) else next(in_order) for item in read])


def _keep(intake: Intake, ledger: Ledger, asked: Complaint, suggestion: Suggestion, answer: SuggestionOut) -> None:
    """Enter it in the ledger, masked, where the intake system gave it a reference."""
    if asked.reference_id:
        intake.enter(ledger, asked, suggestion, answer, Source("api"))


def _read(item: object, settings: Settings) -> ComplaintIn | Problem:
    """The complaint at one place of a batch, or what is wrong with it."""
    try:
        complaint = ComplaintIn.model_validate(item)
        complaint.to_complaint(settings)
    except ValidationError as error:
        return problem_of_fields(error.errors(include_url=False, include_context=False, include_input=False))
    except PilahError as error:
        return problem_of(error)
    return complaint


def _too_many(count: int, settings: Settings) -> dict[str, Any]:
    message = f"{count:,} complaints are more than the {settings.max_batch_items:,} of one batch. Send several batches"
    return {"type": "too_many", "loc": ("body", "complaints"), "msg": message}
