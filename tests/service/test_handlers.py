"""Errors of HTTP itself are problem details that say what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi.testclient import TestClient

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}


def test_a_wrong_method_is_answered_with_the_allowed_methods(api: TestClient) -> None:
    answer = api.put("/v1/predictions", json=COMPLAINT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
