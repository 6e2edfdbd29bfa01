"""Allowed host names, security headers, and the compression of answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request

from service.errors import UnknownHost
from service.middleware.client_address import host_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from starlette.responses import Response
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from data.errors import PilahError

    ErrorHandler = Callable[[Request, PilahError], Response]

# Scripts and styles of this service only, nothing inline, and no frame around a page.
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
# For the HTML files of a training (report, check): inline styles and pictures; no scripts, forms or outside links.
REPORT_CONTENT_POLICY = "; ".join(
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
_COMPRESSED_PATHS = ("/v1/", "/openapi.json", "/static/")
_SMALLEST_COMPRESSED_BYTES = 1000
# Level 5 takes half the time of the usual level 9, for a few bytes more.
_COMPRESSION_LEVEL = 5


class SecurityHeadersMiddleware:
    """Adds the security headers to every answer, and `Cache-Control: no-store` unless the answer has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.update(_SECURITY_HEADERS)
                headers.setdefault("Content-Security-Policy", _CONTENT_POLICY)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class AllowedHostsMiddleware:
    """Refuses a request to any other host name, which protects a loopback service from DNS rebinding."""

    def __init__(self, app: ASGIApp, allowed: Collection[str], on_error: ErrorHandler) -> None:
        self._app = app
        self._allowed = allowed
        self._on_error = on_error

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or host_of(Headers(scope=scope)) in self._allowed:
            await self._app(scope, receive, send)
            return
        await self._on_error(Request(scope), UnknownHost())(scope, receive, send)


class CompressionMiddleware:
    """Compresses the answers of the API and static files for clients that accept gzip.

    Pages are never compressed. A page holds a form's token beside text from strangers, and the length of the compressed
    page could reveal the token (the BREACH attack).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._compressing = GZipMiddleware(
            app, minimum_size=_SMALLEST_COMPRESSED_BYTES, compresslevel=_COMPRESSION_LEVEL
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        compressed = scope["type"] == "http" and scope["path"].startswith(_COMPRESSED_PATHS)
        await (self._compressing if compressed else self._app)(scope, receive, send)
