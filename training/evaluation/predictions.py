"""Each row's suggestion beside what was decided: the one thing that every figure of a version is counted from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.ranking.topics import day_of
from model.suggestion import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.router import Router
    from model.suggestion import Suggestion

# Stands before a label that the model can't name, so that it equals none that it can.
UNKNOWN_PREFIX = "\0"
_SHOWN_FIRST = 3


@dataclass(frozen=True, slots=True)
class Prediction:
    """One label of one row: the right one, the suggested ones best first, and how sure the first was."""

    right: str
    suggested: tuple[str, ...]
    confidence: float
    confident: bool

    @property
    def first_right(self) -> bool:
        return self.suggested[:1] == (self.right,)

    @property
    def among_three(self) -> bool:
        return self.right in self.suggested[:_SHOWN_FIRST]


@dataclass(frozen=True, slots=True)
class RowPrediction:
    """A row by unit and by category; None where it has no such label, or none that could be right."""

    unit: Prediction | None
    category: Prediction | None


def predict_rows(
    router: Router, rows: Sequence[LabelledComplaint], suggestions: Sequence[Suggestion] | None = None
) -> list[RowPrediction]:
    """Every row judged, in their order; a returned row is not scored by unit. `suggestions`: where they were made already."""
    if suggestions is None:
        suggestions = suggest_all(router, rows)
    return [
        RowPrediction(
            _unit(router, row, suggestion) if row.unit and not row.returned else None,
            _category(row, suggestion) if row.category else None,
        )
        for row, suggestion in zip(rows, suggestions, strict=True)
    ]


def suggest_all(router: Router, rows: Sequence[LabelledComplaint]) -> list[Suggestion]:
    """The suggestion for each row as on the day when it came."""
    return router.suggest_many([row.complaint for row in rows], evidence=False)


def decided_unit(router: Router, row: LabelledComplaint) -> str:
    """The id of the unit that has the row's matter on the day when it came.

    A label that names a unit after its end is read as its one successor; where there are several, nobody can say which.
    """
    unit = router.units.find(row.unit)
    if unit is None:
        return f"{UNKNOWN_PREFIX}{row.unit}"
    standing = router.units.in_charge_of(unit.id, day_of(row.complaint, None))
    return standing[0] if len(standing) == 1 else unit.id


def _unit(router: Router, row: LabelledComplaint, suggestion: Suggestion) -> Prediction:
    return Prediction(
        decided_unit(router, row),
        tuple(unit.id for unit in suggestion.units),
        suggestion.units[0].confidence if suggestion.units else 0.0,
        suggestion.unit_status is Status.CONFIDENT,
    )


def _category(row: LabelledComplaint, suggestion: Suggestion) -> Prediction:
    return Prediction(
        row.category,
        tuple(category.name for category in suggestion.categories),
        suggestion.categories[0].confidence if suggestion.categories else 0.0,
        suggestion.category_status is Status.CONFIDENT,
    )
