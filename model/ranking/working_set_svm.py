"""Linear support vector machines, one a label, each learned from the rows that bear on it.

A row that lies beyond a machine's margin doesn't move the machine, and nine rows in ten do. So each machine is first guessed
from the rows most like its label's and some of the others, learns from the rows that the guess puts near its margin, and is
then held against all rows; those that it would have needed are added until there are none (decomposition by working sets:
Osuna, Freund and Girosi 1997). What it learns is what liblinear learns from all rows, within its tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix, vstack
from sklearn import config_context
from sklearn.svm import LinearSVC

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

# liblinear's own default; the guess needs less.
TOLERANCE = 1e-4
_TOLERANCE_OF_GUESS = 0.05
# The rest was timed on the oldest 60 % of the two measured histories; the result doesn't hang on it.
_FEW_ROWS = 1_000
_SHARE_ALIKE = 0.05
_ALIKE_FOR_EACH_OWN = 1.5
_EVERY_OTHER = 10
_NEAR_MARGIN = 1.01
# Labels worked on together: their weights are held in double precision.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class NotOf:
    """Rows of features, of shape (n, n_features), each with a label that it is known not to have, and its weight."""

    rows: csr_matrix
    labels: Sequence[str]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Taught:
    """What machines learn from: rows of shape (n, n_features), of each the place of its label in `labels`, its weight."""

    rows: csr_matrix
    of: NDArray[np.intp]
    weights: NDArray[np.float64]
    labels: Sequence[str]
    not_of: NotOf | None = None


def separate(
    taught: Taught, *, regularisation: float, tolerance: float = TOLERANCE
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The machines of some labels after the other: weights of shape (n_block, n_features), and intercepts.

    Every label has a row of its own; a single one has nothing to be told from, and its weights are 0.
    """
    n_labels = len(taught.labels)
    for start in range(0, n_labels, BLOCK):
        machines = _Machines(taught, np.arange(start, min(start + BLOCK, n_labels)), regularisation)
        if n_labels > 1:
            # The rows are our own, and a thousand small fits would spend half their time on being looked at.
            with config_context(assume_finite=True, skip_parameter_validation=True):
                machines.learn(tolerance)
        yield machines.weights, machines.intercepts


class _Machines:
    """The machines of some labels; arrays over rows and labels have shape (n, n_block)."""

    def __init__(self, taught: Taught, block: NDArray[np.intp], regularisation: float) -> None:
        self._taught = taught
        self._block = block
        self._regularisation = regularisation
        self._own: NDArray[np.bool_] = taught.of[:, None] == block
        self._sides = np.where(self._own, np.float32(1), np.float32(-1))
        self.weights = np.zeros((len(block), taught.rows.shape[1]))
        self.intercepts = np.zeros(len(block))

    def learn(self, tolerance: float) -> None:
        """Learn until no row that was left out lies within a machine's margin."""
        bears = self._guessed()
        left = np.arange(len(self._block))
        while len(left):
            for at in left.tolist():
                self._fit(at, np.flatnonzero(bears[:, at]), self._taught.weights, tolerance)
            within = self._sided_margins(left) < 1 - tolerance
            missed = (within & ~bears[:, left]).any(axis=0)
            left = left[missed]
            bears[:, left] |= within[:, missed]

    def _guessed(self) -> NDArray[np.bool_]:
        """Which rows bear on which machine, as rough machines have it; all of them where they are few."""
        if len(self._own) <= _FEW_ROWS:
            return np.ones_like(self._own)
        alike = self._alike()
        some = np.zeros(len(self._own), dtype=bool)
        some[::_EVERY_OTHER] = True
        for at in range(len(self._block)):
            others = some & ~alike[:, at]
            weights = self._taught.weights.copy()
            if others.any():
                # Those that are looked at stand for all others.
                weights[others] *= weights[~alike[:, at]].sum() / weights[others].sum()
            self._fit(at, np.flatnonzero(alike[:, at] | others), weights, _TOLERANCE_OF_GUESS)
        margins = self._sided_margins(np.arange(len(self._block)))
        # A machine needs both sides.
        bears = (margins < _NEAR_MARGIN) | self._own
        bears[np.where(self._own, np.inf, margins).argmin(axis=0), np.arange(len(self._block))] = True
        return bears

    def _alike(self) -> NDArray[np.bool_]:
        """Each label's own rows, and those most like their mean."""
        rows = self._taught.rows
        means = (csr_matrix(self._own.T, dtype=np.float32) @ rows).toarray()
        likeness = np.asarray(rows @ means.T)
        likeness[self._own] = np.inf
        alike = np.zeros_like(self._own)
        for at, own in enumerate(self._own.sum(axis=0)):
            count = min(len(alike), max(int(_SHARE_ALIKE * len(alike)), int(_ALIKE_FOR_EACH_OWN * own)))
            alike[np.argpartition(-likeness[:, at], count - 1)[:count], at] = True
        return alike

    def _fit(self, at: int, chosen: NDArray[np.intp], weights: NDArray[np.float64], tolerance: float) -> None:
        rows, own, weights = self._taught.rows[chosen], self._own[chosen, at], weights[chosen]
        not_of = self._taught.not_of
        if not_of is not None:
            wrong = np.flatnonzero(np.asarray(not_of.labels) == self._taught.labels[self._block[at]])
            rows = vstack((rows, not_of.rows[wrong]), format="csr")
            own = np.concatenate((own, np.zeros(len(wrong), dtype=bool)))
            weights = np.concatenate((weights, not_of.weights[wrong]))
        machine = LinearSVC(C=self._regularisation, tol=tolerance, random_state=0)
        machine.fit(rows, own, sample_weight=weights)
        self.weights[at], self.intercepts[at] = machine.coef_[0], machine.intercept_[0]

    def _sided_margins(self, machines: NDArray[np.intp]) -> NDArray[np.float32]:
        """How far each row lies on its own side of these machines, shape (n, n_machines)."""
        weights = np.ascontiguousarray(self.weights[machines].T, dtype=np.float32)
        margins: NDArray[np.float32] = self._taught.rows @ weights + self.intercepts[machines].astype(np.float32)
        margins *= self._sides[:, machines]
        return margins
