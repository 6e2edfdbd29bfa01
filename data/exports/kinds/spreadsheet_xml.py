"""Read SpreadsheetML of Excel 2003, which PHP libraries save as .xls: `<Workbook>` in XML.

Expat parses it part by part; a document type, and with it every entity, is refused.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from xml.parsers import expat

from data.errors import FileUnreadable
from data.exports.kinds.merged_cells import MergedCells
from data.exports.kinds.parsed_lines import Deadline, ParsedLines, ParsedTable, too_large
from data.exports.tables import Limits, Line

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_READ_AT_ONCE = 1 << 16
_SHEET = "urn:schemas-microsoft-com:office:spreadsheet"
_EXCEL = "urn:schemas-microsoft-com:office:excel"
_LAST_ROW = 1_048_576
# Each sheet has a temporary file open.
_MOST_SHEETS = 100


class SpreadsheetXmlTable(ParsedTable):
    """One worksheet of a SpreadsheetML file."""

    kind = "spreadsheetml"
    encoding = "utf-8"

    def __init__(self, path: Path, limits: Limits, sheet: _Sheet) -> None:
        super().__init__(path, limits, sheet.parsed)
        self.sheet = sheet.name


@dataclass
class _Sheet:
    name: str
    parsed: ParsedLines = field(default_factory=ParsedLines)
    merged: MergedCells = field(default_factory=MergedCells)
    is_hidden: bool = False


def spreadsheet_xml_tables(path: Path, limits: Limits) -> Iterator[SpreadsheetXmlTable]:
    """The visible worksheets.

    Raises:
        FileUnreadable: the file is too large, no XML, or declares entities.
    """
    if path.stat().st_size > limits.document_bytes:
        raise too_large(path, limits)
    sheets = _Reader(path, limits).read()
    return (SpreadsheetXmlTable(path, limits, sheet) for sheet in sheets if not sheet.is_hidden)


class _Reader:
    """Collects the rows of all worksheets."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._limits = limits
        self._sheets: list[_Sheet] = []
        self._row = 0
        self._is_row_hidden = False
        self._cells: list[object] = []
        self._faults: dict[int, str] = {}
        self._column = 0
        self._n_columns = self._n_rows = 1
        self._has_formula = False
        self._value: object = None
        self._type = ""
        self._text: list[str] | None = None
        self._characters = 0

    def read(self) -> list[_Sheet]:
        """Parse the file."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters_come
        parser.StartDoctypeDeclHandler = self._refuse
        deadline = Deadline(self._path, self._limits)
        try:
            with self._path.open("rb") as file:
                while part := file.read(_READ_AT_ONCE):
                    parser.Parse(part, False)
                    deadline.check()
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError) as error:
            raise FileUnreadable("exports.markup-broken", path=self._path, row=self._row) from error
        for sheet in self._sheets:
            sheet.parsed.flush()
        return self._sheets

    def _refuse(self, *_: object) -> None:
        raise FileUnreadable("exports.markup", path=self._path)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if space == _EXCEL and name == "Visible":
            self._text = []
        if space != _SHEET or (name != "Worksheet" and not self._sheets):
            return
        if name == "Worksheet":
            if len(self._sheets) >= _MOST_SHEETS:
                raise too_large(self._path, self._limits)
            self._sheets.append(_Sheet(attributes.get(f"{_SHEET} Name", "") or f"Sheet{len(self._sheets) + 1}"))
            self._row = 0
        elif name == "Row":
            self._start_row(attributes)
        elif name == "Cell":
            self._start_cell(attributes)
        elif name == "Data":
            self._type, self._text = attributes.get(f"{_SHEET} Type", "String"), []

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = _index(attributes.get(f"{_SHEET} Index"), self._row + 1)
        if self._row > min(self._limits.rows, _LAST_ROW):
            raise FileUnreadable("exports.markup-broken", path=self._path, row=self._row)
        self._is_row_hidden = attributes.get(f"{_SHEET} Hidden", "0") != "0"
        self._cells, self._faults, self._column, self._characters = [], {}, 0, 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        column = _index(attributes.get(f"{_SHEET} Index"), self._column + 1) - 1
        while self._sheets[-1].merged.covers(self._row, column):
            column += 1
        self._n_columns = 1 + _index(attributes.get(f"{_SHEET} MergeAcross"), 0)
        self._n_rows = 1 + _index(attributes.get(f"{_SHEET} MergeDown"), 0)
        self._column = column
        if column < len(self._cells):
            raise ValueError(column)
        if column + self._n_columns > self._limits.columns:
            columns, most = column + self._n_columns, self._limits.columns
            raise FileUnreadable("exports.too-many-columns", path=self._path, columns=columns, most=most)
        self._has_formula = f"{_SHEET} Formula" in attributes
        self._value = None

    def _characters_come(self, text: str) -> None:
        if self._text is None:
            return
        self._characters += len(text)
        if self._characters > self._limits.line_characters:
            most = self._limits.line_characters
            raise FileUnreadable("exports.line-too-long", path=self._path, line=self._row, most=most)
        self._text.append(text)

    def _end(self, tag: str) -> None:
        space, _, name = tag.rpartition(" ")
        if space == _EXCEL and name == "Visible" and self._text is not None:
            if "".join(self._text) != "SheetVisible" and self._sheets:
                self._sheets[-1].is_hidden = True
            self._text = None
        elif space != _SHEET or not self._sheets:
            return
        elif name == "Data" and self._text is not None:
            self._value, self._text = _typed("".join(self._text), self._type), None
        elif name == "Cell":
            self._end_cell()
        elif name == "Row":
            self._end_row()

    def _end_cell(self) -> None:
        value = "" if self._value is None else self._value
        self._cells += [""] * (self._column - len(self._cells))
        if self._type == "Error" and value:
            self._faults[self._column] = str(value)
        elif self._has_formula and value == "":
            self._faults[self._column] = ""
        self._cells += [value, *[""] * (self._n_columns - 1)]
        if self._n_rows > 1:
            for place in range(self._n_columns):
                last = min(self._row + self._n_rows - 1, _LAST_ROW)
                self._sheets[-1].merged.begin(self._column + place, last, value if place == 0 else "")
        self._column += self._n_columns
        self._type = ""

    def _end_row(self) -> None:
        if any(cell != "" for cell in self._cells):
            filled = self._sheets[-1].merged.fill(self._row, self._cells)
            line = Line(self._row, self._cells, filled=filled, faults=self._faults, is_hidden=self._is_row_hidden)
            self._sheets[-1].parsed.add(line)
        self._cells = []


def _index(written: str | None, default: int) -> int:
    if written is None:
        return default
    index = int(written)
    if not 0 <= index <= _LAST_ROW:
        raise ValueError(written)
    return index


def _typed(text: str, kind: str) -> object:
    """A cell's text as the value of its type; unchanged where it doesn't fit the type."""
    with suppress(ValueError, OverflowError):
        if kind == "Number":
            number = float(text)
            return int(number) if number.is_integer() else number
        if kind == "DateTime":
            return datetime.fromisoformat(text)
        if kind == "Boolean":
            return text.strip() == "1"
    return text
