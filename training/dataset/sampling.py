"""Which rows a training learns from where there are more than it may: the newest, and the newest of each label."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from model.errors import HistoryUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

# Why so many, and why half: docs/decisions/0023.
MOST_ROWS = 50_000
OF_LABELS = 0.5


def newest_rows(
    rows: Sequence[LabelledComplaint], most: int, share_of_labels: float = OF_LABELS
) -> Sequence[LabelledComplaint]:
    """At most `most` of the rows, in the order given; all of them where `most` is 0.

    A share of the room is for the newest of each label: for one k every row that is among the newest k of its unit or of its
    category, and of the k + 1st the newest. The rest is for the newest rows whatever their labels, so that frequent labels
    stay frequent. As long as there are as many rows as labels, none loses its last one. A row with neither label goes first.
    """
    if not most or len(rows) <= most:
        return rows
    # Of rows of the same moment the later one counts as newer.
    newest_first = sorted(range(len(rows)), key=lambda at: (rows[at].received_at, at), reverse=True)
    met: Counter[tuple[str, str]] = Counter()
    places = {}
    for at in newest_first:
        labels = _labels(rows[at])
        met.update(labels)
        places[at] = min((met[label] for label in labels), default=len(rows) + 1)
    of_labels = sorted(newest_first, key=places.__getitem__)[: max(int(share_of_labels * most), min(len(met), most))]
    first = set(of_labels)
    others = [at for at in newest_first if at not in first]
    return [rows[at] for at in sorted(of_labels + others[: most - len(of_labels)])]


def require_room(rows: Sequence[LabelledComplaint], most: int) -> None:
    """See that each label can keep a row.

    Raises:
        HistoryUnusable: the rows have more labels than rows may be learned from.
    """
    labels = {label for row in rows for label in _labels(row)} if 0 < most < len(rows) else set()
    if len(labels) > most:
        raise HistoryUnusable(
            f"The rows have {len(labels)} labels and --max-rows lets {most} rows be learned from: some labels would keep none. "
            f"Give at least {len(labels)}, or 0 for no bound."
        )


def _labels(row: LabelledComplaint) -> list[tuple[str, str]]:
    """What a row teaches. What a unit sent back teaches something else than what it took, so it takes none of its room."""
    kinds = (("returned" if row.returned else "unit", row.unit), ("category", row.category))
    return [(kind, label) for kind, label in kinds if label]
