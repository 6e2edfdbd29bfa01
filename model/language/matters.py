"""Look for what a bag of words can't see: no matter at all, a contrast, or several matters in one text."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import data
from model.language.letters.parts import Part
from model.language.words import expand, folded_words

if TYPE_CHECKING:
    from model.language.letters.parts import Letter

_SENTENCE_END = re.compile(r"[.!?;\n]+")
# A further matter begins after a sentence, after such words, or after a comma with "and".
_PART_END = re.compile(
    r"[.!?;\n]+|\b(?:selain itu|sekaligus|sekalian|dan juga)\b|,\s*(?:dan|serta|juga)\b", re.IGNORECASE
)
# Shorter parts, such as greetings, say too little to be ranked.
_FEWEST_WORDS_OF_PART = 4
_NEGATIONS = frozenset(("tidak", "bukan"))
_RELATIVE = "yang"
_INSTEAD = frozenset(("melainkan", "tetapi", "tapi"))
# "Not only ... but also" adds a matter and denies none.
_ONLY = frozenset(("hanya", "cuma", "cuman", "sekadar", "sekedar", "saja"))
_WORDS_OF_CONTRAST = 12
_PLACEHOLDER = "masked"


def has_content(text: str) -> bool:
    """Whether a text has a word besides numbers, placeholders, function words, greetings and thanks.

    >>> has_content("1 2 3"), has_content("Terima kasih banyak, Pak"), has_content("1 lampu")
    (False, False, True)
    """
    return any(
        word not in data.function_words() and not word.startswith(_PLACEHOLDER) and not word.isdigit()
        for word in _standard_words(text)
    )


def has_contrast(text: str) -> bool:
    """Whether a sentence denies a thing and affirms another: "not X, ... that X" or "not X but Y".

    >>> has_contrast("Air tidak keruh, yang keruh sungainya"), has_contrast("Air keruh dan tidak mengalir")
    (True, False)
    >>> has_contrast("Bukan pipanya melainkan meterannya"), has_contrast("Bukan hanya pipanya tapi juga meterannya")
    (True, False)
    """
    # Nearly every text ends here, without being cut into sentences.
    if not _denies_and_affirms(_standard_words(text)):
        return False
    return any(_denies_and_affirms(_standard_words(sentence)) for sentence in _SENTENCE_END.split(text))


class Stretch(NamedTuple):
    """A part of a text, at text[start:end]."""

    start: int
    end: int


def demands_of(letter: Letter | None) -> list[Stretch]:
    """The demands of a letter that asks for several things, each a matter of its own."""
    demands = [Stretch(found.start, found.end) for found in letter.of(Part.DEMAND)] if letter else []
    return demands if len(demands) > 1 else []


def parts_of(text: str) -> list[Stretch]:
    """The parts of a text that may be about different matters; empty for a text with a single part.

    >>> text = "Lampu jalan di gang padam. Selain itu sampah di pasar menumpuk"
    >>> [text[start:end] for start, end in parts_of(text)]
    ['Lampu jalan di gang padam', ' sampah di pasar menumpuk']
    """
    cuts = [0, *(position for end in _PART_END.finditer(text) for position in end.span()), len(text)]
    parts = [Stretch(start, end) for start, end in zip(cuts[::2], cuts[1::2], strict=True)]
    parts = [part for part in parts if len(folded_words(text[part.start : part.end])) >= _FEWEST_WORDS_OF_PART]
    return parts if len(parts) > 1 else []


def _denies_and_affirms(words: list[str]) -> bool:
    if _NEGATIONS.isdisjoint(words):
        return False
    pairs = list(pairwise(words))
    denied = {word for negation, word in pairs if negation in _NEGATIONS} - data.function_words()
    if any(first == _RELATIVE and second in denied for first, second in pairs):
        return True
    return any(
        negation == "bukan" and word not in _ONLY and not _INSTEAD.isdisjoint(words[i + 2 : i + _WORDS_OF_CONTRAST])
        for i, (negation, word) in enumerate(pairs)
    )


def _standard_words(text: str) -> list[str]:
    return [standard for folded in folded_words(text) for standard in expand(folded, data.colloquial())]
