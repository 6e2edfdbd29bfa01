"""Recognise near-duplicate texts: mass letters, and complaints sent twice."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from zlib import crc32

import numpy as np

from model.language.words import folded_words

# Shorter texts are alike by chance: "lampu jalan mati" is written by many people about many lamps.
FEWEST_WORDS = 8
_SHINGLE_WORDS = 3
NEAR_DUPLICATE_FROM = 0.6
# Two texts at NEAR_DUPLICATE_FROM share one of 8 bands of 2 minima with a probability of .97, at a resemblance of .1
# of .08.
_BANDS = 8
_ROWS_OF_BAND = 2
_MULTIPLIERS = np.random.default_rng(20260101).integers(
    1, 2**63, size=_BANDS * _ROWS_OF_BAND, dtype=np.uint64
) | np.uint64(1)


def resemblance(text: str, other: str) -> float:
    """The Jaccard similarity, 0 to 1, of the shingles of two texts; 0 with a text under 8 words.

    Two texts are near-duplicates from a similarity of 0.6 (Broder 1997), which is about 0.9 in cosine of words.
    """
    ours, theirs = _shingle_set(text), _shingle_set(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def shingle_codes(text: str) -> frozenset[int]:
    """A text's shingles as 32-bit checksums: enough to compare two texts without the words."""
    return frozenset(crc32(shingle.encode("utf-8", "surrogatepass")) for shingle in shingles_of(text))


def duplicate_keys(text: str) -> tuple[str, ...]:
    """Keys to find near-duplicates of a text by, none for a short text.

    Minwise hashing in bands (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
    Near-duplicates share a key with a probability of .97; `resemblance` decides about texts with a shared key.
    """
    shingles = _shingle_set(text)
    if not shingles:
        return ()
    hashed = np.frombuffer(b"".join(_digest(shingle) for shingle in shingles), dtype=np.uint64)
    # The high bits of an odd multiple are as good as a random order; the product may wrap.
    minima = (hashed[None, :] * _MULTIPLIERS[:, None]).min(axis=1).reshape(_BANDS, _ROWS_OF_BAND)
    return tuple(f"{band}{blake2b(minima[band].tobytes(), digest_size=10).hexdigest()}" for band in range(_BANDS))


def shingles_of(text: str) -> list[str]:
    """Every three neighbouring words of a text; empty for a text under 8 words."""
    folded = folded_words(text)
    if len(folded) < FEWEST_WORDS:
        return []
    return [" ".join(folded[i : i + _SHINGLE_WORDS]) for i in range(len(folded) - _SHINGLE_WORDS + 1)]


@lru_cache(maxsize=4_096)
def _shingle_set(text: str) -> frozenset[str]:
    return frozenset(shingles_of(text))


def _digest(shingle: str) -> bytes:
    return blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()
