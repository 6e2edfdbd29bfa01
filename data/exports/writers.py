"""Tables as they go out: every kind written aside and put in place only when it is whole."""

from __future__ import annotations

import csv
import json
import math
import tempfile
from abc import ABC, abstractmethod
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from data.errors import PilahError
from data.exports.cells import _is_number, cell_text, disarm, named
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS, laporan_ringkas_header
from data.files import written_file

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
    with written_file(path) as file:
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
    with written_file(path) as file:
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


def _json_value(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
