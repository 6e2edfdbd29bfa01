"""Names of units and categories as an officer reads them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Names:
    """Maps ids to names; an unknown id is shown as it is."""

    units: dict[str, str]
    categories: dict[str, str]

    def unit(self, unit_id: str) -> str:
        return self.units.get(unit_id, unit_id) or "tidak ada unit"

    def category(self, category_id: str) -> str:
        return self.categories.get(category_id, category_id)
