"""The rows of an uploaded file, read by a child process: a hostile file ends the child, not the service."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import tempfile
import time
from typing import TYPE_CHECKING

from data.exports.rows import ExportRow
from data.messages import Sentence
from service.jobs.reading.program import LONGEST_ROW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import TracebackType
    from typing import Any, Self

MEMORY_BYTES = 2 << 30
CPU_SECONDS = 900
# A child that has said nothing for so long won't say anything.
SILENT_SECONDS = 180.0
_TICK_SECONDS = 1.0
_READ_AT_ONCE = 1 << 16


class ReaderEnded(Exception):
    """The child ended before the last row, for want of memory or time."""


class RowReader:
    """Reads the rows after the first `skip`; the other attributes are known once the child has said so.

    `date_order` is the name of the order of day and month; blank for the one that the column fits.

    `date_notices` are sentences in Indonesian on the reading of dates, `adjustments` on what reading did to cells and rows.
    `fault` is blank, "unreadable" or "no_text_column".
    """

    def __init__(self, path: Path, skip: int, date_order: str = "") -> None:
        self.n_rows: int | None = None
        self.unread_sheets: list[str] = []
        self.date_notices: list[str] = []
        self.adjustments: list[str] = []
        self.fault = ""
        self.text_candidates: list[str] = []
        self._ended = False
        self._temporary = tempfile.TemporaryDirectory(prefix="pilah-")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PILAH_")}
        # -P keeps Python from importing a data/ in the service's working folder.
        command = [sys.executable, "-P", "-m", "service.jobs.reading.program", str(path), str(skip)]
        self._child = subprocess.Popen(
            [*command, str(MEMORY_BYTES), str(CPU_SECONDS), *filter(None, [date_order])],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            # The child has no use for the settings, which include secrets. Killed, it can't delete its own files.
            env={**environment, "TMPDIR": self._temporary.name},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.kill()
        self._child.wait()
        if self._child.stdout:
            self._child.stdout.close()
        self._temporary.cleanup()

    def batches(self, size: int, wait: Callable[[], None]) -> Iterator[list[ExportRow]]:
        """The rows in batches; `wait` is called each second in which no row came, and may raise.

        Raises:
            ReaderEnded: the child ended early, or was silent for too long.
        """
        batch: list[ExportRow] = []
        for line in self._lines(wait):
            said = json.loads(line)
            if isinstance(said, list):
                batch.append(_row(*said))
                if len(batch) == size:
                    yield batch
                    batch = []
            elif "rows" in said:
                self.n_rows, self.unread_sheets = said["rows"], said["unread_sheets"]
                self.date_notices = said["date_notices"]
            else:
                self.fault, self.text_candidates = said["fault"], said["text_candidates"]
                self.adjustments, self._ended = said["adjustments"], True
        if batch:
            yield batch
        if not self._ended:
            raise ReaderEnded

    def _lines(self, wait: Callable[[], None]) -> Iterator[bytes]:
        rest = b""
        while part := self._next_part(wait):
            *lines, rest = (rest + part).split(b"\n")
            yield from lines
            if len(rest) > LONGEST_ROW:
                raise ReaderEnded

    def _next_part(self, wait: Callable[[], None]) -> bytes:
        assert self._child.stdout is not None  # noqa: S101 - for mypy: the pipe was asked for
        descriptor = self._child.stdout.fileno()
        silent_until = time.monotonic() + SILENT_SECONDS
        while not select.select([descriptor], [], [], _TICK_SECONDS)[0]:
            wait()
            if time.monotonic() > silent_until:
                raise ReaderEnded
        return os.read(descriptor, _READ_AT_ONCE)


def _row(
    number: int, values: dict[str, str], fields: dict[str, str], problem: dict[str, Any] | None, sheet: str
) -> ExportRow:
    return ExportRow(number, values, fields, _sentence(problem) if problem else None, sheet)


def _sentence(plain: dict[str, Any]) -> Sentence:
    fields = {
        name: _sentence(value) if isinstance(value, dict) and "code" in value else value
        for name, value in plain["fields"].items()
    }
    return Sentence(plain["code"], **fields)
