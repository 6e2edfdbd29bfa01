"""JSON Lines in and out: a stream of complaints of which only a few are held in memory at once.

The whole stream is taken in before the first answer goes out: a caller that sends everything before it reads anything
would otherwise wait for us while we wait for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import islice
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Request

from model.errors import ArtifactError
from service.api.answering import Answering
from service.dependencies import intake_of, model_in_use, settings_of
from service.errors import LedgerUnavailable, StreamTypeUnknown
from service.ledger.complaints import Complaints
from service.ledger.database import UNAVAILABLE
from service.middleware.body_limits import read_body
from service.problems import Problem, problem, problem_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from service.contract.suggestion_schemas import SuggestionOut
    from service.ledger.database import Database

MEDIA_TYPE = "application/x-ndjson"
# So many are suggested for together, and stored in one transaction.
_TOGETHER = 100
_MEDIA_TYPES = {MEDIA_TYPE, "application/ndjson", "application/jsonl", "application/x-jsonlines"}
_EXAMPLE_IN = '{"reference_id": "1", "text": "Lampu jalan mati"}\n{"reference_id": "2"}\n'
_EXAMPLE_OUT = '{"suggestion_id": "0192...", "reference_id": "1", "units": []}\n{"type": "urn:pilah:problem:unprocessable_content", "status": 422}\n'

REQUEST_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            MEDIA_TYPE: {
                "schema": {"type": "string", "description": "One ComplaintIn a line."},
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
                "schema": {"type": "string", "description": "One SuggestionOut or Problem a line."},
                "example": _EXAMPLE_OUT,
            }
        },
    }
}


async def spooled_lines(request: Request) -> AsyncIterator[SpooledTemporaryFile[bytes]]:
    """The stream as a file, which is gone when the answer was sent.

    Raises:
        StreamTypeUnknown: it isn't declared as JSON Lines.
        PilahError: it is too large, too slow or can't be unpacked.
    """
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in _MEDIA_TYPES:
        raise StreamTypeUnknown
    settings = settings_of(request)
    with await read_body(request, settings.max_stream_bytes, settings.request_timeout) as body:
        yield body


SpooledLines = Annotated[SpooledTemporaryFile[bytes], Depends(spooled_lines)]


@dataclass(frozen=True, slots=True)
class Lines:
    """A stream and what it is answered with."""

    request: Request
    file: SpooledTemporaryFile[bytes]
    longest: int

    @classmethod
    def of(cls, request: Request, file: SpooledTemporaryFile[bytes]) -> Lines:
        return cls(request, file, settings_of(request).max_body_bytes)

    def items(self) -> Iterator[object]:
        """Each line's JSON, or the problem with the line; blank lines are passed over."""
        number = 0
        while line := self.file.readline(self.longest + 1):
            number += 1
            if len(line) > self.longest:
                self._pass_over_rest()
                yield problem(413, f"Line {number} is larger than {self.longest:,} bytes. Shorten it.")
            elif line.strip():
                yield _parsed(line, number)

    def _pass_over_rest(self) -> None:
        while (rest := self.file.readline(self.longest)) and not rest.endswith(b"\n"):
            pass


def answer_lines(lines: Lines, *, evidence: bool, store: bool) -> Iterator[bytes]:
    """The answers' lines, some at a time; what was yielded is committed."""
    items = lines.items()
    while some := list(islice(items, _TOGETHER)):
        answers = _answered(lines.request, some, evidence=evidence, store=store)
        yield b"".join(answer.model_dump_json().encode() + b"\n" for answer in answers)


def _answered(request: Request, items: list[object], *, evidence: bool, store: bool) -> list[SuggestionOut | Problem]:
    database: Database = request.app.state.database
    settings = settings_of(request)
    try:
        router = model_in_use(request).router
        answering = Answering(router, settings, intake_of(request), evidence=evidence, store=store)
        with database.session() as session:
            return answering.answer(items, Complaints(session, settings.office))
    except ArtifactError as error:
        # The stream has begun with 200: from here on each line says by itself that it wasn't answered.
        return [problem_of(error)] * len(items)
    except UNAVAILABLE:
        return [problem_of(LedgerUnavailable())] * len(items)


def _parsed(line: bytes, number: int) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return problem(400, f"Line {number} is no JSON that can be read. Send one JSON object a line, in UTF-8.")
