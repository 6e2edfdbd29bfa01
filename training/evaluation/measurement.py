"""All figures of a training, counted from a single prediction of the held-out slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from training.evaluation.challenger import ChampionComparison
    from training.evaluation.metrics import Evaluation
    from training.evaluation.predictions import Predictions
    from training.fitting.fit import Outcomes


@dataclass(frozen=True)
class Measurement:
    """The figures of a new version and of the champion on the held-out slice.

    `outcomes` calibrate the final version. `random_split` has the figures of a random split, where asked for;
    `drift` the alarms since the champion's training; `figures` the curves and tables of the report.
    """

    predictions: Predictions
    outcomes: Outcomes
    evaluation: Evaluation
    champion: ChampionComparison | None
    random_split: Evaluation | None
    drift: dict[str, Any] | None
    figures: dict[str, Any]
