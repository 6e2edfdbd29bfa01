"""The alarms over decisions: officers decide otherwise than the model suggests."""

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
# The designed bound on false alarms among the decisions of a half-year.
AGREEMENT_BUDGET = 0.1
_WEEKS = 26
# The tolerated relative fall of agreement: labels change slowly all the time.
_TOLERATED_FALL = 0.15
# The shift that the CUSUM detects beyond that: half of a unit's decisions lost, or a quarter of all decisions.
_UNIT_SHIFT = 0.5
_OVERALL_SHIFT = 0.75
_LIKELIEST = 0.97
_LEAST_LIKELY = 0.03
# Scattered disagreement comes from hard texts; a reassigned, renamed or divided unit loses at least this share to one unit.
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
    """The alarms for single units, for all decisions together, and for new units and categories."""
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
    return [_alarm(Signal.AGREEMENT, since[0].received_at, "", message)]


def _unit_alarms(baseline: Baseline, decided: Sequence[Observation], names: Mapping[str, str]) -> list[Alarm]:
    by_unit: dict[str, list[Observation]] = defaultdict(list)
    for row in decided:
        by_unit[row.unit_id].append(row)
    alarms = []
    for unit_id, rows in by_unit.items():
        measured = baseline.unit_agreement.get(unit_id, Agreement())
        changed = _first_changed(rows, measured, _UNIT_SHIFT, _rings_above(baseline))
        if changed is None:
            continue
        since = rows[changed:]
        before, now = _expected(since, measured), _agreement(since)
        elsewhere = Counter(row.decided_unit_id for row in since if row.decided_unit_id != unit_id)
        toward, count = elsewhere.most_common(1)[0]
        if count < max(_ONE_WAY * elsewhere.total(), _FEWEST_ONE_WAY):
            continue
        message = Sentence(
            "drift.alarm-unit_agreement",
            name=names.get(unit_id, unit_id),
            before=before,
            now=now,
            decisions=len(since),
            count=count,
            toward=names.get(toward, toward),
        )
        alarms.append(_alarm(Signal.UNIT_AGREEMENT, since[0].received_at, unit_id, message))
    return alarms


def _first_changed(rows: Sequence[Observation], measured: Agreement, shift: float, threshold: float) -> int | None:
    """The first row of a lasting change of agreement found by a Bernoulli CUSUM; None without such a change.

    The sum adds log-likelihood ratios of the agreement falling to `shift` of the tolerated rate against the tolerated rate,
    and never goes below zero. It rings above the threshold until it returns to zero. The change is estimated to begin where
    the sum last left zero.
    """
    if len(rows) < FEWEST_DECISIONS:
        return None
    total, began, ringing = 0.0, 0, False
    for number, row in enumerate(rows):
        before = _bounded(row.confidence * measured.factor * (1 - _TOLERATED_FALL))
        after = before * shift
        agreed = row.unit_id == row.decided_unit_id
        total += math.log(after / before) if agreed else math.log((1 - after) / (1 - before))
        if total <= 0:
            total, began, ringing = 0.0, number + 1, False
        ringing = ringing or total > threshold
    return began if ringing else None


def _rings_above(baseline: Baseline) -> float:
    """The threshold; at least exp(threshold) decisions pass between two false alarms (Lorden 1971)."""
    decisions_of_half_year = max(baseline.agreement.decided / max(baseline.weeks, 1.0) * _WEEKS, 1_000)
    return math.log(decisions_of_half_year / AGREEMENT_BUDGET)


def _bounded(probability: float) -> float:
    return min(max(probability, _LEAST_LIKELY), _LIKELIEST)


def _expected(rows: Sequence[Observation], measured: Agreement) -> float:
    return sum(_bounded(row.confidence * measured.factor) for row in rows) / len(rows)


def _agreement(rows: Sequence[Observation]) -> float:
    return sum(row.unit_id == row.decided_unit_id for row in rows) / len(rows)


def _new_units(decided: Sequence[Observation], known_units: AbstractSet[str], names: Mapping[str, str]) -> list[Alarm]:
    if not known_units:
        return []
    new: dict[str, list[Observation]] = defaultdict(list)
    for row in decided:
        if row.decided_unit_id not in known_units:
            new[row.decided_unit_id].append(row)
    return [
        _alarm(
            Signal.NEW_UNIT,
            rows[0].received_at,
            unit_id,
            Sentence("drift.alarm-new_unit", name=names.get(unit_id, unit_id), count=len(rows)),
        )
        for unit_id, rows in new.items()
        if len(rows) >= _FEWEST_NEW
    ]


def _new_categories(
    recent: Sequence[Observation], until: datetime, known_categories: AbstractSet[str], names: Mapping[str, str]
) -> list[Alarm]:
    """An alarm for each unknown category that is a wave; rare categories come and go all year."""
    if not known_categories:
        return []
    alarms: dict[str, Alarm] = {}
    for window in windows([row for row in recent if row.decided_category_id], until):
        counted = Counter(row.decided_category_id for row in window.rows)
        for category_id, count in counted.items():
            now = count / len(window.rows)
            high = z_of_share(TOLERATED_WAVE, now, len(window.rows)) > threshold(WAVES_AT_ONCE)
            if high and category_id not in known_categories and category_id not in alarms:
                message = Sentence("drift.alarm-new_category", name=names.get(category_id, category_id), now=now)
                alarms[category_id] = _alarm(Signal.NEW_CATEGORY, window.since, category_id, message)
    return list(alarms.values())


def _alarm(signal: Signal, since: datetime, detail: str, message: Sentence) -> Alarm:
    return Alarm(Kind.AGREEMENT, signal, since, detail, message)
