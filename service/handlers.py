"""Every error of the service, turned into its one answer: problem details, or a page for who reads pages."""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from data.errors import PilahError
from service.errors import LedgerUnavailable, NotAllowed, NotSignedIn, StaleForm
from service.ledger.database import UNAVAILABLE
from service.pages.frame.error_pages import error_page, wants_page
from service.pages.frame.session import sign_in_address
from service.problems import Problem, ProblemResponse, headers_of, problem, problem_of, problem_of_fields

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

logger = logging.getLogger(__name__)

_PLAIN_DETAILS = {
    400: "The body is no JSON that can be read. Send one JSON object in UTF-8.",
    404: "There is nothing at this address. The addresses are listed in /openapi.json.",
    405: "This address doesn't take that method: see the Allow header.",
    415: "Send the body as Content-Type: application/json.",
}


def on_pilah_error(request: Request, error: PilahError) -> Response:
    found = problem_of(error)
    return _answered(request, found, headers_of(found.status, error), error)


def on_refusal(request: Request, error: PilahError) -> Response:
    """Answer an action outside the user's role, or a form from another session."""
    return _answered(request, problem(403, str(error)), error=error)


def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    details: Any = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        return _answered(request, problem(400, _PLAIN_DETAILS[400]))
    return _answered(request, problem_of_fields(details))


def on_http_error(request: Request, error: HTTPException) -> Response:
    detail = _PLAIN_DETAILS.get(error.status_code, HTTPStatus(error.status_code).description)
    return _answered(request, problem(error.status_code, detail), error.headers)


def on_ledger_fault(request: Request, error: Exception) -> Response:
    """The transaction never happened: the caller may send the same again."""
    # The driver's own word for it; SQLAlchemy's holds the statement.
    cause = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    logger.error("The ledger can't be reached or written: %s", cause)
    return _answered(request, problem_of(LedgerUnavailable()))


def on_bug(request: Request, _: Exception) -> Response:
    """Whatever else: the caller learns that it is ours; the log has the trace."""
    return _answered(
        request, problem(500, "Something went wrong in Pilah itself. Its log says what; please report it.")
    )


def on_not_signed_in(request: Request, error: NotSignedIn) -> Response:
    """To the sign-in page and back; a part of a page, which a script asked for, can't go there by itself."""
    address = sign_in_address(error.back)
    if request.headers.get("hx-request"):
        return Response(status_code=204, headers={"HX-Redirect": "/"})
    return RedirectResponse(address, 303)


HANDLERS: "Mapping[type[Exception], Callable[[Request, Any], Response]]" = {
    PilahError: on_pilah_error,
    NotSignedIn: on_not_signed_in,
    NotAllowed: on_refusal,
    StaleForm: on_refusal,
    RequestValidationError: on_invalid_request,
    HTTPException: on_http_error,
    **dict.fromkeys(UNAVAILABLE, on_ledger_fault),
    Exception: on_bug,
}


def _answered(
    request: Request, found: Problem, headers: "Mapping[str, str] | None" = None, error: PilahError | None = None
) -> Response:
    all_headers = headers_of(found.status) | dict(headers or {})
    if wants_page(request):
        return error_page(request, found, all_headers, error)
    return ProblemResponse(found, all_headers)
