"""Texts that are nearly the same: mass letters, and complaints sent twice."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import HashingVectorizer

from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# Shorter texts are alike by chance: "lampu jalan mati" is written by many people about many lamps.
FEWEST_WORDS = 8
_SHINGLE = 3
NEAR_DUPLICATE_FROM = 0.6
_CHUNK = 2_000
_SMALL_CHUNK = 256
# Two texts at NEAR_DUPLICATE_FROM share one of 8 bands of 2 minima with a probability of .97, at a resemblance of .1 of .08.
_BANDS = 8
_ROWS_OF_BAND = 2
_TURNS = np.random.default_rng(20260101).integers(1, 2**63, size=_BANDS * _ROWS_OF_BAND, dtype=np.uint64) | np.uint64(1)


def have_near_duplicates(texts: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
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
        found[start + shared.row[shared.data / union >= NEAR_DUPLICATE_FROM]] = True
    return found


def near_duplicate_groups(texts: Sequence[str]) -> NDArray[np.intp]:
    """The number of the group that each text is in; shape (len(texts),). Nearly the same texts share one, directly or by others."""
    if not texts:
        return np.zeros(0, dtype=np.intp)
    # A mass letter of thousands is one distinct text, so that its pairs don't fill the memory.
    distinct = list(dict.fromkeys(texts))
    number = {text: i for i, text in enumerate(distinct)}
    shingles = _shingles(distinct)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    shared_ones = _in_several(shingles)
    turned = shared_ones.T.tocsr()
    linked: list[NDArray[np.intp]] = []
    for start in range(0, len(distinct), _SMALL_CHUNK):
        shared = (shared_ones[start : start + _SMALL_CHUNK] @ turned).tocoo()
        rows = shared.row.astype(np.intp) + start
        alike = shared.data / (sizes[rows] + sizes[shared.col] - shared.data) >= NEAR_DUPLICATE_FROM
        later = alike & (shared.col > rows)
        linked.append(np.stack((rows[later], shared.col[later].astype(np.intp))))
    pairs = np.concatenate(linked, axis=1)
    graph = coo_matrix((np.ones(pairs.shape[1], dtype=np.int8), (pairs[0], pairs[1])), shape=(len(distinct),) * 2)
    _, group = connected_components(graph, directed=False)
    apart = _identical_but_short(texts, shingles, number, int(group.max()) + 1)
    return np.asarray([apart.get(i, group[number[text]]) for i, text in enumerate(texts)], dtype=np.intp)


def _in_several(shingles: csr_matrix) -> csr_matrix:
    """The same rows with only the columns that several of them have: the others say nothing of likeness."""
    columns, numbers, counts = np.unique(shingles.indices, return_inverse=True, return_counts=True)
    kept = csr_matrix((shingles.data, numbers, shingles.indptr), shape=(shingles.shape[0], len(columns)))
    return kept[:, np.flatnonzero(counts > 1)]


def _identical_but_short(
    texts: Sequence[str], shingles: csr_matrix, number: dict[str, int], first_free: int
) -> dict[int, int]:
    """A group of its own for each text that is too short to be called a repetition, even of the very same words."""
    short = np.diff(shingles.indptr) == 0
    return {i: first_free + i for i, text in enumerate(texts) if short[number[text]]}


def resemblance(text: str, other: str) -> float:
    """The Jaccard similarity, 0 to 1, of the shingles of two texts; 0 where one of them is too short to tell."""
    ours, theirs = _shingle_set(text), _shingle_set(other)
    return len(ours & theirs) / len(ours | theirs) if ours and theirs else 0.0


def shingle_codes(text: str) -> frozenset[int]:
    """A text's shingles as 32-bit checksums: enough to tell whether two texts are alike, none of either's words."""
    return frozenset(crc32(shingle.encode("utf-8", "surrogatepass")) for shingle in _shingles_of(text))


def duplicate_keys(text: str) -> tuple[str, ...]:
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
