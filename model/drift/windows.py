"""The last weeks as windows, and how far a figure must be off in one of them to ring."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from model.drift.baseline import WEEK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from model.drift.baseline import Level, Observation

FEWEST_ROWS = 30
# False alarms, at most and by design, in a half-year of weekly checks over every signal that is tested in windows.
WINDOW_BUDGET = 0.4
_CHECKS = 26
_WINDOWS = (1, 2, 4)
_FAMILIES = 9
# What a single topic may gain, in shares of all rows, before it is called a wave.
TOLERATED_WAVE = 0.07
# Shares add up to 1, so no more than about a dozen topics can stand at the edge of what is tolerated.
WAVES_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of the last so many weeks; `since` is the oldest of them."""

    since: datetime
    weeks: int
    rows: Sequence[Observation]


def windows(recent: Sequence[Observation], until: datetime) -> Iterator[Window]:
    """The last one, two and four weeks before `until`, those with enough rows to say something."""
    for weeks in _WINDOWS:
        rows = [row for row in recent if until - weeks * WEEK < row.received_at <= until]
        if len(rows) >= FEWEST_ROWS:
            yield Window(min(row.received_at for row in rows), weeks, rows)


def threshold(tests: int = 1) -> float:
    """The z beyond which one of `tests` alike rings: each family of tests, window and check has an equal part of the budget.

    >>> round(threshold(), 2), round(threshold(tests=12), 2)
    (3.25, 3.9)
    """
    return NormalDist().inv_cdf(1 - WINDOW_BUDGET / (_CHECKS * len(_WINDOWS) * _FAMILIES * max(tests, 1)))


def z_of_mean(before: Level, now: float, rows: int, weeks: int, tolerated: float) -> float:
    """How far a window's mean is above the baseline's and what is tolerated, in standard errors."""
    by_chance = before.deviation**2 * (1 / rows + 1 / before.rows) + before.between_weeks**2 / weeks
    # Where the held-back slice never showed the signal, its spread is that of a share as large as is tolerated.
    if before.deviation == 0:
        by_chance = tolerated * (1 - tolerated) / rows
    return (now - before.mean - tolerated) / math.sqrt(max(by_chance, 1e-9))


def z_of_share(tolerated: float, now: float, rows: int) -> float:
    """How far a share is above the largest that is tolerated, in standard errors there."""
    if tolerated >= 1:
        return 0.0
    return (now - tolerated) / math.sqrt(tolerated * (1 - tolerated) / rows)
