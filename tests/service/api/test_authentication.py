"""API keys: an office with users answers no call without one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient
from pydantic import SecretStr

from service.app import create_app
from service.ledger.accounts import open_accounts
from service.settings import Settings
from tests.service.desk import LOCAL, Desk

if TYPE_CHECKING:
    from pathlib import Path


def test_an_office_with_users_refuses_calls_without_a_key(desk: Desk) -> None:
    answer = desk.client.post("/v1/predictions", json={"text": "lampu mati"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_is_refused(desk: Desk) -> None:
    with open_accounts(desk.database) as accounts:
        accounts.revoke_key(accounts.api_keys()[0].id, "test")
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 401


def test_a_key_in_use_is_refused_a_second_after_its_revocation(desk: Desk) -> None:
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
    with open_accounts(desk.database) as accounts:
        accounts.revoke_key(accounts.api_keys()[0].id, "test")
    time.sleep(1.1)
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 401


def test_the_first_key_ends_calls_without_a_key_at_once(sample_home: Path, tmp_path: Path) -> None:
    settings = Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'open.db'}"))
    app = create_app(settings)
    with TestClient(app, base_url=LOCAL) as client:
        assert client.get("/v1/units").status_code == 200
        with open_accounts(app.state.database) as accounts:
            accounts.add_key("SP4N", "test")
        assert client.get("/v1/units").status_code == 401


def test_an_unknown_key_is_refused_each_time(desk: Desk) -> None:
    made_up = {"Authorization": "Bearer pilah_made-up"}
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
    assert [desk.client.get("/v1/units", headers=made_up).status_code for _ in range(2)] == [401, 401]
