"""Which rows are learned from and which are held back: always the newest, never a near-duplicate of a learned row."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.errors import HistoryUnusable
from training.dataset.near_duplicate_groups import have_near_duplicates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

HELD_BACK = 0.2
FEWEST_ROWS = 20


@dataclass(frozen=True)
class Split:
    """Rows to learn from, rows to measure on, and how many of the latter went over because they repeat one of the former."""

    learned: list[LabelledComplaint]
    held_back: list[LabelledComplaint]
    repeated: int


def by_time(rows: Sequence[LabelledComplaint], held_back: float = HELD_BACK) -> Split:
    """The newest share of the rows, oldest first, held back.

    Raises:
        HistoryUnusable: fewer than 20 rows, or every row held back repeats an older one.
    """
    _require(rows)
    cut = len(rows) - round(len(rows) * held_back)
    return _apart(list(rows[:cut]), list(rows[cut:]))


def at_random(rows: Sequence[LabelledComplaint], held_back: float = HELD_BACK, seed: int = 0) -> Split:
    """The flattering split: any rows held back, so that the past is predicted from its own future."""
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
        raise HistoryUnusable(
            "Each of the newest rows nearly repeats an older one: nothing is left to measure on. Add an export with other complaints."
        )
    return Split(learned + moved, apart, len(moved))


def _require(rows: Sequence[LabelledComplaint]) -> None:
    if len(rows) < FEWEST_ROWS:
        raise HistoryUnusable(
            f"Only {len(rows)} labelled rows: at least {FEWEST_ROWS} are needed to learn and to measure. Add an export with more rows."
        )
