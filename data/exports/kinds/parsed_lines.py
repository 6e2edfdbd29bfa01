"""Rows of a file that can only be parsed from its start: parsed once, within a time, and kept in a temporary file.

The file has no name, so that no complaint stays on the disk however the process ends.
"""

from __future__ import annotations

import pickle
import tempfile
import time
import weakref
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.tables import Limits, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINES_A_BLOCK = 500
_CHARACTERS_A_BLOCK = 1_000_000


class ParsedLines:
    """Lines in the order in which they are added; read as often as needed."""

    def __init__(self) -> None:
        self.n_lines = 0
        self._block: list[Line] = []
        self._characters = 0
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        weakref.finalize(self, self._file.close)

    def add(self, line: Line) -> None:
        """Keep a line."""
        self._block.append(line)
        self.n_lines += 1
        self._characters += sum(len(cell) for cell in line.cells if isinstance(cell, str))
        if len(self._block) >= _LINES_A_BLOCK or self._characters > _CHARACTERS_A_BLOCK:
            self.flush()

    def flush(self) -> None:
        """Write the last lines out, before the first reading."""
        pickle.dump(self._block, self._file, pickle.HIGHEST_PROTOCOL)
        self._block, self._characters = [], 0

    def __iter__(self) -> Iterator[Line]:
        place, left = 0, self.n_lines
        while left:
            self._file.seek(place)
            block: list[Line] = pickle.load(self._file)  # noqa: S301 - written above by this process
            place = self._file.tell()
            left -= len(block)
            yield from block


class ParsedTable(Table):
    """A table whose lines are parsed already."""

    def __init__(self, path: Path, limits: Limits, parsed: ParsedLines) -> None:
        super().__init__(path, limits)
        self.n_parsed = parsed.n_lines
        self._parsed = parsed
        self._lines_read = 0

    def lines(self) -> Iterator[Line]:
        self._lines_read = 0
        for line in self._parsed:
            self._lines_read += 1
            yield line

    def share_read(self) -> float:
        return self._lines_read / max(self.n_parsed, 1)


class Deadline:
    """The end of the time for parsing a file."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._end = time.monotonic() + limits.seconds

    def check(self) -> None:
        """Refuse the file when its time is over.

        Raises:
            FileUnreadable: it is.
        """
        if time.monotonic() > self._end:
            raise too_large(self._path, self._limits)


def too_large(path: Path, limits: Limits) -> FileUnreadable:
    """The error of a document too large to be parsed whole."""
    mebibytes = limits.document_bytes >> 20
    return FileUnreadable("exports.document-too-large", path=path, mebibytes=mebibytes, seconds=limits.seconds)
