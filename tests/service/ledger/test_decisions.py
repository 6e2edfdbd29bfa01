"""Decisions, returns and undo, by the API, on SQLite and PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from service.ledger.decisions import OUTCOMES_WITHOUT_UNIT, ComplaintType, Outcome

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

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


def test_copies_are_stored_once_and_never_for_the_responsible_unit(client: TestClient) -> None:
    first, second, *_ = (unit["id"] for unit in _send(client)["units"])
    assert _decide(client, unit=first, copies=[second, first, second, ""]).json()["copies"] == [second]
