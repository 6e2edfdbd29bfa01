"""How much a row teaches, and what, by how its label came about and what was decided since."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from numpy.typing import NDArray

    from model.history.rows import LabelledComplaint

# Chosen on earlier data than any that is reported: docs/decisions/0010.
CORRECTION_WEIGHT = 2.0
ACCEPTANCE_WEIGHT = 0.5
WRONG_WEIGHT = 1.0

# When a topic's matters count as moved.
_IN_A_ROW = 16
_FEWEST_MOVED = 10

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


def topics_now(rows: Sequence[LabelledComplaint], topics: Sequence[str], wrong: Sequence[tuple[int, str]]) -> list[str]:
    """What each row teaches now: the old rows of a topic whose matters officers have moved to another teach that other.

    Where of 16 decisions in a row on a topic's suggestions 10 or more went to one other topic, its matters were reassigned:
    what was decided before the first of them would be decided otherwise now. Corrections that scatter say that the topic is
    hard, and change nothing. `topics` are what the rows said, blank for none; `wrong` are rows and the topics they are known
    not to have.
    """
    now = list(topics)
    for topic, decisions in _decisions_on(rows, topics, wrong).items():
        moved = _moved(sorted(decisions))
        if moved is not None:
            since, successor = moved
            for at, row in enumerate(rows):
                if topics[at] == topic and row.received_at < since:
                    now[at] = successor
    return now


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


def _moved(decisions: Sequence[tuple[datetime, str]]) -> tuple[datetime, str] | None:
    """Since when, and to which topic, the latest decisions in a row moved a topic's matters; None where none did."""
    moved = None
    for end in range(_FEWEST_MOVED, len(decisions) + 1):
        window = decisions[max(0, end - _IN_A_ROW) : end]
        towards = Counter(target for _, target in window if target).most_common(1)
        if towards and towards[0][1] >= _FEWEST_MOVED:
            successor = towards[0][0]
            moved = next(moment for moment, target in window if target == successor), successor
    return moved
