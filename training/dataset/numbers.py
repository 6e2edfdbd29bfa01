"""Find rows that share a number: revisions of one complaint, or complaints numbered anew each month."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from model.history.reused_numbers import day_of, is_same_complaint, key_of_text, month_of, with_second_key

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model.history.rows import LabelledComplaint


class SecondKey(StrEnum):
    """What tells complaints with one number apart, in this order; the text where nothing else does."""

    MONTH = "month"
    SHEET = "sheet"
    FILE = "file"
    DAY = "day"
    TEXT = "text"


@dataclass
class Numbers:
    """The positions of the rows in force by number; a number with several positions belongs to several complaints."""

    _positions: defaultdict[str, list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, rows: Sequence[LabelledComplaint], row: LabelledComplaint) -> int | None:
        """Add a row at the end of `rows`; returns the position of the older row of the same complaint."""
        positions = self._positions[row.complaint.reference_id]
        older = next((at for at in positions if is_same_complaint(rows[at].complaint, row.complaint)), None)
        if older is not None:
            positions.remove(older)
        positions.append(len(rows))
        return older

    def with_second_keys(self, rows: Sequence[LabelledComplaint]) -> Iterator[tuple[int, str, SecondKey]]:
        """Position, reference with a second key, and the kind of key, of each row after the first with its number."""
        for positions in map(sorted, self._positions.values()):
            kind = next((kind for kind in SecondKey if _tells_apart(rows, positions, kind)), SecondKey.TEXT)
            for at in positions[1:]:
                row = rows[at]
                yield at, with_second_key(row.complaint.reference_id, _key(row, kind)), kind


def _tells_apart(rows: Sequence[LabelledComplaint], positions: Sequence[int], kind: SecondKey) -> bool:
    counts = Counter(_key(rows[at], kind) for at in positions)
    return "" not in counts and len(counts) == len(positions)


def _key(row: LabelledComplaint, kind: SecondKey) -> str:
    source = row.source
    match kind:
        case SecondKey.MONTH:
            return month_of(row.complaint.received_at)
        case SecondKey.SHEET:
            return source.sheet if source else ""
        case SecondKey.FILE:
            return source.file if source else ""
        case SecondKey.DAY:
            return day_of(row.complaint.received_at)
        case SecondKey.TEXT:
            return key_of_text(row.complaint.text)
