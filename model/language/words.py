"""Written words and where they stand: the first step from a complaint's text to its features."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

# A placeholder that masking left behind is one word; an apostrophe inside a word does not split it.
_WORD = re.compile(r"\[[A-Z]{2,12}\]|[^\W_]+(?:['’][^\W_]+)?")
_NOT_PLAIN = re.compile(r"[^a-z0-9]+")
_LONG_ENDING = re.compile(r"([a-z])\1{2,}$")
_LONG_RUN = re.compile(r"([a-z])\1{2,}")
_REDUPLICATED = re.compile(r"^([a-z]{3,})2(nya|an)?$")
_LONGEST_WORD = 40
_REMEMBERED_WORDS = 100_000
# Every plain character that is no letter and no digit becomes a space.
_PLAIN_GAPS = str.maketrans({code: " " for code in range(128) if not chr(code).isalnum()})


class Word(NamedTuple):
    """One written word, folded to a-z and 0-9, and the stretch of the text that it came from."""

    folded: str
    start: int
    end: int


@lru_cache(maxsize=512)
def words(text: str) -> tuple[Word, ...]:
    """The words of a text in order; emoji, punctuation and words without a Latin letter or digit leave nothing.

    >>> [word.folded for word in words("Jalannya RUSAAAK, mhn Café2 [NIK]")]
    ['jalannya', 'rusaak', 'mhn', 'cafe', 'maskednik']
    """
    found = []
    for match in _WORD.finditer(text):
        folded = _folded(match.group())
        if folded:
            found.append(Word(folded, match.start(), match.end()))
    return tuple(found)


@lru_cache(maxsize=512)
def folded_words(text: str) -> tuple[str, ...]:
    """The words of a text as `words` folds them, without their places: what everything but evidence reads.

    >>> folded_words("Jalannya RUSAAAK, mhn Café2 [NIK]")
    ('jalannya', 'rusaak', 'mhn', 'cafe', 'maskednik')
    """
    # In plain letters without apostrophe or placeholder a word is whatever stands between other characters, and
    # cutting there takes a quarter of the pattern's time.
    if text.isascii() and "'" not in text and "[" not in text:
        written = text.translate(_PLAIN_GAPS).split()
    else:
        written = _WORD.findall(text)
    return tuple(filter(None, map(_folded, written)))


@lru_cache(maxsize=_REMEMBERED_WORDS)
def _folded(written: str) -> str:
    return f"masked{written[1:-1].lower()}" if written[0] == "[" else fold(written)


def fold(written: str) -> str:
    """A written word in a-z and 0-9: accents off, lower case, drawn-out letters shortened, numbers alike.

    Folding twice gives the same as folding once. A number becomes "0": which house or which sum says nothing of
    the unit, and numbers are where personal data hides.
    """
    if written.isascii():
        plain = written.lower()
    else:
        # Compatibility forms first: some, such as the sign for "service mark", open into capitals.
        plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", written).casefold())
    plain = _NOT_PLAIN.sub("", plain)[:_LONGEST_WORD]
    if plain.isdigit():
        return "0"
    plain = _LONG_ENDING.sub(r"\1", plain)
    plain = _LONG_RUN.sub(r"\1\1", plain)
    return _REDUPLICATED.sub(r"\1\2", plain)


def expand(folded: str, colloquial: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The standard words that a written word stands for; itself where nothing is known.

    >>> expand("yg", {"yg": ("yang",)}), expand("lampu", {})
    (('yang',), ('lampu',))
    """
    known = colloquial.get(folded)
    if known is not None:
        return known
    # "lampux" and "jalanx" are the SMS way to write "-nya".
    if len(folded) > 4 and folded[-1] == "x" and folded[:-1].isalpha():  # noqa: PLR2004
        return (folded[:-1],)
    return (folded,)
