"""Split rows into learned and held-out rows: the newest are held out, without near-duplicates of learned rows."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.complaint import is_date
from training.dataset.near_duplicate_groups import have_near_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

HELD_BACK = 0.2
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Split:
    """Rows to learn from, rows to measure on, and the number of near-duplicates moved to the learned rows.

    `by_row_order`: rows to measure on have no date, so they were split by their order in the file and not by time.
    `unmeasured` says why there are no rows to measure on.
    """

    learned: list[LabelledComplaint]
    held_back: list[LabelledComplaint]
    repeated: int
    unmeasured: Sentence | None = None

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

    Nothing is held back where there are fewer than 20 rows, or where each newest row repeats an older row.
    """
    return _split(rows, held_back)


def at_random(rows: Sequence[LabelledComplaint], held_back: float = HELD_BACK, seed: int = 0) -> Split:
    """Hold random rows back; the figures are too high, since the model learns from later rows too."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - a split is no secret
    return _split(shuffled, held_back)


def _split(rows: Sequence[LabelledComplaint], share: float) -> Split:
    """Hold the last share of the rows back, apart from near-duplicates of the rows before."""
    if len(rows) < FEWEST_ROWS:
        return Split(list(rows), [], 0, Sentence("training.too-few-to-measure", rows=len(rows), fewest=FEWEST_ROWS))
    cut = len(rows) - round(len(rows) * share)
    learned, held_back = list(rows[:cut]), list(rows[cut:])
    repeats = have_near_duplicates([row.complaint.text for row in held_back], [row.complaint.text for row in learned])
    apart = [row for row, repeated in zip(held_back, repeats, strict=True) if not repeated]
    moved = [row for row, repeated in zip(held_back, repeats, strict=True) if repeated]
    return Split(learned + moved, apart, len(moved), None if apart else Sentence("training.newest-repeat-older"))
