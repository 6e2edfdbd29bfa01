"""Find and group the near-duplicates of a whole history, as model/language/near_duplicates.py defines them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import HashingVectorizer

from model.language.near_duplicates import NEAR_DUPLICATE_FROM, shingles_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

_CHUNK = 2_000
_SMALL_CHUNK = 256


def have_near_duplicates(texts: Sequence[str], others: Sequence[str]) -> NDArray[np.bool_]:
    """Whether a near-duplicate is among `others`, for each text; shape (len(texts),)."""
    if not texts or not others:
        return np.zeros(len(texts), dtype=bool)
    theirs = _shingle_matrix(others)
    sizes = np.asarray(theirs.sum(axis=1)).ravel()
    repeated = np.zeros(len(texts), dtype=bool)
    for start in range(0, len(texts), _CHUNK):
        ours = _shingle_matrix(texts[start : start + _CHUNK])
        shared = (ours @ theirs.T).tocoo()
        own_sizes = np.asarray(ours.sum(axis=1)).ravel()
        union = own_sizes[shared.row] + sizes[shared.col] - shared.data
        repeated[start + shared.row[shared.data / union >= NEAR_DUPLICATE_FROM]] = True
    return repeated


def near_duplicate_groups(texts: Sequence[str]) -> NDArray[np.intp]:
    """The group of each text, shape (len(texts),): near-duplicates, direct and indirect, share a group."""
    if not texts:
        return np.zeros(0, dtype=np.intp)
    # A mass letter of thousands is compared as a single text: the pairs would fill the memory.
    distinct = list(dict.fromkeys(texts))
    number = {text: i for i, text in enumerate(distinct)}
    shingles = _shingle_matrix(distinct)
    sizes = np.asarray(shingles.sum(axis=1)).ravel()
    repeated = _repeated_columns(shingles)
    transposed = repeated.T.tocsr()
    linked: list[NDArray[np.intp]] = []
    for start in range(0, len(distinct), _SMALL_CHUNK):
        shared = (repeated[start : start + _SMALL_CHUNK] @ transposed).tocoo()
        rows = shared.row.astype(np.intp) + start
        alike = shared.data / (sizes[rows] + sizes[shared.col] - shared.data) >= NEAR_DUPLICATE_FROM
        later = alike & (shared.col > rows)
        linked.append(np.stack((rows[later], shared.col[later].astype(np.intp))))
    pairs = np.concatenate(linked, axis=1)
    graph = coo_matrix((np.ones(pairs.shape[1], dtype=np.int8), (pairs[0], pairs[1])), shape=(len(distinct),) * 2)
    _, group = connected_components(graph, directed=False)
    single = _groups_of_short_texts(texts, shingles, number, int(group.max()) + 1)
    return np.asarray([single.get(i, group[number[text]]) for i, text in enumerate(texts)], dtype=np.intp)


def _shingle_matrix(texts: Sequence[str]) -> csr_matrix:
    hashing = HashingVectorizer(
        analyzer=shingles_of, n_features=2**24, binary=True, norm=None, alternate_sign=False, dtype=np.float32
    )
    return hashing.transform(texts)


def _repeated_columns(shingles: csr_matrix) -> csr_matrix:
    """The same rows without the shingles of a single text."""
    columns, numbers, counts = np.unique(shingles.indices, return_inverse=True, return_counts=True)
    kept = csr_matrix((shingles.data, numbers, shingles.indptr), shape=(shingles.shape[0], len(columns)))
    return kept[:, np.flatnonzero(counts > 1)]


def _groups_of_short_texts(
    texts: Sequence[str], shingles: csr_matrix, number: Mapping[str, int], first_free: int
) -> dict[int, int]:
    """A separate group for each text too short to count as a repetition, even word for word."""
    short = np.diff(shingles.indptr) == 0
    return {i: first_free + i for i, text in enumerate(texts) if short[number[text]]}
