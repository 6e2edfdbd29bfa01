"""Roles, disabled users and forms with the session's token."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from service.ledger.access.accounts import open_accounts

if TYPE_CHECKING:
    from tests.service.desk import Desk


def test_a_disabled_user_is_signed_out_at_once(officer: Desk) -> None:
    with open_accounts(officer.database) as accounts:
        accounts.disable("sari", "test")
    assert officer.client.get("/antrean").url.path == "/masuk"


@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_without_the_sessions_token_changes_nothing(officer: Desk, token: str) -> None:
    officer.send("1")
    unit = officer.stored("1")["suggestion"]["units"][0]["id"]
    address = f"/pengaduan/{officer.stored('1')['id']}/putuskan"
    assert officer.client.post(address, data={"token": token, "unit": unit}).status_code == 403
    assert officer.stored("1")["waiting"]


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("sari", "/ekspor/berkas?bentuk=csv", 403),
        ("budi", "/ekspor/berkas?bentuk=csv", 200),
        ("sari", "/pengelola", 403),
        ("budi", "/pengelola", 403),
        ("rini", "/pengelola", 200),
    ],
)
def test_each_role_opens_its_own_pages(desk: Desk, name: str, address: str, status: int) -> None:
    assert desk.sign_in(name).client.get(address).status_code == status
