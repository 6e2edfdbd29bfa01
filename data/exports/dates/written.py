"""Parse dates and times as people, programs and spreadsheets write them, in Indonesian and English.

"05/06/2024" is 5 June or May 6: `DateOrder` says which. The column decides, see `data/exports/dates/column.py`; a date
typed alone is read day first.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum

from data.exports.dates.clock import CLOCK, ZONE, from_serial, read_clock, read_time, zone_of
from data.exports.dates.names import MONTHS, ROMAN_MONTHS, weekday_named

_LONGEST = 100
_EARLIEST_YEAR = 1990
# No intake system is older: a smaller number is an id.
_EARLIEST_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
_MILLISECONDS_DIGITS = 13

_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
_TYPOGRAPHIC = str.maketrans({**dict.fromkeys("‐‑‒–—―−", "-"), **dict.fromkeys("’‘ʼ`´", "'")})
_REMARK = re.compile(r"\s*\([^()]*\)$|\s*\[[a-z_]+/[a-z_]+\]$")
_SAID_BEFORE = re.compile(r"^(?:(?:pada|hari|tgl|tanggal|tertanggal)\b[.:]?\s*)+")
_BLANK = re.compile(r"[-\s./:0]*|\\n|null|none|nil|nan|nat|n/?a|#n/a|kosong|tidak ada|belum ada", re.ASCII)

_PREFIX = r"(?:(?P<weekday>[a-z'][a-z'. ]{1,29}?)(?:[,/]\s*|\.?\s+)(?:tgl\.?|tanggal)?\s*)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3,9})"
_YEAR = r"(?P<year>\d{4}|'?\d{2})(?!\d)"
_GAP = r"[\s,./-]*"
_NUMBERS = re.compile(
    _PREFIX + r"(?P<first>\d{1,2})\s*[-/.]\s*(?P<second>\d{1,2})\s*[-/.]\s*(?P<third>\d{4}|'?\d{2})(?!\d)", re.ASCII
)
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        _PREFIX + r"(?P<year>\d{4})\s?[-/.]\s?(?P<month>\d{1,2})\s?[-/.]\s?(?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d|\.\d)",
        _PREFIX + _DAY + r"(?:\s+of)?" + _GAP + _MONTH + _GAP + _YEAR,
        _PREFIX + _MONTH + _GAP + _DAY + _GAP + r"(?P<year>\d{4})(?!\d)",
        r"(?P<year>\d{4})[\s/-]+" + _MONTH + r"[\s/-]+(?P<day>\d{1,2})(?!\d)",
        _PREFIX + r"(?P<day>\d{1,2})\s*[-/. ]\s*(?P<month>[ivx]{1,4})\s*[-/. ]\s*" + _YEAR,
    )
)
# What C, Java and git print: the year comes last.
_YEAR_LAST = re.compile(
    rf"{_PREFIX}{_MONTH}\s+{_DAY}\s+(?P<clock>{CLOCK.pattern})\s+"
    rf"(?:(?P<zone>{ZONE})\s+)?(?P<year>\d{{4}})(?:\s+(?P<offset>{ZONE}))?",
    re.ASCII,
)
_RUN_TOGETHER = re.compile(r"(\d{8})t?(\d{2})(\d{2})(\d{2})?(?:\.\d+)?(z|[+-]\d{4})?", re.ASCII)
_TIME_FIRST = re.compile(
    rf"(?:pukul|pkl\.?|jam)?\s*(?P<clock>{CLOCK.pattern}(?:\s*{ZONE})?)[\s,]+(?P<date>\S.*)", re.ASCII
)
_ISO = re.compile(r"\d{4}-(?:\d{2}|w\d{2})-.*")
_WEEK = re.compile(
    r"(?:(?P<year>\d{4})[\s/-]*(?:w|week|pekan|minggu ke[- ]?)\s*(?P<week>\d{1,2})"
    r"|(?:w|week|pekan|minggu ke[- ]?)\s*(?P<week_first>\d{1,2})[\s,/-]+(?P<year_last>\d{4}))",
    re.ASCII,
)
_SERIAL = re.compile(r"\d{5}(?:[.,]\d+)?", re.ASCII)
_EPOCH = re.compile(r"[1-9]\d{9}(?:[.,]\d+)?|[1-9]\d{12}", re.ASCII)
_DOT_NET = re.compile(r"/date\((\d{12,13})(?:[+-]\d{4})?\)/", re.ASCII)
_BETWEEN = re.compile(r"(?:t|[\s,|]*(?:-|pukul|pkl\.?|jam|at|@)?)[\s:]*")


class DateOrder(StrEnum):
    """The order of the numbers in "05/06/24"."""

    DAY_FIRST = "day-first"
    MONTH_FIRST = "month-first"
    YEAR_FIRST = "year-first"


@dataclass(frozen=True, slots=True)
class Numbers:
    """A date of three numbers whose order isn't written, with the time of day; `weekday` is 0 for Monday."""

    first: int
    second: int
    third: str
    clock: time
    weekday: int | None = None

    def read(self, order: DateOrder) -> datetime | None:
        """The moment by an order; None where no such day exists."""
        third = self.third.removeprefix("'")
        match order:
            case DateOrder.DAY_FIRST:
                return _moment(third, self.second, self.first, self.clock)
            case DateOrder.MONTH_FIRST:
                return _moment(third, self.first, self.second, self.clock)
            case DateOrder.YEAR_FIRST:
                short = len(third) == 2  # noqa: PLR2004 - a year of two digits
                return _moment(f"{self.first:02}", self.second, int(third), self.clock) if short else None


