"""How the report writes numbers, days and the names of figures, in Indonesian."""

from __future__ import annotations

from datetime import datetime

_MONTHS = (
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
)
FIGURES = {
    "unit_top_1": "Unit: saran pertama tepat",
    "unit_top_3": "Unit: tepat di antara tiga saran",
    "category_top_1": "Kategori: saran pertama tepat",
    "category_top_3": "Kategori: tepat di antara tiga saran",
}
REASONS = {
    "no text": "tanpa isi",
    "neither unit nor category": "tanpa unit dan tanpa kategori",
    "no date, or one that can't be read": "tanpa tanggal, atau tanggal tidak terbaca",
    "a newer export has the same id": "nomor yang sama ada di ekspor yang lebih baru",
}


def number(value: int) -> str:
    """A whole number with points between thousands.

    >>> number(12345)
    '12.345'
    """
    return f"{value:,}".replace(",", ".")


def learned_of(learned: int, rows: int) -> str:
    """How many complaints were learned from, and of how many where that isn't all.

    >>> learned_of(8000, 8000), learned_of(50000, 80000)
    ('8.000 pengaduan', '50.000 dari 80.000 pengaduan')
    """
    return f"{number(rows)} pengaduan" if learned == rows else f"{number(learned)} dari {number(rows)} pengaduan"


def percent(share: float | None, decimals: int = 0) -> str:
    """A share as a percentage with a decimal comma.

    >>> percent(0.7461, 1), percent(0.9), percent(None)
    ('74,6%', '90%', '–')
    """
    return "–" if share is None else f"{100 * share:.{decimals}f}%".replace(".", ",")


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(-0.034), points(0.0)
    ('−3,4', '0,0')
    """
    written = f"{100 * abs(difference):.1f}".replace(".", ",")
    sign = "" if written == "0,0" else "−" if difference < 0 else "+"
    return sign + written


def of_hundred(share: float) -> str:
    """A share as a count of a hundred.

    >>> of_hundred(0.746)
    '75'
    """
    return f"{100 * share:.0f}"


def day(moment: str | None) -> str:
    """A day as an office writes it.

    >>> day("2026-11-26T10:15:00")
    '26 November 2026'
    """
    if not moment:
        return "–"
    read = datetime.fromisoformat(moment)
    return f"{read.day} {_MONTHS[read.month - 1]} {read.year}"


def month(written: str) -> str:
    """A month in a narrow place.

    >>> month("2026-11")
    'Nov 26'
    """
    year, number_of_month = written.split("-")
    return f"{_MONTHS[int(number_of_month) - 1][:3]} {year[2:]}"


def chance(p: float) -> str:
    """A p-value.

    >>> chance(0.00001), chance(0.0321)
    ('kurang dari 0,001', '0,032')
    """
    return "kurang dari 0,001" if p < 0.001 else f"{p:.3f}".replace(".", ",")  # noqa: PLR2004 - what is shown


def reason(written: str) -> str:
    """Why a row was left out."""
    if written.startswith("text longer than"):
        return "isi terlalu panjang"
    return REASONS.get(written, written)
