"""ETags: a digest of the answer, and 304 for a caller that has the same answer already."""

import hashlib
from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Header, Request, Response
from fastapi.routing import APIRoute

IfNoneMatch = Annotated[
    str | None, Header(description="The ETag of an earlier answer; 304 if the answer is unchanged.")
]
ETAG_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"headers": {"ETag": {"description": "Changes with the answer.", "schema": {"type": "string"}}}},
    304: {
        "description": "The answer with the ETag in If-None-Match is unchanged",
        "headers": {"ETag": {"schema": {"type": "string"}}},
    },
}


class ETagRoute(APIRoute):
    """Adds an ETag to each answer; a request with the same ETag is answered 304 without a body."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handle = super().get_route_handler()

        async def handle_with_etag(request: Request) -> Response:
            answer = await handle(request)
            # Weak: the same answer may be sent compressed or not.
            etag = f'W/"{hashlib.sha256(bytes(answer.body)).hexdigest()[:20]}"'
            # Only the caller may cache the answer, and must revalidate it each time.
            headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
            if _matches(request.headers.get("if-none-match", ""), etag):
                return Response(status_code=304, headers=headers)
            answer.headers.update(headers)
            return answer

        return handle_with_etag


def _matches(if_none_match: str, etag: str) -> bool:
    """Whether an If-None-Match header has the ETag, by weak comparison (RFC 9110).

    >>> _matches('"a", W/"b"', 'W/"b"'), _matches('"b"', 'W/"b"'), _matches("*", 'W/"b"'), _matches("", 'W/"b"')
    (True, True, True, False)
    """
    etags = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return bool(etags & {etag.removeprefix("W/"), "*"})
