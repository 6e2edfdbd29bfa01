"""Count a router's accuracy on held-out rows: by unit, by unit family, by category, and for each unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.metrics import f1_score

from training.evaluation.predictions import UNKNOWN_PREFIX, decided_category, decided_unit, predict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.history.rows import LabelledComplaint
    from model.router import Router
    from training.evaluation.predictions import Prediction, Predictions

_BINS = 10
_RESAMPLES = 1_000
_OTHER = f"{UNKNOWN_PREFIX}not among the suggestions"


@dataclass(frozen=True)
class Scores:
    """The figures of one label (unit, family or category) on `rows` rows; shares from 0 to 1.

    `top_1_low` and `top_1_high` bound the 95 % confidence interval (1,000 bootstrap resamples). `confident_share` is the
    coverage at the promised precision, `confident_right` the precision kept there (None without a confident row).
    `majority` is the accuracy of always suggesting the most frequent label.
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


@dataclass(frozen=True)
class UnitScore:
    """The recall of one unit among its rows, and the precision among the suggestions of the unit."""

    id: str
    name: str
    rows: int
    recall: float
    precision: float | None


@dataclass(frozen=True)
class Evaluation:
    """The figures of a router on rows later than the learned rows."""

    unit: Scores | None
    family: Scores | None
    category: Scores | None
    per_unit: tuple[UnitScore, ...]

    def as_dict(self) -> dict[str, Any]:
        """The figures for the card."""
        return asdict(self)


def evaluate(router: Router, rows: Sequence[LabelledComplaint], learned: Sequence[LabelledComplaint]) -> Evaluation:
    """Predict the rows and count the figures."""
    return evaluate_predictions(predict(router, rows), learned)


def evaluate_predictions(predictions: Predictions, learned: Sequence[LabelledComplaint]) -> Evaluation:
    """The figures of predictions; a label that no row of `learned` has counts as an error."""
    router, units, categories = predictions.router, predictions.units, predictions.categories
    known_units = Counter(decided_unit(router, row) for row in learned if row.unit and not row.returned)
    known_categories = Counter(decided_category(router, row) for row in learned if row.category)
    return Evaluation(
        _scores(units, known_units) if units else None,
        _scores(*_as_families(router, units, known_units)) if units else None,
        _scores(categories, known_categories) if categories else None,
        tuple(_per_unit(units, predictions.unit_names)),
    )


def _as_families(
    router: Router, units: Sequence[Prediction], known: Counter[str]
) -> tuple[list[Prediction], Counter[str]]:
    """The same predictions by unit family, whichever place the unit has."""
    family = {unit.id: unit.family or unit.id for unit in router.units}

    def of(unit_id: str) -> str:
        return family.get(unit_id, unit_id)

    by_family = [
        replace(row, right=of(row.right), suggested=tuple(dict.fromkeys(map(of, row.suggested)))) for row in units
    ]
    known_families: Counter[str] = Counter()
    for unit_id, rows in known.items():
        known_families[of(unit_id)] += rows
    return by_family, known_families


def _scores(predictions: Sequence[Prediction], known: Counter[str]) -> Scores:
    right = np.array([row.first_right for row in predictions])
    confident = np.array([row.confident for row in predictions])
    most_frequent = known.most_common(1)[0][0] if known else ""
    low, high = _bootstrap(right)
    return Scores(
        rows=len(predictions),
        labels=len({row.right for row in predictions}),
        unseen_rows=sum(row.right not in known for row in predictions),
        top_1=float(right.mean()),
        top_1_low=low,
        top_1_high=high,
        top_3=float(np.mean([row.among_three for row in predictions])),
        macro_f1=float(
            f1_score(
                [row.right for row in predictions],
                [row.suggested[0] if row.suggested else _OTHER for row in predictions],
                average="macro",
                zero_division=0,
            )
        ),
        majority=float(np.mean([row.right == most_frequent for row in predictions])),
        confident_share=float(confident.mean()),
        confident_right=float(right[confident].mean()) if confident.any() else None,
        calibration_error=expected_calibration_error(np.array([row.confidence for row in predictions]), right),
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


def _per_unit(predictions: Sequence[Prediction], names: dict[str, str]) -> list[UnitScore]:
    rows = Counter(row.right for row in predictions)
    suggested = Counter(row.suggested[0] for row in predictions if row.suggested)
    right = Counter(row.right for row in predictions if row.first_right)
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
