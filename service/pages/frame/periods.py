"""The days that a page speaks of."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated

from fastapi import Depends, Query

from service.dependencies import CurrentSettings

_DAYS = 28
_LONGEST = timedelta(days=3_700)

Day = Annotated[str, Query(max_length=10)]


@dataclass(frozen=True, slots=True)
class Period:
    """From `first` to `last`, both included, as the office's calendar has them; `start` and `end` are UTC."""

    first: date
    last: date
    start: datetime
    end: datetime
    shift: timedelta

    @property
    def query(self) -> str:
        return f"dari={self.first}&sampai={self.last}"

    def week_from(self, monday: date) -> str:
        """The days of a week that are within the period, as an address has them."""
        sunday = monday + timedelta(days=6)
        return f"dari={max(monday, self.first)}&sampai={min(sunday, self.last)}"


def period_of(
    settings: CurrentSettings,
    first: Annotated[str, Query(alias="dari", max_length=10)] = "",
    last: Annotated[str, Query(alias="sampai", max_length=10)] = "",
) -> Period:
    """The period of an address; the last four weeks where it names none that can be read."""
    until = _day(last) or settings.today()
    since = _day(first) or until - timedelta(days=_DAYS - 1)
    since, until = min(since, until), max(since, until)
    since = max(since, until - _LONGEST)
    start, end = (
        datetime.combine(day, time(), settings.zone).astimezone(UTC).replace(tzinfo=None)
        for day in (since, until + timedelta(days=1))
    )
    shift = datetime.combine(until, time(), settings.zone).utcoffset() or timedelta()
    return Period(since, until, start, end, shift)


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day <= date(2200, 1, 1) else None


ChosenPeriod = Annotated[Period, Depends(period_of)]
