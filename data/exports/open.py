"""Open files of complaints for reading and writing: Laporan Ringkas, LaporGub, and any table with a header.

`open_exports` recognises shape, kind and columns, and reads all sheets that hold complaints row by row; `open_writer`,
`write_laporan_ringkas` and `write_laporgub` write.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.dates import parse_date
from data.exports.dates.file_dates import FileDates
from data.exports.detect import open_tables
from data.exports.handmade.adjustments import Adjustments
from data.exports.headers import FIELDS, Layout, Shape, header_list, is_personal
from data.exports.rows import ExportRow, Interpretation, find_header
from data.exports.tables import Limits
from data.exports.workbook_writers import (
    Sheet,
    WorkbookWriter,
    shortened,
    without_cut_note,
    write_laporan_ringkas,
    write_laporgub,
    write_sheets,
)
from data.exports.writers import DelimitedWriter, JsonLinesWriter, ParquetWriter, RowWriter
from data.files import written_file
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from data.exports.dates import DateOrder
    from data.exports.dates.column import DateColumn

__all__ = [
    "FIELDS",
    "Export",
    "ExportRow",
    "Limits",
    "RowWriter",
    "Shape",
    "Sheet",
    "adjustment_notices",
    "date_notices",
    "is_personal",
    "open_export",
    "open_exports",
    "open_writer",
    "parse_date",
    "sheet_notices",
    "shortened",
    "without_cut_note",
    "write_laporan_ringkas",
    "write_laporgub",
    "write_sheets",
]

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Export:
    """An opened table of complaints: a file, or one sheet of a workbook.

    `header_row` is 0 where the kind has no header row; `n_rows` is None where only reading the whole file would tell;
    `unread_sheets` are the workbook's sheets that have rows, but no complaints.
    """

    path: Path
    shape: Shape
    kind: str
    encoding: str | None
    separator: str | None
    sheet: str | None
    header_row: int
    headers: tuple[str, ...]
    columns: Mapping[str, str]
    n_rows: int | None
    unread_sheets: tuple[str, ...] = ()
    _interpretation: Interpretation = field(repr=False, kw_only=True)
    _layout: Layout = field(repr=False, kw_only=True)
    _dates: FileDates = field(repr=False, kw_only=True)

    @property
    def dates(self) -> DateColumn:
        """How the dates of receipt are read; the first call reads the column."""
        return self._dates.column(self.columns.get("received_at"))

    def rows(self) -> Iterator[ExportRow]:
        """All rows below the header that aren't blank; a second call starts over.

        Raises:
            FileUnreadable: a part that is read only now is broken.
        """
        return self._interpretation.rows(self._layout, self.dates)

    @property
    def content(self) -> Path:
        """The file that holds the table: the unpacked one where `path` is an archive."""
        return self._interpretation.table.path

    @property
    def adjustments(self) -> Adjustments:
        """What the latest `rows()` did to cells and rows."""
        return self._interpretation.adjustments

    def share_read(self) -> float:
        """The share of the file read by the latest `rows()`, from 0 to 1."""
        return self._interpretation.table.share_read()


def open_exports(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    needs: Collection[str] = ("text",),
    date_order: DateOrder | None = None,
    limits: Limits = _DEFAULT_LIMITS,
) -> list[Export]:
    """Open every sheet of a workbook that holds complaints, in order; any other kind of file has one table.

    Args:
        path: the file.
        columns: field → header, as chosen by the person; the other columns are recognised.
        needs: the fields that each sheet must have.
        date_order: the order of day and month; by default the one that the column's dates fit.
        limits: limits on the unpacked size.

    Raises:
        FileUnreadable: the file is missing, empty, broken, protected, too large or of no known kind.
        ColumnMissing: a chosen column is missing, or no column holds a needed field.
    """
    chosen = columns or {}
    candidates = _interpretations(path, chosen, limits)
    best = max(candidates, key=lambda candidate: candidate.rank(chosen))
    layouts = {best: best.layout(chosen)}
    if missing := [name for name in needs if name not in layouts[best].columns]:
        raise _column_missing(path, missing[0], best, layouts[best])
    sheets = [candidate for candidate in candidates if candidate.table.sheet is not None]
    for sheet in sheets:
        layout = layouts.get(sheet) or _layout(sheet, chosen, layouts[best])
        if layout and layout.columns.keys() >= set(needs) and sheet.has_rows():
            layouts[sheet] = layout
    unread = tuple(str(sheet.table.sheet) for sheet in sheets if sheet not in layouts)
    tables = [(table, layouts[table]) for table in candidates if table in layouts]
    dates = FileDates(tables, date_order)
    return [_export(path, table, layout, unread, dates) for table, layout in tables]


def open_export(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    needs: Collection[str] = ("text",),
    date_order: DateOrder | None = None,
    limits: Limits = _DEFAULT_LIMITS,
) -> Export:
    """Open the first table of complaints, for files that have a single one.

    Raises:
        FileUnreadable: as `open_exports`.
        ColumnMissing: as `open_exports`.
    """
    return open_exports(path, columns=columns, needs=needs, date_order=date_order, limits=limits)[0]


def date_notices(exports: Iterable[Export]) -> list[Sentence]:
    """What a person should know about the reading of dates; once where sheets share a column."""
    columns = dict.fromkeys(export.dates for export in exports)
    return [notice for column in columns for notice in column.notices]


def adjustment_notices(exports: Iterable[Export]) -> list[Sentence]:
    """What a person should know about cells and rows, once the rows are read."""
    return sum((export.adjustments for export in exports), Adjustments()).notices()


def sheet_notices(exports: Sequence[Export]) -> list[Sentence]:
    """The sheets of a file that have rows, but no complaints."""
    unread = exports[0].unread_sheets
    return [Sentence("exports.sheets-unread", sheets=", ".join(unread))] if unread else []


@contextmanager
def open_writer(
    path: Path, headers: Sequence[str], *, numeric: Collection[str] = frozenset(), harmless: bool = True
) -> Iterator[RowWriter]:
    """Open a writer of the kind that the suffix names: .csv, .tsv, .xlsx, .parquet or .jsonl.

    The file appears when the block ends without an error; an older file stays until then.

    Args:
        path: the file to write.
        headers: the columns in order, each of them unique.
        numeric: the columns of numbers; only Parquet uses this.
        harmless: whether an apostrophe is put before text that a spreadsheet would take for a formula.

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


