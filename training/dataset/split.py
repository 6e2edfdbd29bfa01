"""Split rows into learned and held-out rows: the newest are held out, without near-duplicates of learned rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.complaint import is_date
from training.dataset.near_duplicate_groups import have_near_duplicates
from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

HELD_BACK = 0.2
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Split:
    """Rows to learn from, rows to measure on, and the number of near-duplicates moved to the learned rows.

    `by_row_order`: rows to measure on have no date, so they were split by their order in the file and not by time.
    """

    learned: list[LabelledComplaint]
    held_back: list[LabelledComplaint]
    repeated: int

    @property
    def by_row_order(self) -> bool:
        return not all(is_date(row.received_at) for row in self.held_back)


def period_of(rows: Sequence[LabelledComplaint]) -> dict[str, str | None]:
    """The first and the last date of rows, None where no row has a date."""
    moments = [row.received_at for row in rows if is_date(row.received_at)]
    if not moments:
        return {"from": None, "to": None}
    return {"from": min(moments).isoformat(), "to": max(moments).isoformat()}


def by_time(rows: Sequence[LabelledComplaint], held_back: float = HELD_BACK) -> Split:
    """Hold the newest share of the rows back; `rows` are oldest first, rows without a date in the order of the file.

    Raises:
        HistoryUnusable: fewer than 20 rows, or each newest row repeats an older row.
    """
    _require(rows)
    cut = len(rows) - round(len(rows) * held_back)
    return _apart(list(rows[:cut]), list(rows[cut:]))


def at_random(rows: Sequence[LabelledComplaint], held_back: float = HELD_BACK, seed: int = 0) -> Split:
    """Hold random rows back; the figures are too high, since the model learns from later rows too."""
    _require(rows)
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a split is no secret
    cut = len(rows) - round(len(rows) * held_back)
    return _apart(shuffled[:cut], shuffled[cut:])


def _apart(learned: list[LabelledComplaint], held_back: list[LabelledComplaint]) -> Split:
    repeats = have_near_duplicates([row.complaint.text for row in held_back], [row.complaint.text for row in learned])
    apart = [row for row, repeated in zip(held_back, repeats, strict=True) if not repeated]
    moved = [row for row, repeated in zip(held_back, repeats, strict=True) if repeated]
    if not apart:
        raise HistoryUnusable("training.nothing-to-measure")
    return Split(learned + moved, apart, len(moved))


def _require(rows: Sequence[LabelledComplaint]) -> None:
    if len(rows) < FEWEST_ROWS:
        raise HistoryUnusable("training.too-few-rows", rows=len(rows), fewest=FEWEST_ROWS)
