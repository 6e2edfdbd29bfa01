"""The routes of decisions, of returns by units, and of one stored complaint."""

from fastapi import APIRouter, Response

from service.api.authentication import Authenticated
from service.api.json_only import JsonOnlyRoute
from service.contract.decision_schemas import DecisionIn, DecisionOut, ReturnIn, StoredComplaintOut
from service.dependencies import CurrentModel, CurrentTransaction
from service.problems import documented

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonOnlyRoute, dependencies=[Authenticated])


@router.post("/decisions", status_code=201, responses=documented(400, 401, 404, 408, 409, 413, 415, 422, 429, 503))
def decide(decision: DecisionIn, loaded: CurrentModel, transaction: CurrentTransaction) -> DecisionOut:
    """Record a decision. Of two simultaneous decisions on the same text the first stands, the second is answered 409."""
    complaint = (
        transaction.complaints.of_suggestion(decision.suggestion_id)
        if decision.suggestion_id
        else transaction.complaints.get(decision.reference_id)
    )
    made = decision.to_request().resolve(loaded.router)
    return DecisionOut.of(complaint, transaction.decisions.decide(complaint, made))


@router.delete("/decisions/{decision_id}", status_code=204, responses=documented(400, 401, 404, 422, 429, 503))
def undo(decision_id: str, transaction: CurrentTransaction) -> Response:
    """Undo a decision; the ledger keeps the decision, and the complaint waits again."""
    transaction.decisions.undo(decision_id, "")
    return Response(status_code=204)


@router.post("/returns", status_code=201, responses=documented(400, 401, 404, 408, 413, 415, 422, 429, 503))
def record_return(returned: ReturnIn, transaction: CurrentTransaction) -> DecisionOut:
    """Record that a unit returned a complaint as not its own. The decision stays and counts as misrouted."""
    complaint = transaction.complaints.get(returned.reference_id)
    entry = transaction.decisions.record_return(complaint, returned.reason, returned.officer)
    return DecisionOut.of(complaint, entry)


@router.get("/complaints/{any_id}", responses=documented(400, 401, 404, 422, 429, 503))
def read_complaint(any_id: str, transaction: CurrentTransaction) -> StoredComplaintOut:
    """The newest revision of a complaint, by reference or by Pilah's id: masked text, latest suggestion, all decisions."""
    return StoredComplaintOut.of(transaction.complaints.get(any_id))
