"""JSON Lines in and out: a stream of complaints, a hundred of them in memory at a time.

The whole stream is received before the first answer is sent: a caller that sends everything before reading anything
would otherwise wait for Pilah while Pilah waits for the caller.
"""

from __future__ import annotations

import json
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from model.errors import ArtifactError
from service.api.suggestions import SuggestionService
from service.dependencies import current_model, intake_of, settings_of
from service.errors import LedgerUnavailable, LineTooLong, LineUnreadable, StreamTypeUnknown
from service.ledger.complaints import Complaints
from service.ledger.database import UNAVAILABLE
from service.middleware.body_limits import read_body
from service.problems import Problem, problem_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from data.errors import PilahError
    from service.contract.suggestion_schemas import SuggestionOut
    from service.ledger.database import Database

MEDIA_TYPE = "application/x-ndjson"
# Lines for each call of the router and each transaction.
_CHUNK = 100
_MEDIA_TYPES = {MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/x-jsonlines"}
_EXAMPLE_IN = '{"reference_id": "1", "text": "Lampu jalan mati"}\n{"reference_id": "2"}\n'
_EXAMPLE_OUT = '{"suggestion_id": "0192...", "reference_id": "1", "units": []}\n{"type": "urn:pilah:problem:unprocessable_content", "status": 422}\n'

REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string", "format": "binary", "description": "One ComplaintIn a line."},
                "example": _EXAMPLE_IN,
            }
        },
    }
}
RESPONSE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "One answer a line, in the order of the lines that were sent.",
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string", "format": "binary", "description": "One SuggestionOut or Problem a line."},
                "example": _EXAMPLE_OUT,
            }
        },
    }
}


async def received_stream(request: Request) -> AsyncIterator[SpooledTemporaryFile[bytes]]:
    """The stream as a file, which is deleted after the answer.

    Raises:
        StreamTypeUnknown: the stream isn't declared as JSON Lines.
        PilahError: the stream is too large, too slow or can't be decompressed.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise StreamTypeUnknown
    settings = settings_of(request)
    with await read_body(request, settings.max_stream_bytes, settings.request_timeout) as file:
        yield file


ReceivedStream = Annotated[SpooledTemporaryFile[bytes], Depends(received_stream)]


def answer_stream(
    request: Request, file: SpooledTemporaryFile[bytes], system: str, *, evidence: bool, store: bool
) -> Iterator[bytes]:
    """Yield the answers' lines in chunks; each chunk is committed first."""
    items = _items(file, settings_of(request).max_body_bytes)
    while chunk := list(islice(items, _CHUNK)):
        answers = _answers(request, chunk, system, evidence=evidence, store=store)
        yield b"".join(answer.model_dump_json().encode() + b"\n" for answer in answers)


def _items(file: SpooledTemporaryFile[bytes], longest: int) -> Iterator[object]:
    """Each line's JSON, or the problem with the line; blank lines are skipped."""
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        if len(line) > longest:
            _skip_rest_of_line(file, longest)
            yield problem_of(LineTooLong(number, longest))
        elif line.strip():
            yield _item(line, number)


def _item(line: bytes, number: int) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return problem_of(LineUnreadable(number))


def _skip_rest_of_line(file: SpooledTemporaryFile[bytes], piece: int) -> None:
    while (rest := file.readline(piece)) and not rest.endswith(b"\n"):
        pass


def _answers(
    request: Request, items: list[object], system: str, *, evidence: bool, store: bool
) -> list[SuggestionOut | Problem]:
    database: Database = request.app.state.database
    settings = settings_of(request)
    error: PilahError
    try:
        router = current_model(request).router
        suggestions = SuggestionService(router, settings, intake_of(request), evidence=evidence, store=store)
        with database.session() as session:
            return suggestions.suggest_many(items, Complaints(session, settings.office, system))
    except ArtifactError as fault:
        error = fault
    except UNAVAILABLE:
        error = LedgerUnavailable()
    # The stream has begun with status 200, so that each line carries the problem.
    return [problem_of(error)] * len(items)
