"""The weights of a linear model with many labels, as an array or, where too large, in sparse form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, vstack

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

# A city's 300 labels take 0.1 GB as an array and are scored in a fifth of the sparse form's time.
_DENSE_BYTES = 512 * 1024**2
# Smaller weights are left out of the sparse form: docs/decisions/0024 has the effect.
_COUNTS_FROM = 0.002


class Weights:
    """Weights of shape (n_features, n_labels), float32."""

    def __init__(self, matrix: NDArray[np.float32] | csr_matrix) -> None:
        self.matrix = matrix

    @classmethod
    def of_blocks(
        cls, blocks: Iterable[NDArray[np.float64]], n_features: int, n_labels: int, *, thin: bool = True
    ) -> Weights:
        """Weights from blocks of labels, of shape (n_block, n_features).

        The array is C-contiguous: scoring a text gathers the rows of the text's features only. The sparse form is taken
        where the array would exceed half a gigabyte and most weights are negligible (`thin`).
        """
        if not thin or n_features * n_labels * 4 <= _DENSE_BYTES:
            return cls(_dense(blocks, n_features, n_labels))
        parts = [csr_matrix(np.where(np.abs(block) >= _COUNTS_FROM, block, 0).astype(np.float32)) for block in blocks]
        return cls(vstack(parts, format="csr").T.tocsr())

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Use plain arrays over the mapped memory: slicing numpy.memmap, a Python subclass, is slow."""
        matrix = state["matrix"]
        if isinstance(matrix, csr_matrix):
            parts = (np.asarray(part) for part in (matrix.data, matrix.indices, matrix.indptr))
            self.matrix = csr_matrix(tuple(parts), shape=matrix.shape)
        else:
            self.matrix = np.asarray(matrix)

    def scores(self, rows: csr_matrix) -> NDArray[np.float32]:
        """Rows of features times the weights, shape (n, n_labels)."""
        found = rows @ self.matrix
        scores: NDArray[np.float32] = found.toarray() if isinstance(found, csr_matrix) else found
        return scores

    def of(self, columns: NDArray[np.integer[Any]], label: int) -> NDArray[np.float32]:
        """The weights of features for a label."""
        chosen = self.matrix[columns, label]
        weights: NDArray[np.float32] = chosen.toarray() if isinstance(chosen, csr_matrix) else np.asarray(chosen)
        return weights.ravel()

    def plus(self, difference: csr_matrix) -> Weights:
        """These weights and a sparse difference of the same shape."""
        if isinstance(self.matrix, csr_matrix):
            return Weights((self.matrix + difference).tocsr())
        matrix, changes = self.matrix.copy(), difference.tocoo()
        np.add.at(matrix, (changes.row, changes.col), changes.data)
        return Weights(matrix)


def _dense(blocks: Iterable[NDArray[np.float64]], n_features: int, n_labels: int) -> NDArray[np.float32]:
    matrix = np.zeros((n_features, n_labels), dtype=np.float32)
    done = 0
    for block in blocks:
        matrix[:, done : done + len(block)] = block.T
        done += len(block)
    return matrix
