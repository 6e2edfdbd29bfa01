"""Failed sign-ins, counted by name and source, and the browsers from which users signed in before.

A source is a network address, or a known browser. A stranger who tries a name from elsewhere locks that name for the
stranger's own address only: the officer's own browser stays free.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, exists, select
from sqlalchemy.exc import IntegrityError

from service.ledger.access.accounts import secret_digest
from service.ledger.database import now
from service.ledger.tables import KnownBrowser, SignInFailures

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
BROWSER_KNOWN_FOR = timedelta(days=180)


def is_known_browser(session: Session, secret: str, user_id: str) -> bool:
    """Whether the user signed in from this browser within half a year."""
    query = exists().where(
        KnownBrowser.secret_hash == secret_digest(secret),
        KnownBrowser.user_id == user_id,
        KnownBrowser.seen_at > now() - BROWSER_KNOWN_FOR,
    )
    return bool(secret) and bool(session.scalar(select(query)))


def remember_browser(session: Session, secret: str, user_id: str) -> str:
    """Remember the browser as the user's, and return its secret: the same, or a new one for an unknown browser.

    Several users may share a browser. A secret that Pilah didn't issue is never taken over.
    """
    session.execute(delete(KnownBrowser).where(KnownBrowser.seen_at < now() - BROWSER_KNOWN_FOR))
    issued = secret and session.scalar(select(exists().where(KnownBrowser.secret_hash == secret_digest(secret))))
    if not issued:
        secret = secrets.token_urlsafe(32)
    session.merge(KnownBrowser(secret_hash=secret_digest(secret), user_id=user_id, seen_at=now()))
    return secret


def count_attempt(session: Session, office: str, name: str, source: str, user_id: str | None) -> int:
    """Count an attempt, before its password is checked; returns its number, or 0 while the name is locked here.

    Counting first means that attempts sent at once can't outrun the limit; `forget_failures` resets the count.
    """
    key = _key(office, name, source)
    row = session.get(SignInFailures, key, with_for_update=True)
    if row is None:
        try:
            with session.begin_nested():
                session.add(SignInFailures(key_hash=key, user_id=user_id, failures=0, last_at=now()))
        except IntegrityError:
            pass
        row = session.get_one(SignInFailures, key, with_for_update=True)
    if row.last_at < now() - LOCKED_FOR:
        row.failures = 0
    if row.failures >= MOST_FAILURES:
        return 0
    row.failures, row.last_at = row.failures + 1, now()
    return row.failures


def forget_failures(session: Session, office: str, name: str, source: str) -> None:
    """Forget the failures of a name from a source, and all failures that count no more."""
    session.execute(delete(SignInFailures).where(SignInFailures.key_hash == _key(office, name, source)))
    session.execute(delete(SignInFailures).where(SignInFailures.last_at < now() - LOCKED_FOR))


def _key(office: str, name: str, source: str) -> str:
    return secret_digest("\n".join((office, name, source)))
