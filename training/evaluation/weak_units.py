"""Find the units with the lowest recall, with masked examples for the readers of the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.evaluation.predictions import UNKNOWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from training.evaluation.predictions import Prediction, RowPrediction

    ScoredRow = tuple[LabelledComplaint, Prediction]

_FEWEST_ROWS = 10
_WEAK_BELOW = 0.6
_UNITS_SHOWN = 6
_EXAMPLES = 2
_LONGEST_EXCERPT = 200


@dataclass(frozen=True, slots=True)
class Example:
    """An excerpt of a masked text with a wrong first suggestion; never of a confidential complaint."""

    text: str
    suggested: str


@dataclass(frozen=True, slots=True)
class WeakUnit:
    """A unit, its rows with a right first suggestion, and the most frequent wrong suggestion."""

    name: str
    rows: int
    right: int
    instead: str
    instead_rows: int
    examples: tuple[Example, ...]


def find_weak_units(
    rows: Sequence[LabelledComplaint], predictions: Sequence[RowPrediction], names: Mapping[str, str]
) -> tuple[WeakUnit, ...]:
    """The units with a recall below 0.6 on at least ten rows, lowest recall first."""
    by_unit: dict[str, list[ScoredRow]] = {}
    for row, prediction in zip(rows, predictions, strict=True):
        if prediction.unit is not None:
            by_unit.setdefault(prediction.unit.right, []).append((row, prediction.unit))
    recalls = {unit: _recall(scored) for unit, scored in by_unit.items() if len(scored) >= _FEWEST_ROWS}
    weak = sorted((unit for unit, recall in recalls.items() if recall < _WEAK_BELOW), key=recalls.__getitem__)
    return tuple(_weak_unit(unit, by_unit[unit], names) for unit in weak[:_UNITS_SHOWN])


def _weak_unit(unit: str, scored: Sequence[ScoredRow], names: Mapping[str, str]) -> WeakUnit:
    missed = [(row, prediction) for row, prediction in scored if not prediction.first_right]
    instead, instead_rows = Counter(_first(prediction) for _, prediction in missed).most_common(1)[0]
    public = [(row, prediction) for row, prediction in missed if not row.complaint.confidential]
    typical = sorted(public, key=lambda pair: _first(pair[1]) != instead)[:_EXAMPLES]
    return WeakUnit(
        _named(unit, names),
        len(scored),
        len(scored) - len(missed),
        _named(instead, names),
        instead_rows,
        tuple(Example(_excerpt(row.complaint.text), _named(_first(prediction), names)) for row, prediction in typical),
    )


def _recall(scored: Sequence[ScoredRow]) -> float:
    return sum(prediction.first_right for _, prediction in scored) / len(scored)


def _first(prediction: Prediction) -> str:
    return prediction.suggested[0] if prediction.suggested else ""


def _named(unit: str, names: Mapping[str, str]) -> str:
    return names.get(unit, unit.lstrip(UNKNOWN_PREFIX)) or "tidak ada saran"


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_EXCERPT else f"{flat[:_LONGEST_EXCERPT].rsplit(' ', 1)[0]} …"
