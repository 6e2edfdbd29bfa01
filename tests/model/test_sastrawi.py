"""Our turn through Sastrawi's rules gives Sastrawi's stems."""

from __future__ import annotations

from functools import cache
from string import ascii_lowercase
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory

from model.sastrawi import sastrawi

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
_INFIXES = ("", "er", "el", "em", "in")


@cache
def _alone() -> Any:
    return StemmerFactory().create_stemmer().delegatedStemmer


@cache
def _roots() -> list[str]:
    return sorted(root.lower() for root in _alone().dictionary.words if root.isalpha() and root.isascii())


def _inflected(random: Random) -> str:
    """A root word, one with an infix or one with a letter amiss, with affixes that may or may not go together."""
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


# A true random number generator, seeded by Hypothesis: to draw each letter of so many words from it takes ten times as long.
@given(st.randoms(use_true_random=True))
def test_a_stem_is_that_of_sastrawi_alone(random: Random) -> None:
    for word in (_inflected(random) for _ in range(100)):
        if len(word) >= _SHORTEST:
            assert sastrawi().stem_word(word) == _alone().stem_word(word)
