"""The report's own terms in Indonesian; numbers and days are written by data/indonesian.py."""

from __future__ import annotations

from data.indonesian import day, number

FIGURES = {
    "unit_top_1": "Unit: saran pertama tepat",
    "unit_top_3": "Unit: tepat di antara tiga saran",
    "category_top_1": "Kategori: saran pertama tepat",
    "category_top_3": "Kategori: tepat di antara tiga saran",
}
_SMALLEST_P = 0.001


def learned_of(learned: int, rows: int) -> str:
    """The complaints learned from, and of how many where a bound left some out.

    >>> learned_of(8000, 8000), learned_of(50000, 80000)
    ('8.000 pengaduan', '50.000 dari 80.000 pengaduan')
    """
    return f"{number(rows)} pengaduan" if learned == rows else f"{number(learned)} dari {number(rows)} pengaduan"


def of_hundred(share: float) -> str:
    """A share as a count of a hundred.

    >>> of_hundred(0.746)
    '75'
    """
    return number(100 * share, "0")


def month(written: str) -> str:
    """A month in a narrow place.

    >>> month("2026-11")
    'Nov 26'
    """
    return day(f"{written}-01", "MMM yy")


def p_value(p: float) -> str:
    """A p-value to three decimals.

    >>> p_value(0.00001), p_value(0.0321)
    ('kurang dari 0,001', '0,032')
    """
    return "kurang dari 0,001" if p < _SMALLEST_P else number(p, "0.000")
