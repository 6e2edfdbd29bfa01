"""Suggestions for one complaint and for many."""

from typing import Annotated, Any

from fastapi import APIRouter, Query
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from data.errors import PilahError
from service.api.json_only import JsonRoute
from service.dependencies import CurrentModel, CurrentSettings
from service.errors import Problem, documented, problem_of, problem_of_fields
from service.schemas import BatchIn, BatchOut, ComplaintIn, SuggestionOut
from service.settings import Settings

router = APIRouter(prefix="/v1/predictions", tags=["predictions"], route_class=JsonRoute)

WithEvidence = Annotated[bool, Query(description="false leaves the evidence out.")]
_REFUSALS = documented(400, 413, 415, 422, 503)


@router.post("", responses=_REFUSALS)
def predict(
    complaint: ComplaintIn, loaded: CurrentModel, settings: CurrentSettings, *, evidence: WithEvidence = True
) -> SuggestionOut:
    """Suggest units and categories for one complaint."""
    suggestion = loaded.router.suggest(complaint.to_complaint(settings), evidence=evidence, today=settings.today())
    return SuggestionOut.of(suggestion, complaint.unknown_fields, evidence=evidence)


@router.post("/batch", responses=_REFUSALS)
def predict_batch(
    batch: BatchIn, loaded: CurrentModel, settings: CurrentSettings, *, evidence: WithEvidence = True
) -> BatchOut:
    """Suggest units and categories for up to 1,000 complaints, each answered at its place."""
    if len(batch.complaints) > settings.max_batch_items:
        raise RequestValidationError([_too_many(len(batch.complaints), settings)])
    read = [_read(item, settings) for item in batch.complaints]
    good = [item for item in read if not isinstance(item, Problem)]
    suggestions = iter(
        loaded.router.suggest_many(
            [item.to_complaint(settings) for item in good], evidence=evidence, today=settings.today()
        )
        if good
        else []
    )
    return BatchOut(
        results=[
            item
            if isinstance(item, Problem)
            else SuggestionOut.of(next(suggestions), item.unknown_fields, evidence=evidence)
            for item in read
        ]
    )


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
