"""Retries get the first suggestion; a complaint is stored once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}


def test_a_retry_gets_the_first_suggestion(client: TestClient) -> None:
    first = client.post("/v1/predictions", json=COMPLAINT)
    again = client.post("/v1/predictions", json=COMPLAINT | {"text": COMPLAINT["text"] + " \n"})
    assert again.json()["suggestion_id"] == first.json()["suggestion_id"]
    stored = client.get("/v1/complaints/9165816").json()
    assert stored["suggestion"]["suggestion_id"] == first.json()["suggestion_id"]


def test_any_suggestion_of_simultaneous_retries_can_be_decided(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/predictions", json=COMPLAINT), range(8)))
    ids = {answer.json()["suggestion_id"] for answer in answers}
    decision = client.post("/v1/decisions", json={"suggestion_id": ids.pop(), "outcome": "bukan kewenangan"})
    assert decision.status_code == 201
    # Whoever decides by another answer to the same complaint learns that it is decided.
    for other in ids:
        assert client.post("/v1/decisions", json={"suggestion_id": other, "outcome": "yudisial"}).status_code == 409


def test_a_complaint_twice_in_a_batch_is_stored_once(client: TestClient) -> None:
    results = client.post("/v1/predictions/batch", json={"complaints": [COMPLAINT, COMPLAINT]}).json()["results"]
    assert results[0]["suggestion_id"] == results[1]["suggestion_id"]


def test_without_evidence_the_answer_changes_and_not_what_is_stored(client: TestClient) -> None:
    answer = client.post("/v1/predictions?evidence=false", json=COMPLAINT).json()
    assert "evidence" not in answer
    others = [COMPLAINT | {"reference_id": "2"}, {"text": COMPLAINT["text"]}]
    batch = client.post("/v1/predictions/batch?evidence=false", json={"complaints": others}).json()["results"]
    assert not any("evidence" in item for item in batch)
    for reference in ("9165816", "2"):
        assert client.get(f"/v1/complaints/{reference}").json()["suggestion"]["evidence"]["words"]
    again = client.post("/v1/predictions", json=COMPLAINT).json()
    assert again["suggestion_id"] == answer["suggestion_id"]
