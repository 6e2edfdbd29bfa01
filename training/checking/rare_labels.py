"""Find units and categories with few rows, and name other evidence for each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from training.checking.findings import Fallback, Label, RareLabel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories, Category
    from model.office.rules import Rules
    from model.office.units import Unit, Units

FEW = 3


def rare_labels(
    rows: Sequence[LabelledComplaint], units: Units, categories: Categories, rules: Rules, day: date
) -> list[RareLabel]:
    """Units and categories with no more than three rows, fewest first.

    Args:
        rows: labelled rows.
        units: the office's units and further units of the rows, with families.
        categories: the office's categories and further categories of the rows; a parent category needs no rows.
        rules: the office's rules, evidence for a unit without rows.
        day: decides which units and categories are closed.
    """
    by_unit = Counter(unit.id for row in rows if not row.returned and row.unit and (unit := units.find(row.unit)))
    by_category = Counter(found.id for row in rows if row.category and (found := categories.find(row.category)))
    pinned = {rule.unit_id: rule.id for rule in rules if rule.action in {"pin", "prefer"}}
    rare = (*_units(units, by_unit, pinned, day), *_categories(categories, by_category, day))
    return sorted(rare, key=lambda label: (label.label, label.rows, label.name))


def _units(units: Units, rows: Mapping[str, int], pinned: Mapping[str, str], day: date) -> Iterator[RareLabel]:
    for unit in units:
        if (count := rows.get(unit.id, 0)) <= FEW:
            fallback, by = _fate(unit, pinned, day)
            yield RareLabel(Label.UNIT, unit.name, count, fallback, by)


def _fate(unit: Unit, pinned: Mapping[str, str], day: date) -> tuple[Fallback, str]:
    if not unit.valid_on(day):
        return Fallback.CLOSED, ", ".join(unit.replaced_by)
    if unit.id in pinned:
        return Fallback.RULE, pinned[unit.id]
    if unit.family:
        return Fallback.FAMILY, unit.family
    return (Fallback.DESCRIPTION, "") if unit.description else (Fallback.NAME, "")


def _categories(categories: Categories, rows: Mapping[str, int], day: date) -> Iterator[RareLabel]:
    suggestible = set(categories.suggestible())
    for category in categories:
        count = rows.get(category.id, 0)
        if count <= FEW and (count or category.id in suggestible):
            yield RareLabel(
                Label.CATEGORY,
                categories.shown_name(category.id),
                count,
                *_fate_of_category(category, categories, day),
            )


def _fate_of_category(category: Category, categories: Categories, day: date) -> tuple[Fallback, str]:
    if not category.valid_on(day):
        return Fallback.CLOSED, ", ".join(categories.shown_name(successor) for successor in category.replaced_by)
    if parent := categories.parent_name(category):
        return Fallback.PARENT, parent
    return (Fallback.DESCRIPTION, "") if category.description else (Fallback.NAME, "")
