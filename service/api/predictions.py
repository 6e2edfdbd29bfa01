"""The routes of suggestions: for one complaint, for a batch, and for a stream of complaints."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import StreamingResponse

from data.messages import Sentence
from service.api.authentication import Authenticated, Caller
from service.api.json_only import JsonOnlyRoute
from service.api.ndjson import MEDIA_TYPE, REQUEST_BODY, RESPONSE, ReceivedStream, answer_stream
from service.api.suggestions import SuggestionService
from service.contract.complaint_schemas import BatchIn, ComplaintIn
from service.contract.suggestion_schemas import BatchOut, SuggestionOut
from service.dependencies import (
    CurrentIntake,
    CurrentModel,
    CurrentSettings,
    CurrentTransaction,
    current_model,
)
from service.problems import documented
from service.settings import Settings

router = APIRouter(
    prefix="/v1/predictions", tags=["predictions"], route_class=JsonOnlyRoute, dependencies=[Authenticated]
)
stream_router = APIRouter(prefix="/v1/predictions", tags=["predictions"], dependencies=[Authenticated])

WithEvidence = Annotated[bool, Query(description="false leaves the evidence out.")]
Store = Annotated[
    bool,
    Query(
        description="false stores nothing; else a complaint with a reference_id is stored, masked, and waits for a decision."
    ),
]
_ERRORS = documented(400, 401, 408, 413, 415, 422, 429, 503)


@router.post("", response_model=SuggestionOut, responses=_ERRORS)
def predict(
    complaint: ComplaintIn,
    request: Request,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    intake: CurrentIntake,
    caller: Caller,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> Response:
    """Suggest units and categories for one complaint.

    A retry with the same `reference_id` and text is the same stored complaint; while the answer is the same too, the
    `suggestion_id` stays. Changed text is a new revision.
    """
    # Not a dependency: FastAPI resolves dependencies first, and an invalid body must be a 422 with or without a model.
    model = current_model(request)
    suggestions = SuggestionService(model.router, settings, intake, evidence=evidence, store=store)
    answer = suggestions.suggest(complaint, transaction.complaints.of_system(caller.system))
    # The answer is validated already; FastAPI would validate a returned SuggestionOut again.
    return Response(answer.model_dump_json(), media_type="application/json")


@router.post("/batch", responses=_ERRORS)
def predict_batch(
    batch: BatchIn,
    loaded: CurrentModel,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    intake: CurrentIntake,
    caller: Caller,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> BatchOut:
    """Suggest units and categories for up to 1,000 complaints, answered in the same order."""
    if len(batch.complaints) > settings.max_batch_items:
        raise RequestValidationError([_too_many(len(batch.complaints), settings)])
    suggestions = SuggestionService(loaded.router, settings, intake, evidence=evidence, store=store)
    return BatchOut(results=suggestions.suggest_many(batch.complaints, transaction.complaints.of_system(caller.system)))


@stream_router.post(
    "/stream",
    response_class=StreamingResponse,
    responses=_ERRORS | RESPONSE,
    openapi_extra=REQUEST_BODY,
)
def predict_stream(
    request: Request,
    stream: ReceivedStream,
    loaded: CurrentModel,
    caller: Caller,
    *,
    evidence: WithEvidence = True,
    store: Store = True,
) -> StreamingResponse:
    """Suggest for a stream of complaints: JSON Lines in, JSON Lines out, one JSON object a line.

    The answers come in the order of the lines, each as soon as it is ready. A line that can't be read is answered with
    a problem at its place; a blank line is skipped. The complaint of an answered line is stored.
    """
    del loaded  # a missing model is a 503 of the whole stream
    return StreamingResponse(
        answer_stream(request, stream, caller.system, evidence=evidence, store=store), media_type=MEDIA_TYPE
    )


def _too_many(count: int, settings: Settings) -> dict[str, Any]:
    sentence = Sentence("service.too-many-complaints", count=count, most=settings.max_batch_items)
    return {"type": "too_many", "loc": ("body", "complaints"), "msg": str(sentence)}
