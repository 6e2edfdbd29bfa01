"""Check for drift: compare recent complaints and decisions with the slice on which the model was measured.

*Input drift* needs no labels. The mean of each signal over the last one, two and four weeks is tested against the model's
held-out slice: a window-limited scan (Lai 1995) of Shewhart's statistic (Montgomery, Introduction to Statistical Quality
Control, chapters 6 and 9). Complaints come in bursts, so the variance between weeks beyond sampling error is added to the
variance. Seasons move every signal a little, so only a change beyond a tolerance counts, like the allowance of Page's
CUSUM (Biometrika 1954). The thresholds share WINDOW_BUDGET false alarms in 26 weekly checks by Bonferroni's inequality.

*Agreement* compares decisions with suggestions in sequence, like DDM (Gama et al. 2004), by a Bernoulli CUSUM (Reynolds
and Stoumbos 1999) overall and for each suggested unit. A CUSUM needs no fixed sample and can ring after a dozen decisions.
The expected agreement is the calibrated confidence of the suggestion, multiplied by the agreement per confidence on the
held-out slice, so harder texts alone don't ring. At least exp(threshold) decisions pass between two false alarms (Lorden
1971) of any unit. The number of units therefore needs no further correction: AGREEMENT_BUDGET false alarms in the
decisions of a half-year for all units together, and the same for the overall sum. A unit rings only where most of its
lost decisions go to the same unit, a new unit by count, a new category as a wave.

Both budgets hold for a stream that moves within the tolerances; docs/decisions/0006-drift.md has the measurements.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import Sentence
from model.drift.baseline import WEEK
from model.drift.decisions import FEWEST_DECISIONS, check_agreement
from model.drift.inputs import check_input
from model.drift.windows import FEWEST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from model.drift.alarms import Alarm
    from model.drift.baseline import Baseline, Observation

# Rows of older weeks would outweigh a recent change.
WEEKS_WATCHED = 8
FEWEST_BASELINE_ROWS = 100


def check(
    baseline: Baseline,
    recent: Iterable[Observation],
    *,
    until: datetime | None = None,
    known_units: AbstractSet[str] = frozenset(),
    known_categories: AbstractSet[str] = frozenset(),
    names: Mapping[str, str] | None = None,
) -> tuple[Alarm, ...]:
    """The alarms of the eight weeks before `until` (the newest observation by default); call it once a week.

    `known_units` and `known_categories` are the ids that the model can suggest; without them no new unit or category is
    reported. `names` maps an id to the name in a sentence. There are no alarms where `too_few` gives a sentence.
    """
    rows = sorted(recent, key=lambda row: row.received_at)
    if too_few(baseline, rows):
        return ()
    until = until or rows[-1].received_at
    rows = [row for row in rows if until - WEEKS_WATCHED * WEEK < row.received_at <= until]
    names = names or {}
    return (
        *check_input(baseline, rows, until, names),
        *check_agreement(baseline, rows, until, known_units, known_categories, names),
    )


def too_few(baseline: Baseline, recent: Iterable[Observation]) -> Sentence | None:
    """The reason why drift can't be checked yet; None where there are enough rows."""
    if baseline.rows < FEWEST_BASELINE_ROWS:
        return Sentence("drift.few-baseline-rows", rows=baseline.rows, needed=FEWEST_BASELINE_ROWS)
    rows = list(recent)
    decided = sum(bool(row.decided_unit_id) for row in rows)
    if len(rows) < FEWEST_ROWS and decided < FEWEST_DECISIONS:
        return Sentence("drift.few-recent-rows", rows=len(rows), needed=FEWEST_ROWS)
    return None
