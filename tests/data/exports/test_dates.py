from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exports.dates import combine, parse_date, parse_time

WIB = timezone(timedelta(hours=7))
MOMENTS = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2026, 1, 1))  # noqa: DTZ001 - naive on purpose


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2023-05-29", datetime(2023, 5, 29)),  # noqa: DTZ001 - naive as written, here and below
        ("2023-05-29T10:15:00", datetime(2023, 5, 29, 10, 15)),  # noqa: DTZ001
        ("2023-05-29T03:15:00Z", datetime(2023, 5, 29, 3, 15, tzinfo=UTC)),
        ("2023-05-29 10:15:00+07:00", datetime(2023, 5, 29, 10, 15, tzinfo=WIB)),
        ("24/03/2018 08.15", datetime(2018, 3, 24, 8, 15)),  # noqa: DTZ001
        ("24-03-2018 20:37", datetime(2018, 3, 24, 20, 37)),  # noqa: DTZ001
        ("29 Mei 2023", datetime(2023, 5, 29)),  # noqa: DTZ001
        ("29 May 2023 10:15:00", datetime(2023, 5, 29, 10, 15)),  # noqa: DTZ001
        ("Senin, 29 Mei 2023 pukul 10.15 WIB", datetime(2023, 5, 29, 10, 15, tzinfo=WIB)),
        ("May 29, 2023 1:05 PM", datetime(2023, 5, 29, 13, 5)),  # noqa: DTZ001
        ("29-Agt-23", datetime(2023, 8, 29)),  # noqa: DTZ001
        ("20230529", datetime(2023, 5, 29)),  # noqa: DTZ001
        ("45075.4270833", datetime(2023, 5, 29, 10, 15)),  # noqa: DTZ001
    ],
)
def test_a_date_is_read_as_offices_write_it(written: str, expected: datetime) -> None:
    assert parse_date(written) == expected


def test_numbers_are_read_day_first() -> None:
    moment = parse_date("12-03-2024")
    assert moment is not None
    assert (moment.day, moment.month) == (12, 3)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "besok",
        "05/29/2023",
        "31-02-2023",
        "1985-01-01",
        "2300-01-01",
        "99999",
        "9165816",
        "29 Mei 2023 besok",
        "25:00",
    ],
)
def test_an_implausible_date_is_none(written: str) -> None:
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
