"""The client that records what the service acknowledged reports every kind of fault."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.service.acknowledged import Answer, Case, Kind, Request, StoredText, TwoTexts

if TYPE_CHECKING:
    from collections.abc import Callable

_DECIDED, _RETURNED, _AGAIN = "2026-11-02T01:00:00Z", "2026-11-02T02:00:00Z", "2026-11-02T03:00:00Z"


def _decision(officer: str, key: str = "") -> Request:
    return Request(Kind.DECISION, "POST", "/v1/decisions", {"reference_id": "a-1", "officer": officer}, key)


def _case() -> Case:
    """Predicted, decided (d-1), returned, and decided again (d-2)."""
    case = Case("a-1")
    case.record([(Request(Kind.PREDICTION, "POST", "/v1/predictions"), Answer(200, {"suggestion_id": "s-1"}))])
    case.record([(_decision("p-1", "k-1"), Answer(201, {"id": "d-1"}))])
    returned = Request(Kind.RETURN, "POST", "/v1/returns", {"reason": "bukan wewenang kami"}, "", "d-1")
    case.record([(returned, Answer(201, {"id": "d-1"}))])
    case.record([(_decision("p-2"), Answer(201, {"id": "d-2"}))])
    return case


def _stored() -> dict[str, Any]:
    """The complaint of `_case` as a faultless ledger gives it."""
    first = {"id": "d-1", "officer": "p-1", "decided_at": _DECIDED, "undone_at": _RETURNED, "returned_at": _RETURNED}
    second = {"id": "d-2", "officer": "p-2", "decided_at": _AGAIN, "undone_at": None, "returned_at": None}
    return {
        "id": "c-1",
        "revision": 1,
        "suggestion": {"suggestion_id": "s-1"},
        "waiting": False,
        "decisions": [first, second],
    }


def test_a_faultless_ledger_has_no_fault() -> None:
    case = _case()
    case.check(200, _stored())
    assert case.faults == []
    assert case.acknowledged == {Kind.PREDICTION: 1, Kind.DECISION: 2, Kind.RETURN: 1}


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda stored: stored.update(revision=2), id="prediction doubled"),
        pytest.param(lambda stored: stored["decisions"].pop(), id="decision lost"),
        pytest.param(lambda stored: stored["decisions"].reverse(), id="decisions out of order"),
        pytest.param(lambda stored: stored["decisions"].append(stored["decisions"][1] | {"id": "d-3"}), id="doubled"),
        pytest.param(lambda stored: stored["decisions"][0].update(returned_at=None), id="return turned into an undo"),
        pytest.param(lambda stored: stored["decisions"][0].update(undone_at=None, returned_at=None), id="return lost"),
        pytest.param(lambda stored: stored["decisions"][1].update(undone_at=_AGAIN), id="undone unasked"),
        pytest.param(lambda stored: stored["decisions"][1].update(decided_at=_DECIDED), id="begins before the return"),
        pytest.param(lambda stored: stored["decisions"][1].update(officer="p-1"), id="another's officer"),
        pytest.param(lambda stored: stored.update(waiting=True), id="decided and waiting"),
    ],
)
def test_a_ledger_that_differs_is_reported(spoil: Callable[[dict[str, Any]], object]) -> None:
    case, stored = _case(), _stored()
    case.check(200, _stored())
    spoil(stored)
    case.check(200, stored)
    assert case.faults


def test_a_lost_complaint_is_reported() -> None:
    case = _case()
    case.check(404, None)
    assert case.faults


def test_a_retry_under_a_key_that_gets_another_answer_is_reported() -> None:
    case = _case()
    decision = case.decisions[0].request
    case.record([(decision, Answer(201, {"id": "d-1"}))])
    assert case.faults == []
    case.record([(decision, Answer(201, {"id": "d-3"}))])
    assert case.faults


def test_an_unanswered_request_may_have_been_executed_until_its_retry_says_so() -> None:
    case, stored = _case(), _stored()
    undo = Request(Kind.UNDO, "DELETE", "/v1/decisions/d-2", None, "", "d-2")
    case.record([(undo, Answer(0))])
    case.check(200, stored)
    stored["decisions"][1]["undone_at"], stored["waiting"] = _AGAIN, True
    case.check(200, stored)
    assert (case.faults, case.unanswered) == ([], [undo])
    # Without a key the retry finds nothing to undo.
    case.record([(undo, Answer(404))])
    case.check(200, stored)
    assert (case.faults, case.unanswered) == ([], [])
    assert case.acknowledged[Kind.UNDO] == 1


def test_of_two_rivals_the_one_without_an_answer_may_stand() -> None:
    case = Case("a-1")
    case.record([(Request(Kind.PREDICTION, "POST", "/v1/predictions"), Answer(200, {"suggestion_id": "s-1"}))])
    silent, refused = _decision("p-1"), _decision("p-2")
    case.record([(silent, Answer(0)), (refused, Answer(409))])
    case.record([(silent, Answer(201, {"id": "d-1"}))])
    assert case.faults == []
    assert [decision.id for decision in case.decisions] == ["d-1"]


def _changed() -> tuple[Case, Case]:
    """The case of `_case` and its next revision, both acknowledged."""
    case = _case()
    changed = case.with_changed_text()
    changed.record([(Request(Kind.PREDICTION, "POST", "/v1/predictions"), Answer(200, {"suggestion_id": "s-2"}))])
    return case, changed


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda old, _: old.update(waiting=True), id="the older waits"),
        pytest.param(lambda _, new: new.update(waiting=False), id="the newest doesn't wait"),
        pytest.param(lambda _, new: new.update(id="c-3"), id="the changed text doubled"),
        pytest.param(lambda _, new: new.update(revision=1), id="the changed text is another revision"),
    ],
)
def test_a_changed_text_is_a_revision_that_alone_waits(spoil: Callable[[Any, Any], object]) -> None:
    case, changed = _changed()
    old, new = _stored(), {"id": "c-2", "revision": 2, "suggestion": {}, "waiting": True, "decisions": []}
    new["suggestion"] = {"suggestion_id": "s-2"}
    case.check(200, old)
    changed.check(200, new)
    assert case.faults + changed.faults == []
    spoil(old, new)
    case.check(200, old)
    changed.check(200, new)
    assert case.faults + changed.faults


def test_a_decision_on_a_text_that_changed_must_be_refused() -> None:
    case, _ = _changed()
    undo = Request(Kind.UNDO, "DELETE", "/v1/decisions/d-2", None, "", "d-2")
    case.record([(undo, Answer(204))])
    assert case.faults == []
    case.record([(_decision("p-3"), Answer(201, {"id": "d-3"}))])
    assert case.faults


_FIRST = StoredText("a", waiting=False, suggestions=frozenset({"s-1", "s-9"}))
_SECOND = StoredText("b", waiting=True, suggestions=frozenset({"s-2"}))


@pytest.mark.parametrize(
    ("stored", "faults"),
    [
        pytest.param([_FIRST, _SECOND], 0, id="both stored"),
        pytest.param([_SECOND], 2, id="one lost"),
        pytest.param([_FIRST, _SECOND._replace(suggestions=frozenset({"s-1"}))], 1, id="the other's suggestion"),
        pytest.param([_FIRST._replace(waiting=True), _SECOND], 1, id="both wait"),
        pytest.param([_FIRST, _FIRST, _SECOND], 1, id="one doubled"),
    ],
)
def test_two_texts_at_once_are_two_revisions_with_their_own_suggestions(stored: list[StoredText], faults: int) -> None:
    assert len(TwoTexts("r", "LAPOR", {"a": "s-1", "b": "s-2"}).faults(stored)) == faults
