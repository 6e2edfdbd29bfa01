"""The units and categories that the search fields of a decision offer."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from model.office.categories import Categories, Category
from model.office.rules import Rules
from model.versions.office_home import Office
from service.pages.typed_names import best_matches, categories_in_force
from service.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path


def test_categories_in_force_are_offered_with_the_parent_where_names_repeat(sample_home: Path) -> None:
    router, _ = Office(sample_home, "kumham").load_champion(precedents=False)
    categories = Categories(
        [
            Category("a", "Lainnya", parent="Jalan"),
            Category("b", "Lainnya", parent="Pasar"),
            Category("pju", "Penerangan", abbreviations=("PJU",)),
            Category("lama", "Lampu Kota", valid_to=date(2020, 1, 1), replaced_by=("pju",)),
        ]
    )
    router = router.for_office(router.units, Rules((), router.units), categories=categories)
    offered = categories_in_force(router, Settings(home=sample_home))
    assert set(offered) == {"a", "b", "pju"}
    assert set(best_matches("lainnya", offered)) == {("a", "Jalan / Lainnya"), ("b", "Pasar / Lainnya")}
    assert best_matches("pasar lainnya", offered)[0] == ("b", "Pasar / Lainnya")
    assert best_matches("pju", offered) == [("pju", "Penerangan")]
