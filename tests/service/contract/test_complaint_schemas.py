"""The fields and limits of a complaint in a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.ledger.database import now

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.mark.parametrize(("characters", "status"), [(50_000, 200), (50_001, 413)])
def test_a_text_of_fifty_thousand_characters_is_the_longest(api: TestClient, characters: int, status: int) -> None:
    text = ("lampu jalan mati " * 3000)[:characters]
    assert api.post("/v1/predictions?evidence=false", json={"text": text}).status_code == status


def test_a_null_field_counts_as_absent(api: TestClient) -> None:
    fields = ("reference_id", "received_at", "title", "channel", "location", "type", "incident_date", "attachments")
    nothing = dict.fromkeys((*fields, "reporter_category", "requested_unit", "anonymous", "confidential"))
    assert api.post("/v1/predictions", json={"text": "lampu mati", **nothing}).status_code == 200
    answer = api.post("/v1/predictions", json={"text": "lampu mati", "title": "a" * 2001})
    assert answer.json()["errors"][0]["where"] == "title"


@pytest.mark.parametrize("year", ["0001", "0202", "1989", str(now().year + 2), "9999"])
@pytest.mark.parametrize("time", ["", "T23:59:59-12:00", "T00:00:00+14:00"])
def test_a_year_beyond_the_calendar_is_refused_at_its_place(api: TestClient, year: str, time: str) -> None:
    refused = {"reference_id": f"y{year}{time}", "received_at": f"{year}-12-30{time}", "text": "lampu mati"}
    answer = api.post("/v1/predictions", json=refused)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["where"] == "received_at"
    batch = api.post("/v1/predictions/batch", json={"complaints": [refused, {"text": "lampu mati"}]}).json()["results"]
    assert [item.get("status") == 422 for item in batch] == [True, False]


@pytest.mark.parametrize("year", [1990, now().year + 1])
def test_the_first_and_the_last_year_are_taken(api: TestClient, year: int) -> None:
    complaint = {"reference_id": f"y{year}", "received_at": f"{year}-06-30", "text": "lampu mati"}
    assert api.post("/v1/predictions", json=complaint).status_code == 200


def test_a_number_is_a_reference_though_the_schema_names_texts_only(api: TestClient) -> None:
    answer = api.post("/v1/predictions", json={"text": "lampu mati", "reference_id": 9165816})
    assert answer.json()["reference_id"] == "9165816"
