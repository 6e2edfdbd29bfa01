"""Merged cells: repeat the value of a merged cell in every row that it covers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

# The corners of a merged cell: first row and column, last row and column, counted from 0.
Range = tuple[tuple[int, int], tuple[int, int]]


class MergedCells:
    """The merged cells of one sheet that are open at the current row; rows come in order."""

    def __init__(self) -> None:
        self._open: dict[int, tuple[int, object]] = {}

    def begin(self, column: int, last_row: int, value: object) -> None:
        """Open a cell that covers its column down to `last_row`."""
        self._open[column] = (last_row, value)

    def covers(self, row: int, column: int) -> bool:
        """Whether a cell of a row above covers this place."""
        return column in self._open and row <= self._open[column][0]

    def fill(self, row: int, cells: list[object]) -> frozenset[int]:
        """Fill the blank cells that a cell of a row above covers; returns their columns."""
        if not self._open:
            return frozenset()
        self._open = {column: held for column, held in self._open.items() if row <= held[0]}
        filled = set()
        for column, (_, value) in self._open.items():
            if value != "" and (column >= len(cells) or cells[column] in ("", None)):
                cells += [""] * (column + 1 - len(cells))
                cells[column] = value
                filled.add(column)
        return frozenset(filled)


def tall_ranges(ranges: Iterable[Range], first_column: int) -> dict[int, list[tuple[int, int]]]:
    """First row → (column, last row) of each merged cell that is taller than a row; columns start at `first_column`."""
    tall: dict[int, list[tuple[int, int]]] = {}
    for (top, left), (bottom, _) in ranges:
        if bottom > top and left >= first_column:
            tall.setdefault(top, []).append((left - first_column, bottom))
    return tall
