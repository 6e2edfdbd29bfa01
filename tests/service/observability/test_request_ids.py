"""A caller may name a request; Pilah replaces an unusable id."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.mark.parametrize("sent", ["intake-2026.11.23:7", "0192a5f0-1234-7abc-8123-081234567890"])
def test_a_usable_request_id_is_returned(api: TestClient, sent: str) -> None:
    assert api.get("/v1/units", headers={"x-request-id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "3578012345678901", "081234567890", "<script>", "a,b"])
def test_an_unusable_request_id_is_replaced(api: TestClient, sent: str) -> None:
    answered = api.get("/v1/units", headers={"x-request-id": sent}).headers["x-request-id"]
    assert answered != sent
    assert len(answered) == 36
