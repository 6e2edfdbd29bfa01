"""PySastrawi's stemmer, its rules asked only where they may match. The only file that knows Sastrawi.

PySastrawi implements the confix-stripping stemmer of Asian (2007) with later enhancements. Its steps and rules are in use
as they are; which rules are asked for a word, and how a removed part is found, is ours, and a property test holds the
stems equal to those of PySastrawi alone, in a quarter of its time.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Protocol

from Sastrawi.Stemmer.Context.Removal import Removal
from Sastrawi.Stemmer.Context.Visitor.VisitorProvider import VisitorProvider
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

if TYPE_CHECKING:
    from collections.abc import Sequence

# Which of Sastrawi's prefix rules a word with these first letters may match, by their numbers. The rules for infixes look
# behind the first letter, so every word is held against them.
_RULES_BY_BEGINNING = {
    "be": range(1, 6),
    "te": (*range(6, 10), 35),
    "me": range(10, 20),
    "pe": (*range(20, 35), 36),
    "ku": (41,),
    "ka": (42,),
}
_INFIX_RULES = range(37, 41)
# Particle, possessive pronoun, derivational suffix: as Sastrawi names them where it restores what it removed.
_SUFFIX_KINDS = ("P", "PP", "DS")
_PREFIX_KIND = "DP"


class SastrawiStemmer(Protocol):
    """Sastrawi's stemmer, as far as it is asked here."""

    def stem_word(self, word: str) -> str:
        """The stem of one word of four letters a-z or more."""


class _RootWords(Protocol):
    def contains(self, word: str | None) -> bool: ...


class _Context(Protocol):
    """What Sastrawi knows of the word that it is stemming."""

    current_word: str
    removals: list[Removal]
    dictionary: _RootWords

    def add_removal(self, removal: Removal) -> None: ...


class _SuffixRule(Protocol):
    def remove(self, word: str) -> str: ...


class _Reading(Protocol):
    def disambiguate(self, word: str) -> str | None: ...


class _PrefixRule(Protocol):
    disambiguators: Sequence[_Reading]


class _Suffix:
    """One of Sastrawi's rules that cut a fixed part off, as its stemmer asks it."""

    def __init__(self, rule: _SuffixRule, kind: str) -> None:
        self._rule = rule
        self._kind = kind

    def visit(self, context: _Context) -> None:
        result = self._rule.remove(context.current_word)
        if result != context.current_word:
            _remove(self, context, result, self._kind)


class _Prefix:
    """Sastrawi's ways to read one prefix, as its stemmer asks them: the first that leaves a root word, else the last."""

    def __init__(self, rule: _PrefixRule) -> None:
        self._readings = rule.disambiguators
        self.number = int(re.sub(r"\D", "", type(self._readings[0]).__name__))

    def visit(self, context: _Context) -> None:
        result = None
        for reading in self._readings:
            result = reading.disambiguate(context.current_word)
            if context.dictionary.contains(result):
                break
        if result is not None:
            _remove(self, context, result, _PREFIX_KIND)


class _Prefixes:
    """All prefix rules as one, which asks those that a word may match: of 37 hardly ever more than a third."""

    def __init__(self, plain: _SuffixRule, rules: Sequence[_PrefixRule]) -> None:
        self._plain = _Suffix(plain, _PREFIX_KIND)
        prefixes = [_Prefix(rule) for rule in rules]
        self._infixes = [prefix for prefix in prefixes if prefix.number in _INFIX_RULES]
        self._by_beginning = {
            beginning: [prefix for prefix in prefixes if prefix.number in {*numbers, *_INFIX_RULES}]
            for beginning, numbers in _RULES_BY_BEGINNING.items()
        }

    def visit(self, context: _Context) -> None:
        """At most one rule removes something, as in Sastrawi's own turn through its rules."""
        before = len(context.removals)
        self._plain.visit(context)
        if len(context.removals) > before or context.dictionary.contains(context.current_word):
            return
        for prefix in self._by_beginning.get(context.current_word[:2], self._infixes):
            prefix.visit(context)
            if len(context.removals) > before:
                return


class _Rules:
    """Sastrawi's rules as its stemmer takes them, by the name of the step that asks them."""

    def __init__(self) -> None:
        sastrawis = VisitorProvider()
        suffixes = zip(sastrawis.get_suffix_visitors(), _SUFFIX_KINDS, strict=True)
        self._suffixes = [_Suffix(rule, kind) for rule, kind in suffixes]
        plain, *rules = sastrawis.get_prefix_visitors()
        self._prefixes = [_Prefixes(plain, rules)]
        self._others: Sequence[object] = sastrawis.get_visitors()

    def get_visitors(self) -> Sequence[object]:
        return self._others

    def get_suffix_visitors(self) -> Sequence[object]:
        return self._suffixes

    def get_prefix_visitors(self) -> Sequence[object]:
        return self._prefixes


def _remove(rule: object, context: _Context, result: str, kind: str) -> None:
    """Note what was removed. Sastrawi finds it with the rest of the word as a pattern, which it compiles each time."""
    word = context.current_word
    context.add_removal(Removal(rule, word, result, word.replace(result, "", 1), kind))
    context.current_word = result


@cache
def sastrawi() -> SastrawiStemmer:
    """The stemmer of this process; it remembers nothing."""
    # The factory's own keeps a cache that never forgets.
    stemmer = StemmerFactory().create_stemmer().delegatedStemmer
    stemmer.visitor_provider = _Rules()
    found: SastrawiStemmer = stemmer
    return found
