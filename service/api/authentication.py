"""Which systems may call the API, and how often."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.dependencies import settings_of
from service.errors import KeyMissing, TooManyRequests
from service.ledger.accounts import Accounts, secret_digest

if TYPE_CHECKING:
    from service.ledger.database import Database
    from service.settings import Settings

# Asking the database takes as long as half a suggestion. A key that was revoked goes on counting for so long at most. Who needs
# no key is looked up each time: the office's first key or user ends that at once.
_TRUSTED_SECONDS = 1.0
_MINUTE = 60.0
_THIS_MACHINE = "this machine"

_bearer = HTTPBearer(auto_error=False, description="A key from `pilah keys add`.")


@dataclass(slots=True)
class KnownCallers:
    """Who was let in a moment ago: the id of a key by the digest of what was sent, and until when nobody asks again."""

    _let_in: dict[str, tuple[str, float]] = field(default_factory=dict)

    def who(self, digest: str) -> str | None:
        """The caller, None where it has to be looked up."""
        who, until = self._let_in.get(digest, (None, 0.0))
        if time.monotonic() < until:
            return who
        self._let_in.pop(digest, None)
        return None

    def remember(self, digest: str, who: str) -> None:
        """Only for who was let in: a key that was just made must count at once, and made-up ones would fill the memory."""
        self._let_in[digest] = (who, time.monotonic() + _TRUSTED_SECONDS)


class CallsOfTheMinute:
    """When each caller asked within the last minute. Only for who was let in, so there are as many as there are keys."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._asked: dict[str, deque[float]] = defaultdict(deque)

    def seconds_to_wait(self, who: str) -> float:
        """0 for a call that may be answered, which is then counted; else how long until one may."""
        now, asked = time.monotonic(), self._asked[who]
        while asked and asked[0] <= now - _MINUTE:
            asked.popleft()
        if len(asked) >= self._most:
            return asked[0] + _MINUTE - now
        asked.append(now)
        return 0.0


async def caller(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let a system in by its key.

    An office without users and keys, on a loopback address, needs none: whoever reaches it could also read its files.

    Raises:
        KeyMissing: there is no key, or it was revoked a second ago or longer.
        TooManyRequests: it was used too often in the last minute.
    """
    settings = settings_of(request)
    known: KnownCallers = request.app.state.callers
    digest = secret_digest(sent.credentials) if sent else ""
    who = known.who(digest) if sent else None
    if who is None:
        who = await run_in_threadpool(_looked_up, request.app.state.database, settings, digest)
        if sent:
            known.remember(digest, who)
    calls: CallsOfTheMinute = request.app.state.calls
    if wait := calls.seconds_to_wait(who):
        raise TooManyRequests(settings.requests_per_minute, math.ceil(wait))


def _looked_up(database: Database, settings: Settings, digest: str) -> str:
    with database.reading() as session:
        accounts = Accounts(session, settings.office)
        key_id = accounts.key_of(digest) if digest else None
        if key_id is not None:
            return key_id
        if settings.loopback and not digest:
            any_key, any_user = accounts.any_key_or_user()
            if not any_key and (settings.demonstration or not any_user):
                return _THIS_MACHINE
    raise KeyMissing("Send an API key that is in use: Authorization: Bearer KEY. Make one with: pilah keys add NAME")


Caller = Depends(caller)
