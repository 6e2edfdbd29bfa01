"""Fit a calibration on rows later than the rows of the fit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from sklearn.linear_model import LogisticRegression

from model.ranking.calibration import Calibration, logit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

DEFAULT_PROMISE = 0.90
# With fewer later rows no curve is fitted: a handful of cases can promise nothing.
_FEWEST_ROWS = 50
_FEWEST_CONFIDENT = 30
# The final ranking learns from more rows and is sharper than the rankings behind the curve, and practice goes on
# changing: both measured on the slice after the calibration slices, which is earlier than any reported slice
# (docs/decisions/0007).
_FLATTENING = 0.8
_LATER = 0.1
_ALLOWANCE = 0.025
# One-sided 80 % of the normal distribution: with few rows the threshold keeps a greater distance.
_CAUTION = 0.84


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a suggestion on a held-out row.

    `first` and `second` are the raw scores of the first two candidates. `right` is the raw score of the right candidate,
    or 0 if not ranked.
    """

    first: float
    second: float
    correct: bool
    right: float = 0.0


def uncalibrated(promise: float = DEFAULT_PROMISE) -> Calibration:
    """The calibration of too short a history: raw scores, halved in odds, never called confident."""
    return Calibration(1.0, 0.0, -float(np.log(2)), None, promise, np.zeros(0), np.zeros(0, bool))


def calibrate(outcomes: Sequence[Outcome], promise: float = DEFAULT_PROMISE) -> Calibration:
    """Fit Platt's scaling (1999) on the first score and its lead over the second, and the bounds of the promise.

    `outcomes` come from slices later than the rows of the fit. The prediction set is split
    conformal (Sadinle, Lei and Wasserman 2019): its bound is a quantile of the right candidate's confidence.
    """
    correct = np.asarray([outcome.correct for outcome in outcomes], dtype=bool)
    if len(outcomes) < _FEWEST_ROWS or correct.all() or not correct.any():
        return uncalibrated(promise)
    first = np.asarray([logit(outcome.first) for outcome in outcomes])
    lead = first - np.asarray([logit(outcome.second) for outcome in outcomes])
    curve = LogisticRegression(C=10.0).fit(np.column_stack((first, lead)), correct)
    slope, margin_slope = (float(weight) * _FLATTENING for weight in curve.coef_[0])
    intercept = float(curve.intercept_[0]) * _FLATTENING - _LATER
    confidences = 1 / (1 + np.exp(-(slope * first + margin_slope * lead + intercept)))
    order = np.argsort(confidences, kind="stable")
    calibration = Calibration(
        slope,
        margin_slope,
        intercept,
        confident_from=_threshold(confidences, correct, promise),
        promise=promise,
        confidences=confidences[order],
        correct=correct[order],
    )
    return replace(calibration, in_set_from=_set_bound(calibration, outcomes))


def _threshold(confidences: NDArray[np.float64], correct: NDArray[np.bool_], promise: float) -> float | None:
    """The lowest confidence above which the share of correct rows kept the promise plus an allowance."""
    order = np.argsort(-confidences)
    counts = np.arange(1, len(order) + 1)
    kept = np.cumsum(correct[order]) / counts
    wanted = np.minimum(promise + _ALLOWANCE, (1 + promise) / 2)
    caution = _CAUTION * np.sqrt(kept * (1 - kept) / counts)
    # A threshold can't part rows of equal confidence.
    last_of_equals = np.append(np.diff(confidences[order]) != 0, [True])
    enough = np.flatnonzero((kept - caution >= wanted) & (counts >= _FEWEST_CONFIDENT) & last_of_equals)
    return float(confidences[order][enough[-1]]) if len(enough) else None


def _set_bound(calibration: Calibration, outcomes: Sequence[Outcome]) -> float:
    """The promised quantile of the right candidate's confidence."""
    of_the_right = [
        confidence if outcome.correct else (1 - confidence) * outcome.right / max(1 - outcome.first, 1e-9)
        for outcome in outcomes
        for confidence in [calibration.confidence(outcome.first, outcome.second)]
    ]
    return float(np.quantile(of_the_right, 1 - calibration.promise, method="lower"))
