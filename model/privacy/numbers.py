"""Find numbers of a person: identity, telephone, bank and customer numbers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.privacy.amounts import after_harmless, after_sum, is_amount, is_money
from model.privacy.digit_groups import CHAIN, GROUP, YEAR, digits, group_from, joined
from model.privacy.number_cues import EXPECTED, cue_before
from model.privacy.phones import MOBILE, after_phone
from model.privacy.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.privacy.digit_groups import Groups
    from model.privacy.number_cues import Expected

_FEWEST_DIGITS = 4
_FEWEST_DIGITS_OF_A_SECOND_NUMBER = 6
_FEWEST_DIGITS_WITHOUT_CUE = 10
_NIK_DIGITS = 16
# BRI writes an account number in these groups.
_BRI_GROUPS = [4, 2, 6, 2, 1]
_PROVINCE = re.compile(r"1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7]")
_BETWEEN_TWO_NUMBERS = re.compile(r"[ ]?(?:/|,|&|dan|atau|or|;)[ ]?")
_REST_OF_A_CODE = re.compile(r"(?:[-/][a-z0-9]{1,15}+){1,9}+", re.IGNORECASE)

# A masked number, the group after the number, and the expectation of the cue.
_Announced = tuple[Span, int, "Expected"]


def personal_numbers(plain: str) -> Iterator[Span]:
    """Numbers after a cue, second numbers beside them, and numbers recognised by their digits alone."""
    last: tuple[Expected, int] | None = None
    for chain in CHAIN.finditer(plain):
        if chain.end() - chain.start() < _FEWEST_DIGITS or YEAR.fullmatch(plain, *chain.span()):
            continue
        groups = [group.span() for group in GROUP.finditer(plain, *chain.span())]
        announced = _announced_number(plain, groups) or _second_number(plain, groups, last)
        if announced:
            span, after, expected = announced
            yield span
            last = expected, span.end
        else:
            after = after_sum(plain, groups)
        yield from _unannounced_numbers(plain, groups, after)


def _announced_number(plain: str, groups: Groups) -> _Announced | None:
    cue = cue_before(plain, groups[0][0])
    if not cue:
        return None
    expected = EXPECTED[cue.name]
    total, after = joined(plain, groups, 0, expected.least, expected.most)
    if cue.name == "REKENING" and [end - start for start, end in groups[: len(_BRI_GROUPS)]] == _BRI_GROUPS:
        after = len(_BRI_GROUPS)
    start, end = groups[0][0], groups[after - 1][1]
    enough = expected.enough if cue.numbered else max(expected.enough, expected.enough_without_number_word)
    if total < enough or (cue.name not in {"NIK", "KK"} and is_amount(plain, start, end, numbered=cue.numbered)):
        return None
    kind = expected.kind
    if MOBILE.fullmatch(digits(plain, groups, 0, after)) and plain[start] == "0" and not cue.numbered:
        kind = "TELEPON"
    if kind == "NOMOR":
        start -= cue.prefix
        if rest := _REST_OF_A_CODE.match(plain, end):
            end = rest.end()
            after = group_from(groups, after, end)
    return _with_brackets(plain, start, end, kind, 0), after, expected


def _second_number(plain: str, groups: Groups, last: tuple[Expected, int] | None) -> _Announced | None:
    """A number beside an announced one: "telp 5550006 / 5550007"."""
    if last is None or not _BETWEEN_TWO_NUMBERS.fullmatch(plain, last[1], groups[0][0]):
        return None
    expected = last[0]
    total, after = joined(plain, groups, 0, expected.least, expected.most)
    start, end = groups[0][0], groups[after - 1][1]
    if total < _FEWEST_DIGITS_OF_A_SECOND_NUMBER or is_amount(plain, start, end, numbered=True):
        return None
    return _with_brackets(plain, start, end, expected.kind, last[1]), after, expected


def _unannounced_numbers(plain: str, groups: Groups, first: int) -> Iterator[Span]:
    floor = groups[first - 1][1] if first else 0
    while first < len(groups):
        if harmless := after_harmless(plain, groups, first):
            first = harmless
            continue
        kind, after = _unannounced_number(plain, groups, first)
        if kind:
            span = _with_brackets(plain, groups[first][0], groups[after - 1][1], kind, floor)
            yield span
            floor = span.end
        first = after


def _unannounced_number(plain: str, groups: Groups, first: int) -> tuple[str | None, int]:
    """The kind of the number starting with group `first`, None for a harmless number, and the group after the number."""
    if after := after_phone(plain, groups, first):
        return "TELEPON", after
    start, end = groups[first]
    size = end - start
    if size >= _FEWEST_DIGITS_WITHOUT_CUE:
        if is_money(plain, start, end) or (plain[start:end].endswith("000000") and size < _NIK_DIGITS):
            return None, first + 1
        return ("NIK" if size in {16, 17} else "NOMOR"), first + 1
    if size != 4 and not _PROVINCE.match(digits(plain, groups, first, first + 2)):  # noqa: PLR2004 - in fours, as on the card
        return None, first + 1
    total, after = joined(plain, groups, first, _NIK_DIGITS, _NIK_DIGITS)
    if total == _NIK_DIGITS and _is_spaced_nik(plain, groups, first, after):
        return "NIK", after
    return None, first + 1


def _is_spaced_nik(plain: str, groups: Groups, first: int, after: int) -> bool:
    parts = groups[first:after]
    if all(YEAR.fullmatch(plain, start, end) for start, end in parts):
        return False
    in_fours = all(end - start == 4 for start, end in parts)  # noqa: PLR2004 - as on the card
    return in_fours or _PROVINCE.match(digits(plain, groups, first, after)) is not None


def _with_brackets(plain: str, start: int, end: int, kind: str, floor: int) -> Span:
    """The span with the "+" or "(" before a telephone number, but nothing before `floor`."""
    while start > floor and plain[start - 1] in "+(" and (plain[start - 1] == "+" or ")" in plain[start : end + 1]):
        start -= 1
    if plain[start] == "(" and ")" not in plain[start:end] and plain[end : end + 1] == ")":
        end += 1
    return Span(start, end, kind)
