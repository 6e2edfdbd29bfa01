"""From the raw lines of a table to the rows of an export: where the header is, and what each row says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.cells import cell_text, named, rearm
from data.exports.dates import combine
from data.exports.headers import Layout, normalised, recognise

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from data.exports.tables import Line, Table

_ROWS_TO_LOOK_FOR_A_HEADER = 40
_SEPARATOR_INSIDE = re.compile(r"[,;\t|]")
_NUMBER_WITH_ZERO = re.compile(r"(\d+)\.0+", re.ASCII)
_NOT_SEPARATED_ID = re.compile(r"[\W_]+")
_NO = frozenset({"", "0", "false", "f", "no", "n", "tidak", "bukan", "none", "null", "-"})
_ANONYMOUS = re.compile(r"(?<!tidak )(?<!bukan )(?<!non )\b(?:anonim|anonymous)\b")
_CONFIDENTIAL = re.compile(r"(?<!tidak )(?<!bukan )(?<!non )\b(?:rahasia|confidential)\b")
# What delimited text and workbooks may hold with an apostrophe that made it harmless.
_SPREADSHEETS = frozenset({"csv", "tsv", "xlsx", "xls", "ods"})


@dataclass(frozen=True, slots=True)
class ExportRow:
    """One row: `values` as they stand, for writing back; `fields` as stripped text, for everything else.

    `number` is the row as a spreadsheet shows it; in JSON Lines and Parquet, which have no header row, the line or
    record. `problem` says why a row can't be trusted; it has no fields then.
    """

    number: int
    values: Mapping[str, object]
    fields: Mapping[str, str]
    problem: str | None = None


class Reading:
    """One way to read a file: a table, the row taken as its header, and the lines seen below it so far."""

    def __init__(self, table: Table, header_row: int, headers: Sequence[str], below: Sequence[Line]) -> None:
        self.table = table
        self.header_row = header_row
        self.headers = headers
        self._below = below

    @cached_property
    def recognised(self) -> Layout:
        """What the headers say by themselves."""
        return recognise(self.headers, {})

    def n_asked(self, asked: Mapping[str, str]) -> int:
        """How many of the headers that the person named are here."""
        here = {normalised(header) for header in self.headers}
        return sum(normalised(header) in here for header in asked.values())

    def rank(self, asked: Mapping[str, str]) -> tuple[float, ...]:
        """How likely this way is the right one; for a text it tells the separators apart."""
        fitting = sum(len(line.cells) == len(self.headers) for line in self._below)
        mixed = sum(bool(_SEPARATOR_INSIDE.search(header)) for header in self.headers)
        share_fitting = fitting / len(self._below) if self._below else 1.0
        return self.n_asked(asked), len(self.recognised.columns), -mixed, share_fitting, len(self.headers)

    def has_rows(self) -> bool:
        """Whether anything stands below the header."""
        if self._below:
            return True
        return any(line.number > self.header_row for line in islice(self.table.lines(), self.header_row + 1))

    def n_rows(self) -> int | None:
        """The number of rows where it is known without reading them all."""
        if self.table.n_rows is not None:
            return self.table.n_rows
        return None if self.has_rows() else 0

    def could_serve(self, needs: Collection[str]) -> bool:
        """Whether this table too has the needed columns and rows."""
        return all(name in self.recognised.columns for name in needs) and self.has_rows()

    def rows(self, layout: Layout) -> Iterator[ExportRow]:
        """The rows below the header, read by this layout."""
        shown = [header not in layout.hidden for header in self.headers]
        places = {name: self.headers.index(header) for name, header in layout.columns.items()}
        for line in self.table.lines():
            if line.number > self.header_row:
                yield self._row(line, layout, shown, places)

    def _row(self, line: Line, layout: Layout, shown: Sequence[bool], places: Mapping[str, int]) -> ExportRow:
        cells = list(line.cells)
        if self.table.kind in _SPREADSHEETS:
            cells = [rearm(cell) if isinstance(cell, str) else cell for cell in cells]
        problem = line.problem or self._shape_problem(cells)
        cells += [""] * (len(self.headers) - len(cells))
        values = {header: cell for header, cell, keep in zip(self.headers, cells, shown, strict=False) if keep}
        if problem:
            return ExportRow(line.number, values, {}, problem)
        fields = {name: _stripped(cells[place]) for name, place in places.items()}
        return ExportRow(line.number, values, self._tidied(fields, layout, line.number))

    def _shape_problem(self, cells: Sequence[object]) -> str | None:
        if self.table.is_ragged_broken and len(cells) != len(self.headers):
            return (
                f"The row has {len(cells)} cells and the header {len(self.headers)}: "
                "put a cell that holds a separator or a new line in quotes."
            )
        is_header = self.header_row and cells and cell_text(cells[0]).strip() == self.headers[0]
        if is_header and named([cell_text(cell) for cell in cells], self.table.first_column) == self.headers:
            return "The row repeats the header."
        return None

    def _tidied(self, fields: dict[str, str], layout: Layout, number: int) -> dict[str, str]:
        for name in ("id", "category_id"):
            if whole := _NUMBER_WITH_ZERO.fullmatch(fields.get(name, "")):
                fields[name] = whole[1]
        if layout.shape == "laporgub" and normalised(layout.columns.get("id", "no")) == "no":
            fields["id"] = self._monthly_id(fields.get("id", ""), number)
        if moment := fields.pop("received_time", ""):
            fields["received_at"] = combine(fields["received_at"], moment)
        _read_privacy(fields)
        return fields

    def _monthly_id(self, number_in_list: str, row: int) -> str:
        """LaporGub numbers each month anew: only with the file's name is it an id."""
        stem = _NOT_SEPARATED_ID.sub("-", self.table.path.stem.casefold()).strip("-")
        return f"{stem}-{number_in_list}" if number_in_list else f"{stem}-row-{row}"


