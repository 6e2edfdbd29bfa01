"""Names of units and categories as an officer reads them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from service.ledger.tables import OutsideName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy.orm import Session

    from model.office.categories import Categories
    from model.office.units import Unit


@dataclass(frozen=True, slots=True)
class Names:
    """Maps ids to names; an unknown id is shown as it is."""

    units: dict[str, str]
    categories: dict[str, str]

    def unit(self, unit_id: str) -> str:
        return self.units.get(unit_id, unit_id) or "tidak ada unit"

    def responsible(self, unit_id: str, category_id: str) -> str:
        """The unit of a suggestion or decision; in an office without units the category."""
        if unit_id or self.units:
            return self.unit(unit_id)
        return self.category(category_id) or "tidak ada kategori"

    def category(self, category_id: str) -> str:
        return self.categories.get(category_id, category_id)


def ledger_names(session: Session, office: str, units: Iterable[Unit], categories: Categories) -> Names:
    """The names of the office's units and categories, and of those that only exports name."""
    outside: dict[str, dict[str, str]] = {"unit": {}, "category": {}}
    for entry in session.scalars(select(OutsideName).where(OutsideName.office == office)):
        outside[entry.kind][entry.id] = entry.name
    return Names(
        outside["unit"] | {unit.id: unit.name for unit in units},
        outside["category"] | {category.id: categories.shown_name(category.id) for category in categories},
    )


def keep_outside_name(
    session: Session, office: str, kind: Literal["unit", "category"], made_id: str, name: str
) -> None:
    """Keep the name from which an id was made; the first name stays."""
    if session.get(OutsideName, (office, kind, made_id)) is None:
        # A different process may keep the same name at the same moment.
        with suppress(IntegrityError), session.begin_nested():
            session.add(OutsideName(office=office, kind=kind, id=made_id, name=name))
