"""Predict held-out rows once: every figure is counted from the suggestions beside the decisions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.ranking.topics import day_of, in_force
from model.suggestion import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.ranking.types import Ranked
    from model.router import Router
    from model.suggestion import Suggestion

# Marks a label outside the model's vocabulary: no suggestion can equal the label.
UNKNOWN_PREFIX = "\0"
_FIRST_SUGGESTIONS = 3


@dataclass(frozen=True, slots=True)
class Prediction:
    """One label of one row: the right label, the suggested labels best first, and the confidence of the first suggestion."""

    right: str
    suggested: tuple[str, ...]
    confidence: float
    confident: bool

    @property
    def first_right(self) -> bool:
        return self.suggested[:1] == (self.right,)

    @property
    def among_three(self) -> bool:
        return self.right in self.suggested[:_FIRST_SUGGESTIONS]


@dataclass(frozen=True, slots=True)
class RowPrediction:
    """The predictions of a row; None for a label that the row lacks. A returned row is not scored by unit."""

    unit: Prediction | None
    category: Prediction | None


@dataclass(frozen=True)
class Predictions:
    """A router's rankings, suggestions and predictions for n rows, in the order of the rows."""

    router: Router
    rows: Sequence[LabelledComplaint]
    ranked: Sequence[Ranked]
    suggestions: Sequence[Suggestion]
    by_row: Sequence[RowPrediction]

    @property
    def units(self) -> list[Prediction]:
        """The predictions of the rows that are scored by unit."""
        return [row.unit for row in self.by_row if row.unit is not None]

    @property
    def categories(self) -> list[Prediction]:
        """The predictions of the rows that have a category."""
        return [row.category for row in self.by_row if row.category is not None]

    @property
    def unit_names(self) -> dict[str, str]:
        return {unit.id: unit.name for unit in self.router.units}


def predict(router: Router, rows: Sequence[LabelledComplaint]) -> Predictions:
    """Rank the rows, each with the units in force on the day of the complaint."""
    answers = list(router.rank_and_suggest([row.complaint for row in rows], evidence=False))
    suggestions = [suggestion for _, suggestion in answers]
    by_row = [_row_prediction(router, row, suggestion) for row, suggestion in zip(rows, suggestions, strict=True)]
    return Predictions(router, rows, [ranked for ranked, _ in answers], suggestions, by_row)


def decided_unit(router: Router, row: LabelledComplaint) -> str:
    """The id of the unit in charge of the row's topic on the day of the complaint.

    A label that names a closed unit is read as the unit's successor, unless there are several successors.
    """
    unit = router.units.find(row.unit)
    if unit is None:
        return f"{UNKNOWN_PREFIX}{row.unit}"
    standing = router.units.in_charge_of(unit.id, day_of(row.complaint, None))
    return standing[0] if len(standing) == 1 else unit.id


def decided_category(router: Router, row: LabelledComplaint) -> str:
    """The id of the category in charge of the row's category on the day of the complaint, as for a unit."""
    category = router.categories.find(row.category)
    if category is None:
        return f"{UNKNOWN_PREFIX}{row.category}"
    return in_force(category.id, router.categories, day_of(row.complaint, None))


def _row_prediction(router: Router, row: LabelledComplaint, suggestion: Suggestion) -> RowPrediction:
    unit = category = None
    if row.unit and not row.returned:
        unit = Prediction(
            decided_unit(router, row),
            tuple(unit.id for unit in suggestion.units),
            suggestion.units[0].confidence if suggestion.units else 0.0,
            suggestion.unit_status is Status.CONFIDENT,
        )
    if row.category:
        category = Prediction(
            decided_category(router, row),
            tuple(category.id for category in suggestion.categories),
            suggestion.categories[0].confidence if suggestion.categories else 0.0,
            suggestion.category_status is Status.CONFIDENT,
        )
    return RowPrediction(unit, category)
