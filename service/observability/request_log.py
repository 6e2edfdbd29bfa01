"""Every request is watched, and leaves one line in the log: what was asked of which route, how it ended, and how long it took."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import structlog
from starlette.staticfiles import StaticFiles

from service.observability.logs import ALREADY_LOGGED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_NO_ROUTE = "(none)"
_FILES = "/static/{file}"
_NO_ANSWER = 499
_BROKEN = 500
_LOG = structlog.stdlib.get_logger("pilah.requests")


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered.

    `route` is the template, such as /v1/complaints/{any_id}; `status` is 499 where the caller left before there was
    an answer.
    """

    method: str
    route: str
    status: int
    seconds: float
    error: Exception | None = None


class Listener(Protocol):
    """Whoever wants to know about requests."""

    def began(self) -> None: ...

    def answered(self, answered: Answered) -> None: ...


class WatchedRequests:
    """Tells the listeners about every request, when it comes and when it is answered."""

    def __init__(self, app: ASGIApp, listeners: Sequence[Listener]) -> None:
        self._app = app
        self._listeners = listeners

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, began, error = _NO_ANSWER, time.perf_counter(), None
        for listener in self._listeners:
            listener.began()

        async def watched_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, watched_send)
        except Exception as caught:
            # Starlette answers it further out; here is the last place that knows the route.
            status, error = _BROKEN, caught
            ALREADY_LOGGED.set(caught)
            raise
        finally:
            answered = Answered(_method(scope), _route(scope), status, time.perf_counter() - began, error)
            for listener in self._listeners:
                listener.answered(answered)


class RequestLog:
    """Writes a line for each request, with the version of the model that was in use at that moment."""

    def __init__(self, model_version: Callable[[], str]) -> None:
        self._model_version = model_version

    def began(self) -> None:
        """Nothing: a request is told about once."""

    def answered(self, answered: Answered) -> None:
        log = _LOG.error if answered.error else _LOG.warning if answered.status >= _BROKEN else _LOG.info
        log(
            "request",
            method=answered.method,
            route=answered.route,
            status=answered.status,
            milliseconds=round(answered.seconds * 1000, 1),
            model=self._model_version(),
            exc_info=answered.error,
        )


def _method(scope: Scope) -> str:
    """The method, unless a caller made it up."""
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def _route(scope: Scope) -> str:
    """The template of the route that took the request, never what was asked for itself."""
    if isinstance(scope.get("endpoint"), StaticFiles):
        return _FILES
    route = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or _NO_ROUTE
