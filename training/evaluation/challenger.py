"""Compare a new version, the challenger, with the champion on the same held-out slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.messages import Language
from training.evaluation.champion_baseline import BaselineModel
from training.evaluation.metrics import evaluate_predictions
from training.evaluation.predictions import predict
from training.evaluation.row_outcomes import row_outcomes
from training.evaluation.significance import compare
from training.fitting.fit import assemble

if TYPE_CHECKING:
    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from model.router import Router
    from training.dataset.split import Split
    from training.evaluation.champion_baseline import ChampionBaseline
    from training.evaluation.metrics import Evaluation
    from training.evaluation.predictions import Predictions
    from training.evaluation.row_outcomes import RowOutcomes
    from training.evaluation.significance import Comparison
    from training.fitting.fit import Outcomes


@dataclass(frozen=True)
class ChampionComparison:
    """The champion's figures on the slice and the differences; None where the champion can't be measured."""

    baseline: ChampionBaseline
    predictions: Predictions | None = None
    evaluation: Evaluation | None = None
    outcomes: RowOutcomes | None = None
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """The comparison for the card."""
        rows_problem = self.baseline.rows_problem
        figures = self.comparison.as_dict() if self.comparison else {"figures": [], "units": [], "worse": False}
        return {
            "champion": self.baseline.version,
            "measured": self.baseline.measured.value,
            "why_not": str(self.baseline.why or ""),
            "why_not_indonesian": self.baseline.why.told_in(Language.INDONESIAN) if self.baseline.why else "",
            "rows_problem": str(rows_problem or ""),
            "rows_problem_indonesian": rows_problem.told_in(Language.INDONESIAN) if rows_problem else "",
            "champion_evaluation": self.evaluation.as_dict() if self.evaluation else None,
            **figures,
        }


def compare_with_champion(
    baseline: ChampionBaseline,
    refitted: tuple[Ranking, Units] | None,
    split: Split,
    outcomes: Outcomes,
    challenger: Predictions,
) -> ChampionComparison:
    """Predict the slice by the champion and compare with the challenger's predictions.

    `refitted` is the champion's ranking where it was fitted anew, calibrated by the outcomes before the slice.
    """
    if baseline.measured is BaselineModel.NOT_AT_ALL:
        return ChampionComparison(baseline)
    router = _champion_router(baseline, refitted, outcomes)
    predictions = predict(router, split.held_back) if router else challenger
    champion_outcomes = row_outcomes(predictions.by_row)
    return ChampionComparison(
        baseline,
        predictions,
        evaluate_predictions(predictions, baseline.rows or split.learned),
        champion_outcomes,
        compare(row_outcomes(challenger.by_row), champion_outcomes, challenger.unit_names),
    )


def _champion_router(
    baseline: ChampionBaseline, refitted: tuple[Ranking, Units] | None, outcomes: Outcomes
) -> Router | None:
    """The model that stands for the champion; None where it equals the challenger."""
    if refitted is not None:
        return assemble(baseline.version, *refitted, outcomes, baseline.recipe, baseline.rows)
    return baseline.router if baseline.measured is BaselineModel.ITSELF else None
