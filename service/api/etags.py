"""Answers that a caller needs only once: a mark of their content, and 304 for who has that content already."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute

IfNoneMatch = Annotated[
    str | None, Header(description="The ETag of an earlier answer: 304 where that is still the answer.")
]
TAGGED: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "Changes with the answer.", "schema": {"type": "string"}}}},
    304: {
        "description": "What the ETag in If-None-Match names is still the answer",
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
}


class TaggedRoute(APIRoute):
    """Marks each answer with its ETag, and sends 304 without a body to a caller that holds it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_tagged(request: Request) -> Response:
            answer = await handle(request)
            # Weak: the same answer may go out compressed or not.
            tag = f'W/"{hashlib.sha256(bytes(answer.body)).hexdigest()[:20]}"'
            # Kept by the caller alone, and asked about each time.
            headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
            if _names(request.headers.get("if-none-match", ""), tag):
                return Response(status_code=304, headers=headers)
            answer.headers.update(headers)
            return answer

        return handle_tagged


def _names(if_none_match: str, tag: str) -> bool:
    """Whether an If-None-Match names the tag, weakly compared.

    >>> _names('"a", W/"b"', 'W/"b"'), _names('"b"', 'W/"b"'), _names("*", 'W/"b"'), _names("", 'W/"b"')
    (True, True, True, False)
    """
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return bool(named & {tag.removeprefix("W/"), "*"})
