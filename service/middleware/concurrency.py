"""A limit on concurrent API requests: a request waits for a free slot, and gets 503 after a timeout.

A thread can't be interrupted, so that a request always runs to its end. The timeout covers the wait before the start
only: nothing is done yet, and the caller may safely send the request again.
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

    from service.middleware.security import ErrorHandler

# Callers at the end of a longer queue would give up before their turn.
_QUEUED_PER_SLOT = 4


class ConcurrencyLimit:
    """A number of slots for concurrent requests, with a bounded queue."""

    def __init__(self, slots: int) -> None:
        self._slots = anyio.Semaphore(slots)
        self._longest_queue = slots * _QUEUED_PER_SLOT
        self._queued = 0

    async def acquire(self, timeout_seconds: float) -> bool:
        """Wait for a slot; False after the timeout, and at once if the queue is full."""
        with suppress(anyio.WouldBlock):
            self._slots.acquire_nowait()
            return True
        if self._queued >= self._longest_queue:
            return False
        self._queued += 1
        try:
            with anyio.move_on_after(timeout_seconds):
                await self._slots.acquire()
                return True
        finally:
            self._queued -= 1
        return False

    def release(self) -> None:
        self._slots.release()


class ConcurrencyMiddleware:
    """Holds a slot of the path's limit during each request; without a free slot the answer is 503 with Retry-After.

    `limit_for` maps a path to the limit; a path without a limit never waits.
    """

    def __init__(
        self,
        app: ASGIApp,
        limit_for: Callable[[str], ConcurrencyLimit | None],
        timeout_seconds: float,
        on_error: ErrorHandler,
    ) -> None:
        self._app = app
        self._limit_for = limit_for
        self._timeout_seconds = timeout_seconds
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_for(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        if not await limit.acquire(self._timeout_seconds):
            await self._on_error(Request(scope), Overloaded())(scope, receive, send)
            return
        try:
            await self._app(scope, receive, send)
        finally:
            limit.release()
