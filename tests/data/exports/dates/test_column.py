from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from data.exports.dates.column import DateCell, DateColumn, judge
from data.exports.dates.evidence import OrderEvidence
from data.exports.dates.written import DateOrder, Numbers, parse_date, parse_written
from data.messages import Language

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DAY, MONTH, YEAR = DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST, DateOrder.YEAR_FIRST
MOMENTS = st.datetimes(min_value=datetime(2012, 1, 1), max_value=datetime(2025, 12, 31))  # noqa: DTZ001 - naive on purpose
MONTH_NAMES = [
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
]

BY_NAME: tuple[Callable[[datetime], str], ...] = (
    lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"),
    lambda moment: moment.isoformat(),
    lambda moment: f"{moment.day} {MONTH_NAMES[moment.month - 1]} {moment:%Y} pukul {moment:%H.%M.%S}",
    lambda moment: moment.strftime("%a %b %d %Y %H:%M:%S"),
    lambda moment: moment.strftime("%d-%b-%y %I.%M.%S.000000000 %p"),
    lambda moment: moment.strftime("%Y%m%d%H%M%S"),
)
NUMBERS: dict[DateOrder, tuple[Callable[[datetime], str], ...]] = {
    DAY: (
        lambda moment: f"{moment.day}/{moment.month}/{moment:%Y, %H.%M.%S}",
        lambda moment: moment.strftime("%d-%m-%y %H:%M:%S"),
        lambda moment: moment.strftime("%d/%m/%Y %I:%M:%S %p"),
    ),
    MONTH: (
        lambda moment: f"{moment.month}/{moment.day}/{moment:%Y, %I:%M:%S %p}",
        lambda moment: moment.strftime("%m-%d-%y %H:%M:%S"),
    ),
}


def column(*texts: str) -> DateColumn:
    return judge("Tanggal", list(map(DateCell, texts)))


def codes(judged: DateColumn) -> list[str]:
    return [notice.code.removeprefix("exports.dates-") for notice in judged.notices]


def days(judged: DateColumn, *texts: str) -> list[str]:
    return [judged.read(DateCell(text))[:10] for text in texts]


def test_a_column_is_read_day_first_where_month_first_fits_none() -> None:
    judged = column("05/06/2024", "29/05/2024")
    assert days(judged, "05/06/2024", "29/05/2024") == ["2024-06-05", "2024-05-29"]
    assert codes(judged) == []


def test_a_column_is_read_month_first_where_day_first_does_not_fit_and_says_so() -> None:
    judged = column("05/06/2024", "05/29/2024")
    assert days(judged, "05/06/2024", "05/29/2024") == ["2024-05-06", "2024-05-29"]
    assert codes(judged) == ["month-first"]
    assert judged.notices[0].fields == {"column": "Tanggal", "count": 2, "only": 1}


def test_short_years_come_first_where_nothing_else_fits() -> None:
    judged = column("24/05/29", "24/05/31")
    assert days(judged, "24/05/29") == ["2024-05-29"]
    assert codes(judged) == ["year-first"]


def test_a_column_that_fits_both_is_read_day_first_and_says_so() -> None:
    judged = column("05/06/2024", "07/08/2024")
    assert judged.order is DAY
    assert codes(judged) == ["assumed-day-first"]
    assert "5/6/2024 adalah 5 Juni 2024" in judged.notices[0].told_in(Language.INDONESIAN)


@pytest.mark.parametrize(
    "texts", [("05/05/2024", "06/06/2024"), ("29 Mei 2024",), ("2024-05-06",), ("", "-"), ("besok",), ()]
)
def test_nothing_is_said_where_both_orders_agree(texts: Sequence[str]) -> None:
    assert column(*texts).notices == ()


def test_the_day_of_the_week_decides() -> None:
    judged = column("Senin, 05/06/2024")
    assert days(judged, "Senin, 05/06/2024") == ["2024-05-06"]
    assert codes(judged) == ["month-first"]
    assert column("Rabu, 05/06/2024").notices == ()


def test_other_dates_of_the_file_decide() -> None:
    cells = list(map(DateCell, ("05/06/2024", "07/08/2024")))
    judged = judge("Tanggal", cells, other_order=lambda: MONTH)
    assert judged.order is MONTH
    assert codes(judged) == ["supposed-month-first"]
    assert judge("Tanggal", cells, other_order=lambda: DAY).notices == ()


def test_the_order_of_the_file_decides() -> None:
    rows = [f"{month:02}/{day:02}/2024" for month in (3, 4, 5) for day in (2, 7, 11)]
    assert column(*rows).order is MONTH
    assert codes(column(*rows)) == ["supposed-month-first"]
    assert codes(column(*reversed(rows))) == ["supposed-month-first"]
    by_day = [f"{day:02}/{month:02}/2024" for month in (3, 4, 5) for day in (2, 7, 11)]
    assert (column(*by_day).order, column(*by_day).notices) == (DAY, ())


def test_a_date_in_the_future_decides() -> None:
    evidence = OrderEvidence(today=date(2024, 6, 30))
    found = parse_written("06/11/2024")
    assert isinstance(found, Numbers)
    evidence.add(found, "06/11/2024")
    assert evidence.order() == (MONTH, "future")


def test_one_day_in_many_months_is_no_day() -> None:
    assert codes(column(*(f"5/{n}/2024" for n in (7, 2, 9, 4)))) == ["supposed-month-first"]


