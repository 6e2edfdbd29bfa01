"""The recipe of a training: every setting that decides the fit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from training.dataset.sampling import MOST_ROWS
from training.fitting.calibration import DEFAULT_PROMISE
from training.fitting.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT, WRONG_WEIGHT, SampleWeights

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model is made from rows; kept in the card, so that it can be repeated.

    `max_rows`: learn from at most this many rows, the newest and the newest of each label; 0 for no bound.
    """

    promise: float = DEFAULT_PROMISE
    correction_weight: float = CORRECTION_WEIGHT
    acceptance_weight: float = ACCEPTANCE_WEIGHT
    wrong_weight: float = WRONG_WEIGHT
    max_rows: int = MOST_ROWS

    @classmethod
    def from_card(cls, stored: Mapping[str, Any]) -> Recipe:
        """The recipe of a card: unknown settings are ignored, missing ones have defaults, but no bound on rows."""
        known = {setting.name: stored[setting.name] for setting in fields(cls) if setting.name in stored}
        return cls(**({"max_rows": 0} | known))

    def learned_of(self, n_rows: int) -> int:
        """How many of so many rows are learned from."""
        return min(n_rows, self.max_rows or n_rows)

    def sample_weights(self) -> SampleWeights:
        """The weight of a row by its verdict."""
        return SampleWeights(self.correction_weight, self.acceptance_weight, self.wrong_weight)
