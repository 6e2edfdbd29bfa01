"""Find weeks and months in which rows are missing."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

from training.checking.findings import Period

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

_WEEK = timedelta(days=7)
# Holidays such as Lebaran halve a month; a truncated export empties one.
_THIN_SHARE = 1 / 3
_FEWEST_MONTHS = 3
_MOST_WEEKS = 2_000


def period_of(rows: Sequence[LabelledComplaint], today: date) -> Period | None:
    """The period of rows, which are in order of time; None without rows."""
    if not rows:
        return None
    days = [row.received_at.date() for row in rows]
    months = Counter(day.replace(day=1) for day in days)
    return Period(
        days[0],
        days[-1],
        tuple((month, months[month]) for month in _months(days[0], days[-1])),
        _empty_weeks(days),
        _thin_months(months, days[0], days[-1]),
        sum(received > today for received in days),
    )


def _months(first: date, last: date) -> list[date]:
    months = [first.replace(day=1)]
    while (following := (months[-1] + timedelta(days=32)).replace(day=1)) <= last:
        months.append(following)
    return months


def _empty_weeks(days: Sequence[date]) -> tuple[date, ...]:
    """The Mondays of whole weeks without a row, at most 2,000, since one wrong date may add decades."""
    weeks = {_monday(day) for day in days}
    week, last = min(weeks), max(weeks)
    empty: list[date] = []
    while week < last and len(empty) < _MOST_WEEKS:
        if week not in weeks:
            empty.append(week)
        week += _WEEK
    return tuple(empty)


def _thin_months(months: Counter[date], first: date, last: date) -> tuple[date, ...]:
    """Months with far fewer rows than the median; the first and last month may be partial, and don't count."""
    whole = _months(first, last)[1:-1]
    if len(whole) < _FEWEST_MONTHS:
        return ()
    usual = median(months[month] for month in whole)
    return tuple(month for month in whole if months[month] < _THIN_SHARE * usual)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
