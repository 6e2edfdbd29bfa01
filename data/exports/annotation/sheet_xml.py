"""Add cells to the XML of a sheet, and copy every other byte.

The XML is read in chunks, so that the memory doesn't grow with the sheet. expat gives the place of each element, and the
new cells are put between the original bytes: docs/decisions/0040.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from data.exports.cells import cell_text, column_letters, disarm, is_number
from data.exports.workbook_writers import shortened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO

_CHUNK_BYTES = 1 << 16
_MOST_BUFFERED_BYTES = 16 << 20
_MOST_COLUMNS = 16_384
_CHILD_OF_ROOT = 2
_REFERENCE = re.compile(r"([A-Z]{1,3})\d{1,7}", re.ASCII)
_RANGE = re.compile(r"\$?[A-Z]{1,3}\$?(\d{1,7}):\$?([A-Z]{1,3})\$?\d{1,7}", re.ASCII)
_SPANS = re.compile(rb"""\s+spans\s*=\s*("[^"]*"|'[^']*')""")
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTENT = frozenset({"v", "f", "is"})


class Unkept(Exception):
    """A workbook that can't be kept as it is: an odd encoding of its XML, or no room at the right."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of the new columns on a sheet: `column` is the first of `width`, counted from 0."""

    header_row: int
    column: int
    width: int

    def widened(self, cells: str) -> str | None:
        """A range that begins in the header's row and ends left of the new columns, widened by them; None for any other.

        >>> Place(header_row=1, column=16, width=3).widened("A1:P61")
        'A1:S61'
        """
        match = _RANGE.fullmatch(cells)
        if not match or int(match[1]) != self.header_row or column_number(match[2]) != self.column - 1:
            return None
        start, end = match.span(2)
        return cells[:start] + column_letters(self.column + self.width - 1) + cells[end:]


def column_number(letters: str) -> int:
    """The position of a column from its letters, from 0.

    >>> column_number("A"), column_number("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def place_of_columns(sheet: IO[bytes], header_row: int, width: int) -> Place:
    """The place right of all filled cells at and below the header.

    Raises:
        Unkept: the sheet has no room at the right, or its XML isn't UTF-8.
    """
    measure = _Measure(header_row)
    while chunk := sheet.read(_CHUNK_BYTES):
        measure.read(chunk)
    if measure.end + width > _MOST_COLUMNS:
        raise Unkept
    return Place(header_row, measure.end, width)


def with_cells(sheet: IO[bytes], place: Place, rows: Iterator[tuple[int, Sequence[object]]]) -> Iterator[bytes]:
    """The XML of a sheet with the cells of each row added; `rows` ascend by number.

    Raises:
        Unkept: a row isn't found in the XML.
    """
    editor = _Editor(place, rows)
    while chunk := sheet.read(_CHUNK_BYTES):
        yield editor.edited(chunk)
    yield editor.edited(b"", last=True)


class _Reader:
    """Follows the rows and cells of a sheet."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate()
        self._parser.XmlDeclHandler = _require_utf8
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._depth = 0
        self._row = 0
        self._column = -1

    def read(self, chunk: bytes, *, last: bool = False) -> None:
        if not self._depth and chunk.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise Unkept
        try:
            self._parser.Parse(chunk, last)
        except (expat.ExpatError, LookupError, ValueError):
            raise Unkept from None

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        self._depth += 1
        local = _local(name)
        if local == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = -1
        elif local == "c":
            reference = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = column_number(reference[1]) if reference else self._column + 1

    def _end(self, _: str) -> None:
        self._depth -= 1


class _Measure(_Reader):
    """Finds the first column right of all filled cells."""

    def __init__(self, header_row: int) -> None:
        super().__init__()
        self._header_row = header_row
        self.end = 0

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        super()._start(name, attributes)
        if self._row >= self._header_row and self._column >= self.end and _local(name) in _CONTENT:
            self.end = self._column + 1


