"""The curve of the page Model."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from service.ledger.tables import Learning
from service.pages.model.learning_curve import learning_curve
from service.settings import Settings

_FIRST = datetime(2026, 11, 1, tzinfo=UTC).replace(tzinfo=None)


def _learning(week: int, **unit: Any) -> Learning:
    counts = {"complaints": 10, "answered": 8, "frozen": 6} | unit
    none = {"complaints": 0, "answered": 0, "frozen": 0}
    figures = {"frozen_version": "20261001-010000-aaaaaa", "unit": counts, "category": none}
    return Learning(began_at=_FIRST + timedelta(weeks=week), figures=figures)


def test_without_a_counted_week_there_is_no_curve() -> None:
    assert learning_curve([], Settings().at_office) is None
    assert learning_curve([_learning(0, complaints=0)], Settings().at_office) is None


def test_one_week_is_a_table_and_two_are_a_drawing() -> None:
    one = learning_curve([_learning(0)], Settings().at_office)
    two = learning_curve([_learning(0), _learning(1, answered=9)], Settings().at_office)
    assert one is not None
    assert two is not None
    assert (one.chart, [week.unit for week in two.weeks]) == (None, [0.8, 0.9])
    assert [week.category for week in two.weeks] == [None, None]
    assert str(two.chart).count("<polyline") == 2


def test_a_week_without_the_frozen_version_leaves_a_gap() -> None:
    curve = learning_curve([_learning(0), _learning(1, frozen=None)], Settings().at_office)
    assert curve is not None
    assert [week.unit_frozen for week in curve.weeks] == [0.6, None]