def parse_date(text: str, order: DateOrder = DateOrder.DAY_FIRST) -> datetime | None:
    """Parse a date with or without a time and a timezone; None for any other text.

    Years before 1990 and after next year are mistakes: None.

    >>> parse_date("24-03-2018 20:37"), parse_date("Rabu, 29 Mei 2024 pukul 10.15")
    (datetime.datetime(2018, 3, 24, 20, 37), datetime.datetime(2024, 5, 29, 10, 15))
    """
    found = parse_written(text)
    return found.read(order) if isinstance(found, Numbers) else found


def parse_written(text: str) -> Numbers | datetime | None:
    """The moment that a text names, or the numbers of a date whose order isn't written."""
    written = plain(text)
    if not written or len(written) > _LONGEST or not any(map(str.isdigit, written)):
        return None
    if _ISO.match(written) and (moment := _iso(written)):
        return _plausible(moment)
    return _dated(written) or _number(written) or _time_first(written) or _first_of_week(written)


def parse_time(text: str) -> time | None:
    """Parse a time of day, written out or as a spreadsheet's fraction of a day.

    >>> parse_time("08.15"), parse_time("0.5")
    (datetime.time(8, 15), datetime.time(12, 0))
    """
    return read_time(_REMARK.sub("", plain(text)))


def combine(date_text: str, time_text: str, order: DateOrder = DateOrder.DAY_FIRST) -> str:
    """Join date and time from two columns; where one can't be parsed, the date text stays unchanged.

    >>> combine("29 May 2023", "10:15:00")
    '2023-05-29T10:15:00'
    """
    day, moment = parse_date(date_text, order), parse_time(time_text)
    if day is None or moment is None or day.time() != time():
        return date_text
    return datetime.combine(day, moment, moment.tzinfo or day.tzinfo).isoformat()


def is_blank_date(text: str) -> bool:
    """Whether a cell says that there is no date.

    >>> is_blank_date("0000-00-00 00:00:00"), is_blank_date("besok")
    (True, False)
    """
    return _BLANK.fullmatch(plain(text)) is not None


