"""Stem Indonesian words, with a bounded cache."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import data
from model.language.sastrawi import sastrawi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Sastrawi's rules fit such words only; `model.language.words.fold` leaves a-z and 0-9.
_STEMMABLE = re.compile(r"[a-z]{4,30}")
_MOST_WORDS = 200_000


class Stemmer:
    """Stems by distinct word; the cache is cleared at 200,000 words."""

    def __init__(self) -> None:
        self._exceptions = data.stem_exceptions()
        self._memo: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """The stem of a folded word; a word with digits, a very short and a very long word stay as written.

        >>> Stemmer().stem("perbaikan"), Stemmer().stem("relawan")
        ('baik', 'relawan')
        """
        stem = self._memo.get(word)
        if stem is None:
            stem = self._compute(word)
            if len(self._memo) >= _MOST_WORDS:
                self._memo.clear()
            self._memo[word] = stem
        return stem

    def add(self, known: Mapping[str, str]) -> None:
        """Add stems computed before, to start a new process warm."""
        self._memo.update(known)

    def cached_words(self, wanted: Callable[[str], bool]) -> dict[str, str]:
        """The cached words with a wanted stem; safe while other threads stem."""
        return {word: stem for word, stem in dict(self._memo).items() if wanted(stem)}

    def _compute(self, word: str) -> str:
        if word in self._exceptions:
            return self._exceptions[word]
        if not _STEMMABLE.fullmatch(word):
            return word
        return sastrawi().stem_word(word) or word


@cache
def process_stemmer() -> Stemmer:
    """The stemmer of this process, whose cache all vocabularies share."""
    return Stemmer()
