"""The alarm over decisions: the texts stay as they were, but officers decide them otherwise than the model suggests."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from model.drift_alarms import Alarm, Kind, Signal
from model.drift_baseline import Baseline, Kept, Observed

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from collections.abc import Set as AbstractSet

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
_FEWEST_NEW = 6


def check_agreement(
    baseline: Baseline,
    recent: Sequence[Observed],
    known_units: AbstractSet[str],
    known_categories: AbstractSet[str],
    names: Mapping[str, str],
) -> list[Alarm]:
    """An alarm overall, one a unit whose suggestions are not kept any more, and one a new unit or category."""
    decided = [row for row in recent if row.decided_unit_id]
    alarms = [*_unit_alarms(baseline, decided, names), *_overall_alarm(baseline, decided)]
    for signal, known, word in (
        (Signal.NEW_UNIT, known_units, "Unit"),
        (Signal.NEW_CATEGORY, known_categories, "Kategori"),
    ):
        if known:
            alarms += _new_labels(signal, word, recent, known, names)
    return alarms


def _overall_alarm(baseline: Baseline, decided: Sequence[Observed]) -> list[Alarm]:
    changed = _first_changed(decided, baseline.agreement, _OVERALL_SHIFT, _threshold(baseline))
    if changed is None:
        return []
    since = decided[changed:]
    before, now = _expected(since, baseline.agreement), _agreement(since)
    message = f"Petugas mengikuti {_percent(now)} saran dari {len(since)} keputusan terakhir; yang diharapkan {_percent(before)}."
    return [Alarm(Kind.AGREEMENT, Signal.AGREEMENT, since[0].received_at, before, now, "", message)]


def _unit_alarms(baseline: Baseline, decided: Sequence[Observed], names: Mapping[str, str]) -> list[Alarm]:
    by_unit: dict[str, list[Observed]] = defaultdict(list)
    for row in decided:
        by_unit[row.unit_id].append(row)
    alarms = []
    for unit_id, rows in by_unit.items():
        kept = baseline.unit_agreement.get(unit_id, Kept())
        changed = _first_changed(rows, kept, _UNIT_SHIFT, _threshold(baseline))
        if changed is None:
            continue
        since = rows[changed:]
        before, now = _expected(since, kept), _agreement(since)
        elsewhere = Counter(row.decided_unit_id for row in since if row.decided_unit_id != unit_id)
        toward, count = elsewhere.most_common(1)[0]
        message = (
            f"Saran {names.get(unit_id, unit_id)} hanya diikuti {_percent(now)} dari {len(since)} kali, yang diharapkan "
            f"{_percent(before)}; {count} di antaranya diputuskan ke {names.get(toward, toward)}."
        )
        alarms.append(Alarm(Kind.AGREEMENT, Signal.UNIT_AGREEMENT, since[0].received_at, before, now, unit_id, message))
    return alarms


def _first_changed(rows: Sequence[Observed], kept: Kept, shift: float, threshold: float) -> int | None:
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


def _threshold(baseline: Baseline) -> float:
    """At least exp(threshold) decisions lie between two false alarms (Lorden 1971)."""
    decisions_of_half_year = max(baseline.agreement.decided / max(baseline.weeks, 1.0) * _WEEKS, 1_000)
    return math.log(decisions_of_half_year / AGREEMENT_BUDGET)


def _bounded(probability: float) -> float:
    return min(max(probability, _LEAST_LIKELY), _LIKELIEST)


def _expected(rows: Sequence[Observed], kept: Kept) -> float:
    return sum(_bounded(row.confidence * kept.factor) for row in rows) / len(rows)


def _agreement(rows: Sequence[Observed]) -> float:
    return sum(row.unit_id == row.decided_unit_id for row in rows) / len(rows)


def _new_labels(
    signal: Signal, word: str, recent: Sequence[Observed], known: AbstractSet[str], names: Mapping[str, str]
) -> list[Alarm]:
    found: dict[str, list[Observed]] = defaultdict(list)
    for row in recent:
        decided = row.decided_unit_id if signal is Signal.NEW_UNIT else row.decided_category_id
        if decided and decided not in known:
            found[decided].append(row)
    return [
        Alarm(
            Kind.AGREEMENT,
            signal,
            rows[0].received_at,
            0.0,
            len(rows) / len(recent),
            label,
            f"{word} {names.get(label, label)} diputuskan {len(rows)} kali, tetapi belum dikenal model: latih ulang.",
        )
        for label, rows in found.items()
        if len(rows) >= _FEWEST_NEW
    ]


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
