"""Request bodies: decompression, a size limit for each path, and a timeout."""

from __future__ import annotations

import asyncio
import zlib
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING

from starlette.datastructures import Headers
from starlette.requests import Request

from service.errors import BodyBroken, BodyTooLarge, BodyTooSlow, EncodingUnknown, StorageFull

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from service.middleware.security import ErrorHandler

# A larger body is kept in an unnamed file, so that many large bodies don't fill the memory.
_BYTES_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_NAMES = {"gzip", "x-gzip"}


class BodyLimitMiddleware:
    """Reads each request's body whole and decompressed, so that no route waits for a slow caller.

    A body that is too large, too slow or broken is refused. `limit_for` maps a path to the limit in bytes; the route of
    a path without a limit calls `read_body` itself.
    """

    def __init__(
        self, app: ASGIApp, limit_for: Callable[[str], int | None], timeout_seconds: float, on_error: ErrorHandler
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
        request = Request(scope, receive)
        try:
            body = await read_body(request, limit, self._timeout_seconds)
        except (BodyTooLarge, BodyTooSlow, BodyBroken, EncodingUnknown, StorageFull) as error:
            await self._on_error(request, error)(scope, receive, send)
            return
        with body:
            _remove_encoding_headers(scope)
            await self._app(scope, _replayed(body, receive), send)


async def read_body(request: Request, limit: int, timeout_seconds: float) -> SpooledTemporaryFile[bytes]:
    """Read a request's whole body, decompressed, into a file positioned at the start.

    Raises:
        BodyTooLarge: the body is larger than `limit` bytes, compressed or decompressed.
        BodyTooSlow: no part of the body arrived for `timeout_seconds`.
        BodyBroken: the body is declared as gzip, and isn't gzip.
        EncodingUnknown: the body is compressed, but not by gzip.
        StorageFull: the body needs a file, and the disk is full.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise BodyTooLarge(limit)
    decoder = _decoder(request.headers, limit)
    file = SpooledTemporaryFile[bytes](max_size=_BYTES_IN_MEMORY)
    try:
        more = True
        while more:
            message = await _next_message(request.receive, timeout_seconds)
            # A disconnect ends the body; the route still runs.
            for piece in decoder.decode(message.get("body", b"")):
                file.write(piece)
            more = message.get("more_body", False)
        decoder.finish()
        file.seek(0)
    except OSError:
        file.close()
        raise StorageFull from None
    except BaseException:
        file.close()
        raise
    return file


async def _next_message(receive: Receive, timeout_seconds: float) -> Message:
    try:
        async with asyncio.timeout(timeout_seconds):
            return await receive()
    except TimeoutError:
        raise BodyTooSlow(timeout_seconds) from None


class _PlainDecoder:
    """Passes the bytes on and counts the bytes."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def decode(self, sent: bytes) -> Iterator[bytes]:
        self._count(sent)
        yield sent

    def finish(self) -> None:
        """Accept the end of the body anywhere."""

    def _count(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLarge(self._limit)


class _GzipDecoder(_PlainDecoder):
    """Decompresses piece by piece, so that a decompression bomb is stopped at the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._stream = zlib.decompressobj(_GZIP)
        self._compressed = _PlainDecoder(limit)

    def decode(self, sent: bytes) -> Iterator[bytes]:
        (sent,) = self._compressed.decode(sent)
        while sent:
            if self._stream.eof:
                # A gzip stream may have several members.
                self._stream = zlib.decompressobj(_GZIP)
            try:
                piece = self._stream.decompress(sent, _PIECE)
            except zlib.error:
                raise BodyBroken from None
            self._count(piece)
            yield piece
            sent = self._stream.unused_data if self._stream.eof else self._stream.unconsumed_tail

    def finish(self) -> None:
        if not self._stream.eof:
            raise BodyBroken


def _decoder(headers: Headers, limit: int) -> _PlainDecoder:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _GZIP_NAMES:
        return _GzipDecoder(limit)
    if encoding not in {"", "identity"}:
        raise EncodingUnknown
    return _PlainDecoder(limit)


def _remove_encoding_headers(scope: Scope) -> None:
    headers = Headers(scope=scope)
    if "content-encoding" in headers:
        changed = headers.mutablecopy()
        del changed["content-encoding"]
        del changed["content-length"]
        scope["headers"] = changed.raw


def _replayed(body: SpooledTemporaryFile[bytes], receive: Receive) -> Receive:
    """Make a `receive` that sends the body from its file."""
    finished = False

    async def receive_again() -> Message:
        nonlocal finished
        if finished:
            return await receive()
        piece = body.read(_PIECE)
        finished = len(piece) < _PIECE
        return {"type": "http.request", "body": piece, "more_body": not finished}

    return receive_again
