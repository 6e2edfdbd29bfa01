"""Tables as they go out: every kind written aside and put in place only when it is whole."""

from __future__ import annotations

import csv
import json
import math
import os
import re
import secrets
import tempfile
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import TextIOWrapper
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from data.errors import PilahError
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS, laporan_ringkas_header

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

_PARQUET_BATCH_ROWS = 2_000
_MOST_WORKBOOK_ROWS = 1_048_575
_MOST_WORKBOOK_CELLS = 5_000_000
_MOST_CELL_CHARACTERS = 32_767
_LARGEST_EXACT_NUMBER = 10**15
_PREAMBLE_ROWS = 10
_USUAL_WIDTH = 16
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_DISARMED = re.compile(r"'+[=+\-@\t\r]")
_NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)*", re.ASCII)


def disarm(text: str) -> str:
    """Text that a spreadsheet can't take for a formula; `rearm` gives the text back.

    >>> disarm("=1+1"), disarm("-12,5"), disarm("Jalan rusak")
    ("'=1+1", '-12,5', 'Jalan rusak')
    """
    return f"'{text}" if _DANGEROUS.match(text) and not _NEGATIVE_NUMBER.fullmatch(text) else text


def rearm(text: str) -> str:
    """The text as it was before `disarm`."""
    return text[1:] if text[:1] == "'" and _DISARMED.match(text) else text


def cell_text(value: object) -> str:  # noqa: PLR0911 - one line for each kind of cell
    """A cell as text: blank for nothing, no ".0" after a whole number, ISO for dates.

    >>> cell_text(928.0), cell_text(None), cell_text(["Dinas A", "Dinas B"])
    ('928', '', 'Dinas A; Dinas B')
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return _number_text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case list() | tuple():
            return "; ".join(map(cell_text, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=cell_text)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


class RowWriter(ABC):
    """Takes one row after the other; `n_rows` counts them."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.n_rows = 0
        self._path = path
        self._headers = tuple(headers)
        self._known = frozenset(headers)

    def write(self, values: Mapping[str, object]) -> None:
        """Writes the values by header; a header without a value is left blank.

        Raises:
            PilahError: the row doesn't fit into this kind of file.
        """
        if unknown := values.keys() - self._known:
            raise ValueError(f"no column for {sorted(unknown)}")
        self._write([values.get(header) for header in self._headers])
        self.n_rows += 1

    @abstractmethod
    def _write(self, cells: Sequence[object]) -> None: ...

    @abstractmethod
    def finish(self) -> None:
        """Writes what is still held back."""

    def abandon(self) -> None:  # noqa: B027 - most kinds hold nothing that must be let go
        """Lets go of what is held, since the file won't be kept."""


@contextmanager
def open_writer(
    path: Path, headers: Sequence[str], *, numeric: Collection[str] = frozenset(), harmless: bool = True
) -> Iterator[RowWriter]:
    """A writer of the kind that the suffix says: .csv, .tsv, .xlsx, .parquet or .jsonl.

    The file appears when the block ends well, and not at all otherwise; what stood there before stays until then.

    Args:
        path: where the file shall stand.
        headers: the columns in order, each once.
        numeric: the columns that hold numbers; only Parquet needs to know.
        harmless: whether text that a spreadsheet would take for a formula is written with an apostrophe before it.

    Raises:
        PilahError: the suffix is unknown, the folder can't be written to, or the rows don't fit.
    """
    with _aside(path) as file:
        writer = _writer(path, file, headers, frozenset(numeric), harmless=harmless)
        try:
            yield writer
            writer.finish()
        except BaseException:
            writer.abandon()
            raise


def write_laporan_ringkas(
    path: Path,
    rows: Iterable[Mapping[str, object]],
    *,
    extra_headers: Sequence[str] = (),
    preamble: Mapping[str, str] | None = None,
) -> int:
    """Writes "Laporan Ringkas": ten preamble rows, its 17 columns, then the extra ones; gives the number of rows."""
    labels = ("Judul", "Nama Instansi", "Tanggal Generate", "Periode Masuk", "Pengelola")
    known = {"Judul": "Laporan Ringkas", **(preamble or {})}
    above: list[Sequence[str]] = [(label, known.get(label, "")) for label in labels]
    above += [()] * (_PREAMBLE_ROWS - len(above))
    spelled = ({laporan_ringkas_header(header): value for header, value in row.items()} for row in rows)
    return _write_workbook(path, [*LAPORAN_RINGKAS_HEADERS, *extra_headers], above, spelled)


