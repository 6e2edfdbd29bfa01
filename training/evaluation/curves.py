"""Count the report's curves and tables: reliability, coverage, confusions, the learning curve, rows a month."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from model.complaint import is_date
from training.dataset.split import period_of
from training.evaluation.predictions import UNKNOWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from training.evaluation.predictions import Prediction, Predictions
    from training.fitting.fit import Outcomes

_BINS = 10
_COVERAGES = tuple(share / 20 for share in range(1, 21))
_LABELS_IN_MATRIX = 10
OTHERS = "others"

Figures = dict[str, Any]


def reliability(predictions: Sequence[Prediction]) -> list[Figures]:
    """Ten equal-width bins of confidence, each with its rows, mean confidence and share of right suggestions."""
    confidences = np.array([row.confidence for row in predictions])
    right = np.array([row.first_right for row in predictions])
    bins = np.minimum((confidences * _BINS).astype(int), _BINS - 1)
    return [
        {
            "from": number / _BINS,
            "to": (number + 1) / _BINS,
            "rows": int((bins == number).sum()),
            "confidence": float(confidences[bins == number].mean()),
            "right": float(right[bins == number].mean()),
        }
        for number in sorted(set(bins.tolist()))
    ]


def coverage(predictions: Sequence[Prediction]) -> list[Figures]:
    """The precision among the 5 %, 10 %, ... 100 % of rows with the highest confidence, and the lowest confidence there."""
    if not predictions:
        return []
    surest_first = sorted(predictions, key=lambda row: -row.confidence)
    right = np.cumsum([row.first_right for row in surest_first])
    points = []
    for share in _COVERAGES:
        count = max(1, round(share * len(surest_first)))
        points.append(
            {
                "coverage": count / len(surest_first),
                "precision": float(right[count - 1] / count),
                "from": surest_first[count - 1].confidence,
            }
        )
    return points


def confusions(predictions: Sequence[Prediction], families: Mapping[str, str], names: Mapping[str, str]) -> Figures:
    """The confusion matrix of the ten units with most rows, a family counting as a unit, and of all remaining units.

    `counts[i][j]` are the rows of label i whose first suggestion was label j; the last row and column are the remaining
    units.
    """

    def named(label: str) -> str:
        return families.get(label) or names.get(label, label.lstrip(UNKNOWN_PREFIX))

    pairs = Counter((named(row.right), named(row.suggested[0]) if row.suggested else "") for row in predictions)
    rows: Counter[str] = Counter()
    for (right, _), count in pairs.items():
        rows[right] += count
    labels = [label for label, _ in rows.most_common(_LABELS_IN_MATRIX)]
    index = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels) + 1, len(labels) + 1), dtype=int)
    for (right, suggested), count in pairs.items():
        counts[index.get(right, -1), index.get(suggested, -1)] += count
    # The corner of the matrix also holds wrong suggestions among the remaining units.
    right_others = sum(count for (right, first), count in pairs.items() if right == first and right not in index)
    return {"labels": [*labels, OTHERS], "counts": counts.tolist(), "right_others": right_others}


def learning_curve(
    slices: Sequence[tuple[int, Sequence[LabelledComplaint], Outcomes]],
) -> list[Figures]:
    """For each forward-chained slice: rows learned before, period, and share of right suggestions."""
    return [
        {
            "learned": learned,
            "rows": len(later),
            **period_of(later),
            "unit_top_1": _share([outcome.correct for outcome in outcomes.units]),
            "category_top_1": _share([outcome.correct for outcome in outcomes.categories]),
        }
        for learned, later, outcomes in slices
        if later
    ]


def months(rows: Sequence[LabelledComplaint]) -> list[Figures]:
    """The rows of each month from the first to the last, months without rows included; empty without dates."""
    counted = Counter((row.received_at.year, row.received_at.month) for row in rows if is_date(row.received_at))
    if not counted:
        return []
    (year, month), last = min(counted), max(counted)
    counts = []
    while (year, month) <= last:
        counts.append({"month": f"{year:04}-{month:02}", "rows": counted[year, month]})
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - of a year
    return counts


def figures_of(predictions: Predictions) -> Figures:
    """The reliability, coverage and confusions of predictions, for the card."""
    units, categories = predictions.units, predictions.categories
    families = {unit.id: unit.family for unit in predictions.router.units}
    return {
        "reliability": {"unit": reliability(units), "category": reliability(categories)},
        "coverage": {"unit": coverage(units), "category": coverage(categories)},
        "confusions": confusions(units, families, predictions.unit_names),
    }


def _share(right: Sequence[bool]) -> float | None:
    return float(np.mean(right)) if right else None
