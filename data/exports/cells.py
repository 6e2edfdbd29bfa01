"""Cells as text, unique headers, and text that no spreadsheet takes for a formula."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, TypeGuard

if TYPE_CHECKING:
    from collections.abc import Sequence

_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")
_DISARMED = re.compile(r"'+[=+\-@\t\r]")
_NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)*", re.ASCII)


def is_number(cell: object) -> TypeGuard[int | float | Decimal]:
    """Whether a cell holds a finite number; a bool is none."""
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and math.isfinite(cell)


def disarm(text: str) -> str:
    """Put an apostrophe before text that a spreadsheet would take for a formula; `rearm` removes the apostrophe.

    >>> disarm("=1+1"), disarm("-12,5"), disarm("Jalan rusak")
    ("'=1+1", '-12,5', 'Jalan rusak')
    """
    return f"'{text}" if _DANGEROUS.match(text) and not _NEGATIVE_NUMBER.fullmatch(text) else text


def rearm(text: str) -> str:
    """Remove the apostrophe that `disarm` put before a text."""
    return text[1:] if text[:1] == "'" and _DISARMED.match(text) else text


def cell_text(value: object) -> str:  # noqa: PLR0911 - one return for each kind of cell
    """A cell as text: blank for None, without ".0" for a whole number, dates in ISO format.

    >>> cell_text(928.0), cell_text(None), cell_text(["Dinas A", "Dinas B"])
    ('928', '', 'Dinas A; Dinas B')
    """
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return str(value).lower()
        case float():
            return _number_text(value)
        case datetime() | date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case list() | tuple():
            return "; ".join(map(cell_text, value))
        case dict():
            return json.dumps(value, ensure_ascii=False, default=cell_text)
        case bytes():
            return value.decode("utf-8", "replace")
        case _:
            return str(value)


def unique_headers(headers: Sequence[str], first_column: int = 0) -> list[str]:
    """Make headers unique: a nameless column gets a letter, a repeated header a number.

    >>> unique_headers(["A", "", "A"])
    ['A', 'Column B', 'A (2)']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for position, header in enumerate(headers, start=first_column):
        wanted = header.strip() or f"Column {column_letters(position)}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name)
        unique.append(name)
    return unique


def _number_text(number: float) -> str:
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def column_letters(position: int) -> str:
    """The letters of a column in a spreadsheet, from position 0."""
    letters = ""
    while position >= 0:
        position, rest = divmod(position, 26)
        letters = chr(ord("A") + rest) + letters
        position -= 1
    return letters
