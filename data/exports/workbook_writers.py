"""Write workbooks: rows, the shapes "Laporan Ringkas" and LaporGub, and sheets for a person to fill in."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.exports.cells import cell_text, disarm, is_number, unique_headers
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS, laporan_ringkas_header
from data.exports.writers import RowWriter
from data.files import written_file
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    import xlsxwriter
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

_MAX_ROWS = 1_048_575
_MAX_CELLS = 5_000_000
_MAX_CELL_CHARACTERS = 32_767
_CUT_NOTE = re.compile(r"… \[dipotong: \d+ karakter\]\Z", re.ASCII)
_LARGEST_EXACT_NUMBER = 10**15
_PREAMBLE_ROWS = 10
_USUAL_WIDTH = 16
_FIRST_YEAR = 1900
_FORMATS: dict[type, str] = {
    datetime: "dd/mm/yyyy hh:mm:ss",
    date: "dd/mm/yyyy",
    time: "hh:mm:ss",
    timedelta: "[h]:mm:ss",
}


def write_laporan_ringkas(
    path: Path,
    rows: Iterable[Mapping[str, object]],
    *,
    extra_headers: Sequence[str] = (),
    preamble: Mapping[str, str] | None = None,
) -> int:
    """Write "Laporan Ringkas" (ten preamble rows, 17 columns, then the extra columns); return the number of rows."""
    labels = ("Judul", "Nama Instansi", "Tanggal Generate", "Periode Masuk", "Pengelola")
    known = {"Judul": "Laporan Ringkas", **(preamble or {})}
    above: list[Sequence[str]] = [(label, known.get(label, "")) for label in labels]
    above += [()] * (_PREAMBLE_ROWS - len(above))
    spelled = ({laporan_ringkas_header(header): value for header, value in row.items()} for row in rows)
    return _write_workbook(path, [*LAPORAN_RINGKAS_HEADERS, *extra_headers], above, spelled)


def write_laporgub(path: Path, rows: Iterable[Mapping[str, object]], *, title: str = "LAPORAN  ADUAN") -> int:
    """Write LaporGub's monthly list, with NAMA left blank; return the number of rows."""
    return _write_workbook(path, unique_headers(LAPORGUB_HEADERS), [(title,), ()], rows, shown_headers=LAPORGUB_HEADERS)


def _write_workbook(
    path: Path,
    headers: Sequence[str],
    above: Sequence[Sequence[str]],
    rows: Iterable[Mapping[str, object]],
    *,
    shown_headers: Sequence[str] | None = None,
) -> int:
    if path.suffix.lower() != ".xlsx":
        raise PilahError("exports.shape-needs-xlsx", name=path.name)
    with written_file(path) as file:
        writer = WorkbookWriter(path, file, headers, harmless=True, above=above, shown_headers=shown_headers)
        try:
            for row in rows:
                writer.write(row)
            writer.finish()
        except BaseException:
            writer.abandon()
            raise
    return writer.n_rows


class WorkbookWriter(RowWriter):
    """One sheet of rows; `above` stands over the header, `shown_headers` replaces repeated headers."""

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
        # Rows wait in a temporary file until the workbook is closed.
        self._rows_folder = tempfile.TemporaryDirectory(prefix="pilah-")
        self._workbook = new_workbook(file, self._rows_folder.name)
        self._sheet = self._workbook.add_worksheet("Pilah")
        self._cells = CellWriter(self._workbook, harmless=harmless)
        self._row = 0
        for cells in (*above, shown_headers or headers):
            self._write(cells)

    def _write(self, cells: Sequence[object]) -> None:
        self._check_room(len(cells))
        for column, cell in enumerate(cells):
            if self._cells.write(self._sheet, self._row, column, cell):
                self.cut.append(Sentence("exports.cell", row=self._row + 1, column=self._headers[column]))
        self._row += 1

    def _check_room(self, width: int) -> None:
        if self._row > _MAX_ROWS or (self._row + 1) * width > _MAX_CELLS:
            raise PilahError("exports.workbook-full", path=self._path, rows=_MAX_ROWS, cells=_MAX_CELLS)

    def finish(self) -> None:
        try:
            close(self._path, self._workbook)
        finally:
            self._rows_folder.cleanup()

    def abandon(self) -> None:
        self._sheet.row_data_fh.close()
        self._rows_folder.cleanup()


class CellWriter:
    """Writes cells with their types: numbers, dates, times, yes or no, and text."""

    def __init__(self, workbook: xlsxwriter.Workbook, *, harmless: bool) -> None:
        self._harmless = harmless
        self._formats: dict[type, Format] = {
            kind: workbook.add_format({"num_format": look}) for kind, look in _FORMATS.items()
        }

    def write(self, page: Worksheet, row: int, column: int, cell: object) -> bool:
        """Write a cell; returns whether its text had to be cut."""
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell)
        elif is_number(cell) and -_LARGEST_EXACT_NUMBER < cell < _LARGEST_EXACT_NUMBER:
            page.write_number(row, column, cell)
        elif isinstance(cell, date | time | timedelta) and _is_known_day(cell):
            page.write_datetime(row, column, cell, self._formats[type(cell)])
        elif text := cell_text(cell):
            written = shortened(_encodable(text))
            written = disarm(written) if self._harmless else written
            page.write_string(row, column, written)
            return without_cut_note(written) is not None and without_cut_note(text) is None
        return False


