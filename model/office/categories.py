"""The categories of an office: the names in its history, each with a stable id."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import data
from model.office.units import free_id, slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class CategoryLabel:
    """A category of the office; `parent` is the id above in SP4N-LAPOR!'s tree, empty outside the tree."""

    id: str
    name: str
    parent: str


def label_categories(names: Iterable[str]) -> dict[str, CategoryLabel]:
    """Name → label: with the id of SP4N-LAPOR!'s tree for a name in the tree, otherwise with a slug of the name."""
    labels: dict[str, CategoryLabel] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        known = _tree_by_name().get(slug(name))
        category_id = free_id(known.id if known else slug(name) or "kategori", taken)
        taken.add(category_id)
        labels[name] = CategoryLabel(category_id, name, known.parent if known else "")
    return labels


@cache
def _tree_by_name() -> Mapping[str, data.Category]:
    """Slug of a name → its category; a name at several places of the tree means the place nearest the root."""
    by_name: dict[str, data.Category] = {}
    for category in sorted(data.category_tree(), key=lambda category: category.id.count("/")):
        by_name.setdefault(slug(category.name), category)
    return by_name
