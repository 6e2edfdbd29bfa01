"""Sign-ins: hashes outside transactions, locks by name and source, limits of strangers, and what is recorded."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
import structlog
from argon2 import PasswordHasher
from sqlalchemy import select, update

from service.errors import SignInRefused, SignInsBusy, TooManySignIns
from service.jobs.sign_ins import Attempt, SignIns
from service.ledger.access import accounts as accounts_module
from service.ledger.access.accounts import Accounts, open_accounts
from service.ledger.access.audit import newest
from service.ledger.database import now
from service.ledger.tables import SignInFailures
from service.middleware import sign_in_limits
from service.middleware.sign_in_limits import MOST_FAILURES_OF_AN_ADDRESS, AddressLimit, PasswordSlots
from tests.service.desk import PASSWORD, ROLES, Desk

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.ledger.database import Database

_STRANGER, _OFFICE = "203.0.113.7", "198.51.100.20"


@pytest.fixture
def sign_ins(desk: Desk) -> SignIns:
    """Sign-ins of an office in which sari has an account."""
    with open_accounts(desk.database) as accounts:
        accounts.add_user("sari", "officer", PASSWORD, "test")
    return SignIns(desk.database)


def _fail(sign_ins: SignIns, times: int, address: str, name: str = "sari", browser: str = "") -> None:
    for _ in range(times):
        with pytest.raises(SignInRefused):
            sign_ins.sign_in(Attempt(name, "kata-sandi-lain", address, browser))


class _Watching:
    """A hasher that looks for open transactions at each hash."""

    def __init__(self, database: Database) -> None:
        self._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        self._database = database
        self.connections: list[int] = []

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name in {"hash", "verify"}:
            pool: Any = self._database.engine.pool
            self.connections.append(pool.checkedout())
        method: Callable[..., Any] = getattr(self._hasher, name)
        return method


def test_no_password_is_hashed_while_a_transaction_is_open(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    watching = _Watching(desk.database)
    monkeypatch.setattr(accounts_module, "_hasher", lambda: watching)
    desk.sign_in("rini")
    desk.client.post("/masuk", data={"nama": "nobody", "sandi": "x"})
    added = desk.post("/pengelola/pengguna", "/pengelola", nama="tono", peran="officer", sandi=PASSWORD)
    changed = desk.post("/pengelola/pengguna/tono", "/pengelola", tombol="sandi", sandi="sandi-lain-lagi")
    own = desk.post("/akun", "/akun", sandi_lama=PASSWORD, sandi_baru="sandi-baru-rini")
    assert [answer.status_code for answer in (added, changed, own)] == [303, 303, 303]
    assert len(watching.connections) >= 7
    assert set(watching.connections) == {0}


def test_a_stranger_locks_a_name_only_for_the_own_address(sign_ins: SignIns) -> None:
    _fail(sign_ins, 6, _STRANGER)
    with pytest.raises(SignInRefused):
        sign_ins.sign_in(Attempt("sari", PASSWORD, _STRANGER))
    sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE))


def test_a_known_browser_signs_in_though_strangers_lock_its_address(sign_ins: SignIns) -> None:
    browser = sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE)).browser
    _fail(sign_ins, 5, _OFFICE)
    for number in range(MOST_FAILURES_OF_AN_ADDRESS - 5):
        _fail(sign_ins, 1, _OFFICE, f"tebakan{number}")
    with pytest.raises(TooManySignIns):
        sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE))
    assert sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE, browser)).browser == browser


def test_a_known_browser_is_locked_by_its_own_failures_for_a_while(sign_ins: SignIns, desk: Desk) -> None:
    browser = sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE)).browser
    _fail(sign_ins, 5, _OFFICE, browser=browser)
    with pytest.raises(SignInRefused):
        sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE, browser))
    with desk.database.session() as session:
        session.execute(update(SignInFailures).values(last_at=now() - timedelta(minutes=16)))
    sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE, browser))


def test_a_browser_that_is_known_for_one_user_is_a_stranger_to_another(sign_ins: SignIns, desk: Desk) -> None:
    with open_accounts(desk.database) as accounts:
        accounts.add_user("budi", "supervisor", PASSWORD, "test")
    browser = sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE)).browser
    _fail(sign_ins, 5, _STRANGER, "budi", browser)
    with pytest.raises(SignInRefused):
        sign_ins.sign_in(Attempt("budi", PASSWORD, _STRANGER, browser))
    assert sign_ins.sign_in(Attempt("budi", PASSWORD, _OFFICE, browser)).browser == browser


def test_a_browsers_secret_that_pilah_never_issued_is_not_taken_over(sign_ins: SignIns) -> None:
    assert sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE, "planted")).browser != "planted"


def test_a_new_password_ends_locks_and_forgets_browsers(sign_ins: SignIns, desk: Desk) -> None:
    browser = sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE)).browser
    _fail(sign_ins, 5, _OFFICE)
    with open_accounts(desk.database) as accounts:
        accounts.set_password("sari", "sandi-yang-baru", "test")
    assert sign_ins.sign_in(Attempt("sari", "sandi-yang-baru", _OFFICE, browser)).browser != browser


def test_attempts_sent_at_once_do_not_outrun_the_lock(sign_ins: SignIns, monkeypatch: pytest.MonkeyPatch) -> None:
    # More slots than production has, so that all ten run at once.
    monkeypatch.setattr(sign_ins, "_strangers", PasswordSlots(10))
    checked: list[bool] = []
    monkeypatch.setattr(
        "service.jobs.sign_ins.password_matches",
        lambda *_: checked.append(True) or False,  # type: ignore[func-returns-value]
    )
    start = Barrier(10)

    def attempt() -> None:
        start.wait()
        with pytest.raises(SignInRefused):
            sign_ins.sign_in(Attempt("sari", "kata-sandi-lain", _STRANGER))

    threads = [Thread(target=attempt) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(checked) == 5


def test_security_events_are_logged_and_audited_without_passwords(sign_ins: SignIns, desk: Desk) -> None:
    with structlog.testing.capture_logs() as logs:
        _fail(sign_ins, 6, _STRANGER)
        _fail(sign_ins, MOST_FAILURES_OF_AN_ADDRESS - 6, _STRANGER, "kata sandi salah kolom")
        for _ in range(2):
            with pytest.raises(TooManySignIns):
                sign_ins.sign_in(Attempt("sari", PASSWORD, _STRANGER))
        sign_ins.sign_in(Attempt("sari", PASSWORD, _OFFICE))
    events = [line["event"] for line in logs]
    assert {"sign-in refused", "sign-in refused: locked", "signed in"} <= set(events)
    assert events.count("sign-ins throttled") == 1
    assert "salah kolom" not in str(logs)
    assert "kata-sandi-lain" not in str(logs)
    with desk.database.reading() as session:
        audited = [(event.actor, event.action, event.subject) for event in newest(session, "kumham", 20)]
        assert (_STRANGER, "locked", "sari") in audited
        assert ("sari", "new_browser", _OFFICE) in audited
        assert [action for _, action, _ in audited].count("sign_ins_throttled") == 1
        # What somebody types as a name may be a password.
        assert all(len(row.key_hash) == 64 for row in session.scalars(select(SignInFailures)))


def test_the_form_of_a_disabled_or_changed_account_is_refused_alike(sign_ins: SignIns, desk: Desk) -> None:
    with open_accounts(desk.database) as accounts:
        accounts.add_user("budi", ROLES["budi"], PASSWORD, "test")
        accounts.disable("budi", "test")
    with pytest.raises(SignInRefused):
        sign_ins.sign_in(Attempt("budi", PASSWORD, _OFFICE))


def test_a_full_queue_of_passwords_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sign_in_limits, "_LONGEST_WAIT_SECONDS", 0.01)
    slots = PasswordSlots(1)
    with slots.held(), pytest.raises(SignInsBusy), slots.held():
        pass
    with slots.held():
        pass


def test_a_full_service_says_so_on_the_page_in_indonesian(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise SignInsBusy

    monkeypatch.setattr(SignIns, "sign_in", refuse)
    answer = desk.client.post("/masuk", data={"nama": "sari", "sandi": PASSWORD})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "Tunggu beberapa detik" in answer.text


def test_an_address_is_free_again_after_a_quarter_of_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = 1_000.0
    monkeypatch.setattr("service.middleware.sign_in_limits.time", SimpleNamespace(monotonic=lambda: moment))
    limit = AddressLimit()
    for _ in range(MOST_FAILURES_OF_AN_ADDRESS):
        limit.count(_STRANGER)
    with pytest.raises(TooManySignIns) as caught:
        limit.count(_STRANGER)
    assert caught.value.retry_after_seconds == 900
    limit.count(_OFFICE)
    moment += 900
    limit.count(_STRANGER)


def test_five_wrong_old_passwords_lock_the_change_of_the_own_password(desk: Desk) -> None:
    desk.sign_in("sari")
    for _ in range(5):
        assert desk.post("/akun", "/akun", sandi_lama="salah", sandi_baru="sandi-baru-sari").status_code == 422
    assert desk.post("/akun", "/akun", sandi_lama=PASSWORD, sandi_baru="sandi-baru-sari").status_code == 422
    with desk.database.reading() as session:
        assert any(event.action == "locked" for event in Accounts(session, "kumham").events(20))
