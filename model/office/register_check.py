"""Compare the units and categories that a model suggests with the office's lists of today."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from data.messages import Sentence, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from datetime import date

    from model.office.register import Register


@dataclass(frozen=True, slots=True)
class Wording:
    """The sentences on entries that are gone and on ids that have changed."""

    gone: Callable[[Sentence | str], Sentence]
    ids_changed: Callable[[Sentence | str], Sentence]


OF_UNITS = Wording(
    lambda names: Sentence("office.units-gone", names=names),
    lambda names: Sentence("office.unit-ids-changed", names=names),
)
OF_CATEGORIES = Wording(
    lambda names: Sentence("office.categories-gone", names=names),
    lambda names: Sentence("office.category-ids-changed", names=names),
)


def find_disagreements(
    learned: Register[Any], ids_at_training: Collection[str], now: Register[Any], day: date, wording: Wording
) -> tuple[Sentence, ...]:
    """The disagreements between a model's units or categories and the office's list, with remedies.

    A unit that ends gets a date and keeps its row, so a missing row or a changed id is a mistake. Units without a row at
    the training, and changed names, are no disagreements. The same holds for categories.

    Args:
        learned: the units or categories as the model knows them.
        ids_at_training: the ids in the office's list when the model was trained.
        now: the units or categories in the office's list today.
        day: today.
        wording: the sentences.
    """
    new_ids = {
        twin.id: entry.id
        for entry in now
        if entry.id not in learned and (twin := learned.find(entry.name)) is not None and twin.id not in now
    }
    gone = [
        learned[entry_id].name
        for entry_id in ids_at_training
        if entry_id in learned
        and entry_id not in now
        and entry_id not in new_ids
        and not _ended(learned, entry_id, day)
    ]
    disagreements = []
    if gone:
        disagreements.append(wording.gone(listing(gone)))
    if new_ids:
        changed = [f"{learned[before].name} ({before} → {after})" for before, after in new_ids.items()]
        disagreements.append(wording.ids_changed(listing(changed)))
    return tuple(disagreements)


def _ended(register: Register[Any], entry_id: str, day: date) -> bool:
    valid_to = register[entry_id].valid_to
    return valid_to is not None and valid_to < day
