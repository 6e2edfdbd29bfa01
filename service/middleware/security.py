"""What a request passes before any route sees it: who is asked, and how an answer is sealed and sent."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request

from service.errors import UnknownHost

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from data.errors import PilahError

    Answer = Callable[[Request, PilahError], Response]

# Our own two scripts, nothing inline, nothing from elsewhere, and no frame around an officer's page.
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
# For a page that a training wrote: its own inline style and pictures, and nothing else; no script, form or link out of it.
SEALED_PAGE_POLICY = "; ".join(
    (
        "sandbox",
        "default-src 'none'",
        "style-src 'unsafe-inline'",
        "img-src data:",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
_SECURITY_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_ZIPPED = ("/v1/", "/openapi.json", "/static/")
_WORTH_ZIPPING = 1000
# Half the time of the usual 9, for a few bytes more.
_ZIP_LEVEL = 5


class SealedAnswers:
    """Puts the security headers on every answer, and keeps answers out of caches unless they say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sealed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY_HEADERS)
                headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, sealed_send)


class KnownHosts:
    """Refuses a request that is addressed to another name: a page elsewhere can't reach a loopback service by DNS."""

    def __init__(self, app: ASGIApp, known: Collection[str], answer: Answer) -> None:
        self._app = app
        self._known = known
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or _host(Headers(scope=scope)) in self._known:
            await self._app(scope, receive, send)
            return
        await self._answer(Request(scope), UnknownHost())(scope, receive, send)


class ZippedAnswers:
    """Compresses what programs read, where they say that they unpack it.

    A page carries its form's secret beside text that somebody else wrote, and such a mixture's compressed length can be
    made to tell the secret: pages go out as they are.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._zipping = GZipMiddleware(app, minimum_size=_WORTH_ZIPPING, compresslevel=_ZIP_LEVEL)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        zipped = scope["type"] == "http" and scope["path"].startswith(_ZIPPED)
        await (self._zipping if zipped else self._app)(scope, receive, send)


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None
