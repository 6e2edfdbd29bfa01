"""Compare the units that a model suggests with the office's units.csv of today."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import Sentence, listing

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from model.office.units import Units


def find_disagreements(learned: Units, ids_at_training: Collection[str], now: Units, day: date) -> tuple[Sentence, ...]:
    """The disagreements between a model's units and units.csv, with remedies.

    A unit that ends gets a date and keeps its row, so a missing row or a changed id is a mistake. Units without a row at
    the training, and changed names, are no disagreements.

    Args:
        learned: the units as the model knows them.
        ids_at_training: the ids in units.csv when the model was trained.
        now: the units in units.csv today.
        day: today.
    """
    new_ids = {
        twin.id: unit.id
        for unit in now
        if unit.id not in learned and (twin := learned.find(unit.name)) is not None and twin.id not in now
    }
    gone = [
        learned[unit_id].name
        for unit_id in ids_at_training
        if unit_id in learned and unit_id not in now and unit_id not in new_ids and not _ended(learned, unit_id, day)
    ]
    disagreements = []
    if gone:
        disagreements.append(Sentence("office.units-gone", names=listing(gone)))
    if new_ids:
        changed = [f"{learned[before].name} ({before} → {after})" for before, after in new_ids.items()]
        disagreements.append(Sentence("office.unit-ids-changed", names=listing(changed)))
    return tuple(disagreements)


def _ended(units: Units, unit_id: str, day: date) -> bool:
    valid_to = units[unit_id].valid_to
    return valid_to is not None and valid_to < day
