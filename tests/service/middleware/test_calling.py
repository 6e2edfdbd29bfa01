"""What an intake system's programmer relies on: retries, request ids, compression, limits, streams, ETags."""

from __future__ import annotations

import gzip
import json
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from service.app import create_app
from service.handlers import on_pilah_error
from service.middleware.body_limits import BodyLimitMiddleware, read_body
from service.middleware.concurrency import ConcurrencyLimit, ConcurrencyMiddleware
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.types import Message, Receive, Scope, Send

LOCAL = "http://127.0.0.1"
COMPLAINT = {"reference_id": "9165816", "text": "Sertifikat tanah saya belum terbit di kantor pertanahan Kab. Langkat"}
JSON = {"content-type": "application/json"}
LINES = {"content-type": "application/x-ndjson"}
KIB = 1024


@pytest.fixture(scope="module")
def api(sample_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The service on a ledger of its own, for what doesn't depend on the kind of database."""
    url = SecretStr(f"sqlite:///{tmp_path_factory.mktemp('calling') / 'pilah.db'}")
    chosen = Settings(home=sample_home, database_url=url, requests_per_minute=100_000)
    with TestClient(create_app(chosen), base_url=LOCAL) as client:
        yield client


def _lines(answer: Any) -> list[dict[str, Any]]:
    return [json.loads(line) for line in answer.text.splitlines()]


# Retries


def test_a_retry_gets_the_suggestion_that_the_first_call_got(client: TestClient) -> None:
    first = client.post("/v1/predictions", json=COMPLAINT)
    again = client.post("/v1/predictions", json=COMPLAINT | {"text": COMPLAINT["text"] + " \n"})
    assert again.json()["suggestion_id"] == first.json()["suggestion_id"]
    stored = client.get("/v1/complaints/9165816").json()
    assert stored["suggestion"]["suggestion_id"] == first.json()["suggestion_id"]


def test_of_retries_at_once_every_suggestion_can_be_decided_on(client: TestClient) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/predictions", json=COMPLAINT), range(8)))
    ids = {answer.json()["suggestion_id"] for answer in answers}
    decision = client.post("/v1/decisions", json={"suggestion_id": ids.pop(), "outcome": "bukan kewenangan"})
    assert decision.status_code == 201
    # Whoever decides by another answer to the same complaint learns that it is decided.
    for other in ids:
        assert client.post("/v1/decisions", json={"suggestion_id": other}).status_code == 409


def test_the_same_complaint_twice_in_one_batch_is_one(client: TestClient) -> None:
    results = client.post("/v1/predictions/batch", json={"complaints": [COMPLAINT, COMPLAINT]}).json()["results"]
    assert results[0]["suggestion_id"] == results[1]["suggestion_id"]


# Request ids


@pytest.mark.parametrize("sent", ["intake-2026.11.23:7", "0192a5f0-1234-7abc-8123-081234567890"])
def test_a_usable_request_id_comes_back(api: TestClient, sent: str) -> None:
    assert api.get("/v1/units", headers={"x-request-id": sent}).headers["x-request-id"] == sent


@pytest.mark.parametrize("sent", ["", "a b", "x" * 65, "3578012345678901", "081234567890", "<script>", "a,b"])
def test_another_request_id_is_replaced(api: TestClient, sent: str) -> None:
    answered = api.get("/v1/units", headers={"x-request-id": sent}).headers["x-request-id"]
    assert answered != sent
    assert len(answered) == 36


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/v1/nothing", 404),
        ("PUT", "/v1/predictions", 405),
        ("POST", "/v1/decisions", 415),
        ("GET", "/v1/complaints/nothing", 404),
    ],
)
def test_every_answer_and_every_problem_names_its_request(api: TestClient, method: str, path: str, status: int) -> None:
    answer = api.request(method, path, headers={"x-request-id": "mine"}, content=b"{}" if method != "GET" else None)
    assert answer.status_code == status
    assert answer.headers["x-request-id"] == "mine"
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["request_id"] == "mine"


