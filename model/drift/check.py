"""Two alarms: the complaints are no longer those that the model was measured on, or the decisions are not.

*Input drift* needs no labels. Each signal's mean over the last one, two and four weeks is tested against the model's own
held-back slice: a window-limited scan (Lai 1995) of Shewhart's statistic (Montgomery, Introduction to Statistical Quality
Control, chapters 6 and 9), with the variation between weeks that rows don't explain added to the variance, since
complaints come in bursts. Only a change beyond a tolerance counts, as the allowance of Page's CUSUM does (Biometrika
1954): seasons move every signal a little. The thresholds share WINDOW_BUDGET false alarms in 26 weekly checks by
Bonferroni's inequality.

*Agreement* compares decisions with suggestions one by one, as DDM does (Gama et al. 2004), by a Bernoulli CUSUM (Reynolds
and Stoumbos 1999) overall and per suggested unit: it needs no fixed sample and can ring after a dozen decisions. What is
expected of a decision is the suggestion's own calibrated confidence, corrected by what the held-back slice kept of it, so
that harder texts alone don't ring. At least exp(threshold) decisions lie between two false alarms (Lorden 1971), whichever
unit they are about, so no further correction for the number of units is needed: AGREEMENT_BUDGET false alarms in the
decisions of a half-year, for the units together, and as many for the overall sum. A unit rings only where its lost
decisions go one way, a new unit by count, a new category as a wave.

Both budgets are for a stream that moves within the tolerances; docs/decisions/0006-drift.md has what was measured.
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

# How many weeks are looked at: older ones would outweigh what began since.
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
    """What rings at `until` (the newest observation by default), looking at the last eight weeks; meant for once a week.

    `known_units` and `known_categories` are the ids that the model can suggest; empty means that new ones aren't looked
    for. `names` says what an officer calls an id. Nothing rings where `too_few` has something to say.
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
    """Why drift can't be checked yet; None where there are enough rows."""
    if baseline.rows < FEWEST_BASELINE_ROWS:
        return Sentence("drift.few-baseline-rows", rows=baseline.rows, needed=FEWEST_BASELINE_ROWS)
    rows = list(recent)
    decided = sum(bool(row.decided_unit_id) for row in rows)
    if len(rows) < FEWEST_ROWS and decided < FEWEST_DECISIONS:
        return Sentence("drift.few-recent-rows", rows=len(rows), needed=FEWEST_ROWS)
    return None
