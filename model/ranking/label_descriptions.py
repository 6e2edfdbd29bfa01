"""Rank units and categories that joined the office's lists after the training, by name and description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from model.ranking.linear import SHARPNESS, softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.ranking.linear import LinearRanker


class LabelDescriptions:
    """Further labels for a fitted ranker, scored like a learned label without rows, by the name alone."""

    def __init__(self, labels: Sequence[str], descriptions: csr_matrix, ranker: LinearRanker) -> None:
        """`descriptions` are the features of names and descriptions, of shape (n_labels, n_features)."""
        self.labels = tuple(labels)
        self._ranker = ranker
        self._weights = (descriptions * ranker.name_weight.of(0)).T.tocsc()

    def probabilities(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Probabilities of learned and new labels, shape (n, n_learned + n_labels), rows sum to 1."""
        own = (rows @ self._weights).toarray() + self._ranker.least_intercept
        margins = np.hstack((self._ranker.margins(rows).astype(np.float64), own))
        return softmax(margins * SHARPNESS)

    def weights_of(self, columns: NDArray[np.integer[Any]], label: int) -> NDArray[np.float32]:
        """The weights of features for a label."""
        weights: NDArray[np.float32] = self._weights[:, [label]].toarray().ravel()[columns].astype(np.float32)
        return weights
