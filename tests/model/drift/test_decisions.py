from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from data.messages import Language
from model.drift.alarms import Kind, Signal
from model.drift.check import check
from tests.model.drift.observations import (
    BASELINE,
    CHANGE,
    UNITS,
    after_change,
    alarms_of,
    dice,
    quiet,
    rung,
    rung_at_end,
)


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


def test_messages_name_units_as_the_officer_does() -> None:
    rows = after_change([row for row in quiet() if row.unit_id == "dinas-sosial"], decided_unit_id="satpol-pp")
    alarms = check(BASELINE, rows, names={"dinas-sosial": "Dinas Sosial", "satpol-pp": "Satpol PP"})
    messages = [alarm.message.told_in(Language.INDONESIAN) for alarm in alarms if alarm.signal is Signal.UNIT_AGREEMENT]
    assert "Dinas Sosial" in messages[0]
    assert "Satpol PP" in messages[0]
