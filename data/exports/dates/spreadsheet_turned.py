"""Detect dates whose day and month a spreadsheet exchanged when it opened a file from another country.

"05/29/2024" is no date to Excel in Indonesian and stays a text; "05/06/2024" becomes a date, 5 June instead of May 6.
All dates of such a column have days up to 12, and all texts have days above 12.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

_MONTHS = 12
# The chance that a day is at most 12, or above.
_UP_TO_12, _ABOVE_12 = 12 / 30.4, 18.4 / 30.4
_LIKELY_CHANCE = 1e-4


@dataclass
class TypedDates:
    """The typed dates of a column, and the months of its texts."""

    count: int = 0
    above_12: int = 0
    texts: int = 0
    turned_first: tuple[int, int] = (9999, 0)
    turned_last: tuple[int, int] = (0, 0)
    text_first: tuple[int, int] = (9999, 0)
    text_last: tuple[int, int] = (0, 0)

    def add_typed(self, moment: datetime) -> None:
        """Take a cell that the file holds as a date."""
        self.count += 1
        self.above_12 += moment.day > _MONTHS
        month = (moment.year, moment.day)
        self.turned_first, self.turned_last = min(self.turned_first, month), max(self.turned_last, month)

    def add_text(self, moment: datetime | None) -> None:
        """Take a text that is a date in one order alone."""
        if moment is not None:
            self.texts += 1
            month = (moment.year, moment.month)
            self.text_first, self.text_last = min(self.text_first, month), max(self.text_last, month)

    def are_turned(self, *, texts_alone: bool) -> bool:
        """Whether the typed dates were exchanged; `texts_alone`: each text fits one order, all of them the same."""
        if not (self.count and self.texts and texts_alone) or self.above_12:
            return False
        by_chance = _UP_TO_12**self.count * _ABOVE_12**self.texts
        in_time = self.text_first <= self.turned_first and self.turned_last <= self.text_last
        return by_chance < _LIKELY_CHANCE and in_time
