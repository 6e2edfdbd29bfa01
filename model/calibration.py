"""From a ranking's raw score to a confidence that holds on later rows, and to a status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.suggestion import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DEFAULT_PROMISE = 0.90
# Below so many later rows no curve is fitted: a handful of cases can promise nothing.
FEWEST_ROWS = 50
_FEWEST_CONFIDENT = 30
# A first candidate below this is right less than once in seven times: no help to an officer.
UNSURE_BELOW = 0.15
_EDGE = 1e-6


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one suggestion on a row that the ranking had not learned from."""

    first: float
    second: float
    correct: bool


@dataclass(frozen=True)
class Calibration:
    """The curve, the threshold that kept the promise, and the rows behind both.

    `confident_from` is None where no threshold kept the promise: then nothing is called confident.
    """

    slope: float
    margin_slope: float
    intercept: float
    confident_from: float | None
    promise: float
    confidences: NDArray[np.float64]
    correct: NDArray[np.bool_]

    def confidence(self, first: float, second: float) -> float:
        """The chance, 0 to 1, that the first candidate is right, from the raw scores of the first two."""
        score = self.slope * _logit(first) + self.margin_slope * (_logit(first) - _logit(second)) + self.intercept
        return float(1 / (1 + np.exp(-score)))

    def status(self, confidence: float, *, known: bool) -> Status:
        """`known`: whether the text has anything in common with what was learned."""
        if not known or confidence < UNSURE_BELOW:
            return Status.UNSURE
        if self.confident_from is not None and confidence >= self.confident_from:
            return Status.CONFIDENT
        return Status.REVIEW


def uncalibrated(promise: float = DEFAULT_PROMISE) -> Calibration:
    """For too short a history: the raw scores, halved in odds, and nothing ever called confident."""
    return Calibration(1.0, 0.0, -float(np.log(2)), None, promise, np.zeros(0), np.zeros(0, bool))


def calibrate(outcomes: Sequence[Outcome], promise: float = DEFAULT_PROMISE) -> Calibration:
    """Platt's scaling (1999) on the first score and its lead over the second, and the threshold that keeps the promise.

    `outcomes` come from slices later than the rows that their ranking learned from.
    """
    correct = np.asarray([outcome.correct for outcome in outcomes], dtype=bool)
    if len(outcomes) < FEWEST_ROWS or correct.all() or not correct.any():
        return uncalibrated(promise)
    first = np.asarray([_logit(outcome.first) for outcome in outcomes])
    lead = first - np.asarray([_logit(outcome.second) for outcome in outcomes])
    curve = LogisticRegression(C=10.0).fit(np.column_stack((first, lead)), correct)
    slope, margin_slope = (float(weight) for weight in curve.coef_[0])
    confidences = curve.predict_proba(np.column_stack((first, lead)))[:, 1]
    return Calibration(
        slope,
        margin_slope,
        float(curve.intercept_[0]),
        confident_from=_threshold(confidences, correct, promise),
        promise=promise,
        confidences=np.sort(confidences),
        correct=correct[np.argsort(confidences)],
    )


def _threshold(confidences: NDArray[np.float64], correct: NDArray[np.bool_], promise: float) -> float | None:
    """The lowest confidence from which on the share of correct rows was at least the promise."""
    order = np.argsort(-confidences)
    kept = np.cumsum(correct[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero((kept >= promise) & (np.arange(1, len(order) + 1) >= _FEWEST_CONFIDENT))
    return float(confidences[order][enough[-1]]) if len(enough) else None


def _logit(probability: float) -> float:
    bounded = min(max(probability, _EDGE), 1 - _EDGE)
    return float(np.log(bounded / (1 - bounded)))
