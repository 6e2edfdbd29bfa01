"""Whether the units that a model suggests are still those of the office's units.csv."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from model.office.units import Units

_MOST_NAMED = 10


def disagreements(learned: Units, in_file_then: Collection[str], now: Units, day: date) -> tuple[str, ...]:
    """What stands between a model and the units.csv of now, a sentence each that says what to do.

    `learned` are the units as the model knows them, `in_file_then` the ids that units.csv had when it was trained. A unit
    that ends gets a date and keeps its row, so a row that is gone, or has another id, is a slip; a unit that never had a row
    is none, and neither is one whose name changed.
    """
    moved = {
        twin.id: unit.id
        for unit in now
        if unit.id not in learned and (twin := learned.find(unit.name)) is not None and twin.id not in now
    }
    gone = [
        learned[unit_id].name
        for unit_id in in_file_then
        if unit_id in learned and unit_id not in now and unit_id not in moved and not _ended(learned, unit_id, day)
    ]
    found = []
    if gone:
        found.append(
            f"units.csv no longer has {_some(gone)}, which the model suggests. Put the row back (a unit that ended gets "
            "valid_to, and replaced_by where another has its matters now), or train again."
        )
    if moved:
        pairs = [f"{learned[before].name} ({before}, now {after})" for before, after in moved.items()]
        found.append(
            f"units.csv gives another id to {_some(pairs)}. Ids never change once issued: write the old id back, or train "
            "again."
        )
    return tuple(found)


def _ended(units: Units, unit_id: str, day: date) -> bool:
    valid_to = units[unit_id].valid_to
    return valid_to is not None and valid_to < day


def _some(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
