"""Find labels with few rows, and the evidence that a model has for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import data
from model.office.categories import label_categories
from training.checking.findings import Fallback, Label, RareLabel

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from model.history.rows import LabelledComplaint
    from model.office.rules import Rules
    from model.office.units import Unit, Units

FEW = 3


def rare_labels(rows: Sequence[LabelledComplaint], units: Units, rules: Rules, day: date) -> list[RareLabel]:
    """The units and categories with at most three rows, fewest first; units without rows count too.

    `units` are the units of the office and of the rows, with their families. `day` decides which units are in force.
    """
    by_unit = Counter(unit.id for row in rows if not row.returned and row.unit and (unit := units.find(row.unit)))
    by_category = Counter(row.category for row in rows if row.category)
    pinned = {rule.unit_id: rule.id for rule in rules if rule.action in {"pin", "prefer"}}
    found = (*_units(units, by_unit, pinned, day), *_categories(by_category))
    return sorted(found, key=lambda label: (label.label, label.rows, label.name))


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


def _categories(rows: Mapping[str, int]) -> Iterator[RareLabel]:
    names = {category.id: category.name for category in data.category_tree()}
    for name, label in label_categories(rows).items():
        if rows[name] <= FEW:
            parent = names.get(label.parent, "")
            yield RareLabel(Label.CATEGORY, name, rows[name], Fallback.PARENT if parent else Fallback.NAME, parent)
