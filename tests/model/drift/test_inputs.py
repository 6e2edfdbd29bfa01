from __future__ import annotations

from dataclasses import replace

import pytest

from model.drift.alarms import Signal
from model.suggestion import Status
from tests.model.drift.observations import CHANGE, after_change, alarms_of, dice, quiet, rung


@pytest.mark.parametrize("seed", range(1, 6))
def test_a_fall_of_confidence_rings(seed: int) -> None:
    rows = [replace(row, confidence=row.confidence - 0.1) if row.received_at >= CHANGE else row for row in quiet(seed)]
    assert (Signal.CONFIDENCE, "") in rung(rows)


def test_more_suggestions_without_a_fitting_unit_ring() -> None:
    chance = dice(5)
    rows = [
        replace(row, status=Status.UNSURE) if row.received_at >= CHANGE and chance.random() < 0.15 else row
        for row in quiet()
    ]
    assert (Signal.UNSURE, "") in rung(rows)


def test_another_vocabulary_rings() -> None:
    rows = [replace(row, known_share=row.known_share - 0.1) if row.received_at >= CHANGE else row for row in quiet()]
    assert (Signal.UNKNOWN_WORDS, "") in rung(rows)


def test_a_few_texts_that_are_both_unknown_and_unsure_ring_before_either_mean_does() -> None:
    chance = dice(6)
    rows = [
        replace(row, known_share=0.8, confidence=0.4) if row.received_at >= CHANGE and chance.random() < 0.12 else row
        for row in quiet()
    ]
    assert (Signal.STRANGE, "") in rung(rows)


def test_a_field_that_goes_blank_rings_with_its_name() -> None:
    rows = after_change(quiet(), blank=frozenset({"title", "village", "district"}))
    assert {(Signal.BLANK, "village"), (Signal.BLANK, "district")} <= rung(rows)


def test_a_field_that_was_always_blank_never_rings() -> None:
    rows = after_change(quiet(), blank=frozenset({"title"}))
    assert alarms_of(rows) == ()


def test_a_wave_of_one_topic_rings_with_its_category() -> None:
    chance = dice(7)
    rows = [
        replace(row, unit_id="satpol-pp", decided_unit_id="satpol-pp", category_id="satpol-pp-lain")
        if row.received_at >= CHANGE and chance.random() < 0.25
        else row
        for row in quiet()
    ]
    assert (Signal.WAVE, "satpol-pp-lain") in rung(rows)


def test_another_mix_of_units_rings() -> None:
    chance = dice(8)
    rows = [
        replace(row, unit_id=chance.choice(("satpol-pp", "dinas-lingkungan-hidup")), decided_unit_id="")
        if row.received_at >= CHANGE
        else row
        for row in quiet()
    ]
    assert (Signal.UNIT_MIX, "") in rung(rows)


def test_less_confidence_within_one_category_rings_with_that_category() -> None:
    rows = [
        replace(row, confidence=row.confidence * 0.7)
        if row.received_at >= CHANGE and row.category_id == "dinas-sosial-umum"
        else row
        for row in quiet()
    ]
    assert (Signal.CATEGORY_CONFIDENCE, "dinas-sosial-umum") in rung(rows)
