"""Sign-ins by password: looked up, hashed outside every transaction, and recorded, in this order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import structlog
from sqlalchemy import select

from service.errors import SetupLinkInvalid, SignInRefused, SignInsBusy, TooManySignIns
from service.ledger.access.accounts import Accounts, password_matches, renewed_hash
from service.ledger.access.audit import record_event
from service.ledger.access.sign_in_failures import (
    MOST_FAILURES,
    count_attempt,
    forget_failures,
    is_known_browser,
    remember_browser,
)
from service.ledger.tables import User
from service.middleware.sign_in_limits import AddressLimit, PasswordSlots

if TYPE_CHECKING:
    from service.ledger.access.accounts import SignedInUser
    from service.ledger.database import Database

_LOG = structlog.stdlib.get_logger("pilah.sign_in")

# Strangers and known people never wait for each other.
_SLOTS_OF_STRANGERS = 1
_SLOTS_OF_KNOWN = 2


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in as it arrived: `browser` is the secret of a known browser, or empty."""

    name: str
    password: str
    address: str
    browser: str = ""


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that began: the secrets for its cookie and for the browser's, and the user."""

    secret: str
    browser: str
    user: SignedInUser


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What the ledger knows about an attempt; without a user the name is unknown or disabled."""

    name: str
    source: str
    known: bool
    user_id: str | None = None
    password_hash: str | None = None


class SignIns:
    """Checks passwords, at most a few at once, and never with a transaction open."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._addresses = AddressLimit()
        self._strangers = PasswordSlots(_SLOTS_OF_STRANGERS)
        self._known = PasswordSlots(_SLOTS_OF_KNOWN)

    def sign_in(self, attempt: Attempt) -> NewSession:
        """Sign a user in.

        Raises:
            SignInRefused: name and password don't match, or the name is locked at this source.
            TooManySignIns: too many attempts of this address failed.
            SignInsBusy: too many passwords are being checked.
        """
        candidate = self._look_up(attempt)
        if candidate.known:
            new_password_hash = self._check(candidate, attempt, self._known)
        else:
            self._count_address(attempt.address)
            try:
                new_password_hash = self._check(candidate, attempt, self._strangers)
            except SignInsBusy:
                self._addresses.forgive(attempt.address)
                raise
            self._addresses.forgive(attempt.address)
        return self._open_session(candidate, attempt, new_password_hash)

    def check_own_password(self, user: SignedInUser, password: str, session_secret: str, address: str) -> None:
        """Check the password of a signed-in user, whose session is a source of its own.

        Raises:
            SignInRefused: the password is wrong, or five were wrong within a quarter of an hour.
            SignInsBusy: too many passwords are being checked.
        """
        with self._database.reading() as session:
            password_hash = session.get_one(User, user.user_id).password
        source = f"session {session_secret}"
        candidate = _Candidate(user.name, source, known=True, user_id=user.user_id, password_hash=password_hash)
        self._check(candidate, Attempt(user.name, password, address), self._known)
        with self._database.session() as session:
            forget_failures(session, self._database.office, user.name, source)

    def make_first_administrator(self, setup_secret: str, name: str, password: str, address: str) -> str:
        """Make the office's first administrator with the one-time link; returns the secret of a new session.

        Raises:
            SetupLinkInvalid: the link is unknown, used or expired, or the office has users.
            AccountInvalid: the name is malformed, or the password is too short or long.
            SignInsBusy: too many passwords are being checked.
        """
        office = self._database.office
        with self._database.reading() as session:
            # Nobody without the link gets a password hashed.
            if not Accounts(session, office).setup_link_valid(setup_secret):
                raise SetupLinkInvalid
        with self._strangers.held(), self._database.session() as session:
            accounts = Accounts(session, office)
            user = accounts.add_first_administrator(setup_secret, name, password)
            secret, _ = accounts.open_session(user)
            user_id = user.id
        _LOG.warning("first administrator made", client=address, user_id=user_id)
        return secret

    def _look_up(self, attempt: Attempt) -> _Candidate:
        name = attempt.name.strip().lower()
        with self._database.reading() as session:
            user = session.scalar(
                select(User).where(User.office == self._database.office, User.name == name, User.disabled_at.is_(None))
            )
            if user is None:
                return _Candidate(name, attempt.address, known=False)
            known = is_known_browser(session, attempt.browser, user.id)
            source = f"browser {attempt.browser}" if known else attempt.address
            return _Candidate(name, source, known, user.id, user.password)

    def _count_address(self, address: str) -> None:
        try:
            self._addresses.count(address)
        except TooManySignIns as error:
            if error.first:
                _LOG.warning("sign-ins throttled", client=address)
                with self._database.session() as session:
                    record_event(session, self._database.office, address, "sign_ins_throttled", "")
            raise

    def _check(self, candidate: _Candidate, attempt: Attempt, slots: PasswordSlots) -> str:
        """Count the attempt and check its password; returns the hash to store from now on."""
        event = {"client": attempt.address, "user_id": candidate.user_id, "known_browser": candidate.known}
        with slots.held():
            with self._database.session() as session:
                number = count_attempt(
                    session, self._database.office, candidate.name, candidate.source, candidate.user_id
                )
            if not number:
                _LOG.warning("sign-in refused: locked", **event)
                raise SignInRefused("ledger.sign-in-refused")
            if candidate.password_hash is not None and password_matches(candidate.password_hash, attempt.password):
                return renewed_hash(candidate.password_hash, attempt.password)
            if candidate.password_hash is None:
                password_matches(None, attempt.password)
        _LOG.warning("sign-in refused", number=number, **event)
        if number == MOST_FAILURES and candidate.user_id is not None:
            with self._database.session() as session:
                record_event(session, self._database.office, attempt.address, "locked", candidate.name)
        raise SignInRefused("ledger.sign-in-refused")

    def _open_session(self, candidate: _Candidate, attempt: Attempt, password_hash: str) -> NewSession:
        office = self._database.office
        with self._database.session() as session:
            user = session.get_one(User, candidate.user_id, with_for_update=True)
            # The transaction of the look-up has ended: the user may have changed meanwhile.
            if user.disabled_at is not None or user.password != candidate.password_hash:
                raise SignInRefused("ledger.sign-in-refused")
            user.password = password_hash
            forget_failures(session, office, candidate.name, candidate.source)
            browser = remember_browser(session, attempt.browser, user.id)
            record_event(session, office, user.name, "sign_in", user.name)
            if not candidate.known:
                record_event(session, office, user.name, "new_browser", attempt.address)
            secret, signed_in = Accounts(session, office).open_session(user)
        _LOG.info("signed in", client=attempt.address, user_id=candidate.user_id, known_browser=candidate.known)
        return NewSession(secret, browser, signed_in)
