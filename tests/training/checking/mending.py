"""A person with a spreadsheet: fills in cells of a workbook that a check wrote, and saves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import python_calamine as calamine

from data.exports.open import Sheet, write_sheets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Cells = dict[str, object]


def cells_of(path: Path, sheet: str) -> list[Cells]:
    """The rows of one sheet by header."""
    headers, *rows = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()
    return [dict(zip(map(str, headers), row, strict=True)) for row in rows]


def fill_in(path: Path, answers: Mapping[str, Callable[[Cells], Cells]]) -> None:
    """Save the workbook with, on each sheet named, the cells that the answer gives for a row."""
    names = calamine.CalamineWorkbook.from_path(path).sheet_names
    sheets = []
    for name in names:
        headers, *_ = calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(name).to_python()
        rows = [{**row, **answers[name](row)} if name in answers else row for row in cells_of(path, name)]
        sheets.append(Sheet(name, [str(header) for header in headers], [tuple(row.values()) for row in rows]))
    write_sheets(path, sheets)
