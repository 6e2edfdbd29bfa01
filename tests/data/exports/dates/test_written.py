from __future__ import annotations

from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exports.dates import DateOrder, combine, parse_date, parse_time
from data.exports.dates.written import is_blank_date
from tests.data.exports.dates.collected import BLANK, DAY_FIRST, MONTH_FIRST, UNREADABLE

MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(("writer", "written", "expected"), DAY_FIRST)
def test_a_date_is_read_as_programs_and_people_write_it(writer: str, written: str, expected: str) -> None:
    moment = parse_date(written)
    assert moment is not None, writer
    assert moment.isoformat() == datetime.fromisoformat(expected).isoformat()


@pytest.mark.parametrize(("writer", "written", "expected"), MONTH_FIRST)
def test_a_date_is_read_month_first_where_asked(writer: str, written: str, expected: str) -> None:
    moment = parse_date(written, DateOrder.MONTH_FIRST)
    assert moment is not None, writer
    assert moment.isoformat() == datetime.fromisoformat(expected).isoformat()
    assert parse_date(written) is None


def test_numbers_are_read_day_first() -> None:
    moment = parse_date("12-03-2024")
    assert moment is not None
    assert (moment.day, moment.month) == (12, 3)


def test_a_short_year_comes_first_where_asked() -> None:
    assert parse_date("24/05/29", DateOrder.YEAR_FIRST) == datetime(2024, 5, 29)  # noqa: DTZ001 - naive as written


@pytest.mark.parametrize("written", UNREADABLE)
def test_any_other_text_is_no_date(written: str) -> None:
    assert parse_date(written) is None
    assert not is_blank_date(written)


@pytest.mark.parametrize("written", BLANK)
def test_a_cell_says_that_there_is_no_date(written: str) -> None:
    assert is_blank_date(written)
    assert parse_date(written) is None


@given(MOMENTS)
def test_a_moment_in_iso_is_read_back(moment: datetime) -> None:
    assert parse_date(moment.isoformat()) == moment
    assert parse_date(moment.strftime("%d/%m/%Y %H.%M.%S")) == moment.replace(microsecond=0)


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text: str) -> None:
    parse_date(text)
    parse_time(text)


def test_a_date_and_a_time_from_two_columns_become_one() -> None:
    assert combine("29 Mei 2023", "10:15:00") == "2023-05-29T10:15:00"
    assert combine("2023-05-29T00:00:00", "0.427083333") == "2023-05-29T10:15:00"


def test_a_date_stays_as_it_is_when_its_time_makes_no_sense() -> None:
    assert combine("29 Mei 2023", "pagi") == "29 Mei 2023"
