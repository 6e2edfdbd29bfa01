"""Count filled cells, faulty formulas and hidden rows of a handmade table, for one sentence a kind."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.messages import Sentence, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from data.exports.tables import Line

# Errors of formulas as Excel and LibreOffice show them.
_ERROR = re.compile(
    r"#(?:N/A|REF!|DIV/0!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|FIELD!|BLOCKED!|CONNECT!|BUSY!|GETTING_DATA)|Err:5\d\d"
)
_LONGEST_ERROR = 13
_COLUMNS_TOLD = 10
_WITHOUT_VALUE = ""


def is_error(cell: object) -> bool:
    """Whether a cell holds the error of a formula.

    >>> is_error("#N/A"), is_error("#N/A ditemukan")
    (True, False)
    """
    return isinstance(cell, str) and len(cell) <= _LONGEST_ERROR + 2 and bool(_ERROR.fullmatch(cell.strip()))


@dataclass
class Adjustments:
    """Counts of cells by column, and of rows."""

    errors: Counter[tuple[str, str]] = field(default_factory=Counter)
    without_value: Counter[str] = field(default_factory=Counter)
    filled: Counter[str] = field(default_factory=Counter)
    hidden_rows: int = 0

    def count(self, line: Line, headers: Sequence[str], faults: Mapping[int, str], places: Iterable[int]) -> None:
        """Count a row in the columns at `places`."""
        self.hidden_rows += line.is_hidden
        if not faults and not line.filled:
            return
        for place in places:
            if place in line.filled:
                self.filled[headers[place]] += 1
            if faults.get(place) == _WITHOUT_VALUE:
                self.without_value[headers[place]] += 1
            elif place in faults:
                self.errors[headers[place], faults[place]] += 1

    def __add__(self, other: Adjustments) -> Adjustments:
        return Adjustments(
            self.errors + other.errors,
            self.without_value + other.without_value,
            self.filled + other.filled,
            self.hidden_rows + other.hidden_rows,
        )

    def notices(self) -> list[Sentence]:
        """One sentence for each kind with a count."""
        errors = Counter({f"{column}: {error}": n for (column, error), n in self.errors.items()})
        counted = (
            ("adjustments.errors", errors),
            ("adjustments.without-value", self.without_value),
            ("adjustments.filled", self.filled),
        )
        notices = [
            Sentence(
                code,
                n=columns.total(),
                columns=listing([f"{column} ({n})" for column, n in columns.most_common()], _COLUMNS_TOLD),
            )
            for code, columns in counted
            if columns
        ]
        if self.hidden_rows:
            notices.append(Sentence("adjustments.hidden-rows", n=self.hidden_rows))
        return notices


def faults_of(line: Line, cells: Sequence[object], places: Iterable[int]) -> Mapping[int, str]:
    """Faulty formulas at `places`, named by the reader or written as text such as #N/A."""
    told = {place: line.faults[place] for place in places if place in line.faults}
    written = {place: str(cells[place]).strip() for place in places if place < len(cells) and is_error(cells[place])}
    return {**written, **told} if told or written else {}