def write_laporgub(path: Path, rows: Iterable[Mapping[str, object]], *, title: str = "LAPORAN  ADUAN") -> int:
    """Writes LaporGub's monthly list, with NAMA left blank; gives the number of rows."""
    return _write_workbook(path, named(LAPORGUB_HEADERS), [(title,), ()], rows, shown_headers=LAPORGUB_HEADERS)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a workbook: headers, rows, and how it is shown.

    `widths` are in characters by header, others get a usual one; `choices` gives a header the answers to choose from;
    `hidden` columns are there to be read in again.
    """

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def write_sheets(path: Path, sheets: Iterable[Sheet]) -> None:
    """Writes a workbook of several sheets, to be filled in by a person: headers stay in view, long cells are wrapped.

    Every text is harmless (see `disarm`), and cut where a cell can't hold it. `marked` headers stand out.

    Raises:
        PilahError: the file isn't named .xlsx, the folder can't be written to, or a sheet has too many rows.
    """
    if path.suffix.lower() != ".xlsx":
        raise PilahError(f"{path}: several sheets need a workbook. Name the file .xlsx.")
    with _aside(path) as file, tempfile.TemporaryDirectory(prefix="pilah-") as folder:
        options = {"constant_memory": True, "tmpdir": folder, "use_zip64": True}
        workbook = xlsxwriter.Workbook(file, options)
        looks = {
            "head": workbook.add_format({"bold": True, "bg_color": "#E5E9F2", "text_wrap": True, "valign": "top"}),
            "marked": workbook.add_format({"bold": True, "bg_color": "#FFF2CC", "text_wrap": True, "valign": "top"}),
            "cell": workbook.add_format({"text_wrap": True, "valign": "top"}),
        }
        for sheet in sheets:
            _write_sheet(path, workbook, sheet, looks)
        try:
            workbook.close()
        except XlsxWriterException as error:
            raise PilahError(f"{path} can't be written: {error}") from error


def _write_sheet(path: Path, workbook: xlsxwriter.Workbook, sheet: Sheet, looks: Mapping[str, object]) -> None:
    page = workbook.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    for column, header in enumerate(sheet.headers):
        page.set_column(
            column,
            column,
            sheet.widths.get(header, _USUAL_WIDTH),
            looks["cell"],
            {"hidden": header in sheet.hidden},
        )
        page.write_string(0, column, disarm(header), looks["marked" if header in sheet.marked else "head"])
    count = 0
    for count, cells in enumerate(sheet.rows, start=1):
        if count > _MOST_WORKBOOK_ROWS:
            raise PilahError(f'{path}, sheet "{sheet.name}": a sheet holds at most {_MOST_WORKBOOK_ROWS:,} rows.')
        for column, cell in enumerate(cells):
            if _is_number(cell) and not isinstance(cell, str):
                page.write_number(count, column, cell, looks["cell"])
            elif text := cell_text(cell):
                page.write_string(count, column, _cut(disarm(text)), looks["cell"])
    for header, answers in sheet.choices.items():
        column = list(sheet.headers).index(header)
        choice = {"validate": "list", "source": list(answers), "ignore_blank": True}
        page.data_validation(1, column, max(count, 1), column, choice)
    if count:
        page.autofilter(0, 0, count, len(sheet.headers) - 1)


def _cut(text: str) -> str:
    """Text that a cell can hold, counted as a spreadsheet counts it."""
    whole = text.encode("utf-8", "replace").decode()
    if len(whole.encode("utf-16-le")) // 2 <= _MOST_CELL_CHARACTERS:
        return whole
    return whole.encode("utf-16-le")[: 2 * (_MOST_CELL_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"


def named(headers: Sequence[str], first_column: int = 0) -> list[str]:
    """Headers of which each is there once: a nameless column gets its letter, a repeated one its number.

    >>> named(["A", "", "A"])
    ['A', 'Column B', 'A (2)']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for position, header in enumerate(headers, start=first_column):
        wanted = header.strip() or f"Column {_letters(position)}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name)
        unique.append(name)
    return unique


