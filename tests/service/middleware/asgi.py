"""Parts of ASGI requests for tests that call a middleware directly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import anyio

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send


async def refuse_call(_scope: Scope, _receive: Receive, _send: Send) -> None:
    raise AssertionError("the middleware must refuse this request")


async def receive_nothing() -> Message:
    await anyio.sleep_forever()
    raise AssertionError


async def discard_message(_message: Message) -> None:
    """Accept a message of the answer and drop it."""


def http_scope(headers: dict[str, str] | None = None) -> Scope:
    raw = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
    return {"type": "http", "method": "POST", "path": "/v1/predictions", "query_string": b"", "headers": raw}
