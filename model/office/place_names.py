"""Normalise names of places, so that all spellings of a place are equal."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Iterator

    from model.complaint import Complaint


@lru_cache(maxsize=50_000)
def place_key(written: str) -> str:
    """A place name as folded words: "Kel. Wonorejo-Rungkut" equals "kel wonorejo rungkut".

    >>> place_key("Manukan  Kulon")
    'manukan kulon'
    """
    return " ".join(folded_words(written))


def folded_text(text: str) -> str:
    """A text as folded words, not cached: complaints are long and rarely repeat."""
    return " ".join(folded_words(text))


def place_fields(complaint: Complaint) -> Iterator[str]:
    """The place fields of a complaint as keys, with and without "kecamatan" and the like; smallest area first."""
    location = complaint.location
    for value in (location.village, location.district, location.regency, location.province):
        if not value:
            continue
        key = place_key(value)
        yield key
        bare = without_kind(key)
        if bare != key:
            yield bare


_KINDS = (
    "kelurahan",
    "kel",
    "desa",
    "ds",
    "kecamatan",
    "kec",
    "kabupaten",
    "kab",
    "kota",
    "provinsi",
    "prov",
    "kotamadya",
)


def without_kind(key: str) -> str:
    """A place without the word for its kind: "kel wonorejo" is "wonorejo"."""
    first, _, rest = key.partition(" ")
    return rest if rest and first in _KINDS else key