def survey(table: Table, asked: Mapping[str, str]) -> Reading | None:
    """The table read by the most likely header among its first rows; None for a table without any row."""
    if table.names is not None:
        return Reading(table, 0, named(table.names), ())
    first = _first_lines(table)
    readings = [
        Reading(table, line.number, _headers(line, table), first[at:]) for at, line in enumerate(first, start=1)
    ]
    best = max(readings, key=lambda reading: _header_rank(reading, asked), default=None)
    if best and any(_header_rank(best, asked)):
        return best
    # Nothing is known here: the fullest row is more likely to be the header than a title above it.
    return max(
        readings, key=lambda reading: sum(not header.startswith("Column ") for header in reading.headers), default=None
    )


def _header_rank(reading: Reading, asked: Mapping[str, str]) -> tuple[int, int]:
    return reading.n_asked(asked), len(reading.recognised.columns)


def _first_lines(table: Table) -> list[Line]:
    lines: list[Line] = []
    try:
        for line in islice(table.lines(), _ROWS_TO_LOOK_FOR_A_HEADER):
            lines.append(line)  # noqa: PERF402 - what came before a fault must be kept
    except FileUnreadable:
        # With a header above it, the fault is told when its row is reached.
        if not lines:
            raise
    return lines


def _headers(line: Line, table: Table) -> list[str]:
    return named([rearm(cell_text(cell)) for cell in line.cells], table.first_column)


def _stripped(cell: object) -> str:
    return cell_text(cell).replace("\0", "").strip()


def _read_privacy(fields: dict[str, str]) -> None:
    """Both flags as "true" or "false", from their own columns and from the one that names them together."""
    together = normalised(fields["privacy"]) if "privacy" in fields else None
    for name, pattern in (("anonymous", _ANONYMOUS), ("confidential", _CONFIDENTIAL)):
        if name in fields or together is not None:
            # Any word but a no counts as a yes: an unknown one must not uncover somebody.
            own = normalised(fields.get(name, "")) not in _NO
            fields[name] = "true" if own or (together and pattern.search(together)) else "false"
