"""Rows as the alarms of drift see them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.drift.baseline import Observation, observation_of
from model.office.units import slug
from training.evaluation.predictions import suggest_all

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.router import Router
    from model.suggestion import Suggestion


def observe(
    router: Router, rows: Sequence[LabelledComplaint], suggestions: Sequence[Suggestion] | None = None
) -> list[Observation]:
    """The suggestion for each row beside what was decided; a unit or category that the model doesn't know has a new id.

    `suggestions`: where they were made already.
    """
    if suggestions is None:
        suggestions = suggest_all(router, rows)
    categories = {label.name: label.id for label in router.category_labels}
    return [
        observation_of(
            suggestion,
            row.complaint,
            "" if row.returned or not row.unit else _unit_id(router, row.unit),
            categories.get(row.category, slug(row.category)),
        )
        for suggestion, row in zip(suggestions, rows, strict=True)
    ]


def _unit_id(router: Router, name: str) -> str:
    unit = router.units.find(name)
    return unit.id if unit else slug(name)
