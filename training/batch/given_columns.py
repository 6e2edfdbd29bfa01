"""The columns of a file that say what is known of a row: given_unit and given_category."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.cells import cell_text
from data.exports.headers import normalised
from data.messages import Sentence
from model.suggestion import Given

if TYPE_CHECKING:
    from collections.abc import Mapping

    from data.exports.open import ExportRow
    from model.router import Router

# Never the office's own column of units: that of a history would give the answer away.
_FIELDS = {
    "given unit": "unit",
    "unit diketahui": "unit",
    "given category": "category",
    "kategori diketahui": "category",
}


def given_cells(row: ExportRow) -> dict[str, object]:
    """The cells of a row that say what is known."""
    return {header: value for header, value in row.values.items() if normalised(str(header)) in _FIELDS}


def given_of(row: ExportRow, router: Router) -> Given | Sentence:
    """What is known of a row, with the unit by id, code or name and the category by id or name; or what is wrong with it."""
    named = _named(given_cells(row))
    unit_id = category_id = ""
    if name := named.get("unit", ""):
        unit = router.units.find(name) or next((unit for unit in router.units if unit.code == name), None)
        if unit is None:
            return Sentence("training.given-unit-unknown")
        unit_id = unit.id
    if name := named.get("category", ""):
        category = router.categories.find(name)
        if category is None:
            return Sentence("training.given-category-unknown")
        category_id = category.id
    return Given(unit_id, category_id)


def _named(cells: Mapping[str, object]) -> dict[str, str]:
    texts = {_FIELDS[normalised(header)]: cell_text(value).strip() for header, value in cells.items()}
    return {field: text for field, text in texts.items() if text}
