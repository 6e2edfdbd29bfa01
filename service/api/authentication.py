"""The authentication of API calls by key."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, NamedTuple

from fastapi import Depends, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from service.dependencies import settings_of
from service.errors import KeyMissing
from service.ledger.access.accounts import Accounts, secret_digest
from service.middleware.client_address import is_local

if TYPE_CHECKING:
    from service.api.rate_limit import RateLimit
    from service.ledger.database import Database

# A look into the database takes half as long as a suggestion. A revoked key stays valid for this long at most.
_CACHED_SECONDS = 1.0

_bearer = HTTPBearer(auto_error=False, description="A key from `pilah keys add`.")


class KnownCaller(NamedTuple):
    """A caller: the id of its key, and the name of its system, which several keys may have."""

    id: str
    system: str


_LOCAL_CALLER = KnownCaller("this machine", "")


class CallerCache:
    """Remembers for a second which key was valid: the digest of the key → the caller.

    Only valid keys are cached: a new key counts at once, and invented keys don't fill the memory.
    """

    def __init__(self) -> None:
        self._callers: dict[str, tuple[KnownCaller, float]] = {}

    def get(self, digest: str) -> KnownCaller | None:
        """The caller with a key; None for an unknown or expired entry."""
        caller, expires = self._callers.get(digest, (None, 0.0))
        if time.monotonic() < expires:
            return caller
        self._callers.pop(digest, None)
        return None

    def put(self, digest: str, caller: KnownCaller) -> None:
        self._callers[digest] = (caller, time.monotonic() + _CACHED_SECONDS)


async def authenticate(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> KnownCaller:
    """Admit a call by its key and count the call; returns the caller.

    An office without users and keys needs no key from this machine itself: a local caller could read its files anyway.
    A request that a proxy passed on, or that names another host, always needs one.
    Calls without a key are never cached, so that the office's first key or user ends the exception at once.

    Raises:
        KeyMissing: the call has no key, or the key was revoked at least a second ago.
        TooManyRequests: the key was used too often in the last minute.
    """
    state = request.app.state
    cache: CallerCache = state.caller_cache
    rate_limit: RateLimit = state.rate_limit
    digest = secret_digest(credentials.credentials) if credentials else ""
    caller = cache.get(digest) if digest else None
    if caller is None:
        caller = await run_in_threadpool(_find_caller, request, digest)
        if digest:
            cache.put(digest, caller)
    rate_limit.count(caller.id)
    return caller


def _find_caller(request: Request, digest: str) -> KnownCaller:
    settings = settings_of(request)
    database: Database = request.app.state.database
    with database.reading() as session:
        accounts = Accounts(session, settings.office)
        key = accounts.key_of(digest) if digest else None
        if key is not None:
            return KnownCaller(*key)
        if settings.loopback and not digest and is_local(request):
            any_key, any_user = accounts.any_key_or_user()
            if not any_key and (settings.demonstration or not any_user):
                return _LOCAL_CALLER
    raise KeyMissing


Authenticated = Depends(authenticate)
Caller = Annotated[KnownCaller, Authenticated]