def _write_workbook(
    path: Path,
    headers: Sequence[str],
    above: Sequence[Sequence[str]],
    rows: Iterable[Mapping[str, object]],
    *,
    shown_headers: Sequence[str] | None = None,
) -> int:
    if path.suffix.lower() != ".xlsx":
        raise PilahError(f"This shape is a workbook: name the file .xlsx, not {path.name}.")
    with _aside(path) as file:
        writer = _WorkbookWriter(path, file, headers, harmless=True, above=above, shown_headers=shown_headers)
        try:
            for row in rows:
                writer.write(row)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
    return writer.n_rows


def _writer(
    path: Path, file: BinaryIO, headers: Sequence[str], numeric: frozenset[str], *, harmless: bool
) -> RowWriter:
    match path.suffix.lower():
        case ".csv":
            return _DelimitedWriter(path, file, headers, ",", harmless=harmless)
        case ".tsv":
            return _DelimitedWriter(path, file, headers, "\t", harmless=harmless)
        case ".xlsx":
            return _WorkbookWriter(path, file, headers, harmless=harmless)
        case ".parquet":
            return _ParquetWriter(path, file, headers, numeric)
        case ".jsonl":
            return _JsonLinesWriter(path, file, headers)
        case suffix:
            raise PilahError(f'{path}: Pilah can\'t write "{suffix}". Use .csv, .tsv, .xlsx, .parquet or .jsonl.')


class _DelimitedWriter(RowWriter):
    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str], separator: str, *, harmless: bool) -> None:
        super().__init__(path, headers)
        self._harmless = harmless
        # Excel takes a text without this mark for Windows' own encoding.
        self._text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        self._csv = csv.writer(self._text, delimiter=separator)
        self._csv.writerow([self._cell(header) for header in headers])

    def _write(self, cells: Sequence[object]) -> None:
        self._csv.writerow([self._cell(cell) for cell in cells])

    def _cell(self, cell: object) -> str:
        text = cell_text(cell)
        return disarm(text) if self._harmless and not _is_number(cell) else text

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()

    def abandon(self) -> None:
        # Detached, or it would flush into the closed file when it is collected.
        with suppress(OSError):
            self._text.detach()


class _JsonLinesWriter(RowWriter):
    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str]) -> None:
        super().__init__(path, headers)
        self._file = file
        # Read in as columns of its own, and an object again on the way out.
        self._prefix = "location." if "location" not in headers else None

    def _write(self, cells: Sequence[object]) -> None:
        record: dict[str, object] = {}
        location: dict[str, object] = {}
        for header, cell in zip(self._headers, cells, strict=True):
            if self._prefix and header.startswith(self._prefix):
                record["location"] = location
                location[header.removeprefix(self._prefix)] = _json_value(cell)
            else:
                record[header] = _json_value(cell)
        line = json.dumps(record, ensure_ascii=False, default=cell_text)
        self._file.write(line.encode("utf-8", "replace") + b"\n")

    def finish(self) -> None: ...


