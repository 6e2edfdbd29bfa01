"""Linear scores over labels, and the joint ranking of units and categories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.ranking.weights import Weights

# Chosen on the first 80 % of the two measured histories (trained on 60 %, scored on the next 20 %): docs/decisions/0002
# and 0007.
SHARPNESS = 5.0
# The factor of a pair is exp(0.5 · PMI); with one of the two known it counts as exp(2 · PMI): docs/decisions/0050.
_POWER_WHEN_KNOWN = 4


@dataclass(frozen=True, slots=True)
class NameWeight:
    """The weight of a label's name and description, falling with the label's rows: `always` + `without_rows` · 5 / (5 + rows).

    A label without rows has an intercept of `below` under the least intercept of a label with rows.
    """

    always: float
    without_rows: float = 0.0
    below: float = 0.0

    def of(self, rows: float) -> float:
        """The weight for a label with so many rows."""
        return self.always + self.without_rows * _HALF_AT / (_HALF_AT + rows)


_HALF_AT = 5


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row of scores as a distribution; scipy's softmax has too much overhead for a single row."""
    if not scores.shape[1]:
        return scores
    powers: NDArray[np.float64] = scores - scores.max(axis=1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


class LinearRanker:
    """Rows of features → a distribution over labels; training/fitting/linear.py has the fit.

    An office without units has a ranker of units without labels.
    """

    def __init__(
        self, labels: tuple[str, ...], weights: Weights, intercepts: NDArray[np.float32], name_weight: NameWeight
    ) -> None:
        """`name_weight` is part of the weights already, and for labels that join later."""
        self.labels = labels
        self.name_weight = name_weight
        self.weights = weights
        self._intercepts = intercepts

    @property
    def least_intercept(self) -> float:
        """The intercept of a label without rows."""
        return float(self._intercepts.min()) if len(self._intercepts) else 0.0

    def margins(self, rows: csr_matrix) -> NDArray[np.float32]:
        """Shape (n, n_labels)."""
        scores = self.weights.scores(rows)
        scores += self._intercepts
        return scores

    def probabilities(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Shape (n, n_labels), rows sum to 1; not calibrated."""
        return softmax(self.margins(rows).astype(np.float64) * SHARPNESS)

    def weights_of(self, columns: NDArray[np.integer[Any]], label: int) -> NDArray[np.float32]:
        """The weights of features for a label."""
        return self.weights.of(columns, label)

    def changed(self, difference: csr_matrix, absent: NDArray[np.bool_]) -> LinearRanker:
        """This ranker with a sparse difference of the weights, (n_features, n_labels), and without the `absent` labels."""
        intercepts = np.where(absent, np.float32(-np.inf), self._intercepts)
        return LinearRanker(self.labels, self.weights.plus(difference), intercepts, self.name_weight)


class MutualEvidence:
    """The joint probability of unit and category: P(u, c | x) ∝ P(u | x) P(c | x) f(u, c).

    training/fitting/linear.py fits the factor f, of shape (n_units, n_categories).
    """

    def __init__(self, factor: NDArray[np.float64]) -> None:
        self._factor = factor

    def join(
        self, units: NDArray[np.float64], categories: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """The marginal distributions of the joint one, of shapes (n, n_units) and (n, n_categories)."""
        joint_units, joint_categories = categories @ self._factor.T, units @ self._factor
        joint_units *= units
        joint_categories *= categories
        joint_units /= joint_units.sum(axis=1, keepdims=True)
        joint_categories /= joint_categories.sum(axis=1, keepdims=True)
        return joint_units, joint_categories

    def categories_given(self, categories: NDArray[np.float64], units: Sequence[int]) -> NDArray[np.float64]:
        """One text's distribution of categories before joining, anew for a unit that is known; it may stand for several labels."""
        return _reweighted(categories, self._factor[list(units)].mean(axis=0))

    def units_given(self, units: NDArray[np.float64], categories: Sequence[int]) -> NDArray[np.float64]:
        """One text's distribution of units before joining, anew for a category that is known."""
        return _reweighted(units, self._factor[:, list(categories)].mean(axis=1))


def _reweighted(probabilities: NDArray[np.float64], factor: NDArray[np.float64]) -> NDArray[np.float64]:
    weighted = probabilities * factor**_POWER_WHEN_KNOWN
    distribution: NDArray[np.float64] = weighted / weighted.sum()
    return distribution
