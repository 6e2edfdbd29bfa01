"""What else the history can teach: the type and the outcome of a complaint, and which units get copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.ranking.linear import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

# With fewer labelled rows, or a single label, a head would only repeat the most frequent one.
FEWEST_ROWS = 50
_REGULARISATION = 5.0
_FEWEST_COPIES = 3
_COPIED_AT_LEAST = 0.3


class Head:
    """Rows of features → a distribution over a few labels, by logistic regression."""

    def __init__(self, labels: tuple[str, ...], weights: NDArray[np.float32], intercepts: NDArray[np.float32]) -> None:
        self.labels = labels
        self._weights = weights
        self._intercepts = intercepts

    @classmethod
    def fit(cls, rows: csr_matrix, labels: Sequence[str]) -> Head | None:
        """Learn from the rows whose label isn't empty; None where they are too few, or all alike."""
        labelled = [i for i, label in enumerate(labels) if label]
        known = [labels[i] for i in labelled]
        if len(labelled) < FEWEST_ROWS or len(set(known)) < 2:  # noqa: PLR2004 - one label tells nothing apart
            return None
        machine = LogisticRegression(C=_REGULARISATION, max_iter=300).fit(rows[labelled], np.asarray(known))
        weights, intercepts = machine.coef_, machine.intercept_
        if len(machine.classes_) == 2:  # noqa: PLR2004 - scikit-learn keeps one row for two classes
            weights, intercepts = np.vstack((-weights, weights)) / 2, np.concatenate((-intercepts, intercepts)) / 2
        return cls(
            tuple(str(label) for label in machine.classes_),
            np.ascontiguousarray(weights.T, dtype=np.float32),
            intercepts.astype(np.float32),
        )

    def rank_many(self, rows: csr_matrix) -> list[tuple[tuple[str, float], ...]]:
        """For each row of features the labels with their probabilities, best first."""
        by_label = softmax((rows @ self._weights + self._intercepts).astype(np.float64))
        order = np.argsort(-by_label, axis=1, kind="stable").tolist()
        return [
            tuple((self.labels[label], own[label]) for label in best)
            for own, best in zip(by_label.tolist(), order, strict=True)
        ]


class Copies:
    """Which units were informed when a unit was responsible, counted over the history."""

    def __init__(self, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
        """`rows` pairs the id of the unit in charge with the ids of those that got copies."""
        self._rows_of_unit = Counter(unit_id for unit_id, _ in rows)
        self._copied: dict[str, Counter[str]] = defaultdict(Counter)
        for unit_id, copies in rows:
            self._copied[unit_id].update(set(copies) - {unit_id})

    def rows_of(self, unit_id: str) -> int:
        """How many rows of the history this unit was responsible for."""
        return self._rows_of_unit[unit_id]

    def of(self, unit_id: str) -> list[tuple[str, float]]:
        """The units that got a copy in at least 30 % of this unit's rows, and in three of them, most frequent first."""
        rows = self._rows_of_unit[unit_id]
        return [
            (copied, count / rows)
            for copied, count in self._copied.get(unit_id, Counter()).most_common()
            if count >= _FEWEST_COPIES and count / rows >= _COPIED_AT_LEAST
        ]