class _ParquetWriter(RowWriter):
    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str], numeric: frozenset[str]) -> None:
        super().__init__(path, headers)
        self._numeric = numeric
        self._schema = pa.schema((header, pa.float64() if header in numeric else pa.string()) for header in headers)
        self._parquet = pq.ParquetWriter(file, self._schema)
        self._held: list[list[object]] = []

    def _write(self, cells: Sequence[object]) -> None:
        self._held.append([self._cell(header, cell) for header, cell in zip(self._headers, cells, strict=True)])
        if len(self._held) >= _PARQUET_BATCH_ROWS:
            self._write_held()

    def _cell(self, header: str, cell: object) -> object:
        if header not in self._numeric:
            return None if cell is None else cell_text(cell).encode("utf-8", "replace").decode()
        if cell is None or cell == "":
            return None
        if not _is_number(cell):
            raise PilahError(f'{self._path}, row {self.n_rows + 1}: column "{header}" holds text, not a number.')
        return float(cell)  # type: ignore[arg-type]  # _is_number has seen it

    def _write_held(self) -> None:
        columns = zip(*self._held, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._parquet.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._held.clear()

    def finish(self) -> None:
        if self._held:
            self._write_held()
        self._parquet.close()

    def abandon(self) -> None:
        with suppress(OSError, pa.ArrowException):
            self._parquet.close()


class _WorkbookWriter(RowWriter):
    def __init__(
        self,
        path: Path,
        file: BinaryIO,
        headers: Sequence[str],
        *,
        harmless: bool,
        above: Sequence[Sequence[str]] = (),
        shown_headers: Sequence[str] | None = None,
    ) -> None:
        super().__init__(path, headers)
        self._harmless = harmless
        # The rows wait in a file of their own until the workbook is closed; it must not outlive this one.
        self._rows_folder = tempfile.TemporaryDirectory(prefix="pilah-")
        self._workbook = xlsxwriter.Workbook(
            file,
            {
                "constant_memory": True,
                "tmpdir": self._rows_folder.name,
                "use_zip64": True,
            },
        )
        self._sheet = self._workbook.add_worksheet("Pilah")
        self._row = 0
        for cells in (*above, shown_headers or headers):
            self._write(cells)

    def _write(self, cells: Sequence[object]) -> None:
        self._check_room(len(cells))
        for column, cell in enumerate(cells):
            self._write_cell(column, cell)
        self._row += 1

    def _check_room(self, width: int) -> None:
        if self._row > _MOST_WORKBOOK_ROWS or (self._row + 1) * width > _MOST_WORKBOOK_CELLS:
            raise PilahError(
                f"{self._path}: a workbook holds at most {_MOST_WORKBOOK_ROWS:,} rows, and {_MOST_WORKBOOK_CELLS:,} "
                "cells here. Name the file .csv or .parquet instead."
            )

    def _write_cell(self, column: int, cell: object) -> None:
        if isinstance(cell, bool):
            self._sheet.write_boolean(self._row, column, cell)
        elif _is_number(cell) and abs(cell) < _LARGEST_EXACT_NUMBER:  # type: ignore[arg-type]  # _is_number has seen it
            self._sheet.write_number(self._row, column, cell)
        elif text := cell_text(cell):
            self._write_text(column, text)

    def _write_text(self, column: int, text: str) -> None:
        written = (disarm(text) if self._harmless else text).encode("utf-8", "replace").decode()
        if len(written.encode("utf-16-le")) // 2 > _MOST_CELL_CHARACTERS:
            raise PilahError(
                f'{self._path}, row {self._row + 1}, column "{self._headers[column]}": a workbook\'s cell holds '
                f"at most {_MOST_CELL_CHARACTERS:,} characters. Name the file .csv or .parquet instead."
            )
        self._sheet.write_string(self._row, column, written)

    def finish(self) -> None:
        try:
            self._workbook.close()
        except XlsxWriterException as error:
            raise PilahError(f"{self._path} can't be written: {error}") from error
        finally:
            self._rows_folder.cleanup()

    def abandon(self) -> None:
        self._sheet.row_data_fh.close()
        self._rows_folder.cleanup()


@contextmanager
def _aside(path: Path) -> Iterator[BinaryIO]:
    """A file beside `path` that takes its place when the block ends well, and is removed otherwise."""
    if path.is_dir():
        raise PilahError(f"{path} is a folder. Name a file in it.")
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        file = beside.open("xb")
    except OSError as error:
        raise PilahError(
            f"{path} can't be written: {error.strerror}. Check the folder and your rights in it."
        ) from error
    try:
        with file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        # The caller's own reading may fail too: then it is another file that has a name.
        if error.filename not in {None, str(beside)}:
            raise
        raise PilahError(f"{path} can't be written: {error.strerror or error}. Is the disk full?") from error
    finally:
        beside.unlink(missing_ok=True)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and math.isfinite(cell)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def _json_value(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell


def _letters(position: int) -> str:
    """A column's letters as a spreadsheet shows them, from position 0."""
    letters = ""
    while position >= 0:
        position, rest = divmod(position, 26)
        letters = chr(ord("A") + rest) + letters
        position -= 1
    return letters
