"""The learning curve as a drawing."""

from __future__ import annotations

from datetime import datetime

from training.simulation.learning_curve import draw
from training.simulation.officers import Plan, ReplayResult, SimulatedAnswer, SimulatedRun


def _replayed(weeks: tuple[int, ...], rows_a_week: int) -> ReplayResult:
    judged = tuple(
        SimulatedAnswer(week, "u", n % 3 > 0, True, None, False) for week in weeks for n in range(rows_a_week)
    )
    start = datetime(2024, 1, 1)  # noqa: DTZ001 - exports have no offset
    return ReplayResult(Plan(), 100, start, datetime(2024, 12, 1), (SimulatedRun("x", None, judged),), weeks)  # noqa: DTZ001


def test_months_that_the_history_lacks_are_not_bridged() -> None:
    assert draw(_replayed((0, 1, 2, 20, 21), 30)).count("<polyline") == 2
    assert draw(_replayed((0, 1, 2, 3, 4), 30)).count("<polyline") == 1


def test_a_stretch_of_few_complaints_is_no_point_of_the_curve() -> None:
    drawn = draw(_replayed((0, 1, 2, 3), 6))
    points = drawn.partition('<polyline points="')[2].partition('"')[0]
    assert len(points.split()) == 1
