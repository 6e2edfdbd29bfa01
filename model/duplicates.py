"""Texts that are nearly the same: mass letters, and complaints sent twice."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from sklearn.feature_extraction.text import HashingVectorizer

from model.text import folded_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

# Shorter texts are alike by chance: "lampu jalan mati" is written by many people about many lamps.
FEWEST_WORDS = 8
_SHINGLE = 3
ALIKE_FROM = 0.6
_CHUNK = 2_000
# Two texts at ALIKE_FROM share one of 8 bands of 2 minima with a probability of .97, at a resemblance of .1 of .08.
_BANDS = 8
_ROWS_OF_BAND = 2
_TURNS = np.random.default_rng(20260101).integers(1, 2**63, size=_BANDS * _ROWS_OF_BAND, dtype=np.uint64) | np.uint64(1)


def nearly_the_same(texts: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
    """For each of `texts` whether any of `others` is nearly the same; shape (len(texts),).

    Two texts of at least 8 words are nearly the same when their 3-word shingles have a Jaccard similarity of 0.6 or
    more (Broder 1997); 0.6 of shingles is about 0.9 in cosine of words.
    """
    if not texts or not others:
        return np.zeros(len(texts), dtype=bool)
    theirs = _shingles(others)
    sizes = np.asarray(theirs.sum(axis=1)).ravel()
    found = np.zeros(len(texts), dtype=bool)
    for start in range(0, len(texts), _CHUNK):
        ours = _shingles(texts[start : start + _CHUNK])
        shared = (ours @ theirs.T).tocoo()
        own_sizes = np.asarray(ours.sum(axis=1)).ravel()
        union = own_sizes[shared.row] + sizes[shared.col] - shared.data
        found[start + shared.row[shared.data / union >= ALIKE_FROM]] = True
    return found


def resemblance(text: str, other: str) -> float:
    """The Jaccard similarity, 0 to 1, of the shingles of two texts; 0 where one of them is too short to tell."""
    ours, theirs = _shingle_set(text), _shingle_set(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def shingle_codes(text: str) -> frozenset[int]:
    """A text's shingles as 32-bit checksums: enough to tell whether two texts are alike, none of either's words."""
    return frozenset(crc32(shingle.encode("utf-8", "surrogatepass")) for shingle in _shingles_of(text))


def marks(text: str) -> tuple[str, ...]:
    """What a text can be found by among many: nearly the same texts share at least one mark; none for a short text.

    Minwise hashing in bands (Broder 1997; Leskovec, Rajaraman and Ullman, Mining of Massive Datasets, chapter 3).
    Texts that share a mark are candidates: `resemblance` tells.
    """
    shingles = _shingle_set(text)
    if not shingles:
        return ()
    hashed = np.frombuffer(b"".join(_digest(shingle) for shingle in shingles), dtype=np.uint64)
    # The high bits of an odd multiple are as good as a random order; the product may wrap.
    minima = (hashed[None, :] * _TURNS[:, None]).min(axis=1).reshape(_BANDS, _ROWS_OF_BAND)
    return tuple(f"{band}{blake2b(minima[band].tobytes(), digest_size=10).hexdigest()}" for band in range(_BANDS))


def _digest(shingle: str) -> bytes:
    return blake2b(shingle.encode("utf-8", "surrogatepass"), digest_size=8).digest()


@lru_cache(maxsize=4_096)
def _shingle_set(text: str) -> frozenset[str]:
    return frozenset(_shingles_of(text))


def _shingles(texts: Sequence[str]) -> csr_matrix:
    hashing = HashingVectorizer(
        analyzer=_shingles_of, n_features=2**24, binary=True, norm=None, alternate_sign=False, dtype=np.float32
    )
    return hashing.transform(texts)


def _shingles_of(text: str) -> list[str]:
    folded = folded_words(text)
    if len(folded) < FEWEST_WORDS:
        return []
    return [" ".join(folded[i : i + _SHINGLE]) for i in range(len(folded) - _SHINGLE + 1)]
