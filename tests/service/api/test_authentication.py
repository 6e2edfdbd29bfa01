"""A key is looked up once a second, and a revoked key stops counting."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.api.authentication import CallerCache, KnownCaller
from service.app import create_app
from service.errors import KeyMissing
from service.ledger.access.accounts import open_accounts
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk


def test_a_cached_key_expires_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1_000.0
    monkeypatch.setattr("service.api.authentication.time", SimpleNamespace(monotonic=lambda: now))
    cache = CallerCache()
    cache.put("digest", KnownCaller("key", "hub"))
    assert cache.get("digest") == KnownCaller("key", "hub")
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


@pytest.mark.parametrize("address", ["/v1/units", "/metrics"])
@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.7"},
        {"X-Forwarded-Proto": "https"},
        {"X-Forwarded-Host": "127.0.0.1"},
        {"Forwarded": "for=203.0.113.7"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "pilah.example.go.id"},
        {"Host": "127.0.0.1.example.org"},
    ],
)
def test_a_call_through_a_proxy_needs_a_key_also_before_the_first_one(
    client: TestClient, monkeypatch: pytest.MonkeyPatch, address: str, headers: dict[str, str]
) -> None:
    # The middleware keeps unknown hosts out before; here the office allows them.
    monkeypatch.setattr("service.middleware.security.UnknownHost", KeyMissing)
    assert client.get(address).status_code == 200
    assert client.get(address, headers=headers).status_code == 401
    with open_accounts(client.app.state.database) as accounts:  # type: ignore[attr-defined]
        key = accounts.add_key("LAPOR", "test")
    if "Host" not in headers:
        assert client.get(address, headers=headers | {"Authorization": f"Bearer {key}"}).status_code == 200


@pytest.mark.parametrize(
    ("host", "headers", "status"),
    [
        ("127.0.0.1", {}, 303),
        ("localhost", {}, 303),
        ("127.0.0.1", {"X-Forwarded-For": "203.0.113.7"}, 403),
        ("pilah.example.go.id", {}, 403),
    ],
)
def test_behind_a_proxy_nothing_is_open_under_an_allowed_name_and_the_demonstration_signs_nobody_in(
    sample_home: Path, tmp_path: Path, host: str, headers: dict[str, str], status: int
) -> None:
    settings = Settings(
        home=sample_home,
        database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"),
        allowed_hosts=("pilah.example.go.id",),
        demonstration=True,
    )
    with TestClient(create_app(settings), base_url=f"http://{host}") as demonstration:
        answer = demonstration.get("/masuk", headers=headers, follow_redirects=False)
        assert (answer.status_code, "set-cookie" in answer.headers) == (status, status == 303)
        units = demonstration.get("/v1/units", headers=headers)
        assert units.status_code == (200 if status == 303 else 401)
