"""Cells as text: numbers, dates, column letters, and text that a spreadsheet must not take for a formula."""

from __future__ import annotations

import json
import math
import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


_DISARMED = re.compile(r"'+[=+\-@\t\r]")


_NEGATIVE_NUMBER = re.compile(r"-\d+(?:[.,]\d+)*", re.ASCII)


def disarm(text: str) -> str:
    """Text that a spreadsheet can't take for a formula; `rearm` gives the text back.

    >>> disarm("=1+1"), disarm("-12,5"), disarm("Jalan rusak")
    ("'=1+1", '-12,5', 'Jalan rusak')
    """
    return f"'{text}" if _DANGEROUS.match(text) and not _NEGATIVE_NUMBER.fullmatch(text) else text


def rearm(text: str) -> str:
    """The text as it was before `disarm`."""
    return text[1:] if text[:1] == "'" and _DISARMED.match(text) else text


def cell_text(value: object) -> str:  # noqa: PLR0911 - one line for each kind of cell
    """A cell as text: blank for nothing, no ".0" after a whole number, ISO for dates.

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


def named(headers: Sequence[str], first_column: int = 0) -> list[str]:
    """Headers of which each is there once: a nameless column gets its letter, a repeated one its number.

    >>> named(["A", "", "A"])
    ['A', 'Column B', 'A (2)']
    """
    unique: list[str] = []
    taken: set[str] = set()
    for position, header in enumerate(headers, start=first_column):
        wanted = header.strip() or f"Column {_letters(position)}"
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name)
        unique.append(name)
    return unique


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float | Decimal) and not isinstance(cell, bool) and math.isfinite(cell)


def _number_text(number: float) -> str:
    if math.isnan(number):
        return ""
    return str(int(number)) if number.is_integer() else repr(number)


def _letters(position: int) -> str:
    """A column's letters as a spreadsheet shows them, from position 0."""
    letters = ""
    while position >= 0:
        position, rest = divmod(position, 26)
        letters = chr(ord("A") + rest) + letters
        position -= 1
    return letters
