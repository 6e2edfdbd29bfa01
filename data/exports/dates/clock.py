"""Parse times of day: with colons or points, AM and PM or "sore", fractions, and zones."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta, timezone

_ZONES = {
    "wib": 7, "wita": 8, "wit": 9, "asia/jakarta": 7, "asia/pontianak": 7, "asia/makassar": 8, "asia/jayapura": 9,
    "z": 0, "utc": 0, "gmt": 0,
}  # fmt: skip
CLOCK = re.compile(r"\d{1,2}(?:[:.]\d{2}(?:[:.]\d{2}(?:[.,:]\d{1,9})?)?)", re.ASCII)
ZONE = r"(?:(?:utc|gmt)?\s?[+-]\d{1,2}(?::?\d{2})?|z|utc|gmt|wib|wita|wit|asia/[a-z]+)"
_TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,:](?P<fraction>\d{1,9}))?)?)?"
    rf"\s*(?P<half>[ap]\.?\s?m\b\.?|pagi|siang|sore|petang|malam)?\s*(?P<zone>{ZONE})?(?:\s(?:wib|wita|wit))?[.,;]?",
    re.ASCII,
)
_FRACTION_OF_A_DAY = re.compile(r"0[.,]\d{3,}|0[.,][05]", re.ASCII)
_SERIAL_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - a spreadsheet's date knows no timezone
_NOON = 12
# Before this hour, "malam" means after midnight, and "siang" after noon.
_NIGHT_BEGINS = 6
_LATE_MORNING = 9


def read_time(written: str) -> time | None:
    """A time of day, written out or as a spreadsheet's fraction of a day."""
    if _FRACTION_OF_A_DAY.fullmatch(written):
        return from_serial(float(written.replace(",", "."))).time()
    return read_clock(written)


def read_clock(written: str) -> time | None:
    """A time of day in small letters; None for any other text."""
    match = _TIME.fullmatch(written.strip())
    if match is None or not (match["minute"] or match["half"]):
        return None
    hour = _hour(int(match["hour"]), (match["half"] or "").replace(".", "").replace(" ", ""))
    microsecond = int((match["fraction"] or "0")[:6].ljust(6, "0"))
    try:
        return time(hour, int(match["minute"] or 0), int(match["second"] or 0), microsecond, zone_of(match["zone"]))
    except ValueError:
        return None


def zone_of(written: str | None) -> timezone | None:
    """The timezone of an offset or a name; None for a name that isn't known."""
    if not written:
        return None
    if written in _ZONES:
        return timezone(timedelta(hours=_ZONES[written])) if _ZONES[written] else UTC
    offset = re.search(r"([+-])(\d{1,2}):?(\d{2})?$", written)
    if offset is None:
        return None
    minutes = int(offset[2]) * 60 + int(offset[3] or 0)
    return timezone(timedelta(minutes=-minutes if offset[1] == "-" else minutes))


def from_serial(days: float) -> datetime:
    """A spreadsheet's day count as a moment, rounded to seconds: a fraction of a day is inexact."""
    return _SERIAL_ZERO + timedelta(seconds=round(days * 86_400))


def _hour(hour: int, half: str) -> int:
    """The hour of 24; programs also write "13:05 PM" and "00:15 AM"."""
    if hour > _NOON or not half:
        return hour
    match half:
        case "am" | "pagi":
            return hour % _NOON
        case "siang":
            return hour if hour >= _LATE_MORNING else hour + _NOON
        case "malam":
            return hour + _NOON if _NIGHT_BEGINS <= hour < _NOON else hour % _NOON
        case _:
            return hour % _NOON + _NOON
