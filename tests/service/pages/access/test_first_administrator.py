"""The one-time link that makes an office's first administrator."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from service.errors import AccountInvalid, SetupLinkInvalid
from service.jobs.sign_ins import SignIns
from service.ledger.access.accounts import open_accounts
from service.ledger.database import now
from service.ledger.tables import SetupLink
from tests.service.desk import PASSWORD

if TYPE_CHECKING:
    from fastapi.testclient import TestClient


@pytest.fixture
def database(client: TestClient) -> Any:
    return client.app.state.database  # type: ignore[attr-defined]


@pytest.fixture
def secret(database: Any) -> str:
    """The secret of a link that may be used."""
    with open_accounts(database) as accounts:
        return accounts.new_setup_link()


def _send(client: TestClient, secret: str, name: str = "rini", again: str = PASSWORD, **headers: str) -> Any:
    form = {"kode": secret, "nama": name, "sandi": PASSWORD, "sandi_lagi": again}
    return client.post(
        "/pengelola-pertama", data=form, follow_redirects=False, headers={"accept": "text/html"} | headers
    )


def test_the_link_makes_an_administrator_who_is_signed_in(client: TestClient, secret: str) -> None:
    page = client.get(f"/pengelola-pertama?kode={secret}")
    assert (page.status_code, "Jadikan saya pengelola" in page.text) == (200, True)
    assert _send(client, secret).status_code == 303
    administration = client.get("/pengelola")
    assert (administration.status_code, "menjadi pengelola pertama" in administration.text) == (200, True)


def test_the_link_is_used_once(client: TestClient, secret: str) -> None:
    _send(client, secret)
    client.cookies.clear()
    assert client.get(f"/pengelola-pertama?kode={secret}").status_code == 403
    refused = _send(client, secret, "budi")
    assert (refused.status_code, "sudah dipakai" in refused.text) == (403, True)
    assert "set-cookie" not in refused.headers


def test_only_the_links_hash_is_stored(database: Any, secret: str) -> None:
    with database.reading() as session:
        (link,) = session.scalars(select(SetupLink))
        assert len(link.secret_hash) == 64
        assert secret not in link.secret_hash


def test_an_expired_replaced_or_invented_link_is_refused(client: TestClient, database: Any, secret: str) -> None:
    with open_accounts(database) as accounts:
        newer = accounts.new_setup_link()
    for wrong in (secret, "", "x"):
        assert client.get(f"/pengelola-pertama?kode={wrong}").status_code == 403
        assert _send(client, wrong).status_code == 403
    with database.session() as session:
        session.execute(update(SetupLink).values(expires_at=now() - timedelta(seconds=1)))
    assert _send(client, newer).status_code == 403


def test_the_link_ends_with_the_first_user_of_the_command_line(client: TestClient, database: Any, secret: str) -> None:
    with open_accounts(database) as accounts:
        accounts.add_user("sari", "officer", PASSWORD, "command line")
    assert client.get(f"/pengelola-pertama?kode={secret}").status_code == 403
    assert _send(client, secret).status_code == 403


@pytest.mark.parametrize(("name", "again"), [("Rini W", PASSWORD), ("rini", "kata-sandi-lain")])
def test_a_mistake_keeps_the_link_and_the_name(client: TestClient, secret: str, name: str, again: str) -> None:
    refused = _send(client, secret, name, again)
    assert (refused.status_code, f'value="{name}"' in refused.text) == (422, True)
    assert _send(client, secret).status_code == 303


def test_a_form_from_elsewhere_makes_nobody(client: TestClient, secret: str) -> None:
    assert _send(client, secret, **{"sec-fetch-site": "cross-site"}).status_code == 403
    assert _send(client, secret).status_code == 303


def test_two_requests_at_once_make_one_administrator(database: Any, secret: str) -> None:
    sign_ins, start, made = SignIns(database), Barrier(2), []

    def make(name: str) -> None:
        start.wait()
        try:
            sign_ins.make_first_administrator(secret, name, PASSWORD, "")
            made.append(name)
        except (SetupLinkInvalid, AccountInvalid):
            pass

    threads = [Thread(target=make, args=(name,)) for name in ("rini", "budi")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with open_accounts(database) as accounts:
        assert [user.name for user in accounts.users()] == made
    assert len(made) == 1
