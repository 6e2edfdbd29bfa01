"""The new version against the champion on the same newest slice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from training.evaluation.champion_baseline import Measured
from training.evaluation.metrics import evaluate_judged
from training.evaluation.predictions import judge
from training.evaluation.row_outcomes import marks_of
from training.evaluation.significance import compare
from training.fitting.fit import assemble

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from model.router import Router
    from training.dataset.split import Split
    from training.evaluation.champion_baseline import Opponent
    from training.evaluation.metrics import Evaluation
    from training.evaluation.predictions import JudgedRow
    from training.evaluation.row_outcomes import Marks
    from training.evaluation.significance import Comparison
    from training.fitting.fit import Outcomes


@dataclass(frozen=True)
class Contest:
    """What came of it; evaluation, marks and comparison are None where the champion couldn't be measured."""

    opponent: Opponent
    evaluation: Evaluation | None = None
    marks: Marks | None = None
    comparison: Comparison | None = None

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        found: dict[str, Any] = {
            "champion": self.opponent.version,
            "measured": self.opponent.measured.value,
            "why_not": self.opponent.why,
            "champion_evaluation": self.evaluation.as_dict() if self.evaluation else None,
            "figures": [],
            "units": [],
            "worse": False,
        }
        return found | (self.comparison.as_dict() if self.comparison else {})


def contest(
    opponent: Opponent,
    refitted: tuple[Ranking, Units] | None,
    split: Split,
    outcomes: Outcomes,
    challenger: Router,
    judged: Sequence[JudgedRow],
) -> Contest:
    """Judge the champion on the slice and compare.

    `refitted` is the champion's ranking where it was fitted anew; it is calibrated by the outcomes that the new model's chain
    had before the slice, never by the slice itself. `judged` is the challenger on the slice.
    """
    if opponent.measured is Measured.NOT_AT_ALL:
        return Contest(opponent)
    router, rows = _router(opponent, refitted, outcomes), opponent.rows or split.learned
    if router is None:
        router, champion_judged = challenger, list(judged)
    else:
        champion_judged = judge(router, split.held_back)
    marks = marks_of(champion_judged)
    names = {unit.id: unit.name for unit in challenger.units}
    comparison = compare(marks_of(judged), marks, names)
    return Contest(opponent, evaluate_judged(router, champion_judged, rows), marks, comparison)


def _router(opponent: Opponent, refitted: tuple[Ranking, Units] | None, outcomes: Outcomes) -> Router | None:
    """The model that stands for the champion, None where it is the challenger's own."""
    if refitted is not None:
        return assemble(opponent.version, *refitted, outcomes, opponent.recipe, opponent.rows)
    return opponent.router if opponent.measured is Measured.ITSELF else None
