"""Rows of an export: find the header of a raw table, and read the fields of each row below."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import islice, product
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable
from data.exports.cells import cell_text, rearm, unique_headers
from data.exports.columns.contents import ColumnContents
from data.exports.columns.header_row import is_second_header, likely_headers
from data.exports.columns.names import ALIASES
from data.exports.columns.reporter_names import hide_name
from data.exports.dates.column import DateCell, DateColumn
from data.exports.handmade.adjustments import Adjustments, faults_of
from data.exports.handmade.closing_rows import ClosingRows
from data.exports.handmade.header_rows import joined_headers
from data.exports.headers import Layout, is_reporter_name, normalised, recognise
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.exports.tables import Line, Table

_ROWS_TO_LOOK_FOR_A_HEADER = 40
_LONGEST_DATE = 40
_ROWS_MEASURED = 200
# Of a very wide table fewer rows are measured.
_CELLS_MEASURED = 20_000
_FEWEST_ROWS_MEASURED = 20
# A row over the header that is nearly as wide as the table holds data, not a title.
_NEARLY_AS_WIDE = 0.6
_NARROWEST_TABLE = 3
# How many known fields a row under rows of data must name more than they do, to be the header.
_UNDER_ROWS = 2
# A survey tool writes up to two further rows under its header.
_SECOND_HEADER_ROWS = 2
_FEW_FITTING = 0.5
_SEPARATOR_INSIDE = re.compile(r"[,;\t|]")
_NUMBER_WITH_ZERO = re.compile(r"(\d+)\.0+", re.ASCII)
_NOT_SEPARATED_ID = re.compile(r"[\W_]+")
_NO = frozenset({"", "0", "false", "f", "no", "n", "tidak", "bukan", "none", "null", "-"})
_ANONYMOUS = re.compile(r"(?<!tidak )(?<!bukan )(?<!non )\b(?:anonim|anonymous)\b")
_CONFIDENTIAL = re.compile(r"(?<!tidak )(?<!bukan )(?<!non )\b(?:rahasia|confidential)\b")
# Kinds whose cells may begin with the apostrophe of `disarm`.
_SPREADSHEETS = frozenset({"csv", "tsv", "xlsx", "xls", "ods"})


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row: `values` unchanged, for writing back, and `fields` as stripped text.

    `number` is the row in a spreadsheet, the line in JSON Lines, the record in Parquet; `sheet` is blank where the kind
    has no sheets. A row with a `problem` can't be trusted and has no fields.
    """

    number: int
    values: Mapping[str, object]
    fields: Mapping[str, str]
    problem: Sentence | None = None
    sheet: str = ""

    def place(self) -> Sentence:
        """The place of the row in the file, for a message."""
        return Sentence("exports.row-of-sheet" if self.sheet else "exports.row", sheet=self.sheet, row=self.number)


