"""The weekly schedule: due times, occasions, and the hours in which a training may begin."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from service.jobs.deadlines import WorkingDays
from service.jobs.training.schedule import early_occasion, latest_due, may_begin, next_due, week_of
from service.settings import Settings

_ZONE = ZoneInfo("Asia/Jakarta")


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=_ZONE)


@pytest.mark.parametrize(
    ("moment", "due"),
    [
        ("2026-11-29T01:00", "2026-11-29T01:00"),
        ("2026-11-29T00:59", "2026-11-22T01:00"),
        ("2026-12-02T10:00", "2026-11-29T01:00"),
        ("2027-01-02T10:00", "2026-12-27T01:00"),
    ],
)
def test_the_latest_due_time_is_the_last_scheduled_one(moment: str, due: str) -> None:
    settings = Settings()
    assert latest_due(_at(moment), settings) == _at(due)
    assert (next_due(_at(moment), settings) - _at(due)).days == 7


def test_a_changed_day_doesnt_train_a_week_twice() -> None:
    moment = _at("2026-11-29T12:00")
    saturday, sunday = Settings(learn_day="saturday"), Settings(learn_day="sunday")
    assert week_of(latest_due(moment, saturday)) == week_of(latest_due(moment, sunday))


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-11-30T05:59", True),
        ("2026-11-30T06:00", False),
        ("2026-11-30T16:59", False),
        ("2026-11-30T17:00", True),
        ("2026-11-29T12:00", True),
        ("2026-12-25T12:00", True),
    ],
)
def test_a_training_begins_outside_office_hours_unless_told(moment: str, may: bool) -> None:  # noqa: FBT001
    assert may_begin(_at(moment), Settings(), WorkingDays()) is may
    assert may_begin(_at(moment), Settings(learn_in_office_hours=True), WorkingDays())


def test_an_early_occasion_is_the_largest_number_reached() -> None:
    assert [early_occasion(count) for count in (0, 19, 20, 99, 100, 9_000)] == [
        "",
        "",
        "20 decisions",
        "50 decisions",
        "100 decisions",
        "500 decisions",
    ]
