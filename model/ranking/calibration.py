"""From a ranking's raw score to a confidence that holds on later rows, and to a status."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.suggestion import Status, TrackRecord

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
# Where the exponential of its opposite is still a number.
_LEAST_SCORE = -700.0
# A ranking fitted on more rows is sharper than those that the curve was learned from, and practice goes on changing:
# both measured on the slice after the calibration slices, always an earlier one than any that is reported
# (docs/decisions/0007).
_FLATTENING = 0.8
_LATER = 0.1
_ALLOWANCE = 0.025
# One-sided 80 % of the normal distribution: with few rows the threshold keeps a greater distance.
_CAUTION = 0.84
_TRACK_RECORD_ROWS = 200
_FEWEST_IN_TRACK_RECORD = 30
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one suggestion on a row that the ranking had not learned from.

    `first` and `second` are the raw scores of the first two candidates; `right` is the right one's, 0 where it is not
    among those that are shown.
    """

    first: float
    second: float
    correct: bool
    right: float = 0.0


@dataclass(frozen=True)
class Calibration:
    """The curve, the threshold that kept the promise, the bound of the prediction set, and the rows behind them.

    `confident_from` is None where no threshold kept the promise: then nothing is called confident. `in_set_from` is the
    confidence that the right candidate had in the promised share of rows. `confidences` are sorted, with `correct` beside.
    """

    slope: float
    margin_slope: float
    intercept: float
    confident_from: float | None
    promise: float
    confidences: NDArray[np.float64]
    correct: NDArray[np.bool_]
    in_set_from: float = 0.0

    def confidence(self, first: float, second: float) -> float:
        """The chance, 0 to 1, that the first candidate is right, from the raw scores of the first two."""
        score = self.slope * _logit(first) + self.margin_slope * (_logit(first) - _logit(second)) + self.intercept
        return min(1 / (1 + math.exp(-max(score, _LEAST_SCORE))), self._most)

    @property
    def _most(self) -> float:
        """Never surer than the surest row that was measured, nor than so few rows allow (Laplace's rule of succession)."""
        rows = len(self.confidences)
        return min(float(self.confidences[-1]), (rows + 1) / (rows + 2)) if rows else 1.0

    def confidences_of(self, scores: Sequence[float]) -> list[float]:
        """The confidence of each candidate: the first by the curve, the rest share what is left as their scores do."""
        if not scores:
            return []
        first = self.confidence(scores[0], scores[1] if len(scores) > 1 else 0.0)
        left = max(1 - scores[0], 1e-9)
        return [first, *(min(first, (1 - first) * score / left) for score in scores[1:])]

    def status(self, confidence: float, *, known: bool) -> Status:
        """`known`: whether the text has anything in common with what was learned."""
        if not known or confidence < UNSURE_BELOW:
            return Status.UNSURE
        if self.confident_from is not None and confidence >= self.confident_from:
            return Status.CONFIDENT
        return Status.REVIEW

    def track_record(self, confidence: float) -> TrackRecord | None:
        """The later rows whose first candidate was about as sure: the nearest 200, or a third of all where they are few."""
        cases = min(_TRACK_RECORD_ROWS, len(self.confidences) // 3)
        if cases < _FEWEST_IN_TRACK_RECORD:
            return None
        left, right = (int(np.searchsorted(self.confidences, confidence, side)) for side in _SIDES)
        middle = (left + right) // 2
        start = min(max(0, middle - cases // 2), len(self.confidences) - cases)
        return TrackRecord(cases, int(self.correct[start : start + cases].sum()))


def uncalibrated(promise: float = DEFAULT_PROMISE) -> Calibration:
    """For too short a history: the raw scores, halved in odds, and nothing ever called confident."""
    return Calibration(1.0, 0.0, -float(np.log(2)), None, promise, np.zeros(0), np.zeros(0, bool))


def calibrate(outcomes: Sequence[Outcome], promise: float = DEFAULT_PROMISE) -> Calibration:
    """Platt's scaling (1999) on the first score and its lead over the second, and the bounds that keep the promise.

    `outcomes` come from slices later than the rows that their ranking learned from. The prediction set is split
    conformal (Sadinle, Lei and Wasserman 2019): its bound is a quantile of the right candidate's confidence.
    """
    correct = np.asarray([outcome.correct for outcome in outcomes], dtype=bool)
    if len(outcomes) < FEWEST_ROWS or correct.all() or not correct.any():
        return uncalibrated(promise)
    first = np.asarray([_logit(outcome.first) for outcome in outcomes])
    lead = first - np.asarray([_logit(outcome.second) for outcome in outcomes])
    curve = LogisticRegression(C=10.0).fit(np.column_stack((first, lead)), correct)
    slope, margin_slope = (float(weight) * _FLATTENING for weight in curve.coef_[0])
    intercept = float(curve.intercept_[0]) * _FLATTENING - _LATER
    confidences = 1 / (1 + np.exp(-(slope * first + margin_slope * lead + intercept)))
    order = np.argsort(confidences, kind="stable")
    curved = Calibration(
        slope,
        margin_slope,
        intercept,
        confident_from=_threshold(confidences, correct, promise),
        promise=promise,
        confidences=confidences[order],
        correct=correct[order],
    )
    return replace(curved, in_set_from=_set_bound(curved, outcomes))


def _threshold(confidences: NDArray[np.float64], correct: NDArray[np.bool_], promise: float) -> float | None:
    """The lowest confidence from which on the share of correct rows was the promise, and the allowance, or more."""
    order = np.argsort(-confidences)
    counts = np.arange(1, len(order) + 1)
    kept = np.cumsum(correct[order]) / counts
    wanted = np.minimum(promise + _ALLOWANCE, (1 + promise) / 2)
    caution = _CAUTION * np.sqrt(kept * (1 - kept) / counts)
    # A threshold can't part rows that are equally sure.
    last_of_equals = np.append(np.diff(confidences[order]) != 0, [True])
    enough = np.flatnonzero((kept - caution >= wanted) & (counts >= _FEWEST_CONFIDENT) & last_of_equals)
    return float(confidences[order][enough[-1]]) if len(enough) else None


def _set_bound(curved: Calibration, outcomes: Sequence[Outcome]) -> float:
    of_the_right = [
        curved.confidence(outcome.first, outcome.second)
        if outcome.correct
        else (1 - curved.confidence(outcome.first, outcome.second)) * outcome.right / max(1 - outcome.first, 1e-9)
        for outcome in outcomes
    ]
    return float(np.quantile(of_the_right, 1 - curved.promise, method="lower"))


def _logit(probability: float) -> float:
    bounded = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(bounded / (1 - bounded))