def _is_known_day(cell: date | time | timedelta) -> bool:
    """Whether a spreadsheet can hold a date: it counts days from 1900 on, without timezones."""
    if isinstance(cell, datetime | time) and cell.tzinfo is not None:
        return False
    return cell.year >= _FIRST_YEAR if isinstance(cell, date) else type(cell) in _FORMATS


@dataclass(frozen=True)
class Sheet:
    """One sheet for a person to fill in.

    Args:
        name: the name on the tab.
        headers: the columns.
        rows: the cells of each row.
        widths: header → width in characters; 16 by default.
        choices: header → the answers to choose from.
        marked: headers that stand out.
        hidden: columns that only serve reading the sheet back.
    """

    name: str
    headers: Sequence[str]
    rows: Iterable[Sequence[object]]
    widths: Mapping[str, float] = field(default_factory=dict)
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    marked: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()


def write_sheets(path: Path, sheets: Iterable[Sheet]) -> None:
    """Write a workbook of several sheets, with fixed headers and wrapped cells.

    All text is disarmed, and cut to the longest length of a cell.

    Raises:
        PilahError: the file isn't named .xlsx, the folder can't be written to, or a sheet has too many rows.
    """
    if path.suffix.lower() != ".xlsx":
        raise PilahError("exports.sheets-need-xlsx", path=path)
    with written_file(path) as file, tempfile.TemporaryDirectory(prefix="pilah-") as folder:
        workbook = new_workbook(file, folder)
        looks = {
            "head": workbook.add_format({"bold": True, "bg_color": "#E5E9F2", "text_wrap": True, "valign": "top"}),
            "marked": workbook.add_format({"bold": True, "bg_color": "#FFF2CC", "text_wrap": True, "valign": "top"}),
            "cell": workbook.add_format({"text_wrap": True, "valign": "top"}),
        }
        for sheet in sheets:
            _write_sheet(path, workbook, sheet, looks)
        close(path, workbook)


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
        if count > _MAX_ROWS:
            raise PilahError("exports.sheet-full", path=path, sheet=sheet.name, rows=_MAX_ROWS)
        for column, cell in enumerate(cells):
            if is_number(cell):
                page.write_number(count, column, cell, looks["cell"])
            elif text := cell_text(cell):
                page.write_string(count, column, _cut(disarm(text)), looks["cell"])
    for header, answers in sheet.choices.items():
        column = list(sheet.headers).index(header)
        choice = {"validate": "list", "source": list(answers), "ignore_blank": True}
        page.data_validation(1, column, max(count, 1), column, choice)
    if count:
        page.autofilter(0, 0, count, len(sheet.headers) - 1)


def new_workbook(file: BinaryIO, folder: str) -> xlsxwriter.Workbook:
    """A workbook whose rows wait in a folder of temporary files."""
    # Imported here: few processes write a workbook, and the import takes .1 s and 2 MB.
    import xlsxwriter  # noqa: PLC0415 - see above

    return xlsxwriter.Workbook(file, {"constant_memory": True, "tmpdir": folder, "use_zip64": True})


def close(path: Path, workbook: xlsxwriter.Workbook) -> None:
    """Complete a workbook.

    Raises:
        PilahError: the workbook can't be written.
    """
    from xlsxwriter.exceptions import XlsxWriterException  # noqa: PLC0415 - as in new_workbook

    try:
        workbook.close()
    except XlsxWriterException as error:
        raise PilahError("exports.not-written", path=path, reason=error) from error


def _encodable(text: str) -> str:
    """The text without halves of surrogate pairs."""
    return text.encode("utf-8", "replace").decode()


def _length(text: str) -> int:
    """The length as a spreadsheet counts it, in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str) -> str:
    """The text as one cell can hold it; a cut text ends with a note of its whole length.

    >>> shortened("a" * 40_000)[-31:]
    'aaa… [dipotong: 40000 karakter]'
    """
    # One character is left for the apostrophe of `disarm`.
    if _length(text) < _MAX_CELL_CHARACTERS:
        return text
    note = f"… [dipotong: {len(text)} karakter]"
    kept = _encodable(text).encode("utf-16-le")[: 2 * (_MAX_CELL_CHARACTERS - 1 - len(note))]
    return kept.decode("utf-16-le", "ignore") + note


def without_cut_note(text: str) -> str | None:
    """The beginning of a text that `shortened` cut, or None for any other text."""
    return text[: note.start()] if (note := _CUT_NOTE.search(text)) else None


def _cut(text: str) -> str:
    """The text, cut to the longest length of a cell."""
    whole = _encodable(text)
    if _length(whole) <= _MAX_CELL_CHARACTERS:
        return whole
    return whole.encode("utf-16-le")[: 2 * (_MAX_CELL_CHARACTERS - 1)].decode("utf-16-le", "ignore") + "…"
