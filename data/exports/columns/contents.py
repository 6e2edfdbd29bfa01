"""A column is what is in it: measures of a column's cells, and the fields that the cells rule out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from data.exports.cells import cell_text
from data.exports.columns.names import PRIVACY_WORDS, SECRET_WORDS, TYPE_WORDS
from data.exports.dates.written import parse_time, parse_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# The beginning of a cell tells enough.
_MEASURED_CHARACTERS = 2_000
_LONGEST_DATE = 60
_WORD = re.compile(r"[^\W\d_]+")
_NUMBER = re.compile(r"[+-]?\d[\d\s.,%]*", re.ASCII)
# A spreadsheet's count of days, or a postcode.
_FIGURE = re.compile(r"\d+(?:[.,]\d+)?", re.ASCII)
# Fewer cells than these prove nothing.
_FEWEST_CELLS = 3
_FEWEST_LABELS = 10
_TEXT_WORDS = 4
_LONG_TEXT_WORDS = 12
_LABEL_WORDS = 6
_FEW_DISTINCT = 0.5
_FEWEST_LETTERS = 0.5
_MOST_DATES_IN_TEXT = 0.2
_NEARLY_ALL = 0.8
_SHORT_FIELDS = ("unit", "category", "type", "status", "channel", "parent_unit")


@dataclass(frozen=True, slots=True)
class ColumnContents:
    """Measures of the first cells of a column: `filled` counts cells, `words` and `characters` are medians, the rest shares."""

    filled: int = 0
    characters: float = 0
    words: float = 0
    letters: float = 0
    distinct: float = 0
    dates: float = 0
    times: float = 0
    numbers: float = 0
    types: float = 0
    privacy: float = 0
    secrets: float = 0

    @classmethod
    def of(cls, cells: Iterable[object]) -> ColumnContents:
        """Measure cells; blank cells don't count.

        >>> ColumnContents.of(["2023-05-29", "30 Mei 2023", ""]).dates
        1.0
        """
        texts = [text for cell in cells if (text := cell_text(cell)[:_MEASURED_CHARACTERS].strip())]
        if not texts:
            return cls()
        together = "".join("".join(text.split()) for text in texts)
        return cls(
            filled=len(texts),
            characters=median(map(len, texts)),
            words=median(len(text.split()) for text in texts),
            letters=sum(map(str.isalpha, together)) / len(together),
            distinct=len(set(texts)) / len(texts),
            dates=_share(texts, _is_date),
            times=_share(texts, lambda text: len(text) <= _LONGEST_DATE and parse_time(text) is not None),
            numbers=_share(texts, lambda text: _NUMBER.fullmatch(text) is not None),
            types=_share(texts, lambda text: not TYPE_WORDS.isdisjoint(_words(text))),
            privacy=_share(texts, lambda text: PRIVACY_WORDS.issuperset(_words(text))),
            secrets=_share(texts, lambda text: not SECRET_WORDS.isdisjoint(_words(text))),
        )

    def is_text(self) -> bool:
        """Whether the cells are sentences that differ from row to row; of long texts some may be alike."""
        differ = self.distinct > _FEW_DISTINCT or self.words >= _LONG_TEXT_WORDS
        written = self.letters >= _FEWEST_LETTERS and self.dates < _MOST_DATES_IN_TEXT
        return self.words >= _TEXT_WORDS and differ and written

    def is_labels(self) -> bool:
        """Whether the cells are a few names that recur."""
        return self.filled >= _FEWEST_LABELS and self.words <= _LABEL_WORDS and self.distinct <= _FEW_DISTINCT

    def is_dates(self) -> bool:
        """Whether nearly all cells are dates."""
        return self.dates >= _NEARLY_ALL

    def is_type(self) -> bool:
        """Whether the cells name the kind of a report, such as "Aspirasi"."""
        return self.types >= _NEARLY_ALL

    def is_category(self) -> bool:
        """Whether the cells are names, not all different, and none of the few kinds of a report."""
        names = self.filled >= _FEWEST_LABELS and self.words <= _LABEL_WORDS and self.distinct <= _NEARLY_ALL
        return names and not self.is_type()

    def is_privacy(self) -> bool:
        """Whether the cells say who is anonymous or confidential, and nothing else."""
        return self.secrets > 0 and self.privacy == 1

    def rules_out(self, field: str, *, exact_name: bool) -> bool:
        """Whether the cells can't be this field, whatever the header says; `exact_name` is one of the field's own names."""
        is_prose = self.is_text() and self.words >= _LONG_TEXT_WORDS
        is_figure = max(self.dates, self.times, self.numbers) >= _NEARLY_ALL
        no_field = {
            "text": is_figure or (self.is_labels() and not exact_name),
            "received_at": is_prose or (self.times >= _NEARLY_ALL and not self.dates),
            "received_time": is_prose or self.is_dates(),
            "title": self.is_labels() or self.is_dates(),
            # One number in all cells tells no complaints apart.
            "id": self.filled >= _FEWEST_LABELS and self.distinct * self.filled <= 1,
        } | dict.fromkeys(_SHORT_FIELDS, is_prose or self.is_dates())
        return self.filled >= _FEWEST_CELLS and no_field.get(field, False)


def _words(text: str) -> list[str]:
    return _WORD.findall(text.casefold())


def _is_date(text: str) -> bool:
    return len(text) <= _LONGEST_DATE and not _FIGURE.fullmatch(text) and parse_written(text) is not None


def _share(texts: Sequence[str], holds: Callable[[str], bool]) -> float:
    return sum(map(holds, texts)) / len(texts)
