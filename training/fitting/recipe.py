"""The recipe of a training: all settings of the fit."""

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
    """All settings of a fit, kept in the card to repeat the fit.

    `max_rows`: learn from at most this many rows, the newest and the newest of every label; 0 for no bound.
    """

    promise: float = DEFAULT_PROMISE
    correction_weight: float = CORRECTION_WEIGHT
    acceptance_weight: float = ACCEPTANCE_WEIGHT
    wrong_weight: float = WRONG_WEIGHT
    max_rows: int = MOST_ROWS

    @classmethod
    def from_card(cls, stored: Mapping[str, Any]) -> Recipe:
        """The recipe of a card: unknown settings are ignored, missing settings are defaults, without a bound on rows."""
        known = {setting.name: stored[setting.name] for setting in fields(cls) if setting.name in stored}
        return cls(**({"max_rows": 0} | known))

    def learned_of(self, n_rows: int) -> int:
        """The number of rows to learn from, of `n_rows`."""
        return min(n_rows, self.max_rows or n_rows)

    def sample_weights(self) -> SampleWeights:
        """The weights of rows by verdict."""
        return SampleWeights(self.correction_weight, self.acceptance_weight, self.wrong_weight)
