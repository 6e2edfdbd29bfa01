"""Users, sessions and API keys. Passwords and secrets are stored as hashes only."""

from __future__ import annotations

import hashlib
import re
import secrets
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import cache
from typing import TYPE_CHECKING

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from data.ids import time_ordered_id
from service.errors import AccountInvalid, SignInRefused
from service.ledger.audit import record_event
from service.ledger.database import now
from service.ledger.tables import ApiKey, SignIn, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from service.ledger.database import Database

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SIGNED_IN_FOR = timedelta(hours=12)
IDLE_FOR = timedelta(hours=2)
_SEEN_EVERY = timedelta(minutes=1)
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,59}")
_KEY_PREFIX = "pilah_"


class Role(StrEnum):
    """The role of a user; a role includes the roles before."""

    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"

    def includes(self, other: Role) -> bool:
        """Whether this role has all rights of another."""
        order = list(Role)
        return order.index(self) >= order.index(other)


@dataclass(frozen=True, slots=True)
class SignedInUser:
    """The user of a session. Every form must send `form_token` back.

    `stale`: the session's last use should be updated, which a reading transaction can't do.
    """

    user_id: str
    name: str
    role: Role
    form_token: str
    stale: bool = False

    def may(self, role: Role) -> bool:
        return self.role.includes(role)


@contextmanager
def open_accounts(database: Database) -> Iterator[Accounts]:
    """The accounts in a new transaction."""
    with database.session() as session:
        yield Accounts(session, database.office)


