"""A body that isn't declared as JSON is answered 415."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/ld+json", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("", 415),
    ],
)
def test_only_json_types_are_read(api: TestClient, content_type: str, status: int) -> None:
    answer = api.post("/v1/predictions", content=b'{"text": "lampu mati"}', headers={"content-type": content_type})
    assert answer.status_code == status
    if status == 415:
        assert "application/json" in answer.json()["detail"]
