"""What the report shows beside the scores: reliability, coverage, confusions, the learning curve, and the months read."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.predictions import UNKNOWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from training.evaluation.predictions import Prediction, RowPrediction
    from training.fitting.fit import Outcomes

_BINS = 10
_COVERAGES = tuple(share / 20 for share in range(1, 21))
_LABELS_IN_MATRIX = 10
OTHERS = "others"

Figures = dict[str, Any]


def reliability(judged: Sequence[Prediction]) -> list[Figures]:
    """For ten equal-width bins of confidence: how many rows, how sure on average, and the share that was right."""
    confidences = np.array([row.confidence for row in judged])
    right = np.array([row.first_right for row in judged])
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


def coverage(judged: Sequence[Prediction]) -> list[Figures]:
    """The share that was right among the surest 5 %, 10 %, ... 100 % of the rows, and from which confidence on."""
    surest_first = sorted(judged, key=lambda row: -row.confidence)
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


def confusions(judged: Sequence[Prediction], families: Mapping[str, str], names: Mapping[str, str]) -> Figures:
    """How often a unit's rows were given to which unit first: the ten with most rows, families as one, the rest together.

    `counts[i][j]` are rows of label i whose first suggestion was label j; the last of both are all others.
    """

    def named(label: str) -> str:
        return families.get(label) or names.get(label, label.lstrip(UNKNOWN_PREFIX))

    pairs = Counter((named(row.right), named(row.suggested[0]) if row.suggested else "") for row in judged)
    rows: Counter[str] = Counter()
    for (right, _), count in pairs.items():
        rows[right] += count
    labels = [label for label, _ in rows.most_common(_LABELS_IN_MATRIX)]
    at = {label: i for i, label in enumerate(labels)}
    counts = np.zeros((len(labels) + 1, len(labels) + 1), dtype=int)
    for (right, suggested), count in pairs.items():
        counts[at.get(right, -1), at.get(suggested, -1)] += count
    # Among all others, "right" would be read off the corner: it holds the wrong ones too.
    right_others = sum(count for (right, first), count in pairs.items() if right == first and right not in at)
    return {"labels": [*labels, OTHERS], "counts": counts.tolist(), "right_others": right_others}


def learning_curve(
    slices: Sequence[tuple[int, Sequence[LabelledComplaint], Outcomes]],
) -> list[Figures]:
    """For each forward-chained slice: how many rows were learned from before it, when it was, and what came out right."""
    return [
        {
            "learned": learned,
            "rows": len(later),
            "from": min(row.received_at for row in later).isoformat(),
            "to": max(row.received_at for row in later).isoformat(),
            "unit_top_1": _share([outcome.correct for outcome in outcomes.units]),
            "category_top_1": _share([outcome.correct for outcome in outcomes.categories]),
        }
        for learned, later, outcomes in slices
        if later
    ]


def months(rows: Sequence[LabelledComplaint]) -> list[Figures]:
    """How many rows came in each month, without a gap between the first and the last."""
    counted = Counter((row.received_at.year, row.received_at.month) for row in rows)
    (year, month), last = min(counted), max(counted)
    found = []
    while (year, month) <= last:
        found.append({"month": f"{year:04}-{month:02}", "rows": counted[year, month]})
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)  # noqa: PLR2004 - of a year
    return found


def figures_of(judged: Sequence[RowPrediction], families: Mapping[str, str], names: Mapping[str, str]) -> Figures:
    """Everything that is counted from the judged rows, for the card."""
    units = [row.unit for row in judged if row.unit is not None]
    categories = [row.category for row in judged if row.category is not None]
    return {
        "reliability": {"unit": reliability(units), "category": reliability(categories)},
        "coverage": {
            "unit": coverage(units) if units else [],
            "category": coverage(categories) if categories else [],
        },
        "confusions": confusions(units, families, names),
    }


def _share(right: Sequence[bool]) -> float | None:
    return float(np.mean(right)) if right else None
