"""The alarms over complaints: their texts, fields, units or categories differ from the model's held-out slice."""

from __future__ import annotations

import math
from collections import Counter
from statistics import fmean
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.drift.alarms import Alarm, Kind, Signal
from model.drift.baseline import signal_values
from model.drift.windows import FEWEST_ROWS, TOLERATED_WAVE, WAVES_AT_ONCE, threshold, windows, z_of_mean, z_of_share

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from model.drift.baseline import Baseline, Observation
    from model.drift.windows import Window

# The movement that a season may cause; chosen on Surabaya, July to September 2022.
_TOLERATED: Mapping[str, float] = {
    Signal.CONFIDENCE: 0.02,
    Signal.UNSURE: 0.02,
    Signal.UNKNOWN_WORDS: 0.01,
    Signal.STRANGE: 0.0,
    Signal.BLANK: 0.05,
    Signal.WAVE: TOLERATED_WAVE,
    Signal.CATEGORY_CONFIDENCE: 0.05,
    Signal.UNIT_MIX: 0.15,
    Signal.CATEGORY_MIX: 0.15,
}
_TOLERATED_WAVE_OF_SHARE = 0.3
_FEWEST_OF_CATEGORY = 12


def check_input(
    baseline: Baseline, recent: Sequence[Observation], until: datetime, names: Mapping[str, str]
) -> list[Alarm]:
    """The alarms of the windows that end at `until`; the shortest window counts where several ring alike."""
    alarms: dict[tuple[Signal, str], Alarm] = {}
    for window in windows(recent, until):
        for test in (_levels, _blanks, _waves, _category_confidences, _mixes):
            for alarm in test(baseline, window, names):
                alarms.setdefault((alarm.signal, alarm.detail), alarm)
    return list(alarms.values())


def _levels(baseline: Baseline, window: Window, _names: Mapping[str, str]) -> Iterator[Alarm]:
    for name, value in signal_values(baseline.confidence_quantiles, baseline.unknown_quantiles).items():
        before, now = baseline.levels[name], fmean(value(row) for row in window.rows)
        if z_of_mean(before, now, len(window.rows), window.weeks, _TOLERATED[name]) > threshold():
            yield _alarm(Signal(name), window, "", **_level_fields(name, before.mean, now))


def _level_fields(signal: str, before: float, now: float) -> dict[str, float]:
    """The figures of a sentence; the baseline keeps the lack of confidence, people read confidence."""
    if signal == Signal.CONFIDENCE:
        return {"before": 1 - before, "now": 1 - now}
    if signal == Signal.STRANGE:
        return {"times": now / max(before, 1e-3)}
    return {"before": before, "now": now}


def _blanks(baseline: Baseline, window: Window, _names: Mapping[str, str]) -> Iterator[Alarm]:
    blanks = Counter(field for row in window.rows for field in row.blank)
    for field, count in sorted(blanks.items()):
        before, now = baseline.blank.get(field, 0.0), count / len(window.rows)
        if z_of_share(before + _TOLERATED[Signal.BLANK], now, len(window.rows)) > threshold(len(blanks)):
            yield _alarm(Signal.BLANK, window, field, field=Sentence(f"drift.field-{field}"), before=before, now=now)


def _waves(baseline: Baseline, window: Window, names: Mapping[str, str]) -> Iterator[Alarm]:
    # A held-out slice without categories gives nothing to compare with.
    counted = Counter(row.category_id for row in window.rows if row.category_id and baseline.categories)
    for category_id, count in counted.most_common():
        before, now = baseline.categories.get(category_id, 0) / baseline.rows, count / len(window.rows)
        tolerated = before * (1 + _TOLERATED_WAVE_OF_SHARE) + _TOLERATED[Signal.WAVE]
        if z_of_share(tolerated, now, len(window.rows)) > threshold(WAVES_AT_ONCE):
            name = names.get(category_id, category_id)
            yield _alarm(Signal.WAVE, window, category_id, name=name, before=before, now=now)


def _category_confidences(baseline: Baseline, window: Window, names: Mapping[str, str]) -> Iterator[Alarm]:
    """The categories with lower confidence: texts of an unknown topic get the nearest category with low confidence."""
    for category_id, before in baseline.category_confidence.items():
        values = [row.confidence for row in window.rows if row.category_id == category_id]
        if len(values) < _FEWEST_OF_CATEGORY:
            continue
        now = fmean(values)
        fall = z_of_mean(
            before, 2 * before.mean - now, len(values), window.weeks, _TOLERATED[Signal.CATEGORY_CONFIDENCE]
        )
        if fall > threshold(len(baseline.category_confidence)):
            name = names.get(category_id, category_id)
            yield _alarm(Signal.CATEGORY_CONFIDENCE, window, category_id, name=name, before=before.mean, now=now)


def _mixes(baseline: Baseline, window: Window, _names: Mapping[str, str]) -> Iterator[Alarm]:
    mixes = (
        (Signal.UNIT_MIX, baseline.units, [row.unit_id for row in window.rows]),
        (Signal.CATEGORY_MIX, baseline.categories, [row.category_id for row in window.rows]),
    )
    for signal, before, now in mixes:
        counted = Counter(label for label in now if label)
        if sum(counted.values()) < FEWEST_ROWS or not before:
            continue
        distance, expected, error = _total_variation(before, counted)
        if (distance - expected - _TOLERATED[signal]) / error > threshold():
            yield _alarm(signal, window, "", now=distance, expected=expected + _TOLERATED[signal])


def _total_variation(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[float, float, float]:
    """The total variation distance between two mixes, its expectation by chance, and the standard error of both."""
    n_before, n_now = sum(before.values()), sum(now.values())
    distance = expected = variance = 0.0
    for label in {**before, **now}:
        apart = abs(now.get(label, 0) / n_now - before.get(label, 0) / n_before)
        pooled = (now.get(label, 0) + before.get(label, 0)) / (n_now + n_before)
        spread = pooled * (1 - pooled) * (1 / n_now + 1 / n_before)
        distance += apart / 2
        # The mean and the variance of a half-normal distribution.
        expected += math.sqrt(2 / math.pi * spread) / 2
        variance += (1 - 2 / math.pi) * spread / 4
    return distance, expected, math.sqrt(max(variance, 1e-9))


def _alarm(signal: Signal, window: Window, detail: str, **fields: object) -> Alarm:
    return Alarm(Kind.INPUT, signal, window.since, detail, Sentence(f"drift.alarm-{signal}", **fields))
