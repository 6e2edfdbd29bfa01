"""Stems of Indonesian words, remembered."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

import data
from model.language.sastrawi import sastrawi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# What Sastrawi's rules are made for; `model.language.words.fold` leaves nothing but a-z and 0-9.
_STEMMABLE = re.compile(r"[a-z]{4,30}")
_MEMO_LIMIT = 200_000


class Stemmer:
    """Stems by distinct word, remembered."""

    def __init__(self) -> None:
        self._exceptions = data.stem_exceptions()
        self._memo: dict[str, str] = {}

    def stem(self, word: str) -> str:
        """The stem of one folded word; words with digits and very short or long ones are their own stem.

        >>> Stemmer().stem("perbaikan"), Stemmer().stem("relawan")
        ('baik', 'relawan')
        """
        stem = self._memo.get(word)
        if stem is None:
            stem = self._compute(word)
            if len(self._memo) >= _MEMO_LIMIT:
                self._memo.clear()
            self._memo[word] = stem
        return stem

    def learn(self, known: Mapping[str, str]) -> None:
        """Take over stems computed before, so that a new process is warm."""
        self._memo.update(known)

    def remembered(self, wanted: Callable[[str], bool]) -> dict[str, str]:
        """The remembered words that have a wanted stem; other threads may go on stemming."""
        return {word: stem for word, stem in dict(self._memo).items() if wanted(stem)}

    def _compute(self, word: str) -> str:
        if word in self._exceptions:
            return self._exceptions[word]
        if not _STEMMABLE.fullmatch(word):
            return word
        return sastrawi().stem_word(word) or word


@cache
def process_stemmer() -> Stemmer:
    """The one stemmer of this process: every vocabulary that is learned or loaded shares what it remembers."""
    return Stemmer()
