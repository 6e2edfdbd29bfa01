"""How every error leaves the service: one body, RFC 9457's problem details.

No text of a complaint ever stands in one: what the caller sent is named by its field, never repeated.
"""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import ErrorDetails

from data.errors import PilahError
from model.errors import ArtifactError
from service.errors import (
    AlreadyDecided,
    BodyBroken,
    BodyTooLarge,
    BodyTooSlow,
    DecisionInvalid,
    EncodingUnknown,
    KeyMissing,
    LedgerUnavailable,
    Overloaded,
    StorageFull,
    StreamTypeUnknown,
    TextTooLong,
    TooManyRequests,
    UnitsDisagree,
    UnknownComplaint,
    UnknownHost,
    UnknownName,
)
from service.observability.request_ids import current_request_id

RETRY_AFTER_SECONDS = 30


class FieldError(BaseModel):
    """One thing that is wrong with what was sent, and where."""

    where: str
    message: str


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457). `type` is stable: programs may rely on it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:pilah:problem:unprocessable_content",
                    "title": "Unprocessable content",
                    "status": 422,
                    "detail": "The complaint can't be read: see errors.",
                    "errors": [{"where": "text", "message": "The text is blank. Send what the reporter wrote"}],
                }
            ]
        }
    )

    type: str
    title: str
    status: int
    detail: str
    request_id: str | None = Field(
        default=None,
        exclude_if=lambda value: value is None,
        description="The X-Request-ID of the answer: what to look for in Pilah's log.",
    )
    errors: list[FieldError] | None = Field(default=None, exclude_if=lambda value: value is None)


class ProblemResponse(JSONResponse):
    """A problem as an answer of its own."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        named = problem.model_copy(update={"request_id": current_request_id() or None})
        super().__init__(named.model_dump(mode="json"), problem.status, headers)


_NAMES = {
    400: ("bad_request", "Bad request"),
    401: ("unauthorized", "No key, or none that counts"),
    403: ("forbidden", "Not allowed"),
    404: ("not_found", "Not found"),
    405: ("method_not_allowed", "Method not allowed"),
    408: ("request_timeout", "Request took too long to arrive"),
    409: ("conflict", "Conflict"),
    413: ("content_too_large", "Content too large"),
    415: ("unsupported_media_type", "Unsupported media type"),
    422: ("unprocessable_content", "Unprocessable content"),
    429: ("too_many_requests", "Too many requests"),
    500: ("internal_error", "Internal error"),
    503: ("no_model", "No usable model"),
}
_STATUS: dict[type[PilahError], int] = {
    ArtifactError: 503,
    TextTooLong: 413,
    UnknownName: 422,
    DecisionInvalid: 422,
    UnknownComplaint: 404,
    AlreadyDecided: 409,
    KeyMissing: 401,
    TooManyRequests: 429,
    UnitsDisagree: 503,
    LedgerUnavailable: 503,
    StorageFull: 503,
    Overloaded: 503,
    UnknownHost: 400,
    BodyTooLarge: 413,
    BodyTooSlow: 408,
    BodyBroken: 400,
    EncodingUnknown: 415,
    StreamTypeUnknown: 415,
}
_TYPE: dict[type[PilahError], tuple[str, str]] = {
    UnitsDisagree: ("units_disagree", "Model and units.csv disagree"),
    TextTooLong: ("text_too_long", "Text too long"),
    LedgerUnavailable: ("ledger_unavailable", "Ledger unavailable"),
    StorageFull: ("storage_full", "Storage full"),
    Overloaded: ("overloaded", "Too much to do"),
}
# The rest of a body is still under way: without this the client's next request would run into it.
_REST_UNREAD = {"Connection": "close"}


def problem(status: int, detail: str, errors: list[FieldError] | None = None) -> Problem:
    """A problem under the name that belongs to its status."""
    name, title = _NAMES.get(status) or (HTTPStatus(status).name.lower(), HTTPStatus(status).phrase)
    return Problem(type=f"urn:pilah:problem:{name}", title=title, status=status, detail=detail, errors=errors)


def problem_of(error: PilahError) -> Problem:
    """An error of ours, under the status of its nearest class in the table."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    found = problem(status, str(error))
    name = _TYPE.get(type(error))
    return (
        found if name is None else found.model_copy(update={"type": f"urn:pilah:problem:{name[0]}", "title": name[1]})
    )


def problem_of_fields(details: list[ErrorDetails]) -> Problem:
    """What pydantic found, without the values that it found."""
    errors = [FieldError(where=_where(detail["loc"]), message=detail["msg"]) for detail in details]
    return problem(422, "What was sent doesn't have the documented shape: see errors.", errors)


def headers_of(status: int, error: PilahError | None = None) -> dict[str, str]:
    """What belongs beside a status or an error: when to try again, which key is asked for, what else is taken."""
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, EncodingUnknown):
        return {"Accept-Encoding": "gzip"} | _REST_UNREAD
    if isinstance(error, BodyTooLarge | BodyTooSlow | BodyBroken | StreamTypeUnknown):
        return _REST_UNREAD
    again = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    return {"Retry-After": str(getattr(error, "retry_after_seconds", RETRY_AFTER_SECONDS))} if again else {}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route that may end with these."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    name, title = _NAMES[status]
    example = {"type": f"urn:pilah:problem:{name}", "title": title, "status": status, "detail": "What to do about it."}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    entry: dict[str, Any] = {"description": title, "content": {ProblemResponse.media_type: content}}
    if header := headers_of(status):
        entry["headers"] = {name: {"schema": {"type": "string"}, "example": value} for name, value in header.items()}
    return entry


def _where(location: tuple[int | str, ...]) -> str:
    """The way to a field as a caller would write it.

    >>> _where(("body", "location", "district")), _where(("body",))
    ('location.district', 'body')
    """
    inside = location[1:] if len(location) > 1 and location[0] == "body" else location
    return ".".join(map(str, inside)) or "body"
