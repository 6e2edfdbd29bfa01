"""Read the tables of a web page, which many systems call an Excel file: `<table>` saved as .xls.

As in Excel, all tables of the page stand one below the other on one sheet.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.kinds.merged_cells import MergedCells
from data.exports.kinds.parsed_lines import Deadline, ParsedLines, ParsedTable, too_large
from data.exports.tables import Limits, Line
from data.files import text_encoding

if TYPE_CHECKING:
    from pathlib import Path

_READ_AT_ONCE = 1 << 14
# The parser reads an unfinished tag from its start after each part: a longer one would take minutes.
_LONGEST_TAG = 1 << 17
_DEEPEST = 50
_TALLEST = 65_535
_SPACE = re.compile(r"[ \t\r\n\f]+")
_NEW_LINE = frozenset({"br", "p", "div", "li"})
_NOT_SHOWN = frozenset({"script", "style"})


class WebPageTable(ParsedTable):
    """The rows of all tables of a web page."""

    kind = "html"


def web_page_table(path: Path, limits: Limits) -> WebPageTable:
    """Parse the tables of a web page.

    Raises:
        FileUnreadable: the page is too large, or garbled.
    """
    if path.stat().st_size > limits.document_bytes:
        raise too_large(path, limits)
    deadline, parsed, encoding = Deadline(path, limits), ParsedLines(), text_encoding(path)
    parser = _TableParser(path, limits, parsed)
    with path.open(encoding=encoding, errors="replace", newline="") as file:
        while part := file.read(_READ_AT_ONCE):
            parser.feed_part(part)
            deadline.check()
    parser.finish()
    parsed.flush()
    table = WebPageTable(path, limits, parsed)
    table.encoding = encoding
    return table


class _OpenTable:
    """A table whose end hasn't come: its present row and cell."""

    def __init__(self) -> None:
        self.cells: list[object] | None = None
        self.merged = MergedCells()
        self.text: list[str] | None = None
        self.characters = 0
        self.n_columns = 1
        self.n_rows = 1


class _TableParser(HTMLParser):
    """Collects rows. Every `<tr>` counts, so that numbers are those of Excel; a cell may lack its end tag."""

    def __init__(self, path: Path, limits: Limits, parsed: ParsedLines) -> None:
        super().__init__(convert_charrefs=True)
        self._parsed = parsed
        self._path = path
        self._limits = limits
        self._open: list[_OpenTable] = []
        self._number = 0
        self._not_shown = ""

    def feed_part(self, part: str) -> None:
        """Parse the next part of the page."""
        try:
            self.feed(part)
        except AssertionError as error:
            raise FileUnreadable("exports.markup-broken", path=self._path, row=self._number) from error
        if len(self.rawdata) > _LONGEST_TAG:
            raise FileUnreadable("exports.markup-broken", path=self._path, row=self._number)

    def finish(self) -> None:
        """End the tables that the page leaves open."""
        try:
            self.close()
        except AssertionError as error:
            raise FileUnreadable("exports.markup-broken", path=self._path, row=self._number) from error
        while self._open:
            self._end_table()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _NOT_SHOWN:
            self._not_shown = tag
        elif tag == "table":
            if len(self._open) >= _DEEPEST:
                raise FileUnreadable("exports.markup-broken", path=self._path, row=self._number)
            self._open.append(_OpenTable())
        elif not self._open:
            return
        elif tag == "tr":
            self._end_row()
            self._start_row()
        elif tag in {"td", "th"}:
            self._start_cell(dict(attrs))
        elif tag in _NEW_LINE:
            self._add("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._not_shown:
            self._not_shown = ""
        elif not self._open:
            return
        elif tag in {"td", "th"}:
            self._end_cell()
        elif tag == "tr":
            self._end_row()
        elif tag == "table":
            self._end_table()

    def handle_data(self, data: str) -> None:
        if not self._not_shown:
            self._add(_SPACE.sub(" ", data))

    def _add(self, text: str) -> None:
        table = self._open[-1] if self._open else None
        if table is None or table.text is None:
            return
        table.characters += len(text)
        if table.characters > self._limits.line_characters:
            most = self._limits.line_characters
            raise FileUnreadable("exports.line-too-long", path=self._path, line=self._number, most=most)
        table.text.append(text)

    def _start_row(self) -> None:
        self._number += 1
        if self._number > self._limits.rows:
            raise too_large(self._path, self._limits)
        self._open[-1].cells, self._open[-1].characters = [], 0

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        self._end_cell()
        table = self._open[-1]
        if table.cells is None:
            self._start_row()
        table.text = []
        table.n_columns = _span(attributes.get("colspan"), self._limits.columns)
        table.n_rows = _span(attributes.get("rowspan"), _TALLEST)

    def _end_cell(self) -> None:
        table = self._open[-1]
        if table.text is None or table.cells is None:
            return
        lines = "".join(table.text).split("\n")
        text = "\n".join(line.strip(" ") for line in lines).strip()
        column = len(table.cells)
        while table.merged.covers(self._number, column):
            column += 1
        if column + table.n_columns > self._limits.columns:
            columns, most = column + table.n_columns, self._limits.columns
            raise FileUnreadable("exports.too-many-columns", path=self._path, columns=columns, most=most)
        table.cells += [""] * (column - len(table.cells))
        table.cells += [text, *[""] * (table.n_columns - 1)]
        if table.n_rows > 1:
            for place in range(table.n_columns):
                value = text if place == 0 else ""
                table.merged.begin(column + place, self._number + table.n_rows - 1, value)
        table.text = None

    def _end_row(self) -> None:
        self._end_cell()
        table = self._open[-1]
        cells, table.cells = table.cells, None
        if cells and any(cells):
            filled = table.merged.fill(self._number, cells)
            self._parsed.add(Line(self._number, cells, filled=filled))

    def _end_table(self) -> None:
        self._end_row()
        self._open.pop()


def _span(written: str | None, most: int) -> int:
    """The number of columns or rows that a cell covers."""
    digits = (written or "").strip()
    return min(max(int(digits), 1), most) if digits.isascii() and digits.isdigit() and len(digits) < 10 else 1  # noqa: PLR2004 - longer is no span
