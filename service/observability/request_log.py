"""Observe every request, and log its method, route, status and duration on one line."""

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
class AnsweredRequest:
    """A request after its answer.

    `route` is the template, such as /v1/complaints/{any_id}; `status` is 499 where the caller left before the answer.
    """

    method: str
    route: str
    status: int
    seconds: float
    error: Exception | None = None


class RequestObserver(Protocol):
    """Is called at the start and at the end of every request."""

    def on_start(self) -> None: ...

    def on_end(self, request: AnsweredRequest) -> None: ...


class ObservedRequests:
    """ASGI middleware that calls the observers at the start and at the end of every request."""

    def __init__(self, app: ASGIApp, observers: Sequence[RequestObserver]) -> None:
        self._app = app
        self._observers = observers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, started, error = _NO_ANSWER, time.perf_counter(), None
        for observer in self._observers:
            observer.on_start()

        async def observed_send(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed_send)
        except Exception as caught:
            # Starlette answers the exception outside of this middleware, where the route is unknown.
            status, error = _BROKEN, caught
            ALREADY_LOGGED.set(caught)
            raise
        finally:
            seconds = time.perf_counter() - started
            request = AnsweredRequest(_method(scope), _route(scope), status, seconds, error)
            for observer in self._observers:
                observer.on_end(request)


class RequestLog:
    """Logs every request, with the model version in use."""

    def __init__(self, model_version: Callable[[], str]) -> None:
        self._model_version = model_version

    def on_start(self) -> None:
        """Do nothing: a request is logged at the end."""

    def on_end(self, request: AnsweredRequest) -> None:
        log = _LOG.error if request.error else _LOG.warning if request.status >= _BROKEN else _LOG.info
        log(
            "request",
            method=request.method,
            route=request.route,
            status=request.status,
            milliseconds=round(request.seconds * 1000, 1),
            model=self._model_version(),
            exc_info=request.error,
        )


def _method(scope: Scope) -> str:
    """The method, or OTHER for an unknown method."""
    return scope["method"] if scope["method"] in _METHODS else "OTHER"


def _route(scope: Scope) -> str:
    """The template of the route, never the requested address."""
    if isinstance(scope.get("endpoint"), StaticFiles):
        return _FILES
    route = scope.get("route")
    return getattr(route, "path_format", None) or getattr(route, "path", None) or _NO_ROUTE
