"""How much of a history's labels the texts themselves give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.office.addressees import Addressees, Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.office.units import Units


@dataclass(frozen=True, slots=True)
class Leaks:
    """Rows that name an addressee, of `rows`; `addressed_right` are those that name the unit that was decided.

    `routed` rows hold the trace of a past routing, which is blanked before anything is learned.
    """

    rows: int
    addressed: int
    addressed_right: int
    routed: int


@dataclass(frozen=True, slots=True)
class LeakingRow:
    """A row that names addressees: `phrase` is the first of them with the words that lead to it."""

    row: LabelledComplaint
    phrase: str
    addressed: bool
    routed: bool
    right: bool


def find_leaks(rows: Sequence[LabelledComplaint], units: Units) -> Leaks:
    """Count the addressees in the texts of a history."""
    return count_leaks(rows, leaking_rows(rows, units))


def count_leaks(rows: Sequence[LabelledComplaint], leaking: Sequence[LeakingRow]) -> Leaks:
    """The figures of rows of which `leaking` name an addressee."""
    return Leaks(
        len(rows),
        sum(found.addressed for found in leaking),
        sum(found.right for found in leaking),
        sum(found.routed for found in leaking),
    )


def leaking_rows(rows: Sequence[LabelledComplaint], units: Units) -> list[LeakingRow]:
    """The rows whose text names an addressee, in order."""
    finder = Addressees(units)
    leaking: list[LeakingRow] = []
    for row in rows:
        text = row.complaint.text
        found = finder.find(text)
        if not found:
            continue
        decided = units.find(row.unit) if row.unit else None
        asked = {addressee.unit_id for addressee in found if addressee.direction is Direction.ADDRESSED}
        # The trace of a past routing tells more than the citizen's own wish.
        telling = min(found, key=lambda addressee: (addressee.direction is not Direction.ROUTED, addressee.start))
        leaking.append(
            LeakingRow(
                row,
                text[telling.start : telling.end],
                addressed=bool(asked),
                routed=telling.direction is Direction.ROUTED,
                right=decided is not None and decided.id in asked,
            )
        )
    return leaking
