from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.errors import OfficeFileInvalid
from service.jobs.deadlines import WorkingDays, read_deadlines

if TYPE_CHECKING:
    from pathlib import Path

DAYS = st.dates(date(2020, 1, 1), date(2027, 12, 31))


def test_idulfitri_and_its_collective_leave_are_skipped() -> None:
    assert WorkingDays().after(date(2024, 4, 5), 3) == date(2024, 4, 18)


@given(DAYS, st.integers(1, 60))
def test_the_due_day_is_so_many_working_days_away(day: date, working_days: int) -> None:
    calendar = WorkingDays()
    due = calendar.after(day, working_days)
    between = [day + timedelta(days=n) for n in range(1, (due - day).days + 1)]
    assert calendar.is_working(due)
    assert sum(map(calendar.is_working, between)) == working_days == calendar.until(day, due)


@given(DAYS, st.integers(1, 30))
def test_overdue_days_are_negative(due: date, days: int) -> None:
    assert WorkingDays().until(due + timedelta(days=days), due) < 0


def test_the_offices_own_holidays_override_the_national_ones(tmp_path: Path) -> None:
    (tmp_path / "holidays.csv").write_text(
        "date;name;working\n2026-11-24;HUT kota;tidak\n2026-11-28;Sabtu pengganti;ya\n", encoding="utf-8-sig"
    )
    calendar = read_deadlines(tmp_path).days
    assert not calendar.is_working(date(2026, 11, 24))
    assert calendar.is_working(date(2026, 11, 28))


def test_the_limits_come_from_office_toml(tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(
        '[deadlines]\nforward_working_days = 1\n[deadlines.settle]\n"Aspirasi" = 2\n', encoding="utf-8"
    )
    deadlines = read_deadlines(tmp_path)
    monday = date(2026, 11, 23)
    assert deadlines.forward_by(monday) == date(2026, 11, 24)
    assert deadlines.settle_by(monday, " aspirasi") == date(2026, 11, 25)
    assert deadlines.settle_by(monday, "permintaan informasi") == date(2026, 11, 30)


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("office.toml", "[deadlines]\nforward = 3\n", "forward"),
        ("office.toml", "[deadlines]\nforward_working_days = -1\n", "forward_working_days"),
        ("office.toml", "[deadlines\n", "office.toml"),
        ("holidays.csv", "date,name,working\n24 November,HUT,no\n", "row 2, column date"),
        ("holidays.csv", "date,name,working\n2026-11-24,HUT,maybe\n", "row 2, column working"),
    ],
)
def test_an_invalid_file_is_named_in_the_error(tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises(OfficeFileInvalid, match=said):
        read_deadlines(tmp_path)


@pytest.mark.parametrize(("due", "same"), [(date(202, 1, 3), date(1990, 1, 1)), (date(9990, 1, 4), date(2100, 1, 1))])
def test_a_mistyped_year_needs_no_calendar_of_centuries(due: date, same: date) -> None:
    days, today = WorkingDays(), date(2026, 11, 23)
    assert days.until(today, due) == days.until(today, same) != 0
