"""Bodies of requests: unpacked where they come compressed, and never more of them held than their path may send."""

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

    from data.errors import PilahError
    from service.middleware.security import Answer

# What is larger waits in an unnamed file, so that many large bodies at once don't fill the memory.
_HELD_IN_MEMORY = 1024 * 1024
_PIECE = 64 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_GZIP_NAMES = {"gzip", "x-gzip"}


class LimitedBody:
    """Refuses a body that is larger than its path may send, comes too slowly, or can't be unpacked.

    What is within the limits is read here and handed on whole and unpacked, so that no route ever waits for a caller.
    A path without a limit reads its own body, by `read_body`.
    """

    def __init__(
        self, app: ASGIApp, limit_for: Callable[[str], int | None], patience_seconds: float, answer: Answer
    ) -> None:
        self._app = app
        self._limit_for = limit_for
        self._patience = patience_seconds
        self._answer = answer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        limit = self._limit_for(scope["path"]) if scope["type"] == "http" else None
        if limit is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            body = await read_body(request, limit, self._patience)
        except (BodyTooLarge, BodyTooSlow, BodyBroken, EncodingUnknown, StorageFull) as error:
            await self._refuse(request, error, send)
            return
        with body:
            _say_unpacked(scope)
            await self._app(scope, _handed_on(body, receive), send)

    async def _refuse(self, request: Request, error: PilahError, send: Send) -> None:
        await self._answer(request, error)(request.scope, request.receive, send)


async def read_body(request: Request, limit: int, patience_seconds: float) -> SpooledTemporaryFile[bytes]:
    """The whole body, unpacked, from its beginning.

    Raises:
        BodyTooLarge: it is larger than `limit` bytes, as sent or unpacked.
        BodyTooSlow: nothing of it came for `patience_seconds`.
        BodyBroken: it says that it is gzip, and isn't.
        EncodingUnknown: it is compressed in another way.
        StorageFull: it is too large for the memory, and there is no room for it on the disk.
    """
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced[:20]) > limit:
        raise BodyTooLarge(limit)
    unpacker = _unpacker(request.headers, limit)
    held = SpooledTemporaryFile[bytes](max_size=_HELD_IN_MEMORY)
    try:
        more = True
        while more:
            message = await _next(request.receive, patience_seconds)
            # A client that went away leaves what it sent; the route's answer then reaches nobody.
            for piece in unpacker.unpack(message.get("body", b"")):
                held.write(piece)
            more = message.get("more_body", False)
        unpacker.finish()
        held.seek(0)
    except OSError:
        held.close()
        raise StorageFull from None
    except BaseException:
        held.close()
        raise
    return held


async def _next(receive: Receive, patience_seconds: float) -> Message:
    try:
        async with asyncio.timeout(patience_seconds):
            return await receive()
    except TimeoutError:
        raise BodyTooSlow(patience_seconds) from None


class _Plain:
    """A body as it comes, counted."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._left = limit

    def unpack(self, sent: bytes) -> Iterator[bytes]:
        self._count(sent)
        yield sent

    def finish(self) -> None:
        """Every end is a good one."""

    def _count(self, piece: bytes) -> None:
        self._left -= len(piece)
        if self._left < 0:
            raise BodyTooLarge(self._limit)


class _Gzip(_Plain):
    """A compressed body, unpacked piece by piece: a small one that unpacks to very much is stopped at the limit."""

    def __init__(self, limit: int) -> None:
        super().__init__(limit)
        self._stream = zlib.decompressobj(_GZIP)
        self._as_sent = _Plain(limit)

    def unpack(self, sent: bytes) -> Iterator[bytes]:
        (sent,) = self._as_sent.unpack(sent)
        while sent:
            if self._stream.eof:
                # gzip files may follow one another.
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


def _unpacker(headers: Headers, limit: int) -> _Plain:
    encoding = headers.get("content-encoding", "").strip().lower()
    if encoding in _GZIP_NAMES:
        return _Gzip(limit)
    if encoding not in {"", "identity"}:
        raise EncodingUnknown
    return _Plain(limit)


def _say_unpacked(scope: Scope) -> None:
    """Let nothing say any more that the body was compressed."""
    headers = Headers(scope=scope)
    if "content-encoding" in headers:
        changed = headers.mutablecopy()
        del changed["content-encoding"]
        del changed["content-length"]
        scope["headers"] = changed.raw


def _handed_on(body: SpooledTemporaryFile[bytes], receive: Receive) -> Receive:
    finished = False

    async def receive_again() -> Message:
        nonlocal finished
        if finished:
            return await receive()
        piece = body.read(_PIECE)
        finished = len(piece) < _PIECE
        return {"type": "http.request", "body": piece, "more_body": not finished}

    return receive_again
