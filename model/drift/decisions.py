"""The alarm over decisions: the texts stay as they were, but officers decide them otherwise than the model suggests."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.drift.alarms import Alarm, Kind, Signal
from model.drift.baseline import Agreement
from model.drift.windows import TOLERATED_WAVE, WAVES_AT_ONCE, threshold, windows, z_of_share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import datetime

    from model.drift.baseline import Baseline, Observation

FEWEST_DECISIONS = 10
# False alarms, at most and by design, among the decisions of a half-year.
AGREEMENT_BUDGET = 0.1
_WEEKS = 26
# Agreement falls slowly while labels change; so much of it may go before a decision speaks for a change.
_TOLERATED_FALL = 0.15
# What the CUSUM looks for beyond that: half of a unit's decisions elsewhere, or a quarter of all.
_UNIT_SHIFT = 0.5
_OVERALL_SHIFT = 0.75
_LIKELIEST = 0.97
_LEAST_LIKELY = 0.03
# Scattered disagreement is hard texts; a reassigned, renamed or divided unit sends at least so much of it one way.
_ONE_WAY = 0.3
_FEWEST_ONE_WAY = 5
_FEWEST_NEW = 6


def check_agreement(
    baseline: Baseline,
    recent: Sequence[Observation],
    until: datetime,
    known_units: AbstractSet[str],
    known_categories: AbstractSet[str],
    names: Mapping[str, str],
) -> list[Alarm]:
    """An alarm overall, one a unit whose suggestions are not kept any more, and one a unit or category that is new."""
    decided = [row for row in recent if row.decided_unit_id]
    return [
        *_unit_alarms(baseline, decided, names),
        *_overall_alarm(baseline, decided),
        *_new_units(decided, known_units, names),
        *_new_categories(recent, until, known_categories, names),
    ]


def _overall_alarm(baseline: Baseline, decided: Sequence[Observation]) -> list[Alarm]:
    changed = _first_changed(decided, baseline.agreement, _OVERALL_SHIFT, _rings_above(baseline))
    if changed is None:
        return []
    since = decided[changed:]
    before, now = _expected(since, baseline.agreement), _agreement(since)
    message = Sentence("drift.alarm-agreement", before=before, now=now, decisions=len(since))
    return [Alarm(Kind.AGREEMENT, Signal.AGREEMENT, since[0].received_at, before, now, "", message)]


def _unit_alarms(baseline: Baseline, decided: Sequence[Observation], names: Mapping[str, str]) -> list[Alarm]:
    by_unit: dict[str, list[Observation]] = defaultdict(list)
    for row in decided:
        by_unit[row.unit_id].append(row)
    alarms = []
    for unit_id, rows in by_unit.items():
        kept = baseline.unit_agreement.get(unit_id, Agreement())
        changed = _first_changed(rows, kept, _UNIT_SHIFT, _rings_above(baseline))
        if changed is None:
            continue
        since = rows[changed:]
        before, now = _expected(since, kept), _agreement(since)
        elsewhere = Counter(row.decided_unit_id for row in since if row.decided_unit_id != unit_id)
        toward, count = elsewhere.most_common(1)[0]
        if count < max(_ONE_WAY * elsewhere.total(), _FEWEST_ONE_WAY):
            continue
        message = Sentence(
            "drift.alarm-unit_agreement",
            before=before,
            now=now,
            decisions=len(since),
            count=count,
            name=names.get(unit_id, unit_id),
            toward=names.get(toward, toward),
        )
        alarms.append(Alarm(Kind.AGREEMENT, Signal.UNIT_AGREEMENT, since[0].received_at, before, now, unit_id, message))
    return alarms


def _first_changed(rows: Sequence[Observation], kept: Agreement, shift: float, threshold: float) -> int | None:
    """Where the change began that a Bernoulli CUSUM found and that has not been taken back; None without one.

    The sum of log-likelihood ratios of "kept `shift` as often as tolerated" against "as often as tolerated", never below
    zero; it rings above the threshold, until it is back at zero. Where it last left zero is the estimate of the beginning.
    """
    if len(rows) < FEWEST_DECISIONS:
        return None
    total, began, ringing = 0.0, 0, False
    for number, row in enumerate(rows):
        before = _bounded(row.confidence * kept.factor * (1 - _TOLERATED_FALL))
        after = before * shift
        agreed = row.unit_id == row.decided_unit_id
        total += math.log(after / before) if agreed else math.log((1 - after) / (1 - before))
        if total <= 0:
            total, began, ringing = 0.0, number + 1, False
        ringing = ringing or total > threshold
    return began if ringing else None


def _rings_above(baseline: Baseline) -> float:
    """At least exp(threshold) decisions lie between two false alarms (Lorden 1971)."""
    decisions_of_half_year = max(baseline.agreement.decided / max(baseline.weeks, 1.0) * _WEEKS, 1_000)
    return math.log(decisions_of_half_year / AGREEMENT_BUDGET)


def _bounded(probability: float) -> float:
    return min(max(probability, _LEAST_LIKELY), _LIKELIEST)


def _expected(rows: Sequence[Observation], kept: Agreement) -> float:
    return sum(_bounded(row.confidence * kept.factor) for row in rows) / len(rows)


def _agreement(rows: Sequence[Observation]) -> float:
    return sum(row.unit_id == row.decided_unit_id for row in rows) / len(rows)


def _new_units(decided: Sequence[Observation], known_units: AbstractSet[str], names: Mapping[str, str]) -> list[Alarm]:
    if not known_units:
        return []
    found: dict[str, list[Observation]] = defaultdict(list)
    for row in decided:
        if row.decided_unit_id not in known_units:
            found[row.decided_unit_id].append(row)
    return [
        Alarm(
            Kind.AGREEMENT,
            Signal.NEW_UNIT,
            rows[0].received_at,
            0.0,
            len(rows) / len(decided),
            unit_id,
            Sentence("drift.alarm-new_unit", count=len(rows), name=names.get(unit_id, unit_id)),
        )
        for unit_id, rows in found.items()
        if len(rows) >= _FEWEST_NEW
    ]


def _new_categories(
    recent: Sequence[Observation], until: datetime, known_categories: AbstractSet[str], names: Mapping[str, str]
) -> list[Alarm]:
    """Rare categories come and go all year; one that the model doesn't know rings when it is a wave."""
    if not known_categories:
        return []
    alarms: dict[str, Alarm] = {}
    for window in windows([row for row in recent if row.decided_category_id], until):
        counted = Counter(row.decided_category_id for row in window.rows)
        for category_id, count in counted.items():
            now = count / len(window.rows)
            high = z_of_share(TOLERATED_WAVE, now, len(window.rows)) > threshold(WAVES_AT_ONCE)
            if high and category_id not in known_categories and category_id not in alarms:
                message = Sentence("drift.alarm-new_category", now=now, name=names.get(category_id, category_id))
                alarms[category_id] = Alarm(
                    Kind.AGREEMENT, Signal.NEW_CATEGORY, window.since, 0.0, now, category_id, message
                )
    return list(alarms.values())
