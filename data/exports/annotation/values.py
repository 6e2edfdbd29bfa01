"""Write the cells of all sheets into a new workbook, with new columns: for kinds that can't be kept as they are."""

from __future__ import annotations

import re
import tempfile
from typing import TYPE_CHECKING

from data.exports.annotation.added_rows import RowsBySheet
from data.exports.cells import column_letters
from data.exports.detect import open_tables
from data.exports.tables import Limits
from data.exports.workbook_writers import CellWriter, close, new_workbook
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from data.exports.annotation.added_rows import AddedRow
    from data.exports.open import Export

_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\]")
_LONGEST_SHEET_NAME = 31


def copy_values(
    exports: Sequence[Export], target: BinaryIO, path: Path, headers: Sequence[str], rows: Iterator[AddedRow]
) -> list[Sentence]:
    """Write a workbook with the cells of all visible sheets; returns the places of the cells that were cut."""
    header_rows = {export.sheet or "": export.header_row for export in exports}
    cut: list[Sentence] = []
    with tempfile.TemporaryDirectory(prefix="pilah-") as folder:
        workbook = new_workbook(target, folder)
        writer = CellWriter(workbook, harmless=False)
        by_sheet, names = RowsBySheet(rows), set[str]()
        for table in open_tables(exports[0].content, Limits()):
            sheet = table.sheet or ""
            page = workbook.add_worksheet(_sheet_name(sheet, names))
            added = by_sheet.of(sheet)
            next_added = next(added, None)
            for line in table.lines():
                cells, column = list(line.cells), table.first_column
                if line.number == header_rows.get(sheet):
                    cells += headers
                elif next_added and next_added[0] == line.number:
                    cells += next_added[1]
                    next_added = next(added, None)
                for position, cell in enumerate(cells, start=column):
                    if writer.write(page, line.number - 1, position, cell):
                        letters = column_letters(position)
                        cut.append(Sentence("exports.cell-of-sheet", sheet=page.name, row=line.number, column=letters))
        close(path, workbook)
    return cut


def _sheet_name(name: str, taken: set[str]) -> str:
    """A name that Excel allows: unique, short, and without some signs."""
    safe = _NOT_IN_SHEET_NAMES.sub("_", name).strip("'")[:_LONGEST_SHEET_NAME] or "Pilah"
    number = 1
    while safe.casefold() in taken:
        number += 1
        ending = f" ({number})"
        safe = f"{safe[: _LONGEST_SHEET_NAME - len(ending)]}{ending}"
    taken.add(safe.casefold())
    return safe
