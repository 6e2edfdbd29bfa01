"""Read an office's own CSV files as spreadsheets save them, and write them back in the same form.

units.csv, categories.csv, rules.csv and holidays.csv come from Excel, LibreOffice or a text editor: in UTF-8, UTF-16 or Windows-1252,
separated by commas, semicolons or tabs, in any order of columns, and with columns that Pilah doesn't know.
"""

from __future__ import annotations

import codecs
import csv
import fcntl
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, TypeVar

from data.csv_records import read_records
from data.errors import OfficeFileInvalid, PilahError
from data.exports.cells import disarm, rearm
from data.exports.headers import normalised
from data.files import text_encoding, written_file
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

_SEPARATORS = (",", ";", "\t")
_BYTE_ORDER_MARK = "\ufeff"
_MOST_PROBLEMS = 20
_Parsed = TypeVar("_Parsed")


@dataclass(frozen=True)
class Schema:
    """The columns of one kind of file; `aliases` maps other headers to a column."""

    columns: tuple[str, ...]
    required: tuple[str, ...]
    aliases: Mapping[str, str] = field(default_factory=dict)
    invalid: type[OfficeFileInvalid] = OfficeFileInvalid

    def column(self, header: str) -> str:
        """The column of a header; case, spaces and punctuation don't matter.

        >>> Schema(("valid_from",), (), {"dari": "valid_from"}).column(" Valid From ")
        'valid_from'
        """
        name = normalised(header).replace(" ", "_")
        return self.aliases.get(name, name)


class RowInvalid(PilahError):
    """A row can't be understood; `OfficeCsv.parse` lists all bad rows in one error."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row by column, trimmed. `number` is the row as a spreadsheet shows it; a missing column is blank."""

    number: int
    cells: Mapping[str, str]

    def __getitem__(self, column: str) -> str:
        return self.cells.get(column, "")

    def parts(self, column: str) -> tuple[str, ...]:
        """The parts of a cell, separated by semicolons."""
        return tuple(part.strip() for part in self[column].split(";") if part.strip())

    def day(self, column: str) -> date | None:
        """The date in a cell; None for a blank cell.

        Raises:
            RowInvalid: the cell holds no date of the form YYYY-MM-DD.
        """
        try:
            return date.fromisoformat(self[column]) if self[column] else None
        except ValueError:
            raise self.invalid("office.no-date", column, cell=self[column]) from None

    def invalid(self, code: str, column: str = "", **fields: object) -> RowInvalid:
        """An error of this row, or of the cell in a column."""
        return RowInvalid(code, where=_place(self.number, column), **fields)


