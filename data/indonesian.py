"""Write numbers, percentages and days in Indonesian, by the rules of Unicode's locale data.

Babel is imported at the first use: a command without Indonesian output starts without it.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

_LOCALE = "id"


def number(value: float, pattern: str = "#,##0") -> str:
    """A number with points between thousands and a comma before decimals.

    >>> number(12345), number(2.5, "0.#"), number(-0.034, "+0.000;−0.000")
    ('12.345', '2,5', '−0,034')
    """
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    return format_decimal(value, pattern, _LOCALE)


def percent(share: float | None, decimals: int = 0) -> str:
    """A share as a percentage; a dash where there is no share.

    >>> percent(0.7461, 1), percent(0.9), percent(None)
    ('74,6%', '90%', '–')
    """
    return "–" if share is None else number(100 * share, f"0.{'0' * decimals}") + "%"


def points(difference: float) -> str:
    """A difference of shares in percentage points, with its sign.

    >>> points(-0.034), points(0.0312), points(0.0)
    ('−3,4', '+3,1', '0,0')
    """
    return number(100 * difference, "+0.0;−0.0") if round(difference, 3) else number(0, "0.0")


def day(moment: date | str | None, pattern: str = "d MMMM y") -> str:
    """A day as an office writes it; a dash where there is no day.

    >>> day("2026-11-26T10:15:00"), day(datetime(2024, 10, 21, 9, 5), "d MMM y HH.mm"), day(None)
    ('26 November 2026', '21 Okt 2024 09.05', '–')
    """
    from babel.dates import format_datetime  # noqa: PLC0415 - see above

    if not moment:
        return "–"
    return format_datetime(
        datetime.fromisoformat(moment) if isinstance(moment, str) else moment, pattern, locale=_LOCALE
    )
