from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.messages import Language
from model.drift.alarms import Signal
from model.drift.baseline import Baseline
from model.drift.check import check, too_few
from model.suggestion import Status
from tests.model.drift.observations import BASELINE, END, after_change, alarms_of, quiet, stream


def test_a_quiet_office_hears_at_most_one_alarm_in_sixty_checks() -> None:
    assert sum(bool(alarms_of(quiet(seed))) for seed in range(1, 61)) <= 1


def test_slow_drift_within_the_tolerances_rings_nothing() -> None:
    rows = [replace(row, confidence=row.confidence - 0.015, known_share=row.known_share - 0.005) for row in quiet()]
    assert alarms_of(rows) == ()


def test_what_lies_more_than_eight_weeks_back_no_longer_rings() -> None:
    rows = after_change(quiet(), blank=frozenset({"village"}))
    assert check(BASELINE, rows, until=END + timedelta(weeks=9)) == ()


@pytest.mark.parametrize("number", [0, 1, 9])
def test_too_few_rows_say_so_and_ring_nothing(number: int) -> None:
    rows = [replace(row, decided_unit_id="lain", known_share=0.0, confidence=0.01) for row in quiet()[:number]]
    assert check(BASELINE, rows) == ()
    assert str(number) in str(too_few(BASELINE, rows))


def test_too_small_a_held_back_slice_says_so_and_rings_nothing() -> None:
    for baseline in (Baseline.of([]), Baseline.of(stream(0, 0, 1)[:40])):
        rows = after_change(quiet(), known_share=0.0)
        assert alarms_of(rows, baseline) == ()
        assert too_few(baseline, rows)


def test_enough_rows_have_nothing_too_few_about_them() -> None:
    assert too_few(BASELINE, quiet()) is None


def test_every_alarm_has_its_sentence_in_both_languages() -> None:
    rows = [
        replace(
            row,
            category_id="baru",
            confidence=0.1,
            known_share=0.1,
            status=Status.UNSURE,
            blank=frozenset({"village"}),
            unit_id="dinas-lain",
            decided_unit_id="dinas-baru",
            decided_category_id="baru",
        )
        for row in quiet(3)
    ]
    alarms = alarms_of(rows)
    assert {alarm.signal for alarm in alarms} >= {
        *(Signal.CONFIDENCE, Signal.UNSURE, Signal.UNKNOWN_WORDS, Signal.STRANGE, Signal.BLANK, Signal.UNIT_MIX),
        *(Signal.CATEGORY_MIX, Signal.WAVE, Signal.AGREEMENT, Signal.NEW_UNIT, Signal.NEW_CATEGORY),
    }
    for alarm in alarms:
        english, indonesian = (alarm.message.told_in(language) for language in Language)
        assert english != indonesian
