"""Routes that accept JSON bodies only."""

from collections.abc import Callable, Coroutine
from email.message import Message
from typing import Any

from fastapi import HTTPException, Request, Response
from fastapi.routing import APIRoute


class JsonOnlyRoute(APIRoute):
    """Answers 415 to a body that isn't declared as JSON; FastAPI alone would answer 422."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_json(request: Request) -> Response:
            if self.body_field is not None and not _is_json(request.headers.get("content-type", "")):
                raise HTTPException(415)
            return await handle(request)

        return handle_json


def _is_json(content_type: str) -> bool:
    """Whether a Content-Type is a JSON type.

    >>> [_is_json(value) for value in ("application/json; charset=utf-8", "application/ld+json", "text/plain", "")]
    [True, True, False, False]
    """
    message = Message()
    message["content-type"] = content_type
    return message.get_content_maintype() == "application" and (
        message.get_content_subtype() == "json" or message.get_content_subtype().endswith("+json")
    )
