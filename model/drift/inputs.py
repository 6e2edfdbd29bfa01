"""The alarm that needs no labels: whether the complaints are still those that the model was measured on."""

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

# What a season may move a signal without being news; chosen on Surabaya, July to September 2022.
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
    """An alarm a signal and detail that rings in any of the windows that end at `until`; the first window that rings."""
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
            signal = Signal(name)
            yield _alarm(signal, window, before.mean, now)


def _blanks(baseline: Baseline, window: Window, _names: Mapping[str, str]) -> Iterator[Alarm]:
    blanks = Counter(field for row in window.rows for field in row.blank)
    for field, count in sorted(blanks.items()):
        before, now = baseline.blank.get(field, 0.0), count / len(window.rows)
        if z_of_share(before + _TOLERATED[Signal.BLANK], now, len(window.rows)) > threshold(len(blanks)):
            field_name = Sentence(f"drift.field-{field}")
            yield _alarm(Signal.BLANK, window, before, now, field, field=field_name)


def _waves(baseline: Baseline, window: Window, names: Mapping[str, str]) -> Iterator[Alarm]:
    # An office that kept no categories when the model was made has nothing to compare with.
    counted = Counter(row.category_id for row in window.rows if row.category_id and baseline.categories)
    for category_id, count in counted.most_common():
        before, now = baseline.categories.get(category_id, 0) / baseline.rows, count / len(window.rows)
        tolerated = before * (1 + _TOLERATED_WAVE_OF_SHARE) + _TOLERATED[Signal.WAVE]
        if z_of_share(tolerated, now, len(window.rows)) > threshold(WAVES_AT_ONCE):
            name = names.get(category_id, category_id)
            yield _alarm(Signal.WAVE, window, before, now, category_id, name=name)


def _category_confidences(baseline: Baseline, window: Window, names: Mapping[str, str]) -> Iterator[Alarm]:
    """Texts of a topic that the model never met end up in the nearest category, with less confidence than its own."""
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
            yield _alarm(Signal.CATEGORY_CONFIDENCE, window, before.mean, now, category_id, name=name)


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
            yield _alarm(signal, window, expected, distance, expected=expected + _TOLERATED[signal])


def _total_variation(before: Mapping[str, int], now: Mapping[str, int]) -> tuple[float, float, float]:
    """The distance between two mixes, what chance alone would make of it, and the standard error of that."""
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


def _alarm(signal: Signal, window: Window, before: float, now: float, detail: str = "", **fields: object) -> Alarm:
    """An alarm with its sentence. The baseline keeps the lack of confidence, people read confidence."""
    if signal is Signal.CONFIDENCE:
        before, now = 1 - before, 1 - now
    times = now / max(before, 1e-3)
    message = Sentence(f"drift.alarm-{signal}", before=before, now=now, times=times, **fields)
    return Alarm(Kind.INPUT, signal, window.since, before, now, detail, message)
