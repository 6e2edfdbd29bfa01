"""HTTP statuses of errors, and the body of error answers: problem details (RFC 9457).

A problem names the faulty field and never repeats the value, which may be a complaint's text.
"""

from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import ErrorDetails

from data.errors import PilahError
from data.messages import Sentence
from model.errors import ArtifactError
from service.errors import (
    AlreadyDecided,
    BodyBroken,
    BodyTooLarge,
    BodyTooSlow,
    DecisionInvalid,
    DemonstrationIsLocal,
    EncodingUnknown,
    KeyMissing,
    KeyReused,
    LedgerUnavailable,
    LineTooLong,
    LineUnreadable,
    OfficeFileBroken,
    Overloaded,
    SetupLinkInvalid,
    SignInsBusy,
    StorageFull,
    StreamTypeUnknown,
    SuggestionRenewed,
    TextTooLong,
    TooManyRequests,
    TooManySignIns,
    UnitsDisagree,
    UnknownComplaint,
    UnknownHost,
    UnknownName,
)
from service.observability.request_ids import current_request_id

RETRY_AFTER_SECONDS = 30


class FieldError(BaseModel):
    """A fault of the request: the field and the message."""

    where: str
    message: str


class Problem(BaseModel):
    """An error and its remedy (RFC 9457). `type` is stable: programs may rely on it."""

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
        description="The X-Request-ID of the answer, by which Pilah's log names the request.",
    )
    errors: list[FieldError] | None = Field(default=None, exclude_if=lambda value: value is None)


class ProblemResponse(JSONResponse):
    """An answer that holds a problem."""

    media_type = "application/problem+json"

    def __init__(self, problem: Problem, headers: dict[str, str] | None = None) -> None:
        with_id = problem.model_copy(update={"request_id": current_request_id() or None})
        super().__init__(with_id.model_dump(mode="json"), problem.status, headers)


_STATUS_NAMES = {
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
    SuggestionRenewed: 409,
    KeyReused: 422,
    KeyMissing: 401,
    TooManyRequests: 429,
    UnitsDisagree: 503,
    OfficeFileBroken: 503,
    LedgerUnavailable: 503,
    StorageFull: 503,
    Overloaded: 503,
    SetupLinkInvalid: 403,
    DemonstrationIsLocal: 403,
    SignInsBusy: 503,
    TooManySignIns: 429,
    UnknownHost: 400,
    BodyTooLarge: 413,
    LineTooLong: 413,
    LineUnreadable: 400,
    BodyTooSlow: 408,
    BodyBroken: 400,
    EncodingUnknown: 415,
    StreamTypeUnknown: 415,
}
_OWN_NAMES: dict[type[PilahError], tuple[str, str]] = {
    UnitsDisagree: ("units_disagree", "Model and the office's lists disagree"),
    OfficeFileBroken: ("office_file_broken", "A file of the office can't be read"),
    TextTooLong: ("text_too_long", "Text too long"),
    LedgerUnavailable: ("ledger_unavailable", "Ledger unavailable"),
    StorageFull: ("storage_full", "Storage full"),
    Overloaded: ("overloaded", "Too much to do"),
    SignInsBusy: ("overloaded", "Too much to do"),
}
# The rest of the body is unread: an open connection would take the rest for the next request.
_CLOSE = {"Connection": "close"}


def problem_with(status: int, detail: str, errors: list[FieldError] | None = None) -> Problem:
    """Build a problem with the type and title of its status."""
    name, title = _STATUS_NAMES.get(status) or (HTTPStatus(status).name.lower(), HTTPStatus(status).phrase)
    return Problem(type=f"urn:pilah:problem:{name}", title=title, status=status, detail=detail, errors=errors)


def problem_of(error: PilahError) -> Problem:
    """Build the problem of an error, with the status of the error's class or its nearest base class."""
    status = next((_STATUS[kind] for kind in type(error).__mro__ if kind in _STATUS), 500)
    general = problem_with(status, str(error))
    if type(error) not in _OWN_NAMES:
        return general
    name, title = _OWN_NAMES[type(error)]
    return general.model_copy(update={"type": f"urn:pilah:problem:{name}", "title": title})


def problem_of_fields(details: list[ErrorDetails]) -> Problem:
    """Build the problem of a validation error, without the values sent."""
    errors = [FieldError(where=_field_path(detail["loc"]), message=detail["msg"]) for detail in details]
    return problem_with(422, str(Sentence("service.wrong-shape")), errors)


def headers_of(status: int, error: PilahError | None = None) -> dict[str, str]:
    """The headers of an error: Retry-After, WWW-Authenticate, Accept-Encoding or Connection."""
    if status == HTTPStatus.UNAUTHORIZED:
        return {"WWW-Authenticate": "Bearer"}
    if isinstance(error, EncodingUnknown):
        return {"Accept-Encoding": "gzip"} | _CLOSE
    if isinstance(error, BodyTooLarge | BodyTooSlow | BodyBroken | StreamTypeUnknown):
        return _CLOSE
    retry = status in {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}
    return {"Retry-After": str(getattr(error, "retry_after_seconds", RETRY_AFTER_SECONDS))} if retry else {}


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route with these error statuses."""
    return {status: _documented(status) for status in statuses}


def _documented(status: int) -> dict[str, Any]:
    name, title = _STATUS_NAMES[status]
    example = {"type": f"urn:pilah:problem:{name}", "title": title, "status": status, "detail": "What to do about it."}
    content = {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
    entry: dict[str, Any] = {"description": title, "content": {ProblemResponse.media_type: content}}
    if header := headers_of(status):
        entry["headers"] = {name: {"schema": {"type": "string"}, "example": value} for name, value in header.items()}
    return entry


def _field_path(location: tuple[int | str, ...]) -> str:
    """The dotted path of a field, without the part `body`.

    >>> _field_path(("body", "location", "district")), _field_path(("body",))
    ('location.district', 'body')
    """
    inside = location[1:] if len(location) > 1 and location[0] == "body" else location
    return ".".join(map(str, inside)) or "body"
