"""The fields and limits of a complaint in a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

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
