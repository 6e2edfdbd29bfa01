"""Concurrent requests wait for a slot, or are refused with Retry-After."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

from service.handlers import on_pilah_error
from service.middleware.concurrency import ConcurrencyLimit, ConcurrencyMiddleware
from tests.service.middleware.asgi import http_scope, receive_nothing, refuse_call

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


def test_further_requests_wait_for_a_slot_or_are_answered_503() -> None:
    statuses = anyio.run(_statuses_of_twelve_requests)
    # Two run and eight wait in the queue; two find the queue full and are refused at once.
    assert sorted(statuses) == [200] * 10 + [503] * 2


async def _statuses_of_twelve_requests() -> list[int]:
    running, most = 0, 0
    statuses: list[int] = []

    async def application(_scope: Scope, _receive: Receive, send: Send) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await anyio.sleep(0.02)
        running -= 1
        await send({"type": "http.response.start", "status": 200, "headers": []})

    async def record(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])
            if message["status"] == 503:
                assert (b"retry-after", b"2") in message["headers"]

    limit = ConcurrencyLimit(2)
    limited = ConcurrencyMiddleware(application, lambda _: limit, 5, on_pilah_error)
    async with anyio.create_task_group() as group:
        for _ in range(12):
            group.start_soon(limited, http_scope(), receive_nothing, record)
    assert most == 2
    return statuses


def test_a_request_that_waits_too_long_for_a_slot_is_answered_503() -> None:
    assert anyio.run(_statuses_without_a_free_slot) == [503]


async def _statuses_without_a_free_slot() -> list[int]:
    statuses: list[int] = []

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    limit = ConcurrencyLimit(1)
    await limit.acquire(1)
    limited = ConcurrencyMiddleware(refuse_call, lambda _: limit, 0.01, on_pilah_error)
    await limited(http_scope(), receive_nothing, send)
    return statuses
