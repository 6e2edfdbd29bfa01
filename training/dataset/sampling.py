"""Choose the rows to learn from where a bound applies: the newest rows, and the newest rows of each label."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

# The measurements behind both: docs/decisions/0023.
MOST_ROWS = 50_000
SHARE_OF_LABELS = 0.5


def newest_rows(
    rows: Sequence[LabelledComplaint], most: int, share_of_labels: float = SHARE_OF_LABELS
) -> Sequence[LabelledComplaint]:
    """At most `most` of the rows, in the order given; all rows where `most` is 0.

    A share of the bound is kept for labels: for the largest possible k, the newest k rows of every unit and category,
    then the newest of the rows ranked k + 1. The newest remaining rows of any label fill the rest: frequent labels
    stay frequent. With as many rows as labels, every label keeps the newest row. Rows without a label come last.
    """
    if not most or len(rows) <= most:
        return rows
    # Of rows with the same time the later row in the list counts as newer.
    newest_first = sorted(range(len(rows)), key=lambda index: (rows[index].received_at, index), reverse=True)
    counts: Counter[tuple[str, str]] = Counter()
    ranks = {}
    for index in newest_first:
        labels = _labels(rows[index])
        counts.update(labels)
        ranks[index] = min((counts[label] for label in labels), default=len(rows) + 1)
    kept_for_labels = max(int(share_of_labels * most), min(len(counts), most))
    kept = set(sorted(newest_first, key=ranks.__getitem__)[:kept_for_labels])
    rest = [index for index in newest_first if index not in kept]
    return [rows[index] for index in sorted([*kept, *rest[: most - len(kept)]])]


def require_room(rows: Sequence[LabelledComplaint], most: int) -> None:
    """Require room for a row of each label.

    Raises:
        HistoryUnusable: the rows have more labels than the bound of rows.
    """
    labels = {label for row in rows for label in _labels(row)} if 0 < most < len(rows) else set()
    if len(labels) > most:
        raise HistoryUnusable("training.too-many-labels", labels=len(labels), most=most)


def _labels(row: LabelledComplaint) -> list[tuple[str, str]]:
    """The labels of a row. A returned row teaches against the unit, and counts as a different label."""
    kinds = (("returned" if row.returned else "unit", row.unit), ("category", row.category))
    return [(kind, label) for kind, label in kinds if label]
