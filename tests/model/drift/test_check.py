from __future__ import annotations

import json
import random
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from data.messages import Language
from model.complaint import Complaint, Location
from model.drift.alarms import Alarm, Kind, Signal
from model.drift.baseline import Baseline, Observation, observation_of
from model.drift.check import check, too_few
from model.suggestion import CategoryCandidate, Status, Suggestion, UnitCandidate

START = datetime(2026, 1, 5)  # noqa: DTZ001 - histories keep the office's own clock
BASELINE_WEEKS = 6
WATCHED_WEEKS = 8
CHANGE = START + timedelta(weeks=BASELINE_WEEKS + WATCHED_WEEKS - 2)
END = START + timedelta(weeks=BASELINE_WEEKS + WATCHED_WEEKS)
ROWS_A_WEEK = 120
UNITS = ("dinas-sosial", "dinas-perhubungan", "dinas-kesehatan", "dinas-lingkungan-hidup", "satpol-pp")
CATEGORIES = {unit: (f"{unit}-umum", f"{unit}-lain") for unit in UNITS}
KNOWN_CATEGORIES = frozenset(category for pair in CATEGORIES.values() for category in pair)


def dice(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311 - a test is no secret


def stream(seed: int, from_week: int, weeks: int) -> list[Observation]:
    """A quiet office: units by size, confidences that keep their promise, a place now and then left out."""
    chance = dice(seed)
    rows = []
    for number in range(weeks * ROWS_A_WEEK):
        unit = chance.choices(UNITS, weights=(6, 5, 4, 3, 2))[0]
        confidence = chance.betavariate(6, 1.6)
        decided = unit if chance.random() < confidence else chance.choice([other for other in UNITS if other != unit])
        rows.append(
            Observation(
                received_at=START + timedelta(weeks=from_week + number / ROWS_A_WEEK),
                unit_id=unit,
                category_id=chance.choice(CATEGORIES[unit]),
                confidence=confidence,
                status=Status.UNSURE if chance.random() < 0.01 else Status.REVIEW,
                known_share=1 - chance.betavariate(1, 20),
                blank=frozenset({"title"} | ({"village"} if chance.random() < 0.03 else set())),
                decided_unit_id=decided,
                decided_category_id=chance.choice(CATEGORIES[decided]),
            )
        )
    return rows


BASELINE = Baseline.of(stream(0, 0, BASELINE_WEEKS))


def quiet(seed: int = 1) -> list[Observation]:
    return stream(seed, BASELINE_WEEKS, WATCHED_WEEKS)


def alarms_of(rows: list[Observation], baseline: Baseline = BASELINE) -> tuple[Alarm, ...]:
    return check(baseline, rows, until=END, known_units=frozenset(UNITS), known_categories=KNOWN_CATEGORIES)


def rung(rows: list[Observation]) -> set[tuple[Signal, str]]:
    return {(alarm.signal, alarm.detail) for alarm in alarms_of(rows)}


def after_change(rows: list[Observation], **changes: object) -> list[Observation]:
    return [replace(row, **changes) if row.received_at >= CHANGE else row for row in rows]  # type: ignore[arg-type]


def test_a_quiet_office_hears_at_most_one_alarm_in_sixty_checks() -> None:
    assert sum(bool(alarms_of(quiet(seed))) for seed in range(1, 61)) <= 1


def test_slow_drift_within_the_tolerances_rings_nothing() -> None:
    rows = [replace(row, confidence=row.confidence - 0.015, known_share=row.known_share - 0.005) for row in quiet()]
    assert alarms_of(rows) == ()


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


@pytest.mark.parametrize("old", UNITS)
@pytest.mark.parametrize("new", [UNITS[0], UNITS[-1], "dinas-baru"])
def test_a_reassigned_unit_rings_with_its_name_and_where_its_decisions_go(old: str, new: str) -> None:
    if old == new:
        return
    rows = [
        replace(row, decided_unit_id=new) if row.received_at >= CHANGE and row.decided_unit_id == old else row
        for row in quiet(2)
    ]
    found = [alarm for alarm in alarms_of(rows) if alarm.signal is Signal.UNIT_AGREEMENT]
    assert [alarm.detail for alarm in found] == [old]
    assert found[0].kind is Kind.AGREEMENT
    fields = found[0].message.fields
    assert fields["toward"] == new
    assert fields["now"] < 0.3 < fields["before"]  # type: ignore[operator]


def test_a_reassigned_unit_rings_within_fifty_decisions() -> None:
    rows = [replace(row, decided_unit_id="satpol-pp") for row in quiet() if row.unit_id == "dinas-sosial"][:50]
    assert (Signal.UNIT_AGREEMENT, "dinas-sosial") in rung_at_end(rows)


def rung_at_end(rows: list[Observation]) -> set[tuple[Signal, str]]:
    return {(alarm.signal, alarm.detail) for alarm in check(BASELINE, rows)}


def test_an_alarm_about_a_unit_is_dated_near_the_change() -> None:
    rows = [
        replace(row, decided_unit_id="satpol-pp")
        if row.received_at >= CHANGE and row.decided_unit_id == "dinas-sosial"
        else row
        for row in quiet()
    ]
    since = next(alarm.since for alarm in alarms_of(rows) if alarm.signal is Signal.UNIT_AGREEMENT)
    assert abs(since - CHANGE) < timedelta(days=3)


def test_decisions_that_scatter_over_all_units_ring_overall() -> None:
    chance = dice(9)
    rows = [replace(row, decided_unit_id=chance.choice(UNITS)) if row.received_at >= CHANGE else row for row in quiet()]
    assert (Signal.AGREEMENT, "") in rung(rows)


def test_harder_texts_with_honest_confidence_say_nothing_of_the_decisions() -> None:
    chance = dice(10)
    rows = []
    for row in quiet():
        confidence = row.confidence * 0.6
        decided = row.unit_id if chance.random() < confidence else chance.choice(UNITS)
        rows.append(replace(row, confidence=confidence, decided_unit_id=decided))
    assert not [alarm for alarm in alarms_of(rows) if alarm.kind is Kind.AGREEMENT]


def test_a_handful_of_decisions_to_an_unknown_unit_is_no_alarm_but_more_is() -> None:
    rows = quiet()
    few = [replace(row, decided_unit_id="dinas-baru") if i % 240 == 0 else row for i, row in enumerate(rows)]
    more = [replace(row, decided_unit_id="dinas-baru") if i % 96 == 0 else row for i, row in enumerate(rows)]
    assert (Signal.NEW_UNIT, "dinas-baru") not in rung(few)
    assert (Signal.NEW_UNIT, "dinas-baru") in rung(more)


def test_a_wave_of_a_category_that_the_model_does_not_know_rings() -> None:
    chance = dice(11)
    rows = [
        replace(row, decided_category_id="wabah") if row.received_at >= CHANGE and chance.random() < 0.2 else row
        for row in quiet()
    ]
    assert (Signal.NEW_CATEGORY, "wabah") in rung(rows)


def test_complaints_that_nobody_has_decided_yet_give_no_alarm_about_decisions() -> None:
    rows = after_change(quiet(), decided_unit_id="", decided_category_id="")
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


def test_a_baseline_comes_back_from_json_as_it_was() -> None:
    assert Baseline.from_dict(json.loads(json.dumps(BASELINE.to_dict()))) == BASELINE


def test_a_baseline_is_small_enough_for_a_card() -> None:
    assert len(json.dumps(BASELINE.to_dict())) < 20_000


def test_messages_name_units_as_the_officer_does() -> None:
    rows = after_change([row for row in quiet() if row.unit_id == "dinas-sosial"], decided_unit_id="satpol-pp")
    alarms = check(BASELINE, rows, names={"dinas-sosial": "Dinas Sosial", "satpol-pp": "Satpol PP"})
    messages = [alarm.message.told_in(Language.INDONESIAN) for alarm in alarms if alarm.signal is Signal.UNIT_AGREEMENT]
    assert "Dinas Sosial" in messages[0]
    assert "Satpol PP" in messages[0]


def test_an_observation_has_the_first_of_each_and_the_blank_fields_but_no_text() -> None:
    suggestion = Suggestion(
        suggestion_id="1",
        reference_id="7",
        version="v",
        text="lampu jalan mati",
        unit_status=Status.CONFIDENT,
        category_status=Status.REVIEW,
        units=(UnitCandidate("a", "", "A", 0.8), UnitCandidate("b", "", "B", 0.1)),
        categories=(CategoryCandidate("c", "C", 0.6),),
        evidence=(),
        notices=(),
        known_share=0.75,
    )
    complaint = Complaint("lampu jalan mati", received_at=START, title="Lampu", location=Location(village="Wonosari"))
    assert observation_of(suggestion, complaint, "b") == Observation(
        received_at=START,
        unit_id="a",
        category_id="c",
        confidence=0.8,
        status=Status.CONFIDENT,
        known_share=0.75,
        blank=frozenset({"channel", "province", "regency", "district"}),
        decided_unit_id="b",
    )


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
