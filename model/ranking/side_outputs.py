"""Rank the side outputs: type and outcome of a complaint, and units that get copies."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np

from model.ranking.linear import softmax

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

_FEWEST_COPIES = 3
_COPIED_AT_LEAST = 0.3


class SideOutput:
    """Rows of features → a distribution over a few labels; training/fitting/side_outputs.py has the fit."""

    def __init__(self, labels: tuple[str, ...], weights: NDArray[np.float32], intercepts: NDArray[np.float32]) -> None:
        self.labels = labels
        self._weights = weights
        self._intercepts = intercepts

    def rank_many(self, rows: csr_matrix) -> list[tuple[tuple[str, float], ...]]:
        """The labels with probabilities for each row of features, best first."""
        by_label = softmax((rows @ self._weights + self._intercepts).astype(np.float64))
        order = np.argsort(-by_label, axis=1, kind="stable").tolist()
        return [
            tuple((self.labels[label], probabilities[label]) for label in best)
            for probabilities, best in zip(by_label.tolist(), order, strict=True)
        ]


class Copies:
    """Counts of copies in the history, by responsible unit and copied unit."""

    def __init__(self, rows: Sequence[tuple[str, Sequence[str]]]) -> None:
        """`rows` pairs the id of the unit in charge with the ids of the units that got copies."""
        self._rows_of_unit = Counter(unit_id for unit_id, _ in rows)
        self._copied: dict[str, Counter[str]] = defaultdict(Counter)
        for unit_id, copies in rows:
            self._copied[unit_id].update(set(copies) - {unit_id})

    @property
    def has_rows(self) -> bool:
        """Whether the history has a row with a unit."""
        return bool(self._rows_of_unit)

    def rows_of(self, unit_id: str) -> int:
        """The number of rows of the history with this unit responsible."""
        return self._rows_of_unit[unit_id]

    def of(self, unit_id: str) -> list[tuple[str, float]]:
        """The units with a copy in at least 30 % of this unit's rows, and in three rows, most frequent first."""
        rows = self._rows_of_unit[unit_id]
        return [
            (copied, count / rows)
            for copied, count in self._copied.get(unit_id, Counter()).most_common()
            if count >= _FEWEST_COPIES and count / rows >= _COPIED_AT_LEAST
        ]