def _interpretations(path: Path, chosen: Mapping[str, str], limits: Limits) -> list[Interpretation]:
    candidates = [candidate for table in open_tables(path, limits) if (candidate := find_header(table, chosen))]
    if not candidates:
        raise FileUnreadable("exports.no-rows", path=path)
    return candidates


def _layout(sheet: Interpretation, chosen: Mapping[str, str], best: Layout) -> Layout | None:
    """The layout of a further sheet; None without the chosen columns.

    Long cells alone don't make complaints of a further sheet, which may hold instructions: the header must be the same.
    """
    try:
        layout = sheet.layout(chosen)
    except ColumnMissing:
        return None
    text = layout.columns.get("text")
    is_named = "text" in chosen or "text" in sheet.recognised.columns
    return layout if is_named or text in {None, best.columns.get("text")} else None


def _export(
    path: Path, table: Interpretation, layout: Layout, unread_sheets: tuple[str, ...], dates: FileDates
) -> Export:
    return Export(
        path=path,
        shape=layout.shape,
        kind=table.table.kind,
        encoding=table.table.encoding,
        separator=table.table.separator,
        sheet=table.table.sheet,
        header_row=table.header_row,
        headers=tuple(header for header in table.headers if header not in layout.hidden),
        columns={name: header for name, header in layout.columns.items() if name in FIELDS},
        n_rows=table.n_rows(),
        unread_sheets=unread_sheets,
        _interpretation=table,
        _layout=layout,
        _dates=dates,
    )


def _column_missing(path: Path, name: str, table: Interpretation, layout: Layout) -> ColumnMissing:
    """The error for a needed field that no column holds; no cell of a row appears in it."""
    if not table.has_likely_header:
        return ColumnMissing("exports.no-header", path=path)
    listed = header_list(table.headers)
    if name != "text":
        option = {"unit": "--unit HEADER"}.get(name, f"--map {name}=HEADER")
        return ColumnMissing("exports.field-missing", path=path, field=name, option=option, headers=listed)
    if candidates := layout.text_candidates:
        return ColumnMissing("exports.text-unclear", path=path, columns=header_list(candidates), candidates=candidates)
    return ColumnMissing("exports.text-missing-in-all", path=path, headers=listed)


def _writer(
    path: Path, file: BinaryIO, headers: Sequence[str], numeric: frozenset[str], *, harmless: bool
) -> RowWriter:
    match path.suffix.lower():
        case ".csv":
            return DelimitedWriter(path, file, headers, ",", harmless=harmless)
        case ".tsv":
            return DelimitedWriter(path, file, headers, "\t", harmless=harmless)
        case ".xlsx":
            return WorkbookWriter(path, file, headers, harmless=harmless)
        case ".parquet":
            return ParquetWriter(path, file, headers, numeric)
        case ".jsonl":
            return JsonLinesWriter(path, file, headers)
        case suffix:
            raise PilahError("exports.suffix-unknown", path=path, suffix=suffix)
