"""Trying only the rules that may match gives PySastrawi's stems."""

from __future__ import annotations

import re
from functools import cache
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from Sastrawi.Stemmer.Context.Visitor.VisitorProvider import VisitorProvider
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from model.language.sastrawi import _INFIX_RULES, _RULES_BY_BEGINNING, sastrawi

if TYPE_CHECKING:
    from random import Random

_PREFIXES = (
    *(
        "",
        "di",
        "ke",
        "se",
        "ku",
        "kau",
        "me",
        "mem",
        "men",
        "meng",
        "menge",
        "meny",
        "memper",
        "mempe",
        "be",
        "ber",
        "bel",
    ),
    *("te", "ter", "pe", "pem", "pen", "peng", "penge", "peny", "pel", "per", "pelajar", "belajar"),
)
_SUFFIXES = ("", "lah", "kah", "tah", "pun", "ku", "mu", "nya", "i", "kan", "an", "is", "isme", "isasi")
# Shorter words never reach the stemmer.
_SHORTEST = 4
# Letters that fit every position in Sastrawi's patterns.
_LETTERS = "aeulrnmgypcbw"
_INFIXES = ("", "er", "el", "em", "in")


@cache
def _pysastrawi() -> Any:
    return StemmerFactory().create_stemmer().delegatedStemmer


@cache
def _roots() -> list[str]:
    return sorted(root.lower() for root in _pysastrawi().dictionary.words if root.isalpha() and root.isascii())


def _inflected(random: Random) -> str:
    """A root word, perhaps with an infix or a wrong letter, with affixes in any combination."""
    root = random.choice(_roots())
    at = random.randrange(len(root))
    root = random.choice(
        (
            root,
            root[0] + random.choice(_INFIXES) + root[1:],
            root[:at] + random.choice(ascii_lowercase) + root[at + 1 :],
        )
    )
    before = random.choices(_PREFIXES, k=random.randint(0, 3))
    behind = random.choices(_SUFFIXES, k=random.randint(0, 3))
    return "".join((*before, root, *behind))


def test_every_rule_is_tried_wherever_it_may_match() -> None:
    """Every rule by itself, on more beginnings and endings than a rule tells apart."""
    beginnings = ("be", "te", "me", "pe", "ku", "ka", "di", "sa", "er")
    behind = [
        f"{''.join(letters)}{rest}"
        for length in (1, 2, 3)
        for letters in product(_LETTERS, repeat=length)
        for rest in ("", "pa", "er", "era", "erpa", "ajar")
    ]
    met = set()
    for rule in VisitorProvider().get_prefix_visitors()[1:]:
        number = int(re.sub(r"\D", "", type(rule.disambiguators[0]).__name__))
        for beginning in beginnings:
            matched = any(rule.disambiguators[0].disambiguate(beginning + ending) for ending in behind)
            asked = {*_RULES_BY_BEGINNING.get(beginning, ()), *_INFIX_RULES}
            assert not matched or number in asked, (number, beginning)
            met |= {number} if matched else set()
    # Sastrawi has no rules 22 and 33; all the rest matched a word here.
    assert met == {*range(1, 43)} - {22, 33}


@pytest.mark.parametrize("word", ["pewerak", "sepewerak", "peweraki"])
def test_a_rule_hidden_behind_another_is_tried(word: str) -> None:
    assert sastrawi().stem_word(word) == _pysastrawi().stem_word(word) != word


# A generator seeded by Hypothesis: drawing every letter by Hypothesis takes ten times as long.
@given(st.randoms(use_true_random=True))
def test_a_stem_equals_that_of_pysastrawi(random: Random) -> None:
    for word in (_inflected(random) for _ in range(100)):
        if len(word) >= _SHORTEST:
            assert sastrawi().stem_word(word) == _pysastrawi().stem_word(word)
