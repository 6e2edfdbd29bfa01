"""How many requests are worked on at once: a request waits its turn for a while, and is told to come back otherwise.

What has begun can't be stopped, in a thread as little as out of one: it is brought to its end, and how long that takes is
bounded by what a request may hold. So the time limit is on the waiting before, where nothing has been done yet and
"try again" is the whole truth.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import anyio
from starlette.requests import Request

from service.errors import Overloaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from service.middleware.security import Answer

# So many may wait for each that is worked on; a longer queue would only be answered after its callers have given up.
_WAITING_FOR_EACH = 4


class Lane:
    """Room for so many requests at once, and a queue before it."""

    def __init__(self, at_once: int) -> None:
        self._places = anyio.Semaphore(at_once)
        self._longest_queue = at_once * _WAITING_FOR_EACH
        self._waiting = 0

    async def enter(self, patience_seconds: float) -> bool:
        """Whether there was a place in time; who got one must `leave`."""
        with suppress(anyio.WouldBlock):
            self._places.acquire_nowait()
            return True
        if self._waiting >= self._longest_queue:
            return False
        self._waiting += 1
        try:
            with anyio.move_on_after(patience_seconds):
                await self._places.acquire()
                return True
        finally:
            self._waiting -= 1
        return False

    def leave(self) -> None:
        self._places.release()


class Turns:
    """Lets a request through its path's lane, or answers 503 with Retry-After; a path without a lane never waits."""

    def __init__(
        self, app: ASGIApp, lane_for: Callable[[str], Lane | None], patience_seconds: float, answer: Answer
    ) -> None:
        self._app = app
        self._lane_for = lane_for
        self._patience = patience_seconds
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        lane = self._lane_for(scope["path"]) if scope["type"] == "http" else None
        if lane is None:
            await self._app(scope, receive, send)
            return
        if not await lane.enter(self._patience):
            await self._answer(Request(scope), Overloaded())(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            lane.leave()
