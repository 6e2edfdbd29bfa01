"""What a router gets right on rows that it has not learned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import f1_score

from model.suggestion import Status

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.history import LabelledComplaint
    from model.router import Router
    from model.suggestion import Suggestion

_BINS = 10
_RESAMPLES = 1_000
_OTHER = "\0not among the suggestions"


@dataclass(frozen=True)
class Scores:
    """Figures of one label (unit or category) on `rows` rows; shares from 0 to 1.

    `top_1_low` and `top_1_high` bound the middle 95 % of 1,000 bootstrap resamples. `confident_share` is the coverage at
    the promised precision, `confident_right` the precision kept there (None where nothing was confident).
    """

    rows: int
    labels: int
    unseen_rows: int
    top_1: float
    top_1_low: float
    top_1_high: float
    top_3: float
    macro_f1: float
    majority: float
    confident_share: float
    confident_right: float | None
    calibration_error: float

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return asdict(self)


@dataclass(frozen=True)
class UnitScore:
    """How one unit fared: its rows, the share found first, and the share of its suggestions that were right."""

    name: str
    rows: int
    recall: float
    precision: float | None


@dataclass(frozen=True)
class Evaluation:
    """A router measured on rows later than those that it learned from."""

    unit: Scores | None
    family: Scores | None
    category: Scores | None
    per_unit: tuple[UnitScore, ...]

    def as_dict(self) -> dict[str, Any]:
        """For the card."""
        return {
            **{
                name: scores.as_dict() if scores else None
                for name, scores in (("unit", self.unit), ("family", self.family), ("category", self.category))
            },
            "per_unit": [asdict(unit) for unit in self.per_unit],
        }


@dataclass(frozen=True)
class _Judged:
    """One row: the right label, the suggested ones best first, and how sure the first was."""

    right: str
    suggested: tuple[str, ...]
    confidence: float
    confident: bool


def evaluate(router: Router, rows: Sequence[LabelledComplaint], learned: Sequence[LabelledComplaint]) -> Evaluation:
    """Measure on rows; labels that `learned` never had count as errors, returned rows are not scored by unit."""
    suggestions = router.suggest_many([row.complaint for row in rows], evidence=False)
    units = [
        _unit(router, row, suggestion)
        for row, suggestion in zip(rows, suggestions, strict=True)
        if row.unit and not row.returned
    ]
    categories = [_category(row, suggestion) for row, suggestion in zip(rows, suggestions, strict=True) if row.category]
    known_units = Counter(_decided(router, row) for row in learned if row.unit and not row.returned)
    known_categories = Counter(row.category for row in learned if row.category)
    names = {unit.id: unit.name for unit in router.units}
    return Evaluation(
        _scores(units, known_units) if units else None,
        _scores(*_as_families(router, units, known_units)) if units else None,
        _scores(categories, known_categories) if categories else None,
        tuple(_per_label(units, names)),
    )


def _as_families(router: Router, units: Sequence[_Judged], known: Counter[str]) -> tuple[list[_Judged], Counter[str]]:
    """The same rows judged by family: the right kind of unit, whichever place it has."""
    family = {unit.id: unit.family or unit.id for unit in router.units}

    def of(unit_id: str) -> str:
        return family.get(unit_id, unit_id)

    judged = [
        replace(row, right=of(row.right), suggested=tuple(dict.fromkeys(map(of, row.suggested)))) for row in units
    ]
    known_families: Counter[str] = Counter()
    for unit_id, rows in known.items():
        known_families[of(unit_id)] += rows
    return judged, known_families


def _decided(router: Router, row: LabelledComplaint) -> str:
    unit = router.units.find(row.unit)
    return unit.id if unit else f"\0{row.unit}"


def _unit(router: Router, row: LabelledComplaint, suggestion: Suggestion) -> _Judged:
    return _Judged(
        _decided(router, row),
        tuple(unit.id for unit in suggestion.units),
        suggestion.units[0].confidence if suggestion.units else 0.0,
        suggestion.unit_status is Status.CONFIDENT,
    )


def _category(row: LabelledComplaint, suggestion: Suggestion) -> _Judged:
    return _Judged(
        row.category,
        tuple(category.name for category in suggestion.categories),
        suggestion.categories[0].confidence if suggestion.categories else 0.0,
        suggestion.category_status is Status.CONFIDENT,
    )


def _scores(judged: Sequence[_Judged], known: Counter[str]) -> Scores:
    right = np.array([row.suggested[:1] == (row.right,) for row in judged])
    confident = np.array([row.confident for row in judged])
    most_frequent = known.most_common(1)[0][0] if known else ""
    low, high = _bootstrap(right)
    return Scores(
        rows=len(judged),
        labels=len({row.right for row in judged}),
        unseen_rows=sum(row.right not in known for row in judged),
        top_1=float(right.mean()),
        top_1_low=low,
        top_1_high=high,
        top_3=float(np.mean([row.right in row.suggested[:3] for row in judged])),
        macro_f1=float(
            f1_score(
                [row.right for row in judged],
                [row.suggested[0] if row.suggested else _OTHER for row in judged],
                average="macro",
                zero_division=0,
            )
        ),
        majority=float(np.mean([row.right == most_frequent for row in judged])),
        confident_share=float(confident.mean()),
        confident_right=float(right[confident].mean()) if confident.any() else None,
        calibration_error=expected_calibration_error(np.array([row.confidence for row in judged]), right),
    )


def expected_calibration_error(confidences: NDArray[np.float64], right: NDArray[np.bool_]) -> float:
    """Mean distance of confidence and share right over ten equal-width bins, weighted by rows (Naeini et al. 2015)."""
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    distances = [
        np.mean(bins == number) * abs(confidences[bins == number].mean() - right[bins == number].mean())
        for number in np.unique(bins)
    ]
    return float(np.sum(distances))


def _bootstrap(right: NDArray[np.bool_]) -> tuple[float, float]:
    generator = np.random.default_rng(0)
    # A resample's number of right rows is binomial: no need to draw the rows themselves.
    means = generator.binomial(len(right), right.mean(), size=_RESAMPLES) / len(right)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def _per_label(judged: Sequence[_Judged], names: dict[str, str]) -> list[UnitScore]:
    rows = Counter(row.right for row in judged)
    suggested = Counter(row.suggested[0] for row in judged if row.suggested)
    right = Counter(row.right for row in judged if row.suggested[:1] == (row.right,))
    return [
        UnitScore(
            names.get(label, label.lstrip("\0")),
            count,
            right[label] / count,
            right[label] / suggested[label] if suggested[label] else None,
        )
        for label, count in rows.most_common()
    ]
