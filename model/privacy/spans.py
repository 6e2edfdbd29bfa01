"""Stretches of a text to mask, and the walls in their place while later rules search."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

# Private-use characters: WALL stands for a masked character, INVISIBLE for an invisible character of the text.
WALL = "\ue000"
INVISIBLE = "\ue001"
DIGIT = re.compile("[0-9]")


class Span(NamedTuple):
    """A stretch of a text and the placeholder for it, such as NIK."""

    start: int
    end: int
    kind: str


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, without spans that start inside an earlier span."""
    apart: list[Span] = []
    for span in sorted(spans):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def walled(plain: str, spans: list[Span]) -> str:
    """The text with a wall of the same length in place of each span."""
    pieces: list[str] = []
    done = 0
    for start, end, _ in spans:
        pieces += (plain[done:start], WALL * (end - start))
        done = end
    pieces.append(plain[done:])
    return "".join(pieces)


def words_before(plain: str, position: int, reach: int) -> str:
    """Up to `reach` characters before a position, back to the nearest wall."""
    return plain[max(0, position - reach) : position].rpartition(WALL)[2]


def word_set(listed: str) -> frozenset[str]:
    """The words of a list separated by white space."""
    return frozenset(listed.split())
