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
from argon2.profiles import RFC_9106_LOW_MEMORY
from sqlalchemy import and_, delete, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from data.ids import time_ordered_id
from service.errors import AccountInvalid, SetupLinkInvalid
from service.ledger.access.audit import newest, record_event
from service.ledger.database import now
from service.ledger.tables import ApiKey, KnownBrowser, SetupLink, SignIn, SignInFailures, User

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from service.ledger.database import Database
    from service.ledger.tables import AuditEvent

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200
SIGNED_IN_FOR = timedelta(hours=12)
IDLE_FOR = timedelta(hours=2)
SETUP_LINK_VALID_FOR = timedelta(hours=24)
# The page of the one-time link.
SETUP_ADDRESS = "/pengelola-pertama"
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

    def events(self, most: int) -> Sequence[AuditEvent]:
        """The newest events of the audit log, newest first."""
        return newest(self._session, self._office, most)

    def any_user(self) -> bool:
        return self._session.scalar(select(func.count()).where(User.office == self._office)) != 0

    def add_user(self, name: str, role: str, password: str, by: str) -> User:
        """Add a user.

        Raises:
            AccountInvalid: the name is taken or malformed, the role is unknown, or the password is too short or long.
        """
        name = _user_name(name)
        valid_role = _role(role)
        # Before the first statement: no transaction has begun yet, so that a slow hash holds up no writer.
        password_hash = new_hash(password)
        try:
            with self._session.begin_nested():
                user = self._add(name, valid_role, password_hash)
        except IntegrityError:
            raise AccountInvalid("ledger.user-name-taken", name=name) from None
        self._record(by, "user_added", name)
        return user

    def add_first_administrator(self, setup_secret: str, name: str, password: str) -> User:
        """Make the office's first user, an administrator, with the secret of the one-time link, which is used up.

        Raises:
            SetupLinkInvalid: the link is unknown, used or expired, or the office has users.
            AccountInvalid: the name is malformed, or the password is too short or long.
        """
        name = _user_name(name)
        # Before the first statement, as in `add_user`.
        password_hash = new_hash(password)
        # Of two requests with one link, only one deletes the row.
        used = self._session.execute(
            delete(SetupLink).where(self._is_setup_link(setup_secret)).returning(SetupLink.office)
        )
        if used.scalar() is None or self.any_user():
            raise SetupLinkInvalid
        user = self._add(name, Role.ADMINISTRATOR, password_hash)
        self._record(name, "first_administrator", name)
        return user

    def new_setup_link(self) -> str:
        """The secret of a new one-time link; an earlier link of the office is invalid from now on."""
        secret = secrets.token_urlsafe(32)
        self._session.execute(delete(SetupLink).where(SetupLink.office == self._office))
        self._session.add(
            SetupLink(office=self._office, secret_hash=secret_digest(secret), expires_at=now() + SETUP_LINK_VALID_FOR)
        )
        return secret

    def setup_link_valid(self, secret: str) -> bool:
        """Whether the secret of a one-time link may still be used."""
        return bool(self._session.scalar(select(exists().where(self._is_setup_link(secret))))) and not self.any_user()

    def add_demonstrator(self, name: str, role: Role) -> User:
        """Add a user whom no password signs in."""
        return self._add(name, role, password_hash="")

    def set_password(self, name: str, password: str, by: str) -> None:
        """Set a password, end the user's sessions and locks, and forget the user's known browsers.

        Raises:
            AccountInvalid: the user is unknown, or the password is too short or long.
        """
        # Before the first statement, as in `add_user`.
        password_hash = new_hash(password)
        user = self._user(name)
        user.password = password_hash
        for table in (SignIn, SignInFailures, KnownBrowser):
            self._session.execute(delete(table).where(table.user_id == user.id))
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
        for table in (SignIn, KnownBrowser):
            self._session.execute(delete(table).where(table.user_id == user.id))
        self._record(by, "user_disabled", user.name)

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

    def key_of(self, digest: str) -> tuple[str, str] | None:
        """The id and the name of the key with a digest; None if unknown or revoked."""
        found = self._session.execute(
            select(ApiKey.id, ApiKey.name).where(
                ApiKey.secret_hash == digest, ApiKey.office == self._office, ApiKey.revoked_at.is_(None)
            )
        ).first()
        return (found[0], found[1]) if found else None

    def _is_setup_link(self, secret: str) -> ColumnElement[bool]:
        return and_(
            SetupLink.office == self._office,
            SetupLink.secret_hash == secret_digest(secret),
            SetupLink.expires_at > now(),
        )

    def _add(self, name: str, role: Role, password_hash: str) -> User:
        user = User(
            id=time_ordered_id(),
            office=self._office,
            name=name,
            role=role,
            password=password_hash,
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

    def _keep_an_administrator(self, user: User, role: str) -> None:
        others = [
            other
            for other in self.users()
            if other.id != user.id and other.role == Role.ADMINISTRATOR and other.disabled_at is None
        ]
        if user.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR and not others:
            raise AccountInvalid("ledger.last-administrator")


def _user_name(name: str) -> str:
    name = name.strip().lower()
    if not _NAME.fullmatch(name):
        raise AccountInvalid("ledger.user-name-malformed")
    return name


def _role(role: str) -> Role:
    if role not in set(Role):
        raise AccountInvalid("ledger.unknown-role", role=repr(role), roles=", ".join(Role))
    return Role(role)


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise AccountInvalid("ledger.password-length", shortest=SHORTEST_PASSWORD, longest=LONGEST_PASSWORD)


def new_hash(password: str) -> str:
    """The hash of a new password. Takes a tenth of a second and 64 MiB: never call it inside a transaction.

    Raises:
        AccountInvalid: the password is too short or long.
    """
    _check_password(password)
    return _hasher().hash(password)


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether a password belongs to a hash; never call it inside a transaction.

    Without a hash, for an unknown name, the answer takes as long: the time reveals no names.
    """
    try:
        return _hasher().verify(password_hash or _hash_of_unknown_user(), password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False


def renewed_hash(password_hash: str, password: str) -> str:
    """A hash with the present parameters: the same one, unless it was made with others."""
    return _hasher().hash(password) if _hasher().check_needs_rehash(password_hash) else password_hash


def production_hasher() -> PasswordHasher:
    """Argon2id with RFC 9106's low-memory parameters, whatever the library's defaults become."""
    return PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)


@cache
def _hasher() -> PasswordHasher:
    return production_hasher()


@cache
def _hash_of_unknown_user() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def secret_digest(secret: str) -> str:
    """The digest under which a secret is stored."""
    # Secrets of 256 random bits need no slow hash.
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
