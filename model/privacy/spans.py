"""Spans of a text, the words before them, and walls between sentences."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable


WALL = "\ue000"


INVISIBLE = "\ue001"


def words_of(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


class Span(NamedTuple):
    start: int
    end: int
    kind: str


def without_overlaps(spans: Iterable[Span]) -> list[Span]:
    """In order, without those that begin inside an earlier one: one rule can find two readings of the same stretch."""
    apart: list[Span] = []
    for span in sorted(spans):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def walled(plain: str, spans: list[Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, _ in spans:
        pieces += (plain[done:start], WALL * (end - start))
        done = end
    pieces.append(plain[done:])
    return "".join(pieces)


DIGIT = re.compile("[0-9]")


def words_before(plain: str, at: int, reach: int) -> str:
    """Up to `reach` characters in front of a place, but nothing from beyond a wall."""
    return plain[max(0, at - reach) : at].rpartition(WALL)[2]
