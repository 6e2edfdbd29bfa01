"""Exception handlers: each error becomes problem details, or a page for a browser."""

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from data.errors import PilahError
from data.messages import Sentence
from service.dependencies import settings_of
from service.errors import FilesOfOtherSession, LedgerUnavailable, NotAllowed, NotSignedIn, StaleForm
from service.ledger.database import UNAVAILABLE
from service.pages.frame.context import names_of
from service.pages.frame.error_pages import error_page, wants_page
from service.pages.frame.kept_forms import kept_form_of, sends_files
from service.pages.frame.rendering import render
from service.pages.frame.session import sign_in_address
from service.problems import Problem, ProblemResponse, headers_of, problem_of, problem_of_fields, problem_with

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from service.ledger.database import Database

logger = logging.getLogger(__name__)

_NOT_JSON = "service.not-json"
_CODES = {
    400: _NOT_JSON,
    404: "service.no-such-address",
    405: "service.method-not-allowed",
    415: "service.not-declared-as-json",
}


def on_pilah_error(request: Request, error: PilahError) -> Response:
    problem = problem_of(error)
    return _answer(request, problem, headers_of(problem.status, error), error)


def on_refusal(request: Request, error: PilahError) -> Response:
    """Answer an action outside the user's role, or a form of a different session."""
    return _answer(request, problem_with(403, str(error)), error=error)


def on_invalid_request(request: Request, error: RequestValidationError) -> Response:
    details: Any = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        return _answer(request, problem_with(400, str(Sentence(_NOT_JSON))))
    return _answer(request, problem_of_fields(details))


def on_http_error(request: Request, error: HTTPException) -> Response:
    code = _CODES.get(error.status_code)
    detail = str(Sentence(code)) if code else HTTPStatus(error.status_code).description
    return _answer(request, problem_with(error.status_code, detail), error.headers)


def on_ledger_fault(request: Request, error: Exception) -> Response:
    """Answer 503: the transaction was rolled back, and the caller may send the request again."""
    # SQLAlchemy's message holds the statement with its values, so that only the driver's class is logged.
    cause = type(error.orig).__name__ if isinstance(error, DBAPIError) else type(error).__name__
    logger.error("The ledger can't be reached or written: %s", cause)
    return _answer(request, problem_of(LedgerUnavailable()))


def on_bug(request: Request, _: Exception) -> Response:
    """Answer 500 to an unexpected exception; the log has the traceback."""
    return _answer(request, problem_with(500, str(Sentence("service.bug"))))


async def on_not_signed_in(request: Request, error: NotSignedIn) -> Response:
    """Redirect to the sign-in page and back; a sent form is kept on the sign-in page."""
    if request.headers.get("hx-request"):
        # The page keeps what was typed: the message replaces a fragment only.
        return render("session_ended.html")
    kept, lost_files = await kept_form_of(request), sends_files(request)
    if kept is not None or lost_files:
        return render(
            "sign_in.html",
            401,
            settings=settings_of(request),
            back=error.back,
            error="",
            nobody=False,
            kept=kept,
            lost_files=lost_files,
        )
    return RedirectResponse(sign_in_address(error.back), 303)


async def on_stale_form(request: Request, error: StaleForm) -> Response:
    """Offer a form of an earlier session to be sent again."""
    kept = await kept_form_of(request)
    if kept is None:
        return on_refusal(request, FilesOfOtherSession() if sends_files(request) else error)
    database: Database = request.app.state.database
    with database.reading() as session:
        readable = kept.readable(names_of(request, session))
    return render("resume.html", 403, kept=kept, token=error.form_token, readable=readable)


HANDLERS: "Mapping[type[Exception], Callable[[Request, Any], Response | Awaitable[Response]]]" = {
    PilahError: on_pilah_error,
    NotSignedIn: on_not_signed_in,
    NotAllowed: on_refusal,
    StaleForm: on_stale_form,
    RequestValidationError: on_invalid_request,
    HTTPException: on_http_error,
    **dict.fromkeys(UNAVAILABLE, on_ledger_fault),
    Exception: on_bug,
}


def _answer(
    request: Request, problem: Problem, headers: "Mapping[str, str] | None" = None, error: PilahError | None = None
) -> Response:
    all_headers = headers_of(problem.status) | dict(headers or {})
    if wants_page(request):
        return error_page(request, problem, all_headers, error)
    return ProblemResponse(problem, all_headers)
