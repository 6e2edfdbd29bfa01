"""Find rows whose text names a unit: an addressee, or the trace of a past routing, leaks the label."""

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
    """The leaking rows among `rows`: `addressed` ask a unit by name, `addressed_right` the decided unit.

    `routed` rows hold the trace of a past routing, which is blanked before learning.
    """

    rows: int
    addressed: int
    addressed_right: int
    routed: int


@dataclass(frozen=True, slots=True)
class LeakingRow:
    """A row with addressees in its text; `phrase` is the most telling addressee with the words before."""

    row: LabelledComplaint
    phrase: str
    addressed: bool
    routed: bool
    right: bool


def count_leaks(rows: Sequence[LabelledComplaint], leaking: Sequence[LeakingRow]) -> Leaks:
    """The figures of leaking rows among all rows."""
    return Leaks(
        len(rows),
        sum(row.addressed for row in leaking),
        sum(row.right for row in leaking),
        sum(row.routed for row in leaking),
    )


def leaking_rows(rows: Sequence[LabelledComplaint], units: Units) -> list[LeakingRow]:
    """The leaking rows, in the order of the rows."""
    finder = Addressees(units)
    leaking: list[LeakingRow] = []
    for row in rows:
        text = row.complaint.matter
        addressees = finder.find(text)
        if not addressees:
            continue
        decided = units.find(row.unit) if row.unit else None
        asked = {addressee.unit_id for addressee in addressees if addressee.direction is Direction.ADDRESSED}
        # The trace of a past routing leaks more than the reporter's own wish.
        telling = min(addressees, key=lambda addressee: (addressee.direction is not Direction.ROUTED, addressee.start))
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
