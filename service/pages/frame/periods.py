"""The period of a page's address."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Query

from data.exports.dates import parse_date
from service.dependencies import CurrentSettings

_DEFAULT_DAYS = 28
_LONGEST = timedelta(days=3_700)
_EARLIEST, _LATEST = date(2000, 1, 1), date(2200, 1, 1)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `first` to `last`, both included, in the office's timezone; `start` and `end` are UTC."""

    first: date
    last: date
    start: datetime
    end: datetime
    shift: timedelta

    @property
    def query(self) -> str:
        return f"dari={self.first}&sampai={self.last}"

    def week_from(self, monday: date) -> str:
        """The part of a week inside the period, as a query string."""
        sunday = monday + timedelta(days=6)
        return f"dari={max(monday, self.first)}&sampai={min(sunday, self.last)}"


def period_of(
    settings: CurrentSettings,
    first: Annotated[str, Query(alias="dari", max_length=30)] = "",
    last: Annotated[str, Query(alias="sampai", max_length=30)] = "",
) -> Period:
    """The period of an address, by default the last four weeks."""
    until = _day(last) or settings.today()
    since = _day(first) or until - timedelta(days=_DEFAULT_DAYS - 1)
    since, until = min(since, until), max(since, until)
    since = max(since, until - _LONGEST)
    start, end = (
        datetime.combine(day, time(), settings.zone).astimezone(UTC).replace(tzinfo=None)
        for day in (since, until + timedelta(days=1))
    )
    shift = datetime.combine(until, time(), settings.zone).utcoffset() or timedelta()
    return Period(since, until, start, end, shift)


def _day(written: str) -> date | None:
    """A day as an address (2026-11-23) or a person (23/11/2026, 23 November 2026) writes it."""
    try:
        day = date.fromisoformat(written)
    except ValueError:
        moment = parse_date(written)
        day = moment.date() if moment else date.min
    return day if _EARLIEST <= day <= _LATEST else None


ChosenPeriod = Annotated[Period, Depends(period_of)]