class Interpretation:
    """A table, with one row taken as the header; `below` are the first lines under that row, `above` all lines over it."""

    def __init__(
        self, table: Table, header_row: int, headers: Sequence[str], below: Sequence[Line], above: Sequence[Line] = ()
    ) -> None:
        self.table = table
        self.header_row = header_row
        self.headers = headers
        self.above = above
        self.first_header_row = header_row
        self.has_likely_header = True
        self.adjustments = Adjustments()
        self._below = below

    @cached_property
    def recognised(self) -> Layout:
        """The columns recognised by their headers alone."""
        return recognise(self.headers, {})

    def layout(self, chosen: Mapping[str, str]) -> Layout:
        """The columns recognised by their headers and cells; a `chosen` header (field → header) takes precedence.

        Raises:
            ColumnMissing: `chosen` names an unknown field or a missing header.
        """
        try:
            # Without a header, the cells of the first row would name the columns.
            return recognise(self.headers, chosen, self._contents if self.has_likely_header else None)
        except ColumnMissing as error:
            if self.has_likely_header or error.code == "exports.field-unknown":
                raise
            # The error lists the headers, which are cells of a row here.
            raise ColumnMissing("exports.no-header", path=self.table.path) from None

    @cached_property
    def _second_headers(self) -> frozenset[int]:
        """The numbers of rows right below the header that belong to it: down to the last one marked as such."""
        near = self._below[:_SECOND_HEADER_ROWS]
        marked = [place for place, line in enumerate(near, start=1) if is_second_header(line.cells)]
        return frozenset(line.number for line in near[: max(marked, default=0)])

    @cached_property
    def _contents(self) -> dict[str, ColumnContents]:
        """The measures of each column's first cells."""
        rows = max(_FEWEST_ROWS_MEASURED, _CELLS_MEASURED // max(len(self.headers), 1))
        sample = (self._below or _first_lines(self.table, _ROWS_MEASURED))[:rows]
        fitting = [line.cells for line in sample if not self._problem(line, line.cells)]
        return {
            header: ColumnContents.of(cells[place] for cells in fitting if place < len(cells))
            for place, header in enumerate(self.headers)
        }

    @property
    def n_known(self) -> int:
        """The number of fields that the headers name."""
        return len(self.recognised.columns)

    def n_chosen(self, chosen: Mapping[str, str]) -> int:
        """The number of headers chosen by the person that occur here."""
        names = {normalised(header) for header in self.headers}
        return sum(normalised(header) in names for header in chosen.values())

    def rank(self, chosen: Mapping[str, str]) -> tuple[float, ...]:
        """The plausibility, for comparing sheets and separators: higher is better."""
        mixed = sum(bool(_SEPARATOR_INSIDE.search(header)) for header in self.headers)
        share = 0.0 if mixed and len(self.headers) == 1 else self._share_fitting()
        fits = share > _FEW_FITTING
        # Lines of one cell are complaints only under a name of the text: a title names fields too.
        is_table = len(self.headers) > 1 or any(normalised(header) in ALIASES["text"] for header in self.headers)
        return self.n_chosen(chosen), fits, is_table, self.n_known, -mixed, share, len(self.headers)

    def _share_fitting(self) -> float:
        """The share of the rows below with as many cells as the header; without any, of rows above that are titles."""
        if self._below:
            return sum(len(line.cells) == len(self.headers) for line in self._below) / len(self._below)
        is_title = [not any(_SEPARATOR_INSIDE.search(cell_text(cell)) for cell in line.cells) for line in self.above]
        return sum(is_title) / len(is_title) if is_title else 1.0

    def has_rows(self) -> bool:
        """Whether a row follows the header."""
        if self._below:
            return True
        return any(line.number > self.header_row for line in islice(self.table.lines(), self.header_row + 1))

    def n_rows(self) -> int | None:
        """The number of rows, or None where only reading the whole file would tell."""
        if self.table.n_rows is not None:
            return self.table.n_rows
        return None if self.has_rows() else 0

    def rows(self, layout: Layout, dates: DateColumn) -> Iterator[ExportRow]:
        """The rows below the header, read by a layout; the date of receipt in ISO form where it can be read."""
        shown = [header not in layout.hidden for header in self.headers]
        places = self._places(layout)
        reporters = [self.headers.index(header) for header in self.headers if is_reporter_name(header)]
        self.adjustments, closing = Adjustments(), ClosingRows(places)
        for line in self.table.lines():
            if line.number > self.header_row:
                yield self._row(line, layout, shown, places, reporters, dates, closing)
            elif line.number < self.first_header_row and self.is_as_wide(line):
                yield ExportRow(line.number, {}, {}, Sentence("exports.above-header"), self.table.sheet or "")

    def date_cells(self, layout: Layout) -> Iterator[DateCell]:
        """The cells of the date of receipt."""
        places = self._places(layout)
        for line, cells in self._sound_cells():
            for place in faults_of(line, cells, places.values()):
                cells[place] = ""
            yield _date_cell(cells, places)

    def other_cells(self, layout: Layout) -> Iterator[dict[str, DateCell]]:
        """The cells by header that may hold other dates."""
        headers = set(self.headers) - layout.hidden - {layout.columns["received_at"]}
        others = [(place, header) for place, header in enumerate(self.headers) if header in headers]
        for _, cells in self._sound_cells():
            short = ((header, cells[place]) for place, header in others if place < len(cells))
            yield {header: DateCell(text) for header, cell in short if (text := _short_text(cell))}

    def _sound_cells(self) -> Iterator[tuple[Line, list[object]]]:
        """The lines and cells of the rows without a problem, as far as the file can be read."""
        try:
            for line in self.table.lines():
                if line.number > self.header_row:
                    cells = self._rearmed(line)
                    if not self._problem(line, cells):
                        yield line, cells
        except FileUnreadable:
            # The fault is reported when its row is read.
            return

    def _places(self, layout: Layout) -> dict[str, int]:
        return {name: self.headers.index(header) for name, header in layout.columns.items()}

    def _rearmed(self, line: Line) -> list[object]:
        if self.table.kind not in _SPREADSHEETS:
            return list(line.cells)
        return [rearm(cell) if isinstance(cell, str) else cell for cell in line.cells]

    def _row(
        self,
        line: Line,
        layout: Layout,
        shown: Sequence[bool],
        places: Mapping[str, int],
        reporters: Sequence[int],
        dates: DateColumn,
        closing: ClosingRows,
    ) -> ExportRow:
        cells = self._rearmed(line)
        problem = self._problem(line, cells)
        cells += [""] * (len(self.headers) - len(cells))
        values = {header: cell for header, cell, keep in zip(self.headers, cells, shown, strict=False) if keep}
        sheet = self.table.sheet or ""
        if problem:
            return ExportRow(line.number, values, {}, problem, sheet)
        faults = faults_of(line, cells, places.values())
        self.adjustments.count(line, self.headers, faults, places.values())
        for place in faults:
            cells[place] = ""
        if problem := _closing_problem(cells, closing) or _text_problem(line, faults, places):
            return ExportRow(line.number, values, {}, problem, sheet)
        fields = {name: _stripped(cells[place]) for name, place in places.items() if name != "received_time"}
        if "received_at" in fields:
            fields["received_at"] = dates.read(_date_cell(cells, places))
        for name, place in product(("text", "title"), reporters):
            if name in fields:
                fields[name] = hide_name(fields[name], _stripped(cells[place]))
        return ExportRow(line.number, values, self._tidied(fields, layout, line.number), sheet=sheet)

    def _problem(self, line: Line, cells: Sequence[object]) -> Sentence | None:
        if line.problem:
            return line.problem
        if self.table.is_ragged_broken and len(cells) != len(self.headers):
            return Sentence("exports.cell-count", cells=len(cells), headers=len(self.headers))
        is_header = self.header_row and cells and cell_text(cells[0]).strip() == self.headers[0]
        if is_header and _headers(cells, self.table) == self.headers:
            return Sentence("exports.header-repeated")
        if line.number in self._second_headers:
            return Sentence("exports.header-second")
        return None

    def is_as_wide(self, line: Line) -> bool:
        """Whether a line over the header has nearly as many cells: a row of data, not a title."""
        filled = sum(bool(cell_text(cell).strip()) for cell in line.cells)
        return filled >= max(_NARROWEST_TABLE, _NEARLY_AS_WIDE * len(self.headers))

    def _tidied(self, fields: dict[str, str], layout: Layout, number: int) -> dict[str, str]:
        for name in ("id", "category_id"):
            if whole := _NUMBER_WITH_ZERO.fullmatch(fields.get(name, "")):
                fields[name] = whole[1]
        if layout.shape == "laporgub" and normalised(layout.columns.get("id", "no")) == "no":
            fields["id"] = self._monthly_id(fields.get("id", ""), number)
        _read_privacy(fields)
        return fields

    def _monthly_id(self, number_in_list: str, row: int) -> str:
        """An id from the file's name and the number in the list: LaporGub numbers each month anew."""
        stem = _NOT_SEPARATED_ID.sub("-", self.table.path.stem.casefold()).strip("-")
        return f"{stem}-{number_in_list}" if number_in_list else f"{stem}-row-{row}"


def _closing_problem(cells: Sequence[object], closing: ClosingRows) -> Sentence | None:
    return Sentence("exports.closing-row") if closing.takes(cells) else None


def _text_problem(line: Line, faults: Mapping[int, str], places: Mapping[str, int]) -> Sentence | None:
    """The reason why a row has no text of its own: a faulty formula, or a merged cell of the row above."""
    text, own_id = places.get("text"), places.get("id")
    if text is None:
        return None
    if text in faults:
        return Sentence("exports.text-error" if faults[text] else "exports.text-without-value", error=faults[text])
    # One text merged over rows of several numbers is a complaint for each number.
    if text in line.filled and (own_id is None or own_id in line.filled or not _stripped(_cell(line.cells, own_id))):
        return Sentence("exports.row-continued")
    return None


def find_header(table: Table, chosen: Mapping[str, str]) -> Interpretation | None:
    """Find the most plausible header among the first rows of a table; None for a table without rows.

    A header is short and unlike the rows below it, and names fields. A row under rows of the same width is hardly one.
    """
    if table.names is not None:
        return Interpretation(table, 0, unique_headers(table.names), ())
    first = _first_lines(table, _ROWS_MEASURED)
    candidates = [
        Interpretation(table, line.number, _headers(line.cells, table), first[index + 1 :], first[:index])
        for index, line in enumerate(first[:_ROWS_TO_LOOK_FOR_A_HEADER])
    ]
    likely = likely_headers([line.cells for line in first], len(candidates))

    def plausibility(candidate: Interpretation) -> tuple[float, ...]:
        is_under_rows = any(map(candidate.is_as_wide, candidate.above))
        return candidate.n_chosen(chosen), candidate.has_likely_header, candidate.n_known - _UNDER_ROWS * is_under_rows

    if not candidates:
        return None
    for candidate, is_likely in zip(candidates, likely, strict=True):
        candidate.has_likely_header = is_likely
    best = max(candidates, key=plausibility)
    if best.n_known or best.n_chosen(chosen):
        return _with_joined_header(best, first, chosen)
    # No header is known. The fullest row is more likely to be the header than a title above the table.
    return max(candidates, key=lambda candidate: (candidate.has_likely_header, _n_named(candidate)))


def _with_joined_header(best: Interpretation, first: Sequence[Line], chosen: Mapping[str, str]) -> Interpretation:
    """The header joined with a further header row below or above it, where both together name no fewer fields."""
    at = len(best.above)
    for upper in (at, at - 1):
        if not 0 <= upper < len(first) - 1:
            continue
        names = joined_headers(first[upper], first[upper + 1])
        if names is None:
            continue
        headers = unique_headers(list(map(rearm, names)), best.table.first_column)
        number = first[upper + 1].number
        joined = Interpretation(best.table, number, headers, first[upper + 2 :], first[:upper])
        joined.first_header_row = first[upper].number
        if joined.n_known >= best.n_known and joined.n_chosen(chosen) >= best.n_chosen(chosen):
            return joined
    return best


def _n_named(candidate: Interpretation) -> int:
    return sum(not header.startswith("Column ") for header in candidate.headers)


def _first_lines(table: Table, most: int) -> list[Line]:
    lines: list[Line] = []
    try:
        for line in islice(table.lines(), most):
            lines.append(line)  # noqa: PERF402 - lines before a fault are kept
    except FileUnreadable:
        # After a header, the fault is reported when its row is reached.
        if not lines:
            raise
    return lines


def _headers(cells: Sequence[object], table: Table) -> list[str]:
    return unique_headers([rearm(cell_text(cell)) for cell in cells], table.first_column)


def _date_cell(cells: Sequence[object], places: Mapping[str, int]) -> DateCell:
    """The cell of the date of receipt, with the cell of its time where that is a column of its own."""
    day, moment = (_cell(cells, places.get(name)) for name in ("received_at", "received_time"))
    return DateCell(_stripped(day), isinstance(day, date), _stripped(moment))


def _cell(cells: Sequence[object], place: int | None) -> object:
    return cells[place] if place is not None and place < len(cells) else ""


def _short_text(cell: object) -> str:
    """A cell short enough for a date, as text."""
    text = "" if isinstance(cell, date) else _stripped(cell)
    return text if len(text) <= _LONGEST_DATE and any(map(str.isdigit, text)) else ""


def _stripped(cell: object) -> str:
    return cell_text(cell).replace("\0", "").strip()


def _read_privacy(fields: dict[str, str]) -> None:
    """Set both flags to "true" or "false", from their own columns and from a common column."""
    together = normalised(fields["privacy"]) if "privacy" in fields else None
    for name, pattern in (("anonymous", _ANONYMOUS), ("confidential", _CONFIDENTIAL)):
        if name in fields or together is not None:
            # Any word but a no counts as a yes: an unknown word must not reveal a reporter.
            own = normalised(fields.get(name, "")) not in _NO
            fields[name] = "true" if own or (together and pattern.search(together)) else "false"
