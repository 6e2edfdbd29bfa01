"""The routes of decisions, of returns by units, and of one stored complaint."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from service.api.authentication import Authenticated, Caller
from service.api.idempotency import IdempotencyKey, answer_once
from service.api.json_only import JsonOnlyRoute
from service.contract.decision_schemas import DecisionIn, DecisionOut, ReturnIn, StoredComplaintOut
from service.contract.field_types import LONGEST_NAME
from service.dependencies import CurrentModel, CurrentSettings, CurrentTransaction, SuggestAgain
from service.errors import DecisionInvalid
from service.ledger.first_answers import Request
from service.problems import documented

router = APIRouter(prefix="/v1", tags=["decisions"], route_class=JsonOnlyRoute, dependencies=[Authenticated])

ReferenceId = Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)]


@router.post(
    "/decisions",
    status_code=201,
    response_model=DecisionOut,
    responses=documented(400, 401, 404, 408, 409, 413, 415, 422, 429, 503),
)
def decide(
    decision: DecisionIn,
    loaded: CurrentModel,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    caller: Caller,
    key: IdempotencyKey = "",
) -> Response:
    """Record a decision. Of two simultaneous decisions on the same text the first stands, the second is answered 409.

    A repeated decision of the same caller is answered with the first one while that stands.
    """

    def act() -> tuple[int, dict[str, Any]]:
        complaint = (
            transaction.complaints.of_suggestion(decision.suggestion_id)
            if decision.suggestion_id
            else transaction.complaints.of_system(caller.system).of_reference(decision.reference_id)
        )
        if decision.reference_id not in {"", complaint.reference_id, complaint.id}:
            raise DecisionInvalid("ledger.names-two-complaints")
        made = decision.to_request(caller.id).resolve(loaded.router)
        entry = transaction.decisions.decide(complaint, made, suggestion_id=decision.suggestion_id)
        return 201, _answer(DecisionOut.of(complaint, entry))

    request = Request(caller.id, key, {"decide": decision.model_dump(mode="json")})
    return answer_once(transaction.session, settings.office, request, act)


@router.delete("/decisions/{decision_id}", status_code=204, responses=documented(400, 401, 404, 422, 429, 503))
def undo(
    decision_id: str,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    caller: Caller,
    key: IdempotencyKey = "",
) -> Response:
    """Undo a decision; the ledger keeps the decision, and the complaint waits again."""

    def act() -> tuple[int, dict[str, Any]]:
        transaction.decisions.undo(decision_id, "")
        return 204, {}

    request = Request(caller.id, key, {"undo": decision_id})
    return answer_once(transaction.session, settings.office, request, act)


@router.post(
    "/returns",
    status_code=201,
    response_model=DecisionOut,
    responses=documented(400, 401, 404, 408, 413, 415, 422, 429, 503),
)
def record_return(
    returned: ReturnIn,
    settings: CurrentSettings,
    transaction: CurrentTransaction,
    caller: Caller,
    suggest_again: SuggestAgain,
    key: IdempotencyKey = "",
) -> Response:
    """Record that a unit returned a complaint as not its own. The decision stays and counts as misrouted.

    A repeated return is answered with the returned decision. Once a decision on the complaint was returned, a further
    return must name its decision.
    """

    def act() -> tuple[int, dict[str, Any]]:
        complaint = transaction.complaints.of_system(caller.system).of_reference(returned.reference_id)
        entry = transaction.decisions.record_return(
            complaint,
            returned.reason,
            returned.officer,
            decision_id=returned.decision_id,
            revision=returned.revision,
        )
        decided = transaction.complaints.get(entry.complaint_id)
        if complaint.waiting:
            suggest_again(complaint)
        return 201, _answer(DecisionOut.of(decided, entry))

    request = Request(caller.id, key, {"return": returned.model_dump(mode="json")})
    return answer_once(transaction.session, settings.office, request, act)


@router.get("/complaints", responses=documented(400, 401, 404, 422, 429, 503))
def find_complaint(reference_id: ReferenceId, transaction: CurrentTransaction, caller: Caller) -> StoredComplaintOut:
    """The newest revision of a complaint by the intake system's reference, whatever its characters."""
    return StoredComplaintOut.of(transaction.complaints.of_system(caller.system).of_reference(reference_id.strip()))


# A path, since a letter's number has slashes.
@router.get("/complaints/{any_id:path}", responses=documented(400, 401, 404, 422, 429, 503))
def read_complaint(any_id: str, transaction: CurrentTransaction, caller: Caller) -> StoredComplaintOut:
    """A complaint by Pilah's id, otherwise the newest revision by reference: text, latest suggestion, all decisions."""
    return StoredComplaintOut.of(transaction.complaints.of_system(caller.system).get(any_id))


def _answer(entry: DecisionOut) -> dict[str, Any]:
    return entry.model_dump(mode="json")
