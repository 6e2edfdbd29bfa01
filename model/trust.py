"""How much a row teaches, by how its label came about."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from model.history import LabelledComplaint

# Chosen on earlier data than any that is reported: docs/decisions/0010.
CORRECTION_WEIGHT = 2.0
ACCEPTANCE_WEIGHT = 0.5
WRONG_WEIGHT = 1.0

# When a topic counts as moved, and what its old rows still weigh then.
_IN_A_ROW = 16
_FEWEST_MOVED = 10
_LEFT_OF_OLD = 0.1

CHANGED = "changed"
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Trust:
    """The weight of a row beside one whose label came with an export, which weighs 1.

    An officer who changed a suggestion has read the complaint; one who accepted it may have followed the machine
    (automation bias), and a model that learns from its own echo keeps its errors. `wrong` is the weight of a row as an
    example of what its unit does not do, where the unit returned it or was suggested and rejected.
    """

    correction: float = CORRECTION_WEIGHT
    acceptance: float = ACCEPTANCE_WEIGHT
    wrong: float = WRONG_WEIGHT

    def weights(self, rows: Sequence[LabelledComplaint]) -> NDArray[np.float64]:
        """Shape (n,)."""
        by_verdict = {CHANGED: self.correction, ACCEPTED: self.acceptance}
        return np.array([by_verdict.get(row.verdict, 1.0) for row in rows], dtype=np.float64)


USUAL_TRUST = Trust()


def still_telling(
    rows: Sequence[LabelledComplaint], topics: Sequence[str], wrong: Sequence[tuple[int, str]]
) -> NDArray[np.float64]:
    """Shape (n,): 1, and little for the old rows of a topic whose suggestions officers have come to move elsewhere.

    Where of 16 decisions in a row on a topic's suggestions 10 or more went to one other topic, its matters were reassigned:
    what was decided before the first of them no longer says what would be decided now. Corrections that scatter say that the
    topic is hard, and change nothing. `topics` are what the rows teach, blank for none; `wrong` are rows and the topics
    they are known not to have.
    """
    factors = np.ones(len(rows))
    for topic, decisions in _decisions_on(rows, topics, wrong).items():
        moved_at = _moved_at(sorted(decisions))
        if moved_at is not None:
            old = [at for at, row in enumerate(rows) if topics[at] == topic and row.received_at < moved_at]
            factors[old] = _LEFT_OF_OLD
    return factors


def _decisions_on(
    rows: Sequence[LabelledComplaint], topics: Sequence[str], wrong: Sequence[tuple[int, str]]
) -> dict[str, list[tuple[datetime, str]]]:
    """What was decided, and when, on the suggestions of each topic: the topic chosen instead, blank where it was kept."""
    decisions: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for at, row in enumerate(rows):
        if row.verdict == ACCEPTED and topics[at]:
            decisions[topics[at]].append((row.received_at, ""))
    for at, topic in wrong:
        if rows[at].verdict == CHANGED and topics[at] not in {"", topic}:
            decisions[topic].append((rows[at].received_at, topics[at]))
    return decisions


def _moved_at(decisions: Sequence[tuple[datetime, str]]) -> datetime | None:
    """The first of the latest decisions in a row that moved a topic's matters to one other; None where none did."""
    moved_at = None
    for end in range(_FEWEST_MOVED, len(decisions) + 1):
        window = decisions[max(0, end - _IN_A_ROW) : end]
        towards = Counter(target for _, target in window if target).most_common(1)
        if towards and towards[0][1] >= _FEWEST_MOVED:
            moved_at = next(moment for moment, target in window if target == towards[0][0])
    return moved_at
