"""Judge the order of day and month for a whole column of dates: "05/06/2024" alone doesn't tell.

A column has one order. Where some dates fit one order alone, the column has that order; where all fit both, other dates
of the file decide, or day first is assumed. `DateColumn.notices` says each order that isn't certainly day first.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from data.exports.dates.evidence import OrderEvidence
from data.exports.dates.spreadsheet_turned import TypedDates
from data.exports.dates.written import DateOrder, Numbers, combine, is_blank_date, parse_date, parse_written
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

# Dates that fit both orders are left unread where more of the others than this share fit the minority's order.
_MIXED = 0.1
# A column is one of dates where this share of its cells are.
_DATES = 0.8
_ROWS_TO_TELL = 20
_BOTH = frozenset((DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST))


@dataclass(frozen=True, slots=True)
class DateCell:
    """A cell of a date column; `typed` where the file holds a date, not a text; `time` is the cell of a time column."""

    text: str
    typed: bool = False
    time: str = ""


@dataclass(frozen=True)
class DateColumn:
    """How the dates of a column are read. `dates`, `unread` and `blank` count its cells; `unread` are no date in any order.

    `doubtful` dates, which fit both orders of a mixed column, aren't read. `turned` typed dates had day and month
    exchanged by a spreadsheet.
    """

    order: DateOrder = DateOrder.DAY_FIRST
    dates: int = 0
    unread: int = 0
    blank: int = 0
    notices: tuple[Sentence, ...] = ()
    doubtful: bool = False
    turned: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether no cell says a date, as if the column were absent."""
        return not (self.dates or self.unread)

    def read(self, cell: DateCell) -> str:
        """The moment of a cell in ISO form; blank where the cell has no date, the text where it can't be read."""
        if is_blank_date(cell.text):
            return ""
        if self.doubtful and not cell.typed and _fits_both(cell.text):
            return cell.text
        moment = parse_date(cell.text, self.order)
        if moment is None:
            return cell.text
        if self.turned and cell.typed:
            moment = moment.replace(month=moment.day, day=moment.month)
        return combine(moment.isoformat(), cell.time) if cell.time else moment.isoformat()


@dataclass
class _Tally:
    """The cells of a column, counted by the orders that fit them."""

    day_first: int = 0
    month_first: int = 0
    year_first: int = 0
    day_only: int = 0
    month_only: int = 0
    numbers: int = 0
    dates: int = 0
    unread: int = 0
    blank: int = 0
    typed: TypedDates = field(default_factory=TypedDates)
    both: OrderEvidence = field(default_factory=OrderEvidence)

    def add(self, cell: DateCell) -> None:
        found = parse_written(cell.text)
        if found is None:
            blank = is_blank_date(cell.text)
            self.blank += blank
            self.unread += not blank
            return
        self.dates += 1
        if isinstance(found, Numbers):
            self._add_numbers(found, cell.text)
        elif cell.typed:
            self.typed.add_typed(found)

    def _add_numbers(self, found: Numbers, text: str) -> None:
        fitting = fitting_orders(found)
        self.numbers += 1
        self.day_first += DateOrder.DAY_FIRST in fitting
        self.month_first += DateOrder.MONTH_FIRST in fitting
        self.year_first += DateOrder.YEAR_FIRST in fitting
        if fitting >= _BOTH:
            self.both.add(found, text)
            return
        self.day_only += DateOrder.DAY_FIRST in fitting
        self.month_only += DateOrder.MONTH_FIRST in fitting
        for order in fitting & _BOTH:
            self.typed.add_text(found.read(order))


def judge(
    name: str,
    cells: Iterable[DateCell],
    *,
    chosen: DateOrder | None = None,
    other_order: Callable[[], DateOrder | None] = lambda: None,
) -> DateColumn:
    """How the dates of a column are read, in one pass and bounded memory.

    Args:
        name: the header of the column.
        cells: its cells in the order of the file.
        chosen: the order that the person named.
        other_order: the order of the file's other date columns, where they are certain of one.
    """
    tally = _Tally()
    for cell in cells:
        tally.add(cell)
    order, notices, doubtful = (chosen, [], False) if chosen else _order(name, tally, other_order)
    turned = tally.typed.are_turned(texts_alone=not tally.both.dates and not (tally.day_only and tally.month_only))
    if turned:
        notices.append(Sentence("exports.dates-turned", column=name, count=tally.typed.count))
    return DateColumn(order, tally.dates, tally.unread, tally.blank, tuple(notices), doubtful, turned)


