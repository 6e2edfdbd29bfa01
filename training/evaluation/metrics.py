"""What a router gets right on rows that it has not learned from."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import f1_score

from training.evaluation.predictions import UNKNOWN_PREFIX, decided_unit, predict_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.history.rows import LabelledComplaint
    from model.router import Router
    from training.evaluation.predictions import Prediction, RowPrediction

_BINS = 10
_RESAMPLES = 1_000
_OTHER = f"{UNKNOWN_PREFIX}not among the suggestions"


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

    id: str
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


def evaluate(router: Router, rows: Sequence[LabelledComplaint], learned: Sequence[LabelledComplaint]) -> Evaluation:
    """Measure on rows; labels that `learned` never had count as errors, returned rows are not scored by unit."""
    return evaluate_judged(router, predict_rows(router, rows), learned)


def evaluate_judged(
    router: Router, judged: Sequence[RowPrediction], learned: Sequence[LabelledComplaint]
) -> Evaluation:
    """The figures of rows that were judged already."""
    units = [row.unit for row in judged if row.unit is not None]
    categories = [row.category for row in judged if row.category is not None]
    known_units = Counter(decided_unit(router, row) for row in learned if row.unit and not row.returned)
    known_categories = Counter(row.category for row in learned if row.category)
    names = {unit.id: unit.name for unit in router.units}
    return Evaluation(
        _scores(units, known_units) if units else None,
        _scores(*_as_families(router, units, known_units)) if units else None,
        _scores(categories, known_categories) if categories else None,
        tuple(_per_label(units, names)),
    )


def _as_families(
    router: Router, units: Sequence[Prediction], known: Counter[str]
) -> tuple[list[Prediction], Counter[str]]:
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


def _scores(judged: Sequence[Prediction], known: Counter[str]) -> Scores:
    right = np.array([row.first_right for row in judged])
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
        top_3=float(np.mean([row.among_three for row in judged])),
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


def _per_label(judged: Sequence[Prediction], names: dict[str, str]) -> list[UnitScore]:
    rows = Counter(row.right for row in judged)
    suggested = Counter(row.suggested[0] for row in judged if row.suggested)
    right = Counter(row.right for row in judged if row.first_right)
    return [
        UnitScore(
            label.lstrip(UNKNOWN_PREFIX),
            names.get(label, label.lstrip(UNKNOWN_PREFIX)),
            count,
            right[label] / count,
            right[label] / suggested[label] if suggested[label] else None,
        )
        for label, count in rows.most_common()
    ]
