"""Which systems may call the API, and how often."""

import math
import time
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from limits import RateLimitItemPerMinute

from service.dependencies import settings_of
from service.errors import KeyMissing, TooManyRequests
from service.ledger.accounts import Accounts

if TYPE_CHECKING:
    from limits.strategies import SlidingWindowCounterRateLimiter

    from service.ledger.access import Access

_bearer = HTTPBearer(auto_error=False, description="A key from `pilah keys add`.")


def caller(request: Request, sent: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> None:
    """Let a system in by its key.

    An office without users and keys, on a loopback address, needs none: whoever reaches it could also read its files.

    Raises:
        KeyMissing: there is no key, or it was revoked.
        TooManyRequests: it was used too often in the last minute.
    """
    settings = settings_of(request)
    access: Access = request.app.state.ledger
    with access.reading() as session:
        accounts = Accounts(session, settings.office)
        key_id = accounts.key_of(sent.credentials) if sent else None
        free = settings.loopback and not sent
        if free:
            any_key, any_user = accounts.any_key_or_user()
            free = not any_key and (settings.demonstration or not any_user)
    if key_id is None and not free:
        raise KeyMissing(
            "Send an API key that is in use: Authorization: Bearer KEY. Make one with: pilah keys add NAME"
        )
    limiter: SlidingWindowCounterRateLimiter = request.app.state.limiter
    allowed, who = RateLimitItemPerMinute(settings.requests_per_minute), key_id or "this machine"
    if not limiter.hit(allowed, who):
        wait = limiter.get_window_stats(allowed, who).reset_time - time.time()
        raise TooManyRequests(settings.requests_per_minute, max(1, math.ceil(wait)))


Caller = Depends(caller)
