"""Evidence for the order of dates that fit day first and month first alike: the file's order, and the form of times."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from data.exports.dates.written import DateOrder

if TYPE_CHECKING:
    from data.exports.dates.written import Numbers

# "10:15:00 AM" is what programs of the United States write; "10:15 am" people of many countries.
_AMERICAN_TIME = re.compile(r"\d/\d.*\d:\d\d:\d\d[ \u202f\u00a0][AP]M$")
# Six dates in order by chance: once in 720.
_FEWEST_STEPS = 5
_SORTED, _UNSORTED = 0.02, 0.2
_FEWEST_MONTHS = 4


@dataclass
class _InOneOrder:
    """The dates read in one order: steps up and down the file, days and months, and dates in the future."""

    up: int = 0
    down: int = 0
    future: int = 0
    days: set[int] = field(default_factory=set)
    months: set[tuple[int, int]] = field(default_factory=set)
    last: datetime | None = None

    def add(self, moment: datetime, tomorrow: datetime) -> None:
        if self.last is not None:
            self.up += moment > self.last
            self.down += moment < self.last
        self.last = moment
        self.future += moment > tomorrow
        self.days.add(moment.day)
        self.months.add((moment.year, moment.month))

    @property
    def steps(self) -> int:
        return self.up + self.down

    @property
    def disorder(self) -> float:
        """The share of steps against the direction of the file; 0 in a sorted file."""
        return min(self.up, self.down) / max(self.steps, 1)

    @property
    def same_day_each_month(self) -> bool:
        # Figures by month are often dated the first.
        return len(self.days) == 1 and 1 not in self.days and len(self.months) >= _FEWEST_MONTHS


class OrderEvidence:
    """The dates of a column that fit both orders; `differing` is the number that differ between the orders."""

    def __init__(self, today: date | None = None) -> None:
        self.dates = 0
        self.differing = 0
        self.example: tuple[str, date] = ("", date.min)
        self._american = 0
        # A day more, for any timezone.
        self._tomorrow = datetime.combine(today or datetime.now(UTC).date(), time()) + timedelta(days=2)
        self._day_first = _InOneOrder()
        self._month_first = _InOneOrder()

    def add(self, found: Numbers, text: str) -> None:
        """Take the next date of the file."""
        by_day, by_month = found.read(DateOrder.DAY_FIRST), found.read(DateOrder.MONTH_FIRST)
        if by_day is None or by_month is None:
            return
        self.dates += 1
        self._american += bool(_AMERICAN_TIME.search(text.strip()))
        self._day_first.add(by_day.replace(tzinfo=None), self._tomorrow)
        self._month_first.add(by_month.replace(tzinfo=None), self._tomorrow)
        if found.first != found.second:
            if not self.differing:
                self.example = (f"{found.first}/{found.second}/{found.third}", by_day.date())
            self.differing += 1

    def order(self) -> tuple[DateOrder | None, str]:
        """The order that the dates speak for, with the reason; None where nothing speaks for either."""
        for reason, by_day, by_month in (
            ("future", not self._day_first.future, not self._month_first.future),
            ("sorted", *self._are_sorted()),
            ("days", not self._day_first.same_day_each_month, not self._month_first.same_day_each_month),
        ):
            if by_day is not by_month:
                return (DateOrder.DAY_FIRST if by_day else DateOrder.MONTH_FIRST), reason
        if self._american == self.dates:
            return DateOrder.MONTH_FIRST, "american-time"
        return None, ""

    def _are_sorted(self) -> tuple[bool, bool]:
        """Whether the file is sorted in one order, and clearly not in the other."""
        one, other = self._day_first, self._month_first
        if min(one.steps, other.steps) < _FEWEST_STEPS or max(one.disorder, other.disorder) < _UNSORTED:
            return False, False
        return one.disorder <= _SORTED, other.disorder <= _SORTED
