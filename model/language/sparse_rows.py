"""Count feature ids row by row, all rows at once: the arithmetic below the features.

The ids of a row are bytes of int32: joining and storing bytes costs a fraction of arrays. Several rows are counted
together by keys, row * width + id.
"""

from __future__ import annotations

from copy import copy
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ids = NDArray[np.int32]

BYTES_OF_ID = np.dtype(np.int32).itemsize
_MOST_INT32 = np.iinfo(np.int32).max


def to_ids(joined: bytes) -> Ids:
    """The ids of some bytes."""
    return np.frombuffer(joined, dtype=np.int32)


def to_bytes(ids: Sequence[int]) -> bytes:
    """The bytes of some ids."""
    return np.asarray(ids, dtype=np.int32).tobytes()


def row_offsets(rows: Sequence[bytes], width: int) -> NDArray[np.int64]:
    """The term row * width of the key of each id, for rows in sequence."""
    return (np.arange(len(rows)) * width).repeat([len(row) // BYTES_OF_ID for row in rows])


def row_keys(rows: Sequence[bytes], width: int) -> NDArray[np.int64]:
    """The keys of the ids, for rows in sequence."""
    keys = to_ids(b"".join(rows)).astype(np.int64)
    if len(rows) > 1:
        keys += row_offsets(rows, width)
    return keys


def counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys in order with counts: np.unique without the overhead."""
    if not len(keys):
        return keys, keys
    in_order = np.sort(keys)
    last = np.empty(len(keys), dtype=bool)
    last[-1] = True
    np.not_equal(in_order[1:], in_order[:-1], out=last[:-1])
    ends = last.nonzero()[0]
    counts = ends + 1
    counts[1:] -= counts[:-1].copy()
    return in_order[ends], counts


def neighbours(ids: Sequence[bytes]) -> NDArray[np.int64]:
    """Pairs of neighbouring ids as first * 2**32 + second; negative where an id is -1."""
    joined = to_ids(b"".join(ids))
    return (joined[:-1].astype(np.int64) << 32) | joined[1:]


def sparse_matrix(
    width: int, values: Sequence[NDArray[np.float32]], columns: Sequence[Ids], ends: Sequence[NDArray[np.int64]]
) -> csr_matrix:
    """The rows of some chunks in sequence; `ends` has the end of each row within the chunk."""
    n_rows = sum(map(len, ends))
    if n_rows == 1:
        return _one_row(width, values[0], columns[0])
    starts = np.cumsum([0, *map(len, columns)])
    indptr = np.concatenate([np.zeros(1, np.int64), *(end + start for end, start in zip(ends, starts, strict=False))])
    # scipy copies an index of a wider type than needed.
    indptr = indptr.astype(np.int32 if indptr[-1] <= _MOST_INT32 else np.int64)
    empty = np.zeros(0, np.float32), np.zeros(0, np.int32)
    parts = np.concatenate([empty[0], *values]), np.concatenate([empty[1], *columns]), indptr
    return csr_matrix(parts, shape=(n_rows, width))


@lru_cache(maxsize=8)
def _empty_row(width: int) -> csr_matrix:
    return csr_matrix((1, width), dtype=np.float32)


def _one_row(width: int, values: NDArray[np.float32], columns: Ids) -> csr_matrix:
    """A single row, in a fifth of the constructor's time: a copy of an empty row takes arrays unchecked."""
    row = copy(_empty_row(width))
    row.data, row.indices, row.indptr = values, columns, np.array([0, len(columns)], dtype=np.int32)
    return row
