"""The units that are missed most, with masked examples for whoever reads the report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.evaluation.predictions import UNKNOWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from training.evaluation.predictions import Prediction, RowPrediction

_FEWEST_ROWS = 10
_WEAK_BELOW = 0.6
_UNITS_SHOWN = 6
_EXAMPLES = 2
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Example:
    """An excerpt of a masked text that was given to another unit first; never of a confidential complaint."""

    text: str
    suggested: str


@dataclass(frozen=True, slots=True)
class WeakUnit:
    """A unit, how many of its rows were found, and where most of the others were sent."""

    name: str
    rows: int
    found: int
    instead: str
    instead_rows: int
    examples: tuple[Example, ...]


def find_weak_units(
    rows: Sequence[LabelledComplaint], judged: Sequence[RowPrediction], names: Mapping[str, str]
) -> tuple[WeakUnit, ...]:
    """The units with at least ten rows of which fewest were found, those below three fifths, weakest first."""
    by_unit: dict[str, list[tuple[LabelledComplaint, Prediction]]] = {}
    for row, answer in zip(rows, judged, strict=True):
        if answer.unit is not None:
            by_unit.setdefault(answer.unit.right, []).append((row, answer.unit))
    enough = {unit: of for unit, of in by_unit.items() if len(of) >= _FEWEST_ROWS}
    weak = sorted(
        (unit for unit, of in enough.items() if _share(of) < _WEAK_BELOW), key=lambda unit: _share(enough[unit])
    )
    return tuple(_weak(unit, enough[unit], names) for unit in weak[:_UNITS_SHOWN])


def _weak(unit: str, of: Sequence[tuple[LabelledComplaint, Prediction]], names: Mapping[str, str]) -> WeakUnit:
    missed = [(row, judged) for row, judged in of if not judged.first_right]
    instead = Counter(_first(judged) for _, judged in missed).most_common(1)[0]
    open_ones = [(row, judged) for row, judged in missed if not row.complaint.confidential]
    typical = sorted(open_ones, key=lambda pair: _first(pair[1]) != instead[0])
    examples = [Example(_excerpt(row.complaint.text), _named(_first(judged), names)) for row, judged in typical]
    return WeakUnit(
        _named(unit, names),
        len(of),
        len(of) - len(missed),
        _named(instead[0], names),
        instead[1],
        tuple(examples[:_EXAMPLES]),
    )


def _share(of: Sequence[tuple[LabelledComplaint, Prediction]]) -> float:
    return sum(judged.first_right for _, judged in of) / len(of)


def _first(judged: Prediction) -> str:
    return judged.suggested[0] if judged.suggested else ""


def _named(unit: str, names: Mapping[str, str]) -> str:
    return names.get(unit, unit.lstrip(UNKNOWN_PREFIX)) or "tidak ada saran"


def _excerpt(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST else f"{flat[:_LONGEST].rsplit(' ', 1)[0]} …"
