"""The dates of a file: each column of dates is judged once, over all sheets that have it."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from data.exports.dates.column import DateCell, DateColumn, common_order, judge

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from data.exports.dates.written import DateOrder
    from data.exports.headers import Layout
    from data.exports.rows import Interpretation

_NO_DATES = DateColumn()


class FileDates:
    """The date columns of a file's tables, judged when first asked for; `chosen` is the order that the person named."""

    def __init__(self, tables: Sequence[tuple[Interpretation, Layout]], chosen: DateOrder | None) -> None:
        self._tables = tables
        self._chosen = chosen
        self._judged: dict[str, DateColumn] = {}

    def column(self, header: str | None) -> DateColumn:
        """How the dates under a header are read; without a header there are none."""
        if header is None:
            return _NO_DATES
        if header not in self._judged:
            tables = [pair for pair in self._tables if pair[1].columns.get("received_at") == header]
            self._judged[header] = judge(
                header,
                self._cells(tables),
                chosen=self._chosen,
                other_order=lambda: common_order(chain.from_iterable(table.other_cells(how) for table, how in tables)),
            )
        return self._judged[header]

    def _cells(self, tables: Sequence[tuple[Interpretation, Layout]]) -> Iterator[DateCell]:
        return chain.from_iterable(table.date_cells(layout) for table, layout in tables)
