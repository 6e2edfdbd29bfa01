"""The new version against the champion on the same newest slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.evaluation.champion_baseline import BaselineModel
from training.evaluation.metrics import evaluate_judged
from training.evaluation.predictions import predict_rows
from training.evaluation.row_outcomes import row_outcomes
from training.evaluation.significance import compare
from training.fitting.fit import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from model.router import Router
    from training.dataset.split import Split
    from training.evaluation.champion_baseline import ChampionBaseline
    from training.evaluation.metrics import Evaluation
    from training.evaluation.predictions import RowPrediction
    from training.evaluation.row_outcomes import RowOutcomes
    from training.evaluation.significance import Comparison
    from training.fitting.fit import Outcomes


@dataclass(frozen=True)
class ChampionComparison:
    """What came of it; evaluation, marks and comparison are None where the champion couldn't be measured."""

    baseline: ChampionBaseline
    evaluation: Evaluation | None = None
    marks: RowOutcomes | None = None
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        found: dict[str, Any] = {
            "champion": self.baseline.version,
            "measured": self.baseline.measured.value,
            "why_not": self.baseline.why,
            "champion_evaluation": self.evaluation.as_dict() if self.evaluation else None,
            "figures": [],
            "units": [],
            "worse": False,
        }
        return found | (self.comparison.as_dict() if self.comparison else {})


def compare_with_champion(
    baseline: ChampionBaseline,
    refitted: tuple[Ranking, Units] | None,
    split: Split,
    outcomes: Outcomes,
    challenger: Router,
    judged: Sequence[RowPrediction],
) -> ChampionComparison:
    """Judge the champion on the slice and compare.

    `refitted` is the champion's ranking where it was fitted anew; it is calibrated by the outcomes that the new model's chain
    had before the slice, never by the slice itself. `judged` is the challenger on the slice.
    """
    if baseline.measured is BaselineModel.NOT_AT_ALL:
        return ChampionComparison(baseline)
    router, rows = _router(baseline, refitted, outcomes), baseline.rows or split.learned
    if router is None:
        router, champion_judged = challenger, list(judged)
    else:
        champion_judged = predict_rows(router, split.held_back)
    marks = row_outcomes(champion_judged)
    names = {unit.id: unit.name for unit in challenger.units}
    comparison = compare(row_outcomes(judged), marks, names)
    return ChampionComparison(baseline, evaluate_judged(router, champion_judged, rows), marks, comparison)


def _router(baseline: ChampionBaseline, refitted: tuple[Ranking, Units] | None, outcomes: Outcomes) -> Router | None:
    """The model that stands for the champion, None where it is the challenger's own."""
    if refitted is not None:
        return assemble(baseline.version, *refitted, outcomes, baseline.recipe, baseline.rows)
    return baseline.router if baseline.measured is BaselineModel.ITSELF else None
