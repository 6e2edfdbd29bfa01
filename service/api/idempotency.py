"""Requests that are done once: a retry with the same Idempotency-Key gets the first answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Header, Response
from fastapi.responses import JSONResponse

from service.errors import AlreadyDecided
from service.ledger.first_answers import FirstAnswers, Request
from service.problems import Problem, ProblemResponse, problem_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy.orm import Session

_NO_CONTENT = 204
_LEAST_ERROR = 400

IdempotencyKey = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=255,
        description="Any string that is new for each request, such as a UUID. A retry with the same key gets the first "
        "answer, for at least 24 hours.",
    ),
]


def answer_once(
    session: Session, office: str, request: Request, act: Callable[[], tuple[int, dict[str, Any]]]
) -> Response:
    """The answer of `act`, or the first answer under the same key; without a key `act` always runs.

    A conflict is an answer too: a late retry must not succeed after the conflict is gone.

    Raises:
        KeyReused: the key came before with another request.
    """
    if not request.key:
        return _response(*act())
    answers = FirstAnswers(session, office)
    first = answers.claim(request)
    if first is not None:
        return _response(first.status, first.answer)
    try:
        with session.begin_nested():
            status, answer = act()
    except AlreadyDecided as error:
        problem = problem_of(error)
        status, answer = problem.status, problem.model_dump(mode="json")
    answers.keep(request, status, answer)
    return _response(status, answer)


def _response(status: int, answer: dict[str, Any]) -> Response:
    if status == _NO_CONTENT:
        return Response(status_code=status)
    return ProblemResponse(Problem(**answer)) if status >= _LEAST_ERROR else JSONResponse(answer, status)
