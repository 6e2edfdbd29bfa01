"""Invented observations: an office whose confidences keep their promise, and changes of it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from model.drift.baseline import Baseline, Observation
from model.drift.check import check
from model.suggestion import Status

if TYPE_CHECKING:
    from model.drift.alarms import Alarm, Signal

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


def rung_at_end(rows: list[Observation]) -> set[tuple[Signal, str]]:
    return {(alarm.signal, alarm.detail) for alarm in check(BASELINE, rows)}