class _Editor(_Reader):
    """Copies the XML with edits; all offsets count the bytes of the original."""

    def __init__(self, place: Place, rows: Iterator[tuple[int, Sequence[object]]]) -> None:
        super().__init__()
        self._place = place
        self._rows = rows
        self._next = next(rows, None)
        self._due: Sequence[object] | None = None
        self._prefix = self._header_style = ""
        self._added_row = 0
        self._buffer = bytearray()
        self._buffer_start = self._event = 0
        # Start, end and new bytes of each edit; and start, depth and new bytes of an element that is being replaced.
        self._edits: list[tuple[int, int, bytes]] = []
        self._replaced: tuple[int, int, bytes] | None = None

    def edited(self, chunk: bytes, *, last: bool = False) -> bytes:
        """The edited bytes that are settled after one more chunk."""
        self._buffer += chunk
        self.read(chunk, last=last)
        if len(self._buffer) > _MOST_BUFFERED_BYTES or (last and self._next):
            raise Unkept
        settled = self._buffer_start + len(self._buffer) if last else self._event
        if self._replaced:
            settled = self._replaced[0]
        parts, position = [], self._buffer_start
        for start, end, new in self._edits:
            parts += [self._between(position, start), new]
            position = end
        parts.append(self._between(position, settled))
        settled = max(position, settled)
        del self._buffer[: settled - self._buffer_start]
        self._buffer_start = settled
        self._edits.clear()
        return b"".join(parts)

    def _start(self, name: str, attributes: Mapping[str, str]) -> None:
        super()._start(name, attributes)
        self._event = self._parser.CurrentByteIndex
        local = _local(name)
        if local == "row":
            self._begin_row(name)
        elif local == "c":
            self._begin_cell(attributes)
        elif local == "extLst":
            self._add_due()
        elif local == "dimension":
            # Optional, and wrong from now on.
            self._replace(b"")
        elif local == "col":
            self._begin_columns(name, attributes)
        elif local == "autoFilter" and self._depth == _CHILD_OF_ROOT:
            self._widen(attributes.get("ref", ""))

    def _end(self, name: str) -> None:
        self._event = self._parser.CurrentByteIndex
        if self._replaced and self._replaced[1] == self._depth:
            self._edits.append((self._replaced[0], self._tag_end(), self._replaced[2]))
            self._replaced = None
        if _local(name) == "row":
            self._add_due()
        super()._end(name)

    def _begin_row(self, name: str) -> None:
        if self._next is None or self._row < self._next[0]:
            return
        if self._row > self._next[0]:
            raise Unkept
        self._due, self._prefix = self._next[1], name.removesuffix("row")
        tag = self._between(self._event, self._tag_end())
        if tag.endswith(b"/>"):
            raise Unkept
        # `spans` is a hint, and wrong from now on.
        self._edits.append((self._event, self._tag_end(), _SPANS.sub(b"", tag)))

    def _begin_cell(self, attributes: Mapping[str, str]) -> None:
        if self._column < self._place.column:
            if self._row == self._place.header_row:
                self._header_style = attributes.get("s", "")
            return
        self._add_due()
        # An empty cell with a format alone.
        if self._row == self._added_row and self._column < self._place.column + self._place.width:
            self._replace(b"")

    def _add_due(self) -> None:
        """Put the new cells of the row before the present element."""
        if self._due is None:
            return
        style = self._header_style if self._row == self._place.header_row else ""
        cells = [
            _cell(self._prefix, f"{column_letters(column)}{self._row}", style, value)
            for column, value in enumerate(self._due, start=self._place.column)
        ]
        self._edits.append((self._event, self._event, "".join(cells).encode()))
        self._due, self._added_row = None, self._row
        self._next = next(self._rows, None)

    def _begin_columns(self, name: str, attributes: Mapping[str, str]) -> None:
        """Show the new columns where they are among hidden ones."""
        first, last = int(attributes.get("min", 1)), int(attributes.get("max", 1))
        start, end = self._place.column + 1, self._place.column + self._place.width
        if attributes.get("hidden") not in {"1", "true"} or last < start or first > end:
            return
        parts = [(first, start - 1), (end + 1, last)]
        columns = [_columns(name, {**attributes, "min": str(a), "max": str(b)}) for a, b in parts if a <= b]
        self._replace("".join(columns).encode())

    def _widen(self, cells: str) -> None:
        """Let a filter reach over the new columns: sorted by a narrower filter, they would stay behind."""
        if widened := self._place.widened(cells):
            tag = self._between(self._event, self._tag_end())
            self._edits.append((self._event, self._tag_end(), tag.replace(cells.encode(), widened.encode(), 1)))

    def _replace(self, new: bytes) -> None:
        """Replace the element that begins here."""
        end = self._tag_end()
        if self._between(end - 2, end) == b"/>":
            self._edits.append((self._event, end, new))
        else:
            self._replaced = (self._event, self._depth, new)

    def _between(self, start: int, end: int) -> bytes:
        return bytes(self._buffer[start - self._buffer_start : max(start, end) - self._buffer_start])

    def _tag_end(self) -> int:
        """The end of the present tag. The attributes of the tags in question hold no `>`."""
        return self._buffer_start + self._buffer.index(b">", self._event - self._buffer_start) + 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _require_utf8(_: str, encoding: str | None, __: int) -> None:
    if encoding and encoding.lower() not in {"utf-8", "utf8", "us-ascii", "ascii"}:
        raise Unkept


def _refuse(*_: object) -> None:
    raise Unkept


def _cell(prefix: str, reference: str, style: str, value: object) -> str:
    look = f' s="{style}"' if style.isdecimal() else ""
    if is_number(value):
        return f'<{prefix}c r="{reference}"{look}><{prefix}v>{cell_text(value)}</{prefix}v></{prefix}c>'
    text = escape(_NOT_IN_XML.sub("\ufffd", disarm(shortened(cell_text(value)))))
    if not text:
        return ""
    return (
        f'<{prefix}c r="{reference}"{look} t="inlineStr"><{prefix}is>'
        f'<{prefix}t xml:space="preserve">{text}</{prefix}t></{prefix}is></{prefix}c>'
    )


def _columns(name: str, attributes: Mapping[str, str]) -> str:
    return f"<{name} {' '.join(f'{key}={quoteattr(value)}' for key, value in attributes.items())}/>"
