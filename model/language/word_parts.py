"""Cut a written word into the stems of its standard words and into character n-grams.

A character n-gram of a-z, 0-9 and space is a number in base 38: a vocabulary of half a million n-grams is a sorted array
that worker processes share, without strings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakMethod

import numpy as np

import data
from model.language.stemming import process_stemmer
from model.language.words import expand

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

SHORTEST_NGRAM = 3
LONGEST_NGRAM = 5
_ALPHABET = " abcdefghijklmnopqrstuvwxyz0123456789"
# Digits 1 to 37: without a zero, n-grams of different lengths have different numbers. 38**5 fits int32.
_BASE = len(_ALPHABET) + 1
_DIGITS = np.zeros(128, dtype=np.int32)
_DIGITS[np.frombuffer(_ALPHABET.encode(), dtype=np.uint8)] = np.arange(1, _BASE)
_MOST_WORDS = 50_000


class WordIds(NamedTuple):
    """The ids of a written word's parts, as bytes of int32.

    `stems` in order, with -1 for a stem outside the vocabulary; `columns` of known stems and character n-grams; `known`:
    whether any stem is in the vocabulary, or the word is without stems.
    """

    stems: bytes
    columns: bytes
    known: bool


class WordMemo(dict[str, WordIds]):
    """A cache of written words and ids, cleared at 50,000 words."""

    def __init__(self, compute: Callable[[str], WordIds]) -> None:
        # A strong reference would be a cycle, and keep an unused model in memory.
        self._compute = WeakMethod(compute)

    def __missing__(self, folded: str) -> WordIds:
        compute = self._compute()
        assert compute is not None  # noqa: S101 - the owner of the method asks
        word = compute(folded)
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[folded] = word
        return word


def stems_of(folded: str, *, function_words: bool) -> list[str]:
    """The stems of a written word's standard words, with or without function words."""
    standard = expand(folded, data.colloquial())
    if not function_words:
        standard = tuple(word for word in standard if word not in data.function_words())
    stemmer = process_stemmer()
    return [stemmer.stem(word) for word in standard]


def ngrams_of(folded: str) -> NDArray[np.int32]:
    """The character n-grams of a folded word between two spaces, as numbers: scikit-learn's `char_wb`.

    >>> [ngram_text(number) for number in ngrams_of("air")]
    [' ai', 'air', 'ir ', ' air', 'air ', ' air ']
    """
    digits = _DIGITS[np.frombuffer(f" {folded} ".encode(), dtype=np.uint8)]
    numbers = digits[:-1] * _BASE + digits[1:]
    ngrams = []
    for n in range(SHORTEST_NGRAM, min(LONGEST_NGRAM, len(digits)) + 1):
        numbers = numbers[:-1] * _BASE + digits[n - 1 :]
        ngrams.append(numbers)
    return np.concatenate(ngrams)


def ngram_text(number: int) -> str:
    """The characters of an n-gram."""
    characters = ""
    while number:
        number, digit = divmod(number, _BASE)
        characters = _ALPHABET[digit - 1] + characters
    return characters
