"""What a request passes before any route sees it: who is asked, how much is sent, and how an answer is sealed."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    Answer = Callable[[Request, int, str], Response]

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
_SECURITY_HEADERS = {
    "Content-Security-Policy": _CONTENT_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SealedAnswers:
    """Puts the security headers on every answer, and keeps answers out of caches unless they say otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sealed_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY_HEADERS)
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
        detail = "This service isn't known by that host name. Use localhost, or add the name to PILAH_ALLOWED_HOSTS."
        await self._answer(Request(scope), 400, detail)(scope, receive, send)


class LimitedBody:
    """Refuses a body larger than its path may send, whether its length is announced or comes out in chunks.

    What is within the limit is read here and handed on whole, so that no route ever holds more.
    """

    def __init__(self, app: ASGIApp, limit_for: Callable[[str], int], answer: Answer) -> None:
        self._app = app
        self._limit_for = limit_for
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limit_for(scope["path"])
        announced = Headers(scope=scope).get("content-length", "")
        body = None if announced.isdecimal() and int(announced[:20]) > limit else await _read(receive, limit)
        if body is None:
            answer = self._answer(Request(scope), 413, f"The body is larger than {limit:,} bytes. Send less at once.")
            # The rest is still under way: without this the client's next request would run into it.
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        await self._app(scope, _handed_on(body, receive), send)


async def _read(receive: Receive, limit: int) -> bytes | None:
    """The whole body, or None as soon as it is larger than the limit."""
    body = bytearray()
    more = True
    while more:
        message = await receive()
        # A client that went away leaves what it sent; the route's answer then reaches nobody.
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return bytes(body)


def _handed_on(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return pending.pop() if pending else await receive()

    return receive_again


def _host(headers: Headers) -> str | None:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname
    except ValueError:
        return None
