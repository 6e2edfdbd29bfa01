"""Weigh rows by verdict and age, and relabel rows of reassigned topics."""

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

# Chosen on data before any reported slice: docs/decisions/0010.
CORRECTION_WEIGHT = 2.0
ACCEPTANCE_WEIGHT = 0.5
WRONG_WEIGHT = 1.0
# Chosen on earlier slices: docs/decisions/0007.
HALF_LIFE_DAYS = 120
LEAST_WEIGHT = 0.25
# Chosen on earlier slices: docs/decisions/0039.
RARITY_POWER_OF_CATEGORIES = 0.15

# A topic is reassigned when 10 of 16 decisions in a row went to the same different topic.
_IN_A_ROW = 16
_FEWEST_REASSIGNED = 10

CHANGED = "changed"
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class SampleWeights:
    """The weights of rows by verdict; a label of an export weighs 1.

    An officer who changed a suggestion has read the complaint. An officer who accepted a suggestion may have followed
    the machine (automation bias), and a model that learns from accepted suggestions keeps old errors. `wrong` is the
    weight of a counter-example, for a unit that returned the complaint or was suggested and rejected.
    """

    correction: float = CORRECTION_WEIGHT
    acceptance: float = ACCEPTANCE_WEIGHT
    wrong: float = WRONG_WEIGHT

    def of(self, rows: Sequence[LabelledComplaint]) -> NDArray[np.float64]:
        """The weights of rows by verdict and age, shape (n,), mean 1."""
        if not rows:
            return np.zeros(0)
        by_verdict = {CHANGED: self.correction, ACCEPTED: self.acceptance}
        weights = np.array([by_verdict.get(row.verdict, 1.0) for row in rows], dtype=np.float64) * _weights_by_age(rows)
        normed: NDArray[np.float64] = weights / weights.mean()
        return normed


def _weights_by_age(rows: Sequence[LabelledComplaint]) -> NDArray[np.float64]:
    """Newer decisions weigh more, because practice changes: half after 120 days, never less than a quarter; mean 1."""
    newest = max(row.received_at for row in rows)
    ages = np.array([(newest - row.received_at).days for row in rows], dtype=np.float64)
    weights: NDArray[np.float64] = np.maximum(0.5 ** (ages / HALF_LIFE_DAYS), LEAST_WEIGHT)
    normed: NDArray[np.float64] = weights / weights.mean()
    return normed


def weights_by_rarity(counts: NDArray[np.int64], power: float) -> NDArray[np.float64]:
    """The weight of a row of each label, shape (n_labels,): rows of a rare label weigh more, as count^-power."""
    weights: NDArray[np.float64] = (counts / counts.mean()) ** -power
    return weights


def relabel_reassigned(
    rows: Sequence[LabelledComplaint], topics: Sequence[str], wrong: Sequence[tuple[int, str]]
) -> list[str]:
    """Relabel older rows of a reassigned topic to the successor.

    A topic is reassigned where 10 or more of 16 decisions in a row, on suggestions of the topic, went to the same
    successor. Rows from before the first decision for the successor are relabelled. Scattered corrections show only a
    hard topic, and leave the labels alone.

    Args:
        rows: the rows of the history.
        topics: the topic of each row, or blank.
        wrong: pairs of a row's number and a topic known to be wrong.
    """
    relabelled = list(topics)
    for topic, decisions in _decisions_on(rows, topics, wrong).items():
        reassigned = _reassignment(sorted(decisions))
        if reassigned is not None:
            since, successor = reassigned
            for i, row in enumerate(rows):
                if topics[i] == topic and row.received_at < since:
                    relabelled[i] = successor
    return relabelled


def _decisions_on(
    rows: Sequence[LabelledComplaint], topics: Sequence[str], wrong: Sequence[tuple[int, str]]
) -> dict[str, list[tuple[datetime, str]]]:
    """Suggested topic → decisions: the time, and the topic chosen instead, blank where accepted."""
    decisions: dict[str, list[tuple[datetime, str]]] = defaultdict(list)
    for topic, row in zip(topics, rows, strict=True):
        if row.verdict == ACCEPTED and topic:
            decisions[topic].append((row.received_at, ""))
    for i, topic in wrong:
        if rows[i].verdict == CHANGED and topics[i] not in {"", topic}:
            decisions[topic].append((rows[i].received_at, topics[i]))
    return decisions


def _reassignment(decisions: Sequence[tuple[datetime, str]]) -> tuple[datetime, str] | None:
    """The time and the successor of the latest reassignment, or None."""
    reassignment = None
    for end in range(_FEWEST_REASSIGNED, len(decisions) + 1):
        window = decisions[max(0, end - _IN_A_ROW) : end]
        successors = Counter(successor for _, successor in window if successor).most_common(1)
        if successors and successors[0][1] >= _FEWEST_REASSIGNED:
            successor = successors[0][0]
            reassignment = next(time for time, chosen in window if chosen == successor), successor
    return reassignment