def test_american_times_decide_last() -> None:
    assert codes(column("5/6/2024, 10:15:00 AM")) == ["supposed-month-first"]
    assert codes(column("5/6/2024, 10:15:00 am")) == ["assumed-day-first"]
    assert codes(column("5/6/2024 10:15 AM")) == ["assumed-day-first"]


def test_few_dates_of_the_other_order_are_unreadable() -> None:
    texts = [*(f"{day}/05/2024" for day in range(13, 29)), "05/29/2024"]
    judged = column(*texts, "05/06/2024")
    assert days(judged, "05/06/2024", "05/29/2024") == ["2024-06-05", "05/29/2024"]
    assert codes(judged) == ["mixed"]


def test_a_column_of_two_orders_leaves_doubtful_dates_unread() -> None:
    judged = column("29/05/2024", "28/05/2024", "05/27/2024", "05/06/2024", "05/05/2024")
    assert days(judged, "29/05/2024", "05/27/2024", "05/06/2024", "05/05/2024") == [
        "2024-05-29",
        "05/27/2024",
        "05/06/2024",
        "2024-05-05",
    ]
    assert codes(judged) == ["mixed", "doubtful"]


def test_the_person_decides() -> None:
    judged = judge("Tanggal", [DateCell("05/06/2024"), DateCell("29/05/2024")], chosen=MONTH)
    assert days(judged, "05/06/2024", "29/05/2024") == ["2024-05-06", "29/05/2024"]
    assert codes(judged) == []


def test_dates_that_a_spreadsheet_turned_are_turned_back() -> None:
    may = [datetime(2024, 5, day) for day in range(1, 31)]  # noqa: DTZ001 - a spreadsheet's date knows no timezone
    cells = [
        DateCell(f"{day:%m/%d/%Y}") if day.day > 12 else DateCell(day.replace(month=day.day, day=day.month).isoformat(), typed=True)
        for day in may
    ]  # fmt: skip
    judged = judge("Tanggal", cells)
    assert [judged.read(cell) for cell in cells] == [day.isoformat() for day in may]
    assert codes(judged) == ["month-first", "turned"]


def test_typed_dates_of_one_month_were_not_turned() -> None:
    typed = [DateCell(f"2024-06-{day:02}T00:00:00", typed=True) for day in range(1, 13)]
    judged = judge("Tanggal", [*typed, *(DateCell(f"06/{day}/2024") for day in range(13, 31))])
    assert judged.read(typed[4]) == "2024-06-05T00:00:00"


def test_a_time_of_its_own_column_is_joined() -> None:
    judged = column("05/29/2024")
    assert judged.read(DateCell("05/06/2024", time="10.15")) == "2024-05-06T10:15:00"


def test_cells_without_a_date_are_counted() -> None:
    judged = column("", "-", "besok", "29/05/2024")
    assert (judged.blank, judged.unread, judged.dates) == (2, 1, 1)
    assert not judged.is_blank
    assert column("", "NULL").is_blank
    assert [judged.read(DateCell(text)) for text in ("-", "besok")] == ["", "besok"]


@st.composite
def dates_of_one_order(draw: st.DrawFn) -> tuple[DateOrder, list[tuple[datetime, str]]]:
    """Moments written in any way, with at least one that fits no other order."""
    order = draw(st.sampled_from([DAY, MONTH]))
    moments = [moment.replace(microsecond=0) for moment in draw(st.lists(MOMENTS, max_size=15))]
    written = [(moment, draw(st.sampled_from(BY_NAME + NUMBERS[order]))(moment)) for moment in moments]
    sure = draw(MOMENTS.filter(lambda moment: moment.day > 12)).replace(microsecond=0)
    place = draw(st.integers(0, len(written)))
    written.insert(place, (sure, draw(st.sampled_from(NUMBERS[order]))(sure)))
    return order, written


@given(dates_of_one_order())
def test_any_moment_in_a_column_of_one_order_is_read_back(drawn: tuple[DateOrder, list[tuple[datetime, str]]]) -> None:
    order, written = drawn
    judged = column(*(text for _, text in written))
    assert judged.order is order
    assert [judged.read(DateCell(text)) for _, text in written] == [moment.isoformat() for moment, _ in written]
    assert codes(judged) == (["month-first"] if order is MONTH else [])


@given(st.lists(st.tuples(MOMENTS, st.sampled_from([DAY, MONTH])), max_size=15))
@example([(datetime(2024, 5, 29), DAY), (datetime(2024, 5, 28), MONTH), (datetime(2024, 5, 6), MONTH)])  # noqa: DTZ001
def test_no_column_is_read_in_two_orders(drawn: list[tuple[datetime, DateOrder]]) -> None:
    texts = [NUMBERS[order][0](moment) for moment, order in drawn]
    judged = column(*texts)
    for text in texts:
        moment = parse_date(text, judged.order)
        assert judged.read(DateCell(text)) in ((moment.isoformat(), text) if moment else (text,))
    assert judged.notices or not any(judged.read(DateCell(text)) == text for text in texts)


@given(st.lists(st.text(max_size=30)))
def test_no_text_breaks_the_judgement(texts: list[str]) -> None:
    judged = column(*texts)
    assert judged.blank + judged.unread + judged.dates == len(texts)
