"""Request bodies: decompression, limits, timeout, and room on the disk."""

from __future__ import annotations

import gzip
import time
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from service.handlers import on_pilah_error
from service.middleware.body_limits import BodyLimitMiddleware, read_body
from tests.service.middleware.asgi import discard_message, http_scope, receive_nothing, refuse_call

if TYPE_CHECKING:
    from fastapi.testclient import TestClient
    from starlette.types import Message, Receive, Scope, Send

COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}
JSON = {"content-type": "application/json"}
KIB = 1024


def test_a_decompression_bomb_is_refused(api: TestClient) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * (64 * KIB * KIB) + b'"}')
    assert len(bomb) < 256 * KIB
    for path in ("/v1/predictions", "/v1/predictions/batch"):
        started = time.monotonic()
        answer = api.post(path, content=bomb, headers=JSON | {"content-encoding": "gzip"})
        assert answer.status_code == 413
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("body", "encoding", "status"),
    [
        (b"no gzip at all", "gzip", 400),
        (gzip.compress(b'{"text": "lampu mati"}', mtime=0)[:-6], "gzip", 400),
        (b'{"text": "lampu mati"}', "br", 415),
        (b'{"text": "lampu mati"}', "gzip, gzip", 415),
        (b'{"text": "lampu mati"}', "identity", 200),
        (gzip.compress(b'{"text": ', mtime=0) + gzip.compress(b'"lampu mati"}', mtime=0), "x-gzip", 200),
    ],
)
def test_a_body_that_cannot_be_decompressed_is_refused(
    api: TestClient, body: bytes, encoding: str, status: int
) -> None:
    answer = api.post("/v1/predictions", content=body, headers=JSON | {"content-encoding": encoding})
    assert answer.status_code == status
    if status == 415:
        assert answer.headers["accept-encoding"] == "gzip"


@settings(max_examples=30)
@given(st.binary(max_size=300), st.lists(st.integers(1, 299), max_size=3), st.booleans())
def test_a_body_arrives_whole_however_it_is_cut(body: bytes, cuts: list[int], zipped: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    sent = gzip.compress(body, mtime=0) if zipped else body
    edges = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(edges)]
    assert anyio.run(_received_body, pieces, "gzip" if zipped else "") == body


async def _received_body(pieces: list[bytes], encoding: str) -> bytes:
    got = b""

    async def application(_scope: Scope, receive: Receive, _send: Send) -> None:
        nonlocal got
        more = True
        while more:
            message = await receive()
            got += message["body"]
            more = message["more_body"]

    limited = BodyLimitMiddleware(application, lambda _: 1000, 5, on_pilah_error)
    messages: list[Message] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b"", "more_body": False})
    waiting = iter(messages)

    async def receive() -> Message:
        return next(waiting)

    await limited(http_scope({"content-encoding": encoding}), receive, discard_message)
    return got


@pytest.mark.parametrize(("path", "limit"), [("/v1/predictions", 256 * KIB), ("/v1/predictions/batch", 8 * KIB * KIB)])
def test_a_body_at_its_limit_is_read_and_one_byte_more_is_refused(api: TestClient, path: str, limit: int) -> None:
    for length, chunked in ((limit, False), (limit + 1, False), (limit, True), (limit + 1, True)):
        body = b"{" + b" " * (length - 2) + b"}"
        content: Any = iter([body[: limit // 2], body[limit // 2 :]]) if chunked else body
        answer = api.post(path, content=content, headers=JSON)
        assert answer.status_code == (413 if length > limit else 422)
        assert answer.headers.get("connection") == ("close" if length > limit else None)


def test_a_large_body_is_kept_in_a_file() -> None:
    assert anyio.run(_is_in_a_file, 2 * KIB * KIB)
    assert not anyio.run(_is_in_a_file, 2 * KIB)


async def _is_in_a_file(length: int) -> bool:
    async def receive() -> Message:
        return {"type": "http.request", "body": b"a" * length, "more_body": False}

    with await read_body(Request(http_scope(), receive), 4 * KIB * KIB, 1) as body:
        return bool(body._rolled)  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public tells


def test_a_full_disk_is_answered_503(api: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.middleware.body_limits.SpooledTemporaryFile.write", no_room)
    answer = api.post("/v1/predictions", json=COMPLAINT)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pilah:problem:storage_full")
    assert answer.headers["retry-after"]


def test_a_body_that_does_not_arrive_is_answered_408() -> None:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    limited = BodyLimitMiddleware(refuse_call, lambda _: 100, 0.01, on_pilah_error)
    anyio.run(limited, http_scope(), receive_nothing, send)
    assert statuses == [408]
