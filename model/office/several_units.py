"""Several units in one cell: the first is responsible, the others get copies."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBERING = re.compile(r"(?:^|(?<=[\s;]))(?:\d{1,2}[.)]|[-•*])\s+")
# No unit's name holds these.
_SURE = re.compile(r"\s*[;|]\s*")
# A name may hold these: "Dinas Pemuda dan Olahraga", "Bagian Umum/Protokol".
_POSSIBLE = (re.compile(r"\s*/\s*"), re.compile(r"\s*,\s*"), re.compile(r"\s+(?:dan|&|serta|\+)\s+", re.IGNORECASE))


def units_in(cell: str, is_unit: Callable[[str], bool]) -> list[str]:
    r"""The names of the units in a cell, in order; `is_unit` knows whether a text is a unit's whole name.

    A semicolon, a bar and a numbered list always separate units; "/", "," and "dan" do where every part is a unit. A new
    line separates them where the first line is a unit, and is a space in a long name otherwise.

    >>> known = {"Dinas A", "Dinas B", "Dinas Pemuda dan Olahraga"}.__contains__
    >>> units_in("Dinas A / Dinas B", known), units_in("Dinas Pemuda dan\nOlahraga", known)
    (['Dinas A', 'Dinas B'], ['Dinas Pemuda dan Olahraga'])
    """
    whole = " ".join(cell.split())
    if not whole or is_unit(whole):
        return [whole] if whole else []
    listed = _parts(_NUMBERING.split(cell))
    if len(listed) > 1:
        return listed
    lines = _parts(listed[0].splitlines()) if listed else []
    if len(lines) > 1 and is_unit(lines[0].rstrip(" ;,/")):
        return _parts([part for line in lines for part in _SURE.split(line.rstrip(" ,/"))])
    if _SURE.search(whole):
        return _parts(_SURE.split(whole))
    for separator in _POSSIBLE:
        parts = _parts(separator.split(whole))
        if len(parts) > 1 and all(map(is_unit, parts)):
            return parts
    return [whole]


def _parts(texts: list[str]) -> list[str]:
    """The texts without spaces around them, each once, without blank ones."""
    return list(dict.fromkeys(stripped for text in texts if (stripped := text.strip(" \t\r\n;|"))))
