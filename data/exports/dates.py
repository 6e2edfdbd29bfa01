"""Parse dates and times as people, LAPOR! and spreadsheets write them, in Indonesian and English, day first."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone

_MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "jan januari january",
            "feb febr februari pebruari peb february",
            "mar mrt maret march",
            "apr april",
            "mei may",
            "jun juni june",
            "jul juli july",
            "agu agt ags agus agustus aug august",
            "sep sept september",
            "okt oct oktober october",
            "nov nop november nopember",
            "des dec desember december",
        ),
        start=1,
    )
    for name in names.split()
}
_ZONES = {"wib": 7, "wita": 8, "wit": 9, "z": 0, "utc": 0, "gmt": 0}
_DAY_NAME = r"(?:[a-z']{3,9}\.?,?\s+)?"
_DATES = tuple(
    re.compile(pattern, re.ASCII)
    for pattern in (
        r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)",
        r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})(?!\d)",
        _DAY_NAME + r"(?P<day>\d{1,2})\s*[-/.]\s*(?P<month>\d{1,2})\s*[-/.]\s*(?P<year>\d{4}|\d{2})(?!\d)",
        _DAY_NAME + r"(?P<day>\d{1,2})(?:\s+|-|/)(?P<month>[a-z]{3,9})\.?,?(?:\s+|-|/)(?P<year>\d{4}|\d{2})(?!\d)",
        _DAY_NAME + r"(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})(?!\d)",
    )
)
_TIME = re.compile(
    r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>z|utc|gmt|wib|wita|wit|[+-]\d{2}:?\d{2})?",
    re.ASCII,
)
_BETWEEN = re.compile(r"^(?:t|[\s,]*(?:-|pukul|jam|pkl\.?|at)?)\s*")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's date knows no timezone
_EARLIEST_YEAR = 1990
_NOON = 12


def parse_date(text: str) -> datetime | None:
    """Parse a date with or without a time and a timezone; None for any other text.

    Years before 1990 and after next year are mistakes: None. The day always comes first, so "05/29/2023" is no date:
    a column read both ways would be wrong in silence.

    >>> parse_date("24-03-2018 20:37"), parse_date("29 Mei 2023")
    (datetime.datetime(2018, 3, 24, 20, 37), datetime.datetime(2023, 5, 29, 0, 0))
    """
    written = text.strip().lower()
    if _SERIAL.fullmatch(written):
        return _plausible(_from_serial(float(written)))
    for pattern in _DATES:
        match = pattern.match(written)
        day = match and _day(match)
        if match and day:
            return _plausible(_with_time(day, written[match.end() :]))
    return None


def parse_time(text: str) -> time | None:
    """Parse a time of day, written out or as a spreadsheet's fraction of a day.

    >>> parse_time("08.15"), parse_time("0.5")
    (datetime.time(8, 15), datetime.time(12, 0))
    """
    written = text.strip().lower()
    if re.fullmatch(r"0\.\d{3,}|0\.[05]", written, re.ASCII):
        return _from_serial(float(written)).time()
    match = _TIME.fullmatch(written)
    return _time(match) if match else None


def combine(date_text: str, time_text: str) -> str:
    """Join date and time from two columns; where one can't be parsed, the date text stays unchanged.

    >>> combine("29 May 2023", "10:15:00")
    '2023-05-29T10:15:00'
    """
    day, moment = parse_date(date_text), parse_time(time_text)
    if day is None or moment is None or day.time() != time():
        return date_text
    return datetime.combine(day, moment, moment.tzinfo or day.tzinfo).isoformat()


def _day(match: re.Match[str]) -> date | None:
    month_text, year_text = match["month"], match["year"]
    month = int(month_text) if month_text.isdigit() else _MONTHS.get(month_text)
    if month is None:
        return None
    year = int(year_text) + (2000 if len(year_text) == 2 else 0)  # noqa: PLR2004 - "23" is 2023: LAPOR! began in 2012
    try:
        return date(year, month, int(match["day"]))
    except ValueError:
        return None


def _with_time(day: date, rest: str) -> datetime | None:
    """The day with the time in `rest`; midnight for an empty rest, None for a rest without a time."""
    written = _BETWEEN.sub("", rest.strip(), count=1)
    if not written:
        return datetime.combine(day, time())
    match = _TIME.fullmatch(written)
    moment = _time(match) if match else None
    return datetime.combine(day, moment) if moment else None


def _time(match: re.Match[str]) -> time | None:
    hour = int(match["hour"])
    half = (match["half"] or "").replace(".", "")
    if half:
        if not 1 <= hour <= _NOON:
            return None
        hour = hour % _NOON + (_NOON if half == "pm" else 0)
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        return time(hour, int(match["minute"]), int(match["second"] or 0), microsecond, _zone(match["zone"]))
    except ValueError:
        return None


def _zone(written: str | None) -> timezone | None:
    if not written:
        return None
    if written in _ZONES:
        return timezone(timedelta(hours=_ZONES[written])) if _ZONES[written] else UTC
    minutes = int(written[1:3]) * 60 + int(written[-2:])
    return timezone(timedelta(minutes=-minutes if written[0] == "-" else minutes))


def _from_serial(days: float) -> datetime:
    """A spreadsheet's day count as a moment, rounded to seconds: a fraction of a day is inexact."""
    return _SERIAL_ZERO + timedelta(seconds=round(days * 86_400))


def _plausible(moment: datetime | None) -> datetime | None:
    if moment is None or not _EARLIEST_YEAR <= moment.year <= datetime.now(UTC).year + 1:
        return None
    return moment