class OfficeCsv:
    """An office's CSV file in memory. Unchanged rows are written back character by character.

    A missing file counts as a header with the columns of the schema, and no rows. An empty file is an error: a broken-off
    save would otherwise drop all rules of an office without a word.

    Raises:
        OfficeFileInvalid: of the schema's class: the file can't be read as text, is empty, lacks a required column, names a column
            twice, or has an unclosed quote.
    """

    def __init__(self, path: Path, schema: Schema) -> None:
        self.path = path
        self._schema = schema
        self._encoding, text = self._read()
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        text = text.removeprefix(_BYTE_ORDER_MARK)
        self._line_end = "\r\n" if "\r\n" in text else "\n"
        if not text.strip() and path.is_file():
            raise schema.invalid("office.empty", path=path, columns=", ".join(schema.columns))
        self._separator = self._find_separator(text)
        self._records = list(self._read_records(text)) if text.strip() else [_EditableRecord(list(schema.columns))]
        self._header_index = next(index for index, record in enumerate(self._records) if not record.is_blank())
        self._columns = [schema.column(header) for header in self._header.cells]
        self._check_header()

    def parse(self, parse_row: Callable[[Row], _Parsed]) -> list[_Parsed]:
        """Parse every row with text.

        Raises:
            OfficeFileInvalid: of the schema's class: a list of all rows that can't be understood.
        """
        values: list[_Parsed] = []
        problems: list[RowInvalid] = []
        for index, record in enumerate(self._records):
            if index <= self._header_index or record.is_blank():
                continue
            try:
                values.append(parse_row(self._row(index, record)))
            except RowInvalid as problem:
                problems.append(problem)
        if problems:
            raise self._schema.invalid("office.rows-invalid", path=self.path, problems=tuple(problems[:_MOST_PROBLEMS]))
        return values

    def append(self, cells: Mapping[str, str]) -> None:
        """Append a row; a missing column for a filled cell is added to the header."""
        last = self._records[-1]
        if last.text and not last.text.endswith(("\n", "\r")):
            last.text += self._line_end
        record = _EditableRecord([])
        self._records.append(record)
        for column, cell in cells.items():
            if cell:
                self._set(record, column, cell)

    def replace(self, row: Row, column: str, cell: str) -> None:
        """Replace the text of a cell."""
        self._set(self._records[row.number - 1], column, cell)

    def write(self) -> None:
        """Replace the file atomically in its own encoding, or in UTF-8 where a character doesn't exist there.

        Raises:
            PilahError: the disk refuses the file.
        """
        text = "".join(record.text if record.text is not None else self._line(record) for record in self._records)
        try:
            content = (self._mark + text).encode(self._encoding)
        except UnicodeEncodeError:
            content = codecs.BOM_UTF8 + text.encode()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with written_file(self.path) as file:
            file.write(content)

    @property
    def _header(self) -> _EditableRecord:
        return self._records[self._header_index]

    def _read(self) -> tuple[str, str]:
        """The file's encoding, and the text with any byte order mark."""
        if not self.path.is_file():
            return "utf-8", ""
        try:
            content = self.path.read_bytes()
            encoding = text_encoding(self.path)
            # Under these names Python keeps a byte order mark in the text, and writes the mark back.
            if encoding == "utf-16":
                encoding = "utf-16-be" if content.startswith(codecs.BOM_UTF16_BE) else "utf-16-le"
            encoding = encoding.removesuffix("-sig")
            return encoding, content.decode(encoding)
        except UnicodeDecodeError as error:
            where = _place(content.count(b"\n", 0, error.start) + 1)
            raise self._schema.invalid("office.no-text", path=self.path, where=where) from None
        except OSError as error:
            raise self._schema.invalid("exports.not-opened", path=self.path, reason=error.strerror) from error

    def _find_separator(self, text: str) -> str:
        """The separator that gives the header most known columns, then most columns."""
        first_line = next((line for line in text.splitlines() if line.strip()), "")

        def rank(separator: str) -> tuple[int, int]:
            headers = next(csv.reader([first_line], delimiter=separator), [])
            return sum(self._schema.column(header) in self._schema.columns for header in headers), len(headers)

        return max(_SEPARATORS, key=rank)

    def _read_records(self, text: str) -> Iterator[_EditableRecord]:
        for record in read_records(StringIO(text, newline=""), self._separator):
            if record.fault:
                where = _place(record.number)
                raise self._schema.invalid("office.quote-unclosed", path=self.path, where=where)
            yield _EditableRecord(record.cells, record.text)

    def _check_header(self) -> None:
        missing = [column for column in self._schema.required if column not in self._columns]
        if missing:
            raise self._schema.invalid(
                "office.columns-missing",
                path=self.path,
                missing=", ".join(missing),
                columns=", ".join(self._schema.columns),
            )
        twice = [column for column in self._schema.columns if self._columns.count(column) > 1]
        if twice:
            raise self._schema.invalid("office.column-twice", path=self.path, column=twice[0])

    def _row(self, index: int, record: _EditableRecord) -> Row:
        beyond = [cell for cell in record.cells[len(self._columns) :] if cell.strip()]
        # Disarmed text gets its original form.
        cells = {column: rearm(cell.strip()) for column, cell in zip(self._columns, record.cells, strict=False)}
        row = Row(index + 1, cells)
        if beyond:
            raise row.invalid("office.row-too-long", cells=len(record.cells), headers=len(self._columns))
        return row

    def _set(self, record: _EditableRecord, column: str, cell: str) -> None:
        if column not in self._columns:
            self._columns.append(column)
            self._header.cells.append(column)
            self._header.text = None
        record.cells += [""] * (len(self._columns) - len(record.cells))
        record.cells[self._columns.index(column)] = disarm(cell)
        record.text = None

    def _line(self, record: _EditableRecord) -> str:
        written = StringIO(newline="")
        cells = record.cells + [""] * (len(self._columns) - len(record.cells))
        csv.writer(written, delimiter=self._separator, lineterminator=self._line_end).writerow(cells)
        return written.getvalue()


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Lock the file against other processes; the kernel releases the lock of a killed process."""
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass
class _EditableRecord:
    """The cells of a record and the original text, or None for a new or changed record."""

    cells: list[str]
    text: str | None = None

    def is_blank(self) -> bool:
        return not any(cell.strip() for cell in self.cells)


def _place(row: int, column: str = "") -> Sentence:
    if column:
        return Sentence("office.at-cell", row=row, column=column)
    return Sentence("office.at-row", row=row)