def test_the_answer_to_a_bug_is_sealed_and_named_too(sample_home: Path, tmp_path: Path) -> None:
    app = create_app(Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")))
    app.add_api_route("/v1/bug", lambda: 1 // 0)
    with TestClient(app, base_url=LOCAL, raise_server_exceptions=False) as client:
        answer = client.get("/v1/bug")
    assert answer.status_code == 500
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_method_that_an_address_does_not_take_is_answered_with_those_it_takes(api: TestClient) -> None:
    answer = api.put("/v1/predictions", json=COMPLAINT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


# Compression


def test_a_compressed_body_is_unpacked_and_a_large_answer_compressed(api: TestClient) -> None:
    packed = gzip.compress(json.dumps(COMPLAINT).encode())
    answer = api.post("/v1/predictions", content=packed, headers=JSON | {"content-encoding": "gzip"})
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    plain = api.post("/v1/predictions", json=COMPLAINT, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.json()["units"] == answer.json()["units"]


def test_a_page_goes_out_as_it_is(api: TestClient) -> None:
    page = api.get("/masuk", headers={"accept-encoding": "gzip"})
    assert "content-encoding" not in page.headers


def test_a_small_body_that_unpacks_to_very_much_is_refused(api: TestClient) -> None:
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
        (gzip.compress(b'{"text": ', mtime=0) + gzip.compress(b'"lampu mati"}'), "x-gzip", 200),
    ],
)
def test_what_cannot_be_unpacked_is_said(api: TestClient, body: bytes, encoding: str, status: int) -> None:
    answer = api.post("/v1/predictions", content=body, headers=JSON | {"content-encoding": encoding})
    assert answer.status_code == status
    if status == 415:
        assert answer.headers["accept-encoding"] == "gzip"


@settings(max_examples=30)
@given(st.binary(max_size=300), st.lists(st.integers(1, 299), max_size=3), st.booleans())
def test_a_body_arrives_as_it_was_sent_however_it_is_cut(body: bytes, cuts: list[int], zipped: bool) -> None:  # noqa: FBT001 - hypothesis gives it by position
    sent = gzip.compress(body, mtime=0) if zipped else body
    edges = [0, *sorted(cut for cut in cuts if cut < len(sent)), len(sent)]
    pieces = [sent[start:end] for start, end in pairwise(edges)]
    assert anyio.run(_body_of, pieces, "gzip" if zipped else "") == body


async def _body_of(pieces: list[bytes], encoding: str) -> bytes:
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

    await limited(_scope({"content-encoding": encoding}), receive, _nobody)
    return got


# Limits


@pytest.mark.parametrize(("characters", "status"), [(50_000, 200), (50_001, 413)])
def test_a_text_of_fifty_thousand_characters_is_the_longest(api: TestClient, characters: int, status: int) -> None:
    text = ("lampu jalan mati " * 3000)[:characters]
    assert api.post("/v1/predictions?evidence=false", json={"text": text}).status_code == status


@pytest.mark.parametrize(("path", "limit"), [("/v1/predictions", 256 * KIB), ("/v1/predictions/batch", 8 * KIB * KIB)])
def test_a_body_at_its_limit_is_read_and_one_byte_more_is_not(api: TestClient, path: str, limit: int) -> None:
    for length, chunked in ((limit, False), (limit + 1, False), (limit, True), (limit + 1, True)):
        body = b"{" + b" " * (length - 2) + b"}"
        content: Any = iter([body[: limit // 2], body[limit // 2 :]]) if chunked else body
        answer = api.post(path, content=content, headers=JSON)
        assert answer.status_code == (413 if length > limit else 422)
        assert answer.headers.get("connection") == ("close" if length > limit else None)


def test_a_key_that_asks_too_often_is_told_when_to_come_back_and_may_then(
    sample_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    app = create_app(Settings(home=sample_home, database_url=url, requests_per_minute=2))
    now, told = 1_000.0, []
    with TestClient(app, base_url=LOCAL) as client:
        for seconds in (0, 10, 20.5, 20.5, 60, 60):
            monkeypatch.setattr("service.api.rate_limit.time", SimpleNamespace(monotonic=partial(float, now + seconds)))
            answer = client.get("/v1/units")
            told.append((answer.status_code, answer.headers.get("retry-after")))
    assert told == [(200, None), (200, None), (429, "40"), (429, "40"), (200, None), (429, "10")]


def test_more_requests_than_are_worked_on_wait_their_turn_or_are_told_to_come_back() -> None:
    seen = anyio.run(_twelve_at_once)
    # Two are worked on, eight wait for them; two find the queue full and hear so at once.
    assert sorted(seen) == [200] * 10 + [503] * 2


async def _twelve_at_once() -> list[int]:
    busy, most, seen = 0, 0, []

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal busy, most
        busy += 1
        most = max(most, busy)
        await anyio.sleep(0.02)
        busy -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(message["status"])
            if message["status"] == 503:
                assert (b"retry-after", b"2") in message["headers"]

    lane = ConcurrencyLimit(2)
    turns = ConcurrencyMiddleware(application, lambda _: lane, 5, on_pilah_error)
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(turns, _scope(), _no_message, note)
    assert most == 2
    return seen


def test_who_waits_too_long_for_a_turn_or_with_a_body_is_told_so() -> None:
    assert anyio.run(_impatient) == [503, 408]


async def _impatient() -> list[int]:
    seen: list[int] = []

    async def note(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.append(message["status"])

    lane = ConcurrencyLimit(1)
    await lane.acquire(1)
    await ConcurrencyMiddleware(_never, lambda _: lane, 0.01, on_pilah_error)(_scope(), _no_message, note)
    await BodyLimitMiddleware(_never, lambda _: 100, 0.01, on_pilah_error)(_scope(), _no_message, note)
    return seen


async def _never(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("this request must not get through")


async def _no_message() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


async def _nobody(_message: Message) -> None:
    """Takes no notice."""


def _scope(headers: dict[str, str] | None = None) -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": "POST", "path": "/v1/predictions", "query_string": b"", "headers": raw}


# Shapes


def test_a_field_that_is_null_is_one_that_was_not_sent(api: TestClient) -> None:
    fields = ("reference_id", "received_at", "title", "channel", "location", "type", "incident_date", "attachments")
    nothing = dict.fromkeys((*fields, "reporter_category", "requested_unit", "anonymous", "confidential"))
    assert api.post("/v1/predictions", json={"text": "lampu mati", **nothing}).status_code == 200
    answer = api.post("/v1/predictions", json={"text": "lampu mati", "title": "a" * 2001})
    assert answer.json()["errors"][0]["where"] == "title"


# Streams


def test_a_stream_is_answered_line_by_line_and_what_was_answered_is_stored(client: TestClient) -> None:
    lines = [
        json.dumps({"reference_id": "s1", "text": "lampu jalan mati"}),
        "{no json",
        "",
        json.dumps({"reference_id": "s3"}),
        json.dumps({"reference_id": "s4", "text": "x" * 50_001}),
        json.dumps({"text": "y" * (300 * KIB)}),
        json.dumps(["no object"]),
        "[" * 100_000,
        json.dumps({"reference_id": "s8", "text": "air keruh"}),
    ]
    answer = client.post("/v1/predictions/stream", content="\n".join(lines), headers=LINES)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    answers = _lines(answer)
    assert [line.get("status") for line in answers if "units" not in line] == [400, 422, 413, 413, 422, 400]
    assert [line["reference_id"] for line in (answers[0], answers[-1])] == ["s1", "s8"]
    assert "Line 2" in answers[1]["detail"]
    assert "Line 6" in answers[4]["detail"]
    assert client.get("/v1/complaints/s8").status_code == 200


def test_a_stream_of_many_keeps_its_order(api: TestClient) -> None:
    content = b"".join(b'{"reference_id": "m%d", "text": "lampu jalan mati"}\r\n' % number for number in range(250))
    answer = api.post(
        "/v1/predictions/stream?evidence=false&store=false",
        content=gzip.compress(content, mtime=0),
        headers=LINES | {"content-encoding": "gzip"},
    )
    assert [line["reference_id"] for line in _lines(answer)] == [f"m{number}" for number in range(250)]
    assert api.get("/v1/complaints/m7").status_code == 404


def test_a_stream_that_is_none_or_too_large_is_refused_as_a_whole(sample_home: Path, tmp_path: Path) -> None:
    url = SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}")
    app = create_app(Settings(home=sample_home, database_url=url, max_stream_bytes=2000))
    with TestClient(app, base_url=LOCAL) as client:
        for content, headers, status in ((b"{}", JSON, 415), (b" " * 2001, LINES, 413), (b" " * 2000, LINES, 200)):
            answer = client.post("/v1/predictions/stream", content=content, headers=headers)
            assert answer.status_code == status
            assert answer.text == "" or answer.json()["status"] == status


def test_a_body_larger_than_the_memory_it_may_use_is_held_in_a_file() -> None:
    assert anyio.run(_rolled, 2 * KIB * KIB)
    assert not anyio.run(_rolled, 2 * KIB)


def test_a_body_that_finds_no_room_on_the_disk_is_answered_503(
    api: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("service.middleware.body_limits.SpooledTemporaryFile.write", no_room)
    answer = api.post("/v1/predictions", json=COMPLAINT)
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:pilah:problem:storage_full")
    assert answer.headers["retry-after"]


async def _rolled(length: int) -> bool:
    from starlette.requests import Request  # noqa: PLC0415 - the type is needed here alone

    async def receive() -> Message:
        return {"type": "http.request", "body": b"a" * length, "more_body": False}

    with await read_body(Request(_scope(), receive), 4 * KIB * KIB, 1) as body:
        return bool(body._rolled)  # type: ignore[attr-defined]  # noqa: SLF001 - nothing public tells


# ETags


@pytest.mark.parametrize("path", ["/v1/units", "/v1/categories", "/v1/model"])
def test_what_a_caller_holds_already_is_not_sent_again(api: TestClient, path: str) -> None:
    first = api.get(path)
    again = api.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert api.get(path, headers={"if-none-match": 'W/"older"'}).status_code == 200
    assert first.headers["cache-control"] == "private, no-cache"


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=400))
def test_no_stream_makes_the_service_fail(api: TestClient, content: bytes) -> None:
    answer = api.post("/v1/predictions/stream", content=content, headers=LINES)
    assert answer.status_code == 200
    # Every line that isn't blank is answered, with a suggestion or its problem.
    assert len(_lines(answer)) == sum(bool(line.strip()) for line in content.split(b"\n"))
