"""Windows of recent weeks, and the test statistics and thresholds in a window."""

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
# The designed bound on false alarms of all window tests in a half-year of weekly checks.
WINDOW_BUDGET = 0.4
_CHECKS = 26
_WINDOWS = (1, 2, 4)
_FAMILIES = 9
# The tolerated gain of a single topic, as a share of all rows.
TOLERATED_WAVE = 0.07
# Shares add up to 1, so at most about a dozen topics can reach the tolerance at once.
WAVES_AT_ONCE = 12


@dataclass(frozen=True, slots=True)
class Window:
    """The rows of the last `weeks` weeks; `since` is the time of the oldest row."""

    since: datetime
    weeks: int
    rows: Sequence[Observation]


def windows(recent: Sequence[Observation], until: datetime) -> Iterator[Window]:
    """The last one, two and four weeks before `until`, as far as they have enough rows."""
    for weeks in _WINDOWS:
        rows = [row for row in recent if until - weeks * WEEK < row.received_at <= until]
        if len(rows) >= FEWEST_ROWS:
            yield Window(min(row.received_at for row in rows), weeks, rows)


def threshold(tests: int = 1) -> float:
    """The z beyond which one of `tests` equal tests rings; families, windows and checks share the budget equally.

    >>> round(threshold(), 2), round(threshold(tests=12), 2)
    (3.25, 3.9)
    """
    return NormalDist().inv_cdf(1 - WINDOW_BUDGET / (_CHECKS * len(_WINDOWS) * _FAMILIES * max(tests, 1)))


def z_of_mean(before: Level, now: float, rows: int, weeks: int, tolerated: float) -> float:
    """The distance of a window's mean above baseline plus tolerance, in standard errors."""
    variance = before.deviation**2 * (1 / rows + 1 / before.rows) + before.between_weeks**2 / weeks
    # A signal without spread on the held-out slice is tested like a share of the tolerated size.
    if before.deviation == 0:
        variance = tolerated * (1 - tolerated) / rows
    return (now - before.mean - tolerated) / math.sqrt(max(variance, 1e-9))


def z_of_share(tolerated: float, now: float, rows: int) -> float:
    """The distance of a share above the tolerated share, in standard errors."""
    if tolerated >= 1:
        return 0.0
    return (now - tolerated) / math.sqrt(tolerated * (1 - tolerated) / rows)
