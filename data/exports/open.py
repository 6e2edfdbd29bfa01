"""The one reader and writer of files of complaints: every shape and kind of formats.md, in and out.

`open_export` recognises shape, kind and columns and gives the rows one by one; `open_writer`, `write_laporan_ringkas`
and `write_laporgub` write them back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable
from data.exports.dates import parse_date
from data.exports.detect import open_tables
from data.exports.headers import FIELDS, Layout, Shape, is_personal, listed, recognise
from data.exports.rows import ExportRow, Reading, survey
from data.exports.sheets import Sheet, write_sheets
from data.exports.tables import Limits
from data.exports.writers import RowWriter, open_writer, write_laporan_ringkas, write_laporgub

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence
    from pathlib import Path

__all__ = [
    "FIELDS",
    "Export",
    "ExportRow",
    "Limits",
    "RowWriter",
    "Shape",
    "Sheet",
    "is_personal",
    "open_export",
    "open_writer",
    "parse_date",
    "write_laporan_ringkas",
    "write_laporgub",
    "write_sheets",
]

_DEFAULT_LIMITS = Limits()


@dataclass(frozen=True)
class Export:
    """An opened file of complaints.

    `header_row` is 0 where the kind has none; `n_rows` is None where only reading would tell; `other_sheets` could have
    been read as well, and weren't.
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
    other_sheets: tuple[str, ...] = ()
    _reading: Reading = field(repr=False, kw_only=True)
    _layout: Layout = field(repr=False, kw_only=True)

    def rows(self) -> Iterator[ExportRow]:
        """Every row below the header that isn't blank, in order; may be called again to start over.

        Raises:
            FileUnreadable: the file turns out broken on the way.
        """
        return self._reading.rows(self._layout)

    def share_read(self) -> float:
        """How much of the file the latest `rows()` has gone through, from 0 to 1."""
        return self._reading.table.share_read()


def open_export(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    needs: Collection[str] = ("text",),
    sheet: str | None = None,
    limits: Limits = _DEFAULT_LIMITS,
) -> Export:
    """Opens a file of complaints, whatever its shape and kind.

    Args:
        path: the file.
        columns: field → header, where the person named it; the others are recognised.
        needs: the fields without which the file is of no use.
        sheet: the sheet of a workbook; otherwise the one with the most known headers.
        limits: how much the file may unpack to.

    Raises:
        FileUnreadable: the file is missing, empty, broken, protected, too large or of no known kind.
        ColumnMissing: a named column isn't there, or no column holds a needed field.
    """
    asked = columns or {}
    readings = _readings(path, asked, sheet, limits)
    best = max(readings, key=lambda reading: reading.rank(asked))
    layout = recognise(best.headers, asked)
    if missing := [name for name in needs if name not in layout.columns]:
        raise _column_missing(path, missing[0], best.headers)
    others = [reading for reading in readings if reading is not best and reading.table.sheet is not None]
    return Export(
        path=path,
        shape=layout.shape,
        kind=best.table.kind,
        encoding=best.table.encoding,
        separator=best.table.separator,
        sheet=best.table.sheet,
        header_row=best.header_row,
        headers=tuple(header for header in best.headers if header not in layout.hidden),
        columns={name: header for name, header in layout.columns.items() if name in FIELDS},
        n_rows=best.n_rows(),
        other_sheets=tuple(str(other.table.sheet) for other in others if other.could_serve(needs)),
        _reading=best,
        _layout=layout,
    )


def _readings(path: Path, asked: Mapping[str, str], sheet: str | None, limits: Limits) -> list[Reading]:
    tables = list(open_tables(path, limits))
    if sheet is not None:
        names = [table.sheet for table in tables if table.sheet is not None]
        tables = [table for table in tables if table.sheet == sheet]
        if not tables:
            raise FileUnreadable(f'{path} has no sheet "{sheet}". Its sheets are: {", ".join(names) or "none"}.')
    readings = [reading for table in tables if (reading := survey(table, asked))]
    if not readings:
        raise FileUnreadable(f"{path} has no rows. Export it again.")
    return readings


def _column_missing(path: Path, name: str, headers: Sequence[str]) -> ColumnMissing:
    option = {"text": "--text HEADER", "unit": "--unit HEADER"}.get(name, f"--map {name}=HEADER")
    return ColumnMissing(
        f"{path}: no column is known to hold the {name}. Name it with {option}. The columns are: {listed(headers)}."
    )
