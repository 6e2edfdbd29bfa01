"""Read what stands behind the body of a letter: closing, copies, a disposition and quoted lines."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from model.language.letters import markers
from model.language.letters.demands import begins_by_asking
from model.language.letters.parts import Part
from model.language.letters.pieces import sentences_of

if TYPE_CHECKING:
    from collections.abc import Iterator

_MARKED: tuple[tuple[re.Pattern[str], Part], ...] = (
    (markers.COPIES, Part.COPIES),
    (markers.DISPOSITION, Part.DISPOSITION),
    (markers.QUOTED, Part.QUOTED),
    (markers.CLOSING, Part.CLOSING),
    (markers.DATE_LINE, Part.CLOSING),
)
_LISTS = frozenset((Part.COPIES, Part.DISPOSITION, Part.QUOTED))
_MOST_WORDS_OF_CLOSING = 11
_MOST_WORDS_OF_ITEM = 14
_MOST_WORDS_OF_NAME = 7
_MOST_WORDS_OF_WISH = 3
_LONGEST_THANKS = 80
_LONGEST_GAP = 40
_LINE = re.compile(r"\n+")
_ITEM = re.compile(r"[\d\W]*$|\d{1,3}\s*[.)|/]|\(|[^|]*\|[^|]*\|")
# Names are written with capitals, demands in a list hardly ever.
_ITEM_OF_DEMANDS = re.compile(r"(?:\d{1,2}[.)]\s*|[a-h][.)]\s+|[-*•]\s*)[a-z]")
_STOPS = (".", "!", "?")
_SIGNS = (*_STOPS, ";", ":", ",", "-")


class Ending(NamedTuple):
    """The parts behind the body as (part, start), and the position where the body ends."""

    parts: list[tuple[Part, int]]
    start: int


class _Step(NamedTuple):
    """A sentence, or a line of it; `prose` where the sentence tells something."""

    start: int
    end: int
    part: Part | None
    prose: bool


def read_ending(text: str, begin: int) -> Ending:
    """The ending begins with the first closing formula or list behind the last prose."""
    steps = list(_steps(text, begin))
    first = len(steps)
    for number in range(len(steps) - 1, -1, -1):
        if marked(text[steps[number].start : steps[number].end].strip()):
            first = number
        elif steps[number].prose:
            break
    first = _first_line_of_names(text, steps, first)
    ending = [(step.part or Part.CLOSING, step.start) for step in steps[first:]]
    return Ending(ending, steps[first].start if first < len(steps) else len(text))


def with_thanks(text: str, begin: int, ending: Ending) -> Ending:
    """The ending, begun by thanks at the very end of the text where they stand in the midst of a line before it."""
    thanks = markers.THANKS.search(text, max(begin, len(text) - _LONGEST_THANKS), ending.start)
    return Ending([(Part.CLOSING, thanks.start()), *ending.parts], thanks.start()) if thanks else ending


def marked(written: str) -> Part | None:
    """The part that a sentence or line begins by its first words."""
    return next((part for pattern, part in _MARKED if pattern.match(written)), None)


def _steps(text: str, begin: int) -> Iterator[_Step]:
    """The sentences behind the opening, cut where a line or a marker begins a part of the ending."""
    part: Part | None = None
    for start, end in sentences_of(text, begin, len(text)):
        cuts = {
            start,
            end,
            *(cut.end() for cut in _LINE.finditer(text, start, end)),
            *(cut.start() for cut in markers.INLINE.finditer(text, start, end)),
        }
        prose = len(text[start:end].split()) > _MOST_WORDS_OF_CLOSING and text[start:end].rstrip().endswith(_STOPS)
        for first, last in pairwise(sorted(cuts)):
            written = text[first:last].strip()
            if found := marked(written):
                part = found
            elif part in _LISTS and (len(written.split()) > _MOST_WORDS_OF_ITEM or text.endswith("\n\n", 0, first)):
                part = None
            yield _Step(first, last, part, prose and part not in _LISTS and not _ITEM.match(written))


def _first_line_of_names(text: str, steps: list[_Step], first: int) -> int:
    """Names and functions below the last sentence belong to the closing, with or without a formula."""
    while first > 0:
        start, end, *_ = steps[first - 1]
        written = text[start:end].strip()
        words = len(written.split())
        # "Matur sembah nuwun.", "Hidup mahasiswa!"
        is_wish = words <= _MOST_WORDS_OF_WISH and text[max(0, start - _LONGEST_GAP) : start].rstrip().endswith(_STOPS)
        if not text.endswith("\n", 0, start) or begins_by_asking(written):
            break
        if _ITEM_OF_DEMANDS.match(written):
            break
        if words > _MOST_WORDS_OF_NAME or (written.endswith(_SIGNS) and not is_wish):
            break
        first -= 1
    return first
