"""Fit a linear support vector machine (SVM) for every label, from the rows near the margin.

Nine rows in ten lie outside the margin and don't affect the fit. A first guess is fitted to the rows most like the
label's and a sample of the rest, a second fit to the rows near the guessed margin. Rows wrongly left out are then added
until the working set is complete (Osuna, Freund and Girosi 1997). The result is liblinear's on all rows, within
liblinear's tolerance.
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
# Timed on the oldest 60 % of the two measured histories; the values change the time, not the result.
_FEW_ROWS = 1_000
_SHARE_ALIKE = 0.05
_ALIKE_FOR_EACH_OWN = 1.5
_SAMPLING_STEP = 10
_NEAR_MARGIN = 1.01
# Labels fitted together, with weights in double precision.
BLOCK = 64


@dataclass(frozen=True, slots=True)
class CounterExamples:
    """Rows of shape (n, n_features), with a wrong label and a weight for each row."""

    rows: csr_matrix
    labels: Sequence[str]
    weights: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """Rows of shape (n, n_features), with the number of a label in `labels` and a weight for each row."""

    rows: csr_matrix
    numbers: NDArray[np.intp]
    weights: NDArray[np.float64]
    labels: Sequence[str]
    counter_examples: CounterExamples | None = None


def fit_svms(
    learned: LabelledRows, *, regularisation: float, tolerance: float = TOLERANCE
) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """The SVMs, block by block of labels: weights of shape (n_block, n_features), and intercepts.

    Every label has a row. The weights of a single label are 0, and of all labels where no row has a feature.
    """
    n_labels = len(learned.labels)
    for start in range(0, n_labels, BLOCK):
        svms = WorkingSetSvm(learned, np.arange(start, min(start + BLOCK, n_labels)), regularisation)
        if n_labels > 1 and learned.rows.shape[1]:
            # Checking our own rows again would take half the time of a thousand small fits.
            with config_context(assume_finite=True, skip_parameter_validation=True):
                svms.fit(tolerance)
        yield svms.weights, svms.intercepts


class WorkingSetSvm:
    """The SVMs of a block of labels; arrays over rows and labels have shape (n, n_block)."""

    def __init__(self, learned: LabelledRows, block: NDArray[np.intp], regularisation: float) -> None:
        self._learned = learned
        self._block = block
        self._regularisation = regularisation
        self._own: NDArray[np.bool_] = learned.numbers[:, None] == block
        self._sides = np.where(self._own, np.float32(1), np.float32(-1))
        self.weights = np.zeros((len(block), learned.rows.shape[1]))
        self.intercepts = np.zeros(len(block))

    def fit(self, tolerance: float) -> None:
        """Fit until no row outside a working set lies within the margin."""
        working_sets = self._first_working_sets()
        unfinished = np.arange(len(self._block))
        while len(unfinished):
            for label in unfinished.tolist():
                self._fit_label(label, np.flatnonzero(working_sets[:, label]), self._learned.weights, tolerance)
            within = self._signed_margins(unfinished) < 1 - tolerance
            missed = (within & ~working_sets[:, unfinished]).any(axis=0)
            unfinished = unfinished[missed]
            working_sets[:, unfinished] |= within[:, missed]

    def _first_working_sets(self) -> NDArray[np.bool_]:
        """The rows near the margin of a rough fit, or all of a few rows."""
        if len(self._own) <= _FEW_ROWS:
            return np.ones_like(self._own)
        alike = self._alike()
        sample = np.zeros(len(self._own), dtype=bool)
        sample[::_SAMPLING_STEP] = True
        for label in range(len(self._block)):
            others = sample & ~alike[:, label]
            weights = self._learned.weights.copy()
            if others.any():
                # The sample stands for the rest of the rows.
                weights[others] *= weights[~alike[:, label]].sum() / weights[others].sum()
            self._fit_label(label, np.flatnonzero(alike[:, label] | others), weights, _TOLERANCE_OF_GUESS)
        margins = self._signed_margins(np.arange(len(self._block)))
        # An SVM needs rows on both sides.
        working_sets = (margins < _NEAR_MARGIN) | self._own
        nearest_others = np.where(self._own, np.inf, margins).argmin(axis=0)
        working_sets[nearest_others, np.arange(len(self._block))] = True
        return working_sets

    def _alike(self) -> NDArray[np.bool_]:
        """The rows of the labels, and the rows most like the labels' means."""
        rows = self._learned.rows
        means = (csr_matrix(self._own.T, dtype=np.float32) @ rows).toarray()
        likeness = np.asarray(rows @ means.T)
        likeness[self._own] = np.inf
        alike = np.zeros_like(self._own)
        for label, own in enumerate(self._own.sum(axis=0)):
            count = min(len(alike), max(int(_SHARE_ALIKE * len(alike)), int(_ALIKE_FOR_EACH_OWN * own)))
            alike[np.argpartition(-likeness[:, label], count - 1)[:count], label] = True
        return alike

    def _fit_label(self, label: int, chosen: NDArray[np.intp], weights: NDArray[np.float64], tolerance: float) -> None:
        rows, own, weights = self._learned.rows[chosen], self._own[chosen, label], weights[chosen]
        wrong = self._learned.counter_examples
        if wrong is not None:
            of_label = np.flatnonzero(np.asarray(wrong.labels) == self._learned.labels[self._block[label]])
            rows = vstack((rows, wrong.rows[of_label]), format="csr")
            own = np.concatenate((own, np.zeros(len(of_label), dtype=bool)))
            weights = np.concatenate((weights, wrong.weights[of_label]))
        svm = LinearSVC(C=self._regularisation, tol=tolerance, random_state=0)
        svm.fit(rows, own, sample_weight=weights)
        self.weights[label], self.intercepts[label] = svm.coef_[0], svm.intercept_[0]

    def _signed_margins(self, labels: NDArray[np.intp]) -> NDArray[np.float32]:
        """The margins of rows, positive on the right side, shape (n, n_labels)."""
        weights = np.ascontiguousarray(self.weights[labels].T, dtype=np.float32)
        margins: NDArray[np.float32] = self._learned.rows @ weights + self.intercepts[labels].astype(np.float32)
        margins *= self._sides[:, labels]
        return margins
