"""Deadlines to forward and to settle a complaint, in working days."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from datetime import MAXYEAR, date
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import holidays
import numpy as np

from data.errors import OfficeFileInvalid
from data.office_csv import OfficeCsv, Row, Schema

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from data.errors import PilahError

_FEWEST_WORKING_DAYS_A_YEAR = 200
_MOST_DAYS = 1_000
_FIRST_COUNTED = date(1990, 1, 1)
_LAST_COUNTED = date(2100, 1, 1)
_WORKING = {"": False, "no": False, "tidak": False, "yes": True, "ya": True}
_HOLIDAYS_CSV = Schema(
    ("date", "name", "working"),
    required=("date",),
    aliases={"tanggal": "date", "nama": "name", "masuk": "working"},
)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits in working days: LAPOR!'s three to verify and forward, and local procedures' by type to settle."""

    forward_working_days: int = 3
    settle_working_days: Mapping[str, int] = field(
        default_factory=lambda: MappingProxyType(
            {
                "permintaan informasi": 5,
                "pengaduan tidak berkadar pengawasan": 14,
                "pengaduan berkadar pengawasan": 60,
            }
        )
    )
    settle_otherwise: int = 14


class WorkingDays:
    """Monday to Friday without national holidays and collective leave, changed by the office's own list.

    For years whose holidays aren't decreed yet, the holidays library estimates them or has none.
    """

    def __init__(self, own: Mapping[date, bool] | None = None) -> None:
        self._own = dict(own or {})
        self._calendars: dict[tuple[int, int], np.busdaycalendar] = {}

    def is_working(self, day: date) -> bool:
        """Whether the office works on a day."""
        return bool(np.is_busday(day, busdaycal=self._calendar(day.year, day.year)))

    def after(self, day: date, working_days: int) -> date:
        """The n-th working day after a day; for 0 the day itself, or the next working day."""
        # Every entry of the office's own list may take one working day away.
        years = (working_days + len(self._own)) // _FEWEST_WORKING_DAYS_A_YEAR + 1
        calendar = self._calendar(day.year, min(day.year + years, MAXYEAR))
        roll: Literal["backward", "forward"] = "backward" if working_days else "forward"
        due = np.busday_offset(day, working_days, roll, busdaycal=calendar)
        last: date = min(due, np.datetime64(date.max)).astype(object)
        return last

    def until(self, today: date, due: date) -> int:
        """The working days left: 0 on the due day itself, negative after it; none are counted before 1990."""
        # A calendar of centuries, for a mistyped year, takes a second.
        first, last = max(min(today, due), _FIRST_COUNTED), min(max(today, due), _LAST_COUNTED)
        calendar = self._calendar(first.year, last.year)
        count = int(np.busday_count(np.datetime64(first) + 1, np.datetime64(last) + 1, busdaycal=calendar))
        # A complaint is overdue even where only a weekend has passed since the due day.
        return count if due >= today else -max(count, 1)

    def _calendar(self, first_year: int, last_year: int) -> np.busdaycalendar:
        """The calendar of some years, in which a Saturday may be a working day: weekends are listed as holidays."""
        years = (first_year, last_year)
        if years not in self._calendars:
            first = date(first_year, 1, 1)
            days = np.arange(np.datetime64(first), np.datetime64(date(last_year, 12, 31)) + 1)
            national = [day for year in range(first_year, last_year + 1) for day in _national_holidays(year)]
            working = np.is_busday(days, holidays=national)
            for day, works in self._own.items():
                if first_year <= day.year <= last_year:
                    working[(day - first).days] = works
            self._calendars[years] = np.busdaycalendar("1111111", days[~working])
        return self._calendars[years]


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Counts an office's limits on its calendar."""

    limits: Limits
    days: WorkingDays

    def forward_by(self, received: date) -> date:
        """The last day to forward a complaint, by the day of receipt."""
        return self.days.after(received, self.limits.forward_working_days)

    def settle_by(self, received: date, complaint_type: str) -> date:
        """The last day to settle a complaint, by the day of receipt and the type."""
        wanted = complaint_type.strip().casefold()
        return self.days.after(received, self.limits.settle_working_days.get(wanted, self.limits.settle_otherwise))


def read_deadlines(folder: Path) -> Deadlines:
    """An office's deadlines, from office.toml and holidays.csv in its folder; both may be missing.

    Raises:
        OfficeFileInvalid: one of the files can't be understood.
    """
    return Deadlines(read_limits(folder / "office.toml"), read_working_days(folder / "holidays.csv"))


def calendar_problem(folder: Path) -> PilahError | None:
    """The error of an office's present office.toml or holidays.csv, or None."""
    try:
        read_deadlines(folder)
    except OfficeFileInvalid as error:
        return error
    return None


def read_limits(path: Path) -> Limits:
    """The limits of an office.toml; missing limits are those of LAPOR! and local procedures.

    Raises:
        OfficeFileInvalid: a key is unknown or its value is no number of days.
    """
    if not path.is_file():
        return Limits()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8-sig")).get("deadlines", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise OfficeFileInvalid("office.toml-invalid", path=path, reason=error) from None
    known = {"forward_working_days", "settle_otherwise", "settle"}
    if not isinstance(table, dict) or (unknown := table.keys() - known):
        named = ", ".join(sorted(unknown)) if isinstance(table, dict) else "deadlines"
        raise OfficeFileInvalid("office.deadline-key-unknown", path=path, key=named, keys=", ".join(sorted(known)))
    default = Limits()
    settle = table.get("settle", {})
    if not isinstance(settle, dict):
        raise OfficeFileInvalid("office.settle-no-table", path=path)
    return Limits(
        _days(path, "forward_working_days", table.get("forward_working_days", default.forward_working_days)),
        {
            **default.settle_working_days,
            **{name.strip().casefold(): _days(path, f"settle.{name}", days) for name, days in settle.items()},
        },
        _days(path, "settle_otherwise", table.get("settle_otherwise", default.settle_otherwise)),
    )


def read_working_days(path: Path) -> WorkingDays:
    """The national calendar, changed by an office's holidays.csv: columns date, name, working (yes or no).

    Raises:
        OfficeFileInvalid: a row has no date, or neither yes nor no under working.
    """
    return WorkingDays(dict(OfficeCsv(path, _HOLIDAYS_CSV).parse(_own_day)))


def _own_day(row: Row) -> tuple[date, bool]:
    day = row.day("date")
    if day is None:
        raise row.invalid("office.date-blank", "date")
    try:
        return day, _WORKING[row["working"].lower()]
    except KeyError:
        raise row.invalid("office.working-unknown", "working", cell=row["working"]) from None


def _days(path: Path, key: str, value: Any) -> int:  # noqa: ANN401 - any TOML value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DAYS:
        raise OfficeFileInvalid("office.days-invalid", path=path, key=key, most=_MOST_DAYS)
    return value


@cache
def _national_holidays(year: int) -> frozenset[date]:
    """National holidays and collective leave (cuti bersama, the library's category "government")."""
    return frozenset(holidays.country_holidays("ID", years=year, categories=("public", "government")))