def common_order(rows: Iterable[Mapping[str, DateCell]]) -> DateOrder | None:
    """The order of other date columns: of those whose dates fit one order alone, where all have the same.

    Args:
        rows: the cells by header, of each row.
    """
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    filled: Counter[str] = Counter()
    for cells in rows:
        for header, cell in cells.items():
            # A column that doesn't begin with dates isn't looked at again: most columns hold words.
            if cell.text and (filled[header] < _ROWS_TO_TELL or tallies[header].dates >= _DATES * filled[header]):
                filled[header] += 1
                tallies[header].add(cell)
    orders = {
        DateOrder.DAY_FIRST if tally.day_only else DateOrder.MONTH_FIRST
        for header, tally in tallies.items()
        if bool(tally.day_only) is not bool(tally.month_only) and tally.dates >= _DATES * filled[header]
    }
    return orders.pop() if len(orders) == 1 else None


def fitting_orders(found: Numbers) -> frozenset[DateOrder]:
    """The orders in which the numbers are a date, and the date falls on the written day of the week."""
    moments = {order: moment for order in DateOrder if (moment := found.read(order))}
    if found.weekday is not None:
        on_weekday = {order for order, moment in moments.items() if moment.weekday() == found.weekday}
        return frozenset(on_weekday or moments)
    return frozenset(moments)


def _fits_both(text: str) -> bool:
    found = parse_written(text)
    return isinstance(found, Numbers) and found.first != found.second and fitting_orders(found) >= _BOTH


def _order(
    name: str, tally: _Tally, other_order: Callable[[], DateOrder | None]
) -> tuple[DateOrder, list[Sentence], bool]:
    if tally.day_first == tally.month_first == tally.numbers:
        return *_order_of_ambiguous(name, tally.both, other_order), False
    if tally.day_first == tally.numbers:
        return DateOrder.DAY_FIRST, [], False
    if tally.month_first == tally.numbers:
        said = Sentence("exports.dates-month-first", column=name, count=tally.numbers, only=tally.month_only)
        return DateOrder.MONTH_FIRST, [said], False
    if tally.year_first == tally.numbers:
        return DateOrder.YEAR_FIRST, [Sentence("exports.dates-year-first", column=name, count=tally.numbers)], False
    if not (tally.day_only and tally.month_only):
        # Numbers of neither order are unreadable in any case.
        return (DateOrder.MONTH_FIRST if tally.month_only else DateOrder.DAY_FIRST), [], False
    return _order_of_mixed(name, tally)


def _order_of_ambiguous(
    name: str, both: OrderEvidence, other_order: Callable[[], DateOrder | None]
) -> tuple[DateOrder, list[Sentence]]:
    """The order of a column whose dates all fit both: by other dates, by the file's order, or day first."""
    if not both.differing:
        return DateOrder.DAY_FIRST, []
    from_others = other_order()
    order, reason = (from_others, "other-dates") if from_others else both.order()
    if order is DateOrder.DAY_FIRST and reason:
        return order, []
    example, day = both.example
    facts = {"column": name, "count": both.differing, "example": example}
    if order is None:
        return DateOrder.DAY_FIRST, [Sentence("exports.dates-assumed-day-first", **facts, day=day)]
    turned = date(day.year, day.day, day.month)
    because = Sentence(f"exports.dates-because-{reason}")
    return order, [Sentence("exports.dates-supposed-month-first", **facts, day=turned, because=because)]


def _order_of_mixed(name: str, tally: _Tally) -> tuple[DateOrder, list[Sentence], bool]:
    """The order of most dates where some fit day first alone and others month first alone."""
    by_day = tally.day_only >= tally.month_only
    order = DateOrder.DAY_FIRST if by_day else DateOrder.MONTH_FIRST
    fewer = min(tally.day_only, tally.month_only)
    doubtful = fewer > _MIXED * (tally.day_only + tally.month_only)
    said = Sentence(
        "exports.dates-mixed",
        column=name,
        order=Sentence(f"exports.dates-order-{order}"),
        kept=max(tally.day_only, tally.month_only),
        other=Sentence(f"exports.dates-order-{DateOrder.MONTH_FIRST if by_day else DateOrder.DAY_FIRST}"),
        fewer=fewer,
    )
    notices = [said]
    if doubtful and tally.both.differing:
        notices.append(Sentence("exports.dates-doubtful", column=name, count=tally.both.differing))
    return order, notices, doubtful
