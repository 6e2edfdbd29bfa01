"""A key is looked up once a second, and a revoked key stops counting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

from service.api.authentication import CallerCache
from service.ledger.accounts import open_accounts

if TYPE_CHECKING:
    import pytest
    from fastapi.testclient import TestClient

    from tests.service.desk import Desk


def test_a_cached_key_expires_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("service.api.authentication.time", SimpleNamespace(monotonic=lambda: now))
    cache = CallerCache()
    cache.put("digest", "key")
    assert cache.get("digest") == "key"
    assert cache.get("another") is None
    now += 1.0
    assert cache.get("digest") is None


def test_an_office_without_keys_needs_none_on_this_machine_until_it_has_one(client: TestClient) -> None:
    assert client.get("/v1/units").status_code == 200
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        accounts.add_key("LAPOR", "test")
    answer = client.get("/v1/units")
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert "pilah keys add" in answer.json()["detail"]


def test_an_invented_key_is_refused(desk: Desk) -> None:
    assert desk.client.get("/v1/units", headers={"Authorization": "Bearer pilah_wrong"}).status_code == 401
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
