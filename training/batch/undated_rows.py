"""Rows of a file whose date can't be read or is blank: they are suggested as of today, and counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import Sentence
from model.from_export import unread_date

if TYPE_CHECKING:
    from data.exports.open import ExportRow

_MOST_NAMED = 5


class UndatedRows:
    """Counts rows without a readable date, and names the first unreadable ones."""

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Count anew: the rows of the file are read again."""
        self._rows = 0
        self._blank = 0
        self._unread = 0
        self._first: list[Sentence] = []

    def add(self, row: ExportRow) -> None:
        """Take the next row of the file; a row without a date column isn't counted."""
        if row.problem or "received_at" not in row.fields:
            return
        self._rows += 1
        if not row.fields["received_at"]:
            self._blank += 1
        elif written := unread_date(row):
            self._unread += 1
            if len(self._first) < _MOST_NAMED:
                self._first.append(Sentence("exports.date-at", place=row.place(), cell=written))

    def notices(self) -> list[Sentence]:
        """What a person should know about the rows."""
        notices = []
        if self._unread:
            more = self._unread - len(self._first)
            rows = (*self._first, Sentence("exports.more-dates", count=more)) if more else tuple(self._first)
            notices.append(Sentence("exports.dates-unread-as-today", count=self._unread, rows=rows))
        # A blank date column is an absent one.
        if 0 < self._blank < self._rows:
            notices.append(Sentence("exports.dates-blank-as-today", count=self._blank))
        return notices
