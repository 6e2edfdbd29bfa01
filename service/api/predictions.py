"""Suggestions for one complaint, for many, and for a stream of them."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse

from service.api.answering import Answering
from service.api.authentication import Caller
from service.api.json_only import JsonRoute
from service.api.ndjson import MEDIA_TYPE, REQUEST_BODY, RESPONSE, Lines, SpooledLines, answer_lines
from service.contract.complaint_schemas import BatchIn, ComplaintIn
from service.contract.suggestion_schemas import BatchOut, SuggestionOut
from service.dependencies import (
    CurrentIntake,
    CurrentModel,
    CurrentSettings,
    CurrentTransaction,
    model_in_use,
)
from service.problems import documented
from service.settings import Settings

router = APIRouter(prefix="/v1/predictions", tags=["predictions"], route_class=JsonRoute, dependencies=[Caller])
streaming = APIRouter(prefix="/v1/predictions", tags=["predictions"], dependencies=[Caller])

WithEvidence = Annotated[bool, Query(description="false leaves the evidence out.")]
Store = Annotated[
    bool, Query(description="false answers only; else a complaint with a reference_id is kept, masked, and waits.")
]
_REFUSALS = documented(400, 401, 408, 413, 415, 422, 429, 503)


@router.post("", response_model=SuggestionOut, responses=_REFUSALS)
def predict(
    complaint: ComplaintIn,
    request: Request,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    intake: CurrentIntake,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> Response:
    """Suggest units and categories for one complaint.

    Sent again with the same `reference_id` and the same text, it is the same stored complaint; as long as the answer is
    the same too, it carries the same `suggestion_id`. Changed text is a new revision.
    """
    # Not a dependency: FastAPI resolves dependencies first, and an invalid body must be a 422 with or without a model.
    router_in_use = model_in_use(request).router
    answering = Answering(router_in_use, settings, intake, evidence=evidence, store=store)
    # The answer's types are right already: as a Response it isn't validated again.
    return Response(
        answering.answer_one(complaint, transaction.complaints).model_dump_json(), media_type="application/json"
    )


@router.post("/batch", responses=_REFUSALS)
def predict_batch(
    batch: BatchIn,
    loaded: CurrentModel,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    intake: CurrentIntake,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> BatchOut:
    """Suggest units and categories for up to 1,000 complaints, each answered at its place."""
    if len(batch.complaints) > settings.max_batch_items:
        raise RequestValidationError([_too_many(len(batch.complaints), settings)])
    answering = Answering(loaded.router, settings, intake, evidence=evidence, store=store)
    return BatchOut(results=answering.answer(batch.complaints, transaction.complaints))


@streaming.post(
    "/stream",
    response_class=StreamingResponse,
    responses=documented(400, 401, 408, 413, 415, 422, 429, 503) | RESPONSE,
    openapi_extra=REQUEST_BODY,
)
def predict_stream(
    request: Request,
    lines: SpooledLines,
    loaded: CurrentModel,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> StreamingResponse:
    """Suggest for as many complaints as the stream holds: JSON Lines in, one JSON object a line, JSON Lines out.

    The answers come in the order of the lines, while later ones are still worked on; a line that can't be read is
    answered with its problem at its place, and a blank line not at all. A line that was answered is stored.
    """
    del loaded  # asked for here, so that a missing model is a 503 and not a stream of them
    return StreamingResponse(
        answer_lines(Lines.of(request, lines), evidence=evidence, store=store), media_type=MEDIA_TYPE
    )


def _too_many(count: int, settings: Settings) -> dict[str, Any]:
    message = f"{count:,} complaints are more than the {settings.max_batch_items:,} of one batch. Send several batches"
    return {"type": "too_many", "loc": ("body", "complaints"), "msg": message}
