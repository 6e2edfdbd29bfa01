"""Turn raw scores into confidences and a status."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from model.suggestion import Status, TrackRecord

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

# A first candidate below this is right less than once in seven times: no help to an officer.
UNSURE_BELOW = 0.15
_UNTESTED = 0.5
_EDGE = 1e-6
# exp(700) is still a double; exp(710) is not.
_LEAST_SCORE = -700.0
_TRACK_RECORD_ROWS = 200
_FEWEST_IN_TRACK_RECORD = 30
_SIDES: tuple[Literal["left"], Literal["right"]] = ("left", "right")


@dataclass(frozen=True)
class Calibration:
    """The fitted curve, the threshold of the promise, the bound of the prediction set, and the measured rows.

    `confident_from` is None where no threshold kept the promise: no suggestion is then confident. `in_set_from` is the
    least confidence of the right candidate in the promised share of rows. `confidences` are sorted, `correct` in the
    same order.
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
        score = self.slope * logit(first) + self.margin_slope * (logit(first) - logit(second)) + self.intercept
        return min(1 / (1 + math.exp(-max(score, _LEAST_SCORE))), self._most)

    @property
    def _most(self) -> float:
        """The highest confidence: the surest measured row's, or for few rows Laplace's rule of succession."""
        rows = len(self.confidences)
        return min(float(self.confidences[-1]), (rows + 1) / (rows + 2)) if rows else 1.0

    def confidences_of(self, scores: Sequence[float]) -> list[float]:
        """The confidence of each candidate: the first by the curve; the others share the rest by their scores."""
        if not scores:
            return []
        first = self.confidence(scores[0], scores[1] if len(scores) > 1 else 0.0)
        if len(scores) == 1 and not len(self.confidences):
            # Nothing was told apart and nothing was measured: a score of 1 says nothing.
            return [min(first, _UNTESTED)]
        left = max(1 - scores[0], 1e-9)
        return [first, *(min(first, (1 - first) * score / left) for score in scores[1:])]

    def status(self, confidence: float, *, known: bool) -> Status:
        """The status of a confidence; `known`: whether the text shares enough words with the training rows."""
        if not known or confidence < UNSURE_BELOW:
            return Status.UNSURE
        if self.confident_from is not None and confidence >= self.confident_from:
            return Status.CONFIDENT
        return Status.REVIEW

    def track_record(self, confidence: float) -> TrackRecord | None:
        """The 200 later rows nearest in confidence, or a third of all where they are few."""
        cases = min(_TRACK_RECORD_ROWS, len(self.confidences) // 3)
        if cases < _FEWEST_IN_TRACK_RECORD:
            return None
        left, right = (int(np.searchsorted(self.confidences, confidence, side)) for side in _SIDES)
        middle = (left + right) // 2
        start = min(max(0, middle - cases // 2), len(self.confidences) - cases)
        return TrackRecord(cases, int(self.correct[start : start + cases].sum()))


def logit(probability: float) -> float:
    bounded = min(max(probability, _EDGE), 1 - _EDGE)
    return math.log(bounded / (1 - bounded))
