"""The categories of an office: names of the history with an id that stays the same."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import data
from model.office.units import slug

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class CategoryLabel:
    """A category of the office; `parent` is the id above it in SP4N-LAPOR!'s tree, empty where it has none."""

    id: str
    name: str
    parent: str


def label_categories(names: Iterable[str]) -> dict[str, CategoryLabel]:
    """Each name → its label: the id of SP4N-LAPOR!'s tree where the name is in it, a slug of the name otherwise."""
    labels: dict[str, CategoryLabel] = {}
    taken: set[str] = set()
    for name in sorted(set(names)):
        known = _tree_by_name().get(slug(name))
        wanted = known.id if known else slug(name) or "kategori"
        unique, number = wanted, 2
        while unique in taken:
            unique, number = f"{wanted}-{number}", number + 1
        taken.add(unique)
        labels[name] = CategoryLabel(unique, name, known.parent if known else "")
    return labels


@cache
def _tree_by_name() -> Mapping[str, data.Category]:
    """A name that stands at several places of the tree means the place nearest the root."""
    found: dict[str, data.Category] = {}
    for category in sorted(data.category_tree(), key=lambda category: category.id.count("/")):
        found.setdefault(slug(category.name), category)
    return found