class Accounts:
    """The users and API keys of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def users(self) -> list[User]:
        """All users, by name."""
        return list(self._session.scalars(select(User).where(User.office == self._office).order_by(User.name)))

    def any_user(self) -> bool:
        return self._session.scalar(select(func.count()).where(User.office == self._office)) != 0

    def add_user(self, name: str, role: str, password: str, by: str) -> User:
        """Add a user.

        Raises:
            AccountInvalid: the name is taken or malformed, the role is unknown, or the password is too short or long.
        """
        name = name.strip().lower()
        if not _NAME.fullmatch(name):
            raise AccountInvalid("ledger.user-name-malformed")
        _check_password(password)
        try:
            with self._session.begin_nested():
                user = self._add(name, _role(role), _hasher().hash(password))
        except IntegrityError:
            raise AccountInvalid("ledger.user-name-taken", name=name) from None
        self._record(by, "user_added", name)
        return user

    def add_demonstrator(self, name: str, role: Role) -> User:
        """Add a user whom no password signs in."""
        return self._add(name, role, password_hash="")

    def set_password(self, name: str, password: str, by: str) -> None:
        """Set a password and end the user's sessions.

        Raises:
            AccountInvalid: the user is unknown, or the password is too short or long.
        """
        user = self._user(name)
        _check_password(password)
        user.password = _hasher().hash(password)
        user.failures, user.locked_until = 0, None
        self._session.execute(delete(SignIn).where(SignIn.user_id == user.id))
        self._record(by, "password_set", user.name)

    def set_role(self, name: str, role: str, by: str) -> None:
        """Change a user's role.

        Raises:
            AccountInvalid: the user or role is unknown, or the office would be left without an administrator.
        """
        user = self._user(name)
        self._keep_an_administrator(user, role)
        user.role = _role(role)
        self._record(by, f"role_{role}", user.name)

    def disable(self, name: str, by: str) -> None:
        """Disable a user, who can no longer sign in; their decisions stay.

        Raises:
            AccountInvalid: the user is unknown, or the office would be left without an administrator.
        """
        user = self._user(name)
        self._keep_an_administrator(user, "")
        user.disabled_at = user.disabled_at or now()
        self._session.execute(delete(SignIn).where(SignIn.user_id == user.id))
        self._record(by, "user_disabled", user.name)

    def sign_in(self, name: str, password: str) -> tuple[str, SignedInUser] | SignInRefused:
        """Sign a user in: the browser's secret and the user, or a refusal.

        The refusal is returned, not raised, so that the transaction commits the count of failures. After five failures
        the account is locked for a quarter of an hour.
        """
        refused = SignInRefused("ledger.sign-in-refused")
        user = self._session.scalar(
            select(User).where(User.office == self._office, User.name == name.strip().lower()).with_for_update()
        )
        # An unknown name takes as long as a known one, so that the time reveals no names.
        right = _verified(user.password if user else _hash_of_unknown_user(), password[:LONGEST_PASSWORD])
        if user is None or user.disabled_at is not None or (user.locked_until and user.locked_until > now()):
            return refused
        if not right:
            self._count_failure(user)
            return refused
        user.failures, user.locked_until = 0, None
        if _hasher().check_needs_rehash(user.password):
            user.password = _hasher().hash(password)
        self._record(user.name, "sign_in", user.name)
        return self.open_session(user)

    def open_session(self, user: User) -> tuple[str, SignedInUser]:
        """Start a session for a user: the browser's secret and the user."""
        self._session.execute(delete(SignIn).where(SignIn.expires_at < now()))
        secret, form_token = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
        self._session.add(
            SignIn(
                secret_hash=secret_digest(secret),
                user_id=user.id,
                form_token=form_token,
                seen_at=now(),
                expires_at=now() + SIGNED_IN_FOR,
            )
        )
        self._session.flush()
        return secret, SignedInUser(user.id, user.name, Role(user.role), form_token)

    def signed_in_user(self, secret: str) -> SignedInUser | None:
        """The user of a browser's secret; None where the session has expired or was idle for two hours."""
        found = self._session.execute(
            select(SignIn, User)
            .join(User, User.id == SignIn.user_id)
            .where(SignIn.secret_hash == secret_digest(secret), User.office == self._office, User.disabled_at.is_(None))
        ).first()
        if found is None:
            return None
        sign_in, user = found
        if sign_in.expires_at < now() or sign_in.seen_at < now() - IDLE_FOR:
            return None
        stale = sign_in.seen_at < now() - _SEEN_EVERY
        return SignedInUser(user.id, user.name, Role(user.role), sign_in.form_token, stale)

    def touch(self, secret: str) -> None:
        """Update the last use of a session."""
        self._session.execute(update(SignIn).where(SignIn.secret_hash == secret_digest(secret)).values(seen_at=now()))

    def sign_out(self, secret: str) -> None:
        self._session.execute(delete(SignIn).where(SignIn.secret_hash == secret_digest(secret)))

    def api_keys(self) -> list[ApiKey]:
        """All keys, also revoked ones, newest first."""
        return list(
            self._session.scalars(
                select(ApiKey).where(ApiKey.office == self._office).order_by(ApiKey.created_at.desc())
            )
        )

    def any_key_or_user(self) -> tuple[bool, bool]:
        """Whether the office has a key, and whether it has a user; one query, run for every call without a key."""
        keys, users = exists().where(ApiKey.office == self._office), exists().where(User.office == self._office)
        found = self._session.execute(select(keys, users)).one()
        return bool(found[0]), bool(found[1])

    def add_key(self, name: str, by: str) -> str:
        """Add a key for a system and return the secret, which can't be read again.

        Raises:
            AccountInvalid: the name is blank or too long.
        """
        name = name.strip()
        if not 1 <= len(name) <= 60:  # noqa: PLR2004 - the column's length
            raise AccountInvalid("ledger.key-name-malformed")
        secret = _KEY_PREFIX + secrets.token_urlsafe(32)
        self._session.add(
            ApiKey(
                id=time_ordered_id(),
                office=self._office,
                name=name,
                hint=secret[: len(_KEY_PREFIX) + 4],
                secret_hash=secret_digest(secret),
                created_at=now(),
            )
        )
        self._record(by, "key_added", name)
        self._session.flush()
        return secret

    def revoke_key(self, key_id: str, by: str) -> None:
        """Revoke a key.

        Raises:
            AccountInvalid: no key in use has this id.
        """
        found = self._session.execute(
            update(ApiKey)
            .where(ApiKey.id == key_id, ApiKey.office == self._office, ApiKey.revoked_at.is_(None))
            .values(revoked_at=now())
            .returning(ApiKey.name)
        ).scalar()
        if found is None:
            raise AccountInvalid("ledger.unknown-key")
        self._record(by, "key_revoked", found)

    def key_of(self, digest: str) -> str | None:
        """The id of the key with a digest; None if unknown or revoked."""
        return self._session.scalar(
            select(ApiKey.id).where(
                ApiKey.secret_hash == digest, ApiKey.office == self._office, ApiKey.revoked_at.is_(None)
            )
        )

    def _add(self, name: str, role: Role, password_hash: str) -> User:
        user = User(
            id=time_ordered_id(),
            office=self._office,
            name=name,
            role=role,
            password=password_hash,
            failures=0,
            created_at=now(),
        )
        self._session.add(user)
        self._session.flush()
        return user

    def _user(self, name: str) -> User:
        user = self._session.scalar(select(User).where(User.office == self._office, User.name == name.strip().lower()))
        if user is None:
            raise AccountInvalid("ledger.unknown-user")
        return user

    def _record(self, actor: str, action: str, subject: str) -> None:
        record_event(self._session, self._office, actor, action, subject)

    def _count_failure(self, user: User) -> None:
        user.failures += 1
        if user.failures >= MOST_FAILURES:
            user.failures, user.locked_until = 0, now() + LOCKED_FOR
            self._record(user.name, "locked", user.name)

    def _keep_an_administrator(self, user: User, role: str) -> None:
        others = [
            other
            for other in self.users()
            if other.id != user.id and other.role == Role.ADMINISTRATOR and other.disabled_at is None
        ]
        if user.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR and not others:
            raise AccountInvalid("ledger.last-administrator")


def _role(role: str) -> Role:
    if role not in set(Role):
        raise AccountInvalid("ledger.unknown-role", role=repr(role), roles=", ".join(Role))
    return Role(role)


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountInvalid("ledger.password-length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)


def _verified(password_hash: str, password: str) -> bool:
    try:
        return _hasher().verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _hasher() -> PasswordHasher:
    # The library's defaults are argon2id with RFC 9106's low-memory parameters.
    return PasswordHasher()


@cache
def _hash_of_unknown_user() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def secret_digest(secret: str) -> str:
    """The digest under which a secret is stored."""
    # Secrets of 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
