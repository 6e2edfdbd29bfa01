"""Decisions on complaints, returns of units, and what the ledger holds of one complaint."""

from fastapi import APIRouter, Response

from service.api.authentication import Caller
from service.api.json_only import JsonRoute
from service.contract.decision_schemas import DecisionIn, DecisionOut, ReturnIn, StoredComplaintOut
from service.dependencies import CurrentModel, CurrentTransaction
from service.problems import documented

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonRoute, dependencies=[Caller])


@router.post("/decisions", status_code=201, responses=documented(400, 401, 404, 408, 409, 413, 415, 422, 429, 503))
def decide(decision: DecisionIn, loaded: CurrentModel, transaction: CurrentTransaction) -> DecisionOut:
    """Record what was decided. Of two decisions at once on the same text one stands, the other is answered 409."""
    complaint = (
        transaction.complaints.of_suggestion(decision.suggestion_id)
        if decision.suggestion_id
        else transaction.complaints.get(decision.reference_id)
    )
    made = decision.to_request().resolve(loaded.router)
    return DecisionOut.of(complaint, transaction.decisions.decide(complaint, made))


@router.delete("/decisions/{decision_id}", status_code=204, responses=documented(400, 401, 404, 422, 429, 503))
def undo(decision_id: str, transaction: CurrentTransaction) -> Response:
    """Take a decision back; it is kept, and its complaint waits again."""
    transaction.decisions.undo(decision_id, "")
    return Response(status_code=204)


@router.post("/returns", status_code=201, responses=documented(400, 401, 404, 408, 413, 415, 422, 429, 503))
def record_return(returned: ReturnIn, transaction: CurrentTransaction) -> DecisionOut:
    """Record that the unit sent the complaint back as not its own. The decision is kept and counts as misrouted."""
    complaint = transaction.complaints.get(returned.reference_id)
    entry = transaction.decisions.record_return(complaint, returned.reason, returned.officer)
    return DecisionOut.of(complaint, entry)


@router.get("/complaints/{any_id}", responses=documented(400, 401, 404, 422, 429, 503))
def read_complaint(any_id: str, transaction: CurrentTransaction) -> StoredComplaintOut:
    """The newest revision by its reference or Pilah's own id: masked text, latest suggestion, every decision."""
    return StoredComplaintOut.of(transaction.complaints.get(any_id))