def plain(text: str) -> str:
    """A written date in small letters, without the invisible and typographic characters that programs put in."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _INVISIBLE.sub("", text)).translate(_TYPOGRAPHIC)
    return " ".join(text.lower().split()).strip("'\"")


def _dated(written: str) -> Numbers | datetime | None:
    """The date at the beginning of a text, with the time after it."""
    written = _SAID_BEFORE.sub("", _REMARK.sub("", written).strip("[] "))
    if match := _NUMBERS.match(written):
        clock = _clock_after(written[match.end() :])
        if clock is not None:
            weekday = weekday_named(match["weekday"])
            return _known(Numbers(int(match["first"]), int(match["second"]), match["third"], clock, weekday))
    for pattern in _DATES:
        match = pattern.match(written)
        month = match and _month(match["month"])
        clock = _clock_after(written[match.end() :]) if match and month else None
        if match and month and clock is not None:
            return _moment(match["year"].removeprefix("'"), month, int(match["day"]), clock)
    if match := _YEAR_LAST.fullmatch(written):
        month, clock = _month(match["month"]), read_clock(match["clock"])
        if month and clock is not None:
            return _moment(
                match["year"], month, int(match["day"]), clock.replace(tzinfo=zone_of(match["zone"] or match["offset"]))
            )
    return None


def _known(numbers: Numbers) -> Numbers | None:
    return numbers if any(numbers.read(order) for order in DateOrder) else None


def _number(written: str) -> datetime | None:
    """A date in digits alone: a spreadsheet's day count, seconds since 1970, or digits run together."""
    if _SERIAL.fullmatch(written):
        return _plausible(from_serial(float(written.replace(",", "."))))
    if match := _DOT_NET.fullmatch(written):
        return _since_1970(int(match[1]) / 1000)
    if _EPOCH.fullmatch(written):
        number = float(written.replace(",", "."))
        found = _since_1970(number / 1000 if len(written) == _MILLISECONDS_DIGITS else number)
        if found is not None:
            return found
    if match := _RUN_TOGETHER.fullmatch(written):
        clock = read_clock(":".join(part for part in match.group(2, 3, 4) if part) + (match[5] or ""))
        if clock is not None:
            return _moment(match[1][:4], int(match[1][4:6]), int(match[1][6:]), clock)
    return None


def _since_1970(seconds: float) -> datetime | None:
    # The largest number of the pattern is in the year 2286.
    moment = datetime.fromtimestamp(seconds, UTC)
    return _plausible(moment) if moment >= _EARLIEST_EPOCH else None


def _iso(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written.upper())
    except ValueError:
        return None


def _time_first(written: str) -> Numbers | datetime | None:
    match = _TIME_FIRST.fullmatch(written)
    clock = read_clock(match["clock"]) if match else None
    if match is None or clock is None:
        return None
    found = _dated(match["date"].removeprefix("- "))
    if isinstance(found, Numbers):
        return Numbers(found.first, found.second, found.third, clock, found.weekday) if found.clock == time() else None
    return datetime.combine(found, clock) if found and found.time() == time() and not found.tzinfo else None


def _first_of_week(written: str) -> datetime | None:
    """The Monday of a week: no day is named, and none is further back."""
    match = _WEEK.fullmatch(written)
    if match is None:
        return None
    try:
        monday = date.fromisocalendar(
            int(match["year"] or match["year_last"]), int(match["week"] or match["week_first"]), 1
        )
    except ValueError:
        return None
    return _plausible(datetime.combine(monday, time()))


def _month(written: str) -> int | None:
    return int(written) if written.isdigit() else MONTHS.get(written) or ROMAN_MONTHS.get(written)


def _clock_after(rest: str) -> time | None:
    """The time in the rest of a text after its date; midnight for an empty rest, None for other words."""
    between = _BETWEEN.match(rest)
    written = rest[between.end() :] if between else rest
    return read_clock(written) if written.strip(" ,.;") else time()


def _moment(year: str, month: int, day: int, clock: time) -> datetime | None:
    # "23" is 2023: no intake system is older than 2000.
    whole = int(year) + (2000 if len(year) == 2 else 0)  # noqa: PLR2004 - a year of two digits
    try:
        return _plausible(datetime.combine(date(whole, month, day), clock))
    except ValueError:
        return None


def _plausible(moment: datetime | None) -> datetime | None:
    if moment is None or not _EARLIEST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
        return None
    return moment
