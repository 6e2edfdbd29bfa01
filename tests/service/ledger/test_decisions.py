"""Decisions, returns and undo, by the API, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from service.ledger.database import now
from service.ledger.decisions import OUTCOMES_WITHOUT_UNIT, ComplaintType, Outcome
from service.ledger.first_answers import KEPT_FOR
from service.ledger.tables import FirstAnswer, StoredComplaint

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

    from service.ledger.database import Database

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}


def _send(client: TestClient, **fields: Any) -> dict[str, Any]:
    answer = client.post("/v1/predictions", json=COMPLAINT | fields)
    assert answer.status_code == 200, answer.text
    sent: dict[str, Any] = answer.json()
    return sent


def _stored(client: TestClient, reference: str = "9165816") -> dict[str, Any]:
    answer = client.get(f"/v1/complaints/{reference}")
    assert answer.status_code == 200, answer.text
    stored: dict[str, Any] = answer.json()
    return stored


def _decide(client: TestClient, **fields: Any) -> Any:
    return client.post("/v1/decisions", json={"reference_id": "9165816", "officer": "p-01"} | fields)


def test_the_verdict_says_whether_the_suggestion_was_followed(client: TestClient) -> None:
    units = _send(client)["units"]
    assert _decide(client, unit=units[0]["id"]).json()["verdict"] == "accepted"
    _send(client, reference_id="2")
    assert _decide(client, reference_id="2", unit=units[1]["name"]).json()["verdict"] == "changed"
    _send(client, reference_id="3")
    assert _decide(client, reference_id="3", outcome="bukan kewenangan").json()["verdict"] == "rejected"
    assert not _stored(client)["waiting"]


def test_seconds_may_be_null_though_the_schema_names_numbers_only(client: TestClient) -> None:
    unit = _send(client)["units"][0]["id"]
    assert _decide(client, unit=unit, seconds=None).status_code == 201


def test_an_unknown_unit_is_refused_with_the_nearest_names(client: TestClient) -> None:
    _send(client)
    answer = _decide(client, unit="Polda Sumatra Utera")
    assert answer.status_code == 422
    assert "Polda Sumatera Utara" in answer.json()["detail"]


def test_of_simultaneous_decisions_one_stands_and_the_others_get_409(client: TestClient) -> None:
    unit = _send(client)["units"][0]["id"]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: _decide(client, unit=unit, officer=f"p-{number}"), range(8)))
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert len(_stored(client)["decisions"]) == 1


def test_a_return_keeps_both_decisions(client: TestClient) -> None:
    units = _send(client)["units"]
    _decide(client, unit=units[0]["id"])
    answer = client.post("/v1/returns", json={"reference_id": "9165816", "reason": "bukan kewenangan"})
    assert answer.status_code == 201
    assert _stored(client)["waiting"]
    assert _decide(client, unit=units[1]["id"]).status_code == 201
    decisions = _stored(client)["decisions"]
    assert [entry["unit"] for entry in decisions] == [units[0]["id"], units[1]["id"]]
    assert [entry["returned_at"] is None for entry in decisions] == [False, True]


def test_an_undone_decision_is_kept_and_the_complaint_waits_again(client: TestClient) -> None:
    unit = _send(client)["units"][0]["id"]
    decision = _decide(client, unit=unit).json()
    assert client.delete(f"/v1/decisions/{decision['id']}").status_code == 204
    stored = _stored(client)
    assert stored["waiting"]
    assert stored["decisions"][0]["undone_at"] is not None
    assert client.delete(f"/v1/decisions/{decision['id']}").status_code == 404


def test_types_and_outcomes_ignore_case_and_spacing(client: TestClient) -> None:
    unit = _send(client)["units"][0]["id"]
    decision = _decide(client, unit=unit, type="Pengaduan Berkadar  Pengawasan", outcome="TANGANI").json()
    assert (decision["type"], decision["outcome"]) == (ComplaintType.SUPERVISORY, Outcome.HANDLE)


@pytest.mark.parametrize(("field", "known"), [("type", ComplaintType), ("outcome", Outcome), ("category", ())])
def test_an_unknown_type_outcome_or_category_is_refused_with_the_known_names(
    client: TestClient, field: str, known: Any
) -> None:
    unit = _send(client)["units"][0]["id"]
    answer = _decide(client, unit=unit, **{field: "entah 7361"})
    assert answer.status_code == 422
    assert "7361" not in answer.text
    assert all(name in answer.json()["detail"] for name in known)
    assert _stored(client)["waiting"]


@pytest.mark.parametrize("outcome", Outcome)
def test_some_outcomes_need_no_responsible_unit(client: TestClient, outcome: Outcome) -> None:
    _send(client)
    answer = _decide(client, outcome=outcome)
    assert answer.status_code == (201 if outcome in OUTCOMES_WITHOUT_UNIT else 422)


@pytest.mark.parametrize("outcome", Outcome)
def test_an_outcome_for_no_unit_is_refused_with_a_unit(client: TestClient, outcome: Outcome) -> None:
    answer = _decide(client, unit=_first_unit(client), outcome=outcome)
    assert answer.status_code == (422 if outcome in OUTCOMES_WITHOUT_UNIT else 201)
    assert _stored(client)["waiting"] == (outcome in OUTCOMES_WITHOUT_UNIT)


@pytest.mark.parametrize("fields", [{}, {"unit": ""}, {"unit": "", "outcome": ""}, {"reason": "lain"}])
def test_a_decision_without_unit_and_outcome_is_refused(client: TestClient, fields: dict[str, str]) -> None:
    _send(client)
    assert _decide(client, **fields).status_code == 422
    assert _stored(client)["decisions"] == []


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/returns"])
@pytest.mark.parametrize("field", ["unti", "Unit", "catatan"])
def test_an_unknown_field_of_a_decision_or_return_is_refused_by_name(client: TestClient, path: str, field: str) -> None:
    unit = _first_unit(client)
    _decide(client, unit=unit)
    body = {"reference_id": "9165816", "reason": "bukan tugas kami", field: unit}
    if path == "/v1/decisions":
        body["outcome"] = "yudisial"
    answer = client.post(path, json=body)
    assert answer.status_code == 422
    assert [error["where"] for error in answer.json()["errors"]] == [field]
    assert [entry["undone_at"] for entry in _stored(client)["decisions"]] == [None]


@pytest.mark.parametrize("category", [{}, {"category": ""}])
def test_a_blank_category_keeps_the_suggested_one(client: TestClient, category: dict[str, str]) -> None:
    sent = _send(client)
    decision = _decide(client, unit=sent["units"][0]["id"], **category).json()
    assert (decision["category"], decision["verdict"]) == (sent["categories"][0]["id"], "accepted")
    _send(client, reference_id="2")
    assert _decide(client, reference_id="2", outcome="yudisial", **category).json()["category"] == ""


def test_a_decision_that_names_two_complaints_is_refused(client: TestClient) -> None:
    sent = _send(client)
    _send(client, reference_id="2")
    named = {"suggestion_id": sent["suggestion_id"], "reference_id": "2"}
    assert _decide(client, unit=sent["units"][0]["id"], **named).status_code == 422
    assert _decide(client, unit=sent["units"][0]["id"], **named | {"reference_id": "9165816"}).status_code == 201


def test_copies_are_stored_once_and_never_for_the_responsible_unit(client: TestClient) -> None:
    first, second, *_ = (unit["id"] for unit in _send(client)["units"])
    assert _decide(client, unit=first, copies=[second, first, second, ""]).json()["copies"] == [second]


def _first_unit(client: TestClient, number: int = 0, **fields: Any) -> str:
    unit: str = _send(client, **fields)["units"][number]["id"]
    return unit


def _return(client: TestClient, key: str = "", **fields: Any) -> Any:
    body = {"reference_id": "9165816", "reason": "bukan tugas kami"} | fields
    return client.post("/v1/returns", json=body, headers={"Idempotency-Key": key} if key else {})


def test_the_same_decision_again_by_the_same_caller_gets_the_first_answer(client: TestClient) -> None:
    unit = _first_unit(client)
    first = _decide(client, unit=unit, reason="sesuai wilayah", seconds=3)
    again = _decide(client, unit=unit, reason="sesuai wilayah", seconds=3)
    assert (again.status_code, again.json()) == (201, first.json())
    assert len(_stored(client)["decisions"]) == 1


@pytest.mark.parametrize("changed", [{"officer": "p-02"}, {"reason": "lain"}, {"outcome": "limpahkan"}])
def test_another_decision_on_a_decided_complaint_is_409(client: TestClient, changed: dict[str, str]) -> None:
    unit = _first_unit(client)
    _decide(client, unit=unit)
    assert _decide(client, unit=unit, **changed).status_code == 409


def test_a_late_retry_of_an_undone_decision_gets_the_first_answer_and_decides_nothing(client: TestClient) -> None:
    body = {"reference_id": "9165816", "unit": _first_unit(client)}
    first = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "d-1"})
    undone = [
        client.delete(f"/v1/decisions/{first.json()['id']}", headers={"Idempotency-Key": "u-1"}) for _ in range(2)
    ]
    assert [answer.status_code for answer in undone] == [204, 204]
    late = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "d-1"})
    assert (late.status_code, late.json()) == (201, first.json())
    assert _stored(client)["waiting"]
    assert client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "d-2"}).status_code == 201


def test_a_conflict_is_answered_again_after_it_is_gone(client: TestClient) -> None:
    unit = _first_unit(client)
    standing = _decide(client, unit=unit).json()
    body = {"reference_id": "9165816", "unit": unit, "officer": "p-02"}
    refused = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "k"})
    client.delete(f"/v1/decisions/{standing['id']}")
    late = client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "k"})
    assert [refused.status_code, late.status_code] == [409, 409]
    assert late.headers["content-type"] == "application/problem+json"
    assert _stored(client)["waiting"]


def test_a_key_of_another_request_is_refused(client: TestClient) -> None:
    unit = _first_unit(client)
    headers = {"Idempotency-Key": "k"}
    client.post("/v1/decisions", json={"reference_id": "9165816", "unit": unit}, headers=headers)
    answer = _return(client, key="k")
    assert answer.status_code == 422
    assert "Idempotency-Key" in answer.json()["detail"]


def test_an_error_under_a_key_may_be_tried_again(client: TestClient) -> None:
    headers = {"Idempotency-Key": "k"}
    body = {"reference_id": "9165816", "outcome": "bukan kewenangan"}
    assert client.post("/v1/decisions", json=body, headers=headers).status_code == 404
    _send(client)
    assert client.post("/v1/decisions", json=body, headers=headers).status_code == 201


def test_the_same_key_at_once_decides_once(client: TestClient) -> None:
    body = {"reference_id": "9165816", "unit": _first_unit(client)}
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "k"}), range(8))
        )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_first_answers_are_deleted_after_two_days(client: TestClient) -> None:
    database: Database = client.app.state.database  # type: ignore[attr-defined]
    with database.session() as session:
        old = now() - KEPT_FOR - timedelta(seconds=1)
        for key, moment in (("old", old), ("young", now() - timedelta(hours=24))):
            session.add(
                FirstAnswer(
                    office="kumham", caller="x", key=key, request_digest="", created_at=moment, status=204, answer={}
                )
            )
    body = {"reference_id": "9165816", "unit": _first_unit(client)}
    client.post("/v1/decisions", json=body, headers={"Idempotency-Key": "new"})
    with database.reading() as session:
        assert set(session.scalars(select(FirstAnswer.key))) == {"young", "new"}


@pytest.mark.parametrize("key", ["", "r-1"])
def test_a_late_retry_of_a_return_leaves_the_new_decision(client: TestClient, key: str) -> None:
    first, second = (unit["id"] for unit in _send(client)["units"][:2])
    _decide(client, unit=first)
    returned = _return(client, key)
    again = _return(client, key)
    assert (again.status_code, again.json()) == (201, returned.json())
    _decide(client, unit=second)
    late = _return(client, key)
    # Without a key or the decision's id a retry can't be told from a second return.
    assert late.status_code == (201 if key else 422)
    stored = _stored(client)
    assert not stored["waiting"]
    assert [entry["returned_at"] is None for entry in stored["decisions"]] == [False, True]


def test_a_return_names_its_decision(client: TestClient) -> None:
    first, second = (unit["id"] for unit in _send(client)["units"][:2])
    for unit in (first, second):
        decision = _decide(client, unit=unit).json()
        for _ in range(2):
            answer = _return(client, decision_id=decision["id"])
            assert (answer.status_code, answer.json()["id"]) == (201, decision["id"])
    decisions = _stored(client)["decisions"]
    assert all(entry["returned_at"] for entry in decisions)
    assert _return(client, decision_id=decisions[0]["id"], reason="lain").status_code == 404


def test_a_return_after_the_text_changed_marks_the_decision_on_the_older_text(client: TestClient) -> None:
    decided = _decide(client, unit=_first_unit(client)).json()
    _send(client, text="Ternyata sertifikatnya atas nama orang lain")
    answer = _return(client)
    assert answer.status_code == 201
    assert (answer.json()["id"], answer.json()["revision"]) == (decided["id"], 1)
    newest = _stored(client)
    assert (newest["revision"], newest["waiting"]) == (2, True)
    with client.app.state.database.reading() as session:  # type: ignore[attr-defined]
        assert session.scalars(select(StoredComplaint.revision).where(StoredComplaint.waiting)).all() == [2]


def test_a_return_names_its_revision(client: TestClient) -> None:
    decided = _decide(client, unit=_first_unit(client)).json()
    unit = _first_unit(client, text="Ternyata sertifikatnya atas nama orang lain")
    _decide(client, unit=unit)
    assert _return(client, revision=1).json()["id"] == decided["id"]
    assert not _stored(client)["waiting"]


def test_undoing_a_decision_on_an_older_text_lets_only_the_newest_wait(client: TestClient) -> None:
    decided = _decide(client, unit=_first_unit(client)).json()
    _send(client, text="Ternyata sertifikatnya atas nama orang lain")
    assert client.delete(f"/v1/decisions/{decided['id']}").status_code == 204
    with client.app.state.database.reading() as session:  # type: ignore[attr-defined]
        assert session.scalars(select(StoredComplaint.revision).where(StoredComplaint.waiting)).all() == [2]


def test_a_decision_on_an_older_text_is_refused_and_the_newest_waits(client: TestClient) -> None:
    sent = _send(client)
    _send(client, text="Ternyata sertifikatnya atas nama orang lain")
    body = {"suggestion_id": sent["suggestion_id"], "unit": sent["units"][0]["id"]}
    answer = client.post("/v1/decisions", json=body)
    assert answer.status_code == 409
    assert "has changed" in answer.json()["detail"]
    assert (_stored(client)["waiting"], _stored(client)["decisions"]) == (True, [])


def test_a_decision_on_an_older_text_that_was_entered_before_is_answered_again(client: TestClient) -> None:
    sent = _send(client)
    body = {"suggestion_id": sent["suggestion_id"], "unit": sent["units"][0]["id"]}
    first = client.post("/v1/decisions", json=body)
    _send(client, text="Ternyata sertifikatnya atas nama orang lain")
    again = client.post("/v1/decisions", json=body)
    assert (again.status_code, again.json()) == (201, first.json())
