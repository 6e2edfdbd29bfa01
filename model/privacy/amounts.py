"""Recognise harmless numbers: sums of money, quantities, dates and times."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

from model.privacy.digit_groups import YEAR, group_from
from model.privacy.spans import words_before

if TYPE_CHECKING:
    from model.privacy.digit_groups import Groups

_MONEY_BEFORE = re.compile(r"(?<![a-z])(?:rp|idr|rupiah|seharga|sebesar|senilai)[ .:]{0,3}$", re.IGNORECASE)
_MONEY_AFTER = re.compile(r"[ ]?(?:rb|ribu|rbu|juta|jt|miliar|milyar|rupiah|,-)(?![a-z])", re.IGNORECASE)
_AMOUNT_AFTER = re.compile(
    r"[ ]?(?:m2|meter|m3|kg|kwh|watt|va|orang|kk|jiwa|persen|%|tahun|hari|bulan|liter|ton|hektar|ha)(?![a-z])",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,4}+(?![.-]?\d)")
_DATE = re.compile(
    r"(?:\d{1,2}(?P<a>[ .-])\d{1,2}(?P=a)(?:19|20)\d{2}|(?:19|20)\d{2}(?P<b>[.-])\d{1,2}(?P=b)\d{1,2})(?![.-]?\d)"
)
_TIME = re.compile(r"(?:[01]?\d|2[0-4])[.][0-5]\d(?![.-]?\d| \d{3})")
_LONGEST_AMOUNT = 9
_LONGEST_SUM = 13


def is_money(plain: str, start: int, end: int) -> bool:
    """Whether a unit of money follows up to 13 digits without a leading zero."""
    return plain[start] != "0" and end - start <= _LONGEST_SUM and _MONEY_AFTER.match(plain, end) is not None


def is_amount(plain: str, start: int, end: int, *, numbered: bool) -> bool:
    """Whether a stretch is a sum, a quantity, a date or a year; `numbered` tells that a word such as "nomor" is near."""
    thousands = _THOUSANDS.match(plain, start)
    if (thousands and thousands.end() >= end) or _DATE.match(plain, start):
        return True
    written = plain[start:end]
    if YEAR.fullmatch(written):
        return True
    if written[0] == "0" or not written.isdigit():
        return False
    short = len(written) <= _LONGEST_AMOUNT
    if is_money(plain, start, end) and (short or not numbered):
        return True
    round_sum = not numbered and int(written) % 500 == 0
    return short and (round_sum or _AMOUNT_AFTER.match(plain, end) is not None)


def after_sum(plain: str, groups: Groups) -> int:
    """The first group after the sum of money at the beginning; 0 where no word of money stands before the groups."""
    if not _MONEY_BEFORE.search(words_before(plain, groups[0][0], 16)):
        return 0
    for index, ((_, end), (start, stop)) in enumerate(pairwise(groups), start=1):
        if plain[end:start] != "." or stop - start > 3:  # noqa: PLR2004 - thousands
            return index
    return len(groups)


def after_harmless(plain: str, groups: Groups, first: int) -> int | None:
    """The group after a date, time or sum of money starting with group `first`; None for any other number."""
    start = groups[first][0]
    if first and plain[start - 1] in ".-" and plain[start - 2] != " ":
        return None
    for pattern in (_DATE, _TIME, _THOUSANDS):
        if match := pattern.match(plain, start):
            return group_from(groups, first + 1, match.end())
    return None
