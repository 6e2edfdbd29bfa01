"""The cells that are added to the rows of a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class AddedRow(NamedTuple):
    """The new cells of one row; `sheet` is blank where the kind has no sheets."""

    sheet: str
    number: int
    cells: Sequence[object]


class RowsBySheet:
    """Takes the rows of one sheet after another from a single iterator."""

    def __init__(self, rows: Iterator[AddedRow]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, sheet: str) -> Iterator[tuple[int, Sequence[object]]]:
        """The next rows, as long as they are of this sheet."""
        while self._next and self._next.sheet == sheet:
            yield self._next.number, self._next.cells
            self._next = next(self._rows, None)
