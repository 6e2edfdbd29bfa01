"""Read workbooks: .xlsx, .xls and .ods.

The reader lays out every sheet in memory. A file of 5 KB with one cell in the far corner of a sheet is a table of
17 billion cells, and running out of memory ends the process. A child process with a memory limit therefore opens each
workbook first: docs/decisions/0026.
"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import python_calamine as calamine

from data.errors import FileUnreadable
from data.exports import workbook_sheets
from data.exports.kinds.merged_cells import MergedCells, tall_ranges
from data.exports.kinds.sheet_marks import SheetMarks, sheet_marks
from data.exports.tables import Limits, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class WorkbookTable(Table):
    """One sheet of a workbook."""

    def __init__(
        self, path: Path, limits: Limits, *, kind: str, sheet: calamine.CalamineSheet, marks: SheetMarks
    ) -> None:
        super().__init__(path, limits)
        self.kind = kind
        self.sheet = sheet.name
        self.first_column = sheet.start[1] if sheet.start else 0
        self._sheet = sheet
        self._marks = marks
        self._merged = tall_ranges(sheet.merged_cell_ranges or (), self.first_column)
        self._rows_read = 0

    def lines(self) -> Iterator[Line]:
        merged = MergedCells()
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            self._rows_read = number
            # A spreadsheet keeps every number as a float; 928.0 was typed as 928.
            whole: list[object] = [
                int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells
            ]
            for column, last_row in self._merged.get(number - 1, ()):
                if column < len(whole):
                    merged.begin(column, last_row + 1, whole[column])
            if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in whole):
                yield self._line(number, whole, merged.fill(number, whole))

    def _line(self, number: int, cells: list[object], filled: frozenset[int]) -> Line:
        faults = self._marks.faults.get(number)
        if faults and self.first_column:
            faults = {column - self.first_column: fault for column, fault in faults.items()}
        return Line(number, cells, None, filled, faults or {}, number in self._marks.hidden)

    def share_read(self) -> float:
        return min(self._rows_read / max(self._sheet.total_height, 1), 1.0)


def workbook_tables(path: Path, limits: Limits, kind: str) -> Iterator[WorkbookTable]:
    """The visible sheets of a workbook, in order; `kind` is "xlsx", "xls" or "ods".

    Raises:
        FileUnreadable: the workbook is broken, protected, or too large once unpacked.
    """
    if kind == "xls":
        _check_xls(path)
    _open_in_child(path, limits, kind)
    marks = sheet_marks(path, limits) if kind == "xlsx" else {}
    try:
        for sheet in workbook_sheets.visible_sheets(path, kind):
            yield WorkbookTable(path, limits, kind=kind, sheet=sheet, marks=marks.get(sheet.name, SheetMarks()))
    except calamine.PasswordError as error:
        raise _protected(path) from error
    except (calamine.CalamineError, OSError) as error:
        raise FileUnreadable("workbooks.broken", path=path) from error


def _check_xls(path: Path) -> None:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _protected(path)
    if "WordDocument".encode("utf-16-le") in content:
        raise FileUnreadable("workbooks.word-document", path=path)


def _open_in_child(path: Path, limits: Limits, kind: str) -> None:
    """Open the workbook in a child process first, within the limits."""
    # -P keeps the program's own folder off the path: `dates` and `open` there would hide other modules.
    command = [sys.executable, "-P", workbook_sheets.__file__, str(path), kind]
    bounds = [str(limits.cells), str(limits.memory_bytes)]
    try:
        child = subprocess.run(
            [*command, *bounds],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds,
            check=False,
        )
    except subprocess.TimeoutExpired:
        child = None
    if child is None or child.returncode:
        raise FileUnreadable("workbooks.too-large", path=path, cells=limits.cells, mebibytes=limits.memory_bytes >> 20)


def _protected(path: Path) -> FileUnreadable:
    return FileUnreadable("workbooks.protected", path=path)
