"""Recognise telephone numbers by their digits, without a word such as "telepon"."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.privacy.amounts import is_money
from model.privacy.digit_groups import YEAR, digits, joined
from model.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.privacy.digit_groups import Groups

_BEGINS_LIKE_A_PHONE = re.compile(r"08[1-9]|0[2-79]\d|0062|62\d|8[1-9]\d")
MOBILE = re.compile(r"(?:0|62|620|0062)?8[1-9]\d{7,11}")
_LANDLINE = re.compile(r"(?:0|62)[2-9]\d{6,10}")
# With slashes or commas between groups; a number of a letter ends in a year.
_SLASHED = re.compile(r"(?<![\w/,.])08[1-9]\d{1,2}([/,])\d{3,4}\1(?!(?:19|20)\d\d(?!\d))\d{3,5}(?![\w/])")
# With the letter o for zero.
_LETTERED = re.compile(r"(?<!\w)(?=\d*o)[0o]8[\do]{8,11}(?!\w)", re.IGNORECASE)
# ITU-T E.164 allows 15 digits.
_FEWEST_DIGITS_ABROAD, _MOST_DIGITS_ABROAD = 10, 15


def disguised_phones(plain: str) -> Iterator[Span]:
    """Mobile numbers with slashes or commas between their groups, or with the letter o for zero."""
    for pattern in (_SLASHED, _LETTERED):
        yield from (Span(*match.span(), "TELEPON") for match in pattern.finditer(plain))


def after_phone(plain: str, groups: Groups, first: int) -> int | None:
    """The group after a telephone number starting with group `first`; None for any other number."""
    start, end = groups[first]
    abroad = start > 0 and plain[start - 1] == "+"
    if abroad and not plain.startswith("62", start) and (after := _after_foreign_phone(plain, groups, first)):
        return after
    if not _BEGINS_LIKE_A_PHONE.match(digits(plain, groups, first, first + 3)):
        return None
    international = plain[start] == "6"
    least, most = (11, 14) if international else (13, 16) if plain.startswith("00", start) else (10, 13)
    _, after = joined(plain, groups, first, least, most)
    # A bare 8 begins many other numbers, unless the digits are written as one group.
    bare = plain[start] == "8"
    if MOBILE.fullmatch(digits(plain, groups, first, after)) and (not bare or after == first + 1):
        return None if bare and is_money(plain, start, end) else after
    total, after = joined(plain, groups, first, 9, 12)
    in_area = end - start in {3, 4} or (international and abroad) or total == end - start
    # A short second group is a clock or a date.
    number_follows = abroad or after == first + 1 or groups[first + 1][1] - groups[first + 1][0] >= 3  # noqa: PLR2004
    if in_area and number_follows and total >= 9 and _LANDLINE.fullmatch(digits(plain, groups, first, after)):  # noqa: PLR2004
        return after
    return None


def _after_foreign_phone(plain: str, groups: Groups, first: int) -> int | None:
    """The group after a number with a plus and any country code; sums such as "10+20" and years don't count."""
    start = groups[first][0]
    if plain[start] == "0" or (start > 1 and plain[start - 2].isalnum()):
        return None
    total, after = joined(plain, groups, first, _FEWEST_DIGITS_ABROAD, _MOST_DIGITS_ABROAD)
    years = all(YEAR.fullmatch(plain, *group) for group in groups[first:after])
    return after if _FEWEST_DIGITS_ABROAD <= total <= _MOST_DIGITS_ABROAD and not years else None
