"""Write a workbook of several sheets for a person to fill in."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException

from data.errors import PilahError
from data.exports.cells import _is_number, cell_text, disarm
from data.files import written_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
from data.exports.writers import _MOST_CELL_CHARACTERS, _MOST_WORKBOOK_ROWS, _USUAL_WIDTH


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
    with written_file(path) as file, tempfile.TemporaryDirectory(prefix="pilah-") as folder:
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
