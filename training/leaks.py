"""How much of a history's labels the texts themselves give away."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.addressees import Addressees, Direction

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history import LabelledComplaint
    from model.units import Units


@dataclass(frozen=True, slots=True)
class Leaks:
    """Rows that name an addressee, of `rows`; `addressed_right` are those that name the unit that was decided.

    `routed` rows hold the trace of a past routing, which is blanked before anything is learned.
    """

    rows: int
    addressed: int
    addressed_right: int
    routed: int


def find_leaks(rows: Sequence[LabelledComplaint], units: Units) -> Leaks:
    """Count the addressees in the texts of a history."""
    finder = Addressees(units)
    addressed = right = routed = 0
    for row in rows:
        found = finder.find(row.complaint.text)
        decided = units.find(row.unit) if row.unit else None
        asked = {addressee.unit_id for addressee in found if addressee.direction is Direction.ADDRESSED}
        addressed += bool(asked)
        right += decided is not None and decided.id in asked
        routed += any(addressee.direction is Direction.ROUTED for addressee in found)
    return Leaks(len(rows), addressed, right, routed)
