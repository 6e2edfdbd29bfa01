"""The categories of an office, from categories.csv and from the names in the history."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import data
from data.office_csv import OfficeCsv, Row, Schema
from model.errors import CategoriesFileInvalid
from model.office.register import Register, comparable, free_id, parse_entries, slug, valid_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from pathlib import Path

COLUMNS = ("id", "name", "abbreviations", "parent", "description", "valid_from", "valid_to", "replaced_by")
# Indonesian headers and short forms.
_ALIASES = {
    "nama": "name",
    "singkatan": "abbreviations",
    "kategori": "name",
    "induk": "parent",
    "uraian": "description",
    "keterangan": "description",
    "dari": "valid_from",
    "sampai": "valid_to",
    "diganti": "replaced_by",
}
CATEGORIES_CSV = Schema(COLUMNS, required=("id", "name"), aliases=_ALIASES, invalid=CategoriesFileInvalid)
_BELOW = " / "


@dataclass(frozen=True, slots=True)
class Category:
    """A category of the office. `parent` is the id of the category above, or its name where it has no row of its own.

    `abbreviations` are other names: short forms, and the names before a renaming.
    """

    id: str
    name: str
    abbreviations: tuple[str, ...] = ()
    parent: str = ""
    description: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: tuple[str, ...] = ()

    def valid_on(self, day: date) -> bool:
        """Whether the category exists on a day; both ends are inclusive."""
        return valid_on(self, day)


class Categories(Register[Category]):
    """The categories of an office, found by id, name, or the name that tells a category apart."""

    def __init__(self, categories: Iterable[Category] = ()) -> None:
        super().__init__(categories)
        self._times_named = Counter(comparable(category.name) for category in self)
        self._parents = {above.id for category in self if category.parent and (above := self.find(category.parent))}
        self._shown = self._names_apart()
        for category in self:
            names = self._shown[category.id], _below(self.parent_name(category), category), _with_id(category)
            for name in (*names, *category.abbreviations):
                self._by_name.setdefault(comparable(name), category.id)

    def shown_name(self, category_id: str) -> str:
        """The name; with the parent before it, or else the id behind it, where another category has the same name."""
        return self._shown[category_id]

    def parent_name(self, category: Category) -> str:
        """The name of the category above; blank for a main category."""
        if not category.parent:
            return ""
        above = self.find(category.parent) or _tree_by_id().get(category.parent)
        return above.name if above is not None else category.parent

    def description_of(self, category_id: str) -> str:
        """The name, the parent's name and the description: what a category says of itself."""
        category = self[category_id]
        parts = category.name, *category.abbreviations, self.parent_name(category), category.description
        return " ".join(filter(None, parts))

    def suggestible(self) -> list[str]:
        """The ids of categories that can be suggested although no row has them: those without categories below."""
        return [category.id for category in self if category.id not in self._parents]

    def named(self, name: str) -> list[Category]:
        """Every category of exactly this name, the one that `find` gives first."""
        found, wanted = self.find(name), comparable(name)
        if found is None or comparable(found.name) != wanted:
            return [found] if found else []
        others = (category for category in self if comparable(category.name) == wanted and category is not found)
        return [found, *others]

    def find_row(self, name: str, category_id: str) -> Category | None:
        """The category of a row of an export; the id beside the name chooses among categories of one name.

        The id alone proves nothing: an export's numbers may be others than the office's.
        """
        return (self.find(name_with_id(name, category_id)) if category_id else None) or self.find(name)

    def updated_by(self, newer: Categories) -> Categories:
        """These categories as `newer` describes them; categories missing there stay."""
        return Categories(({category.id: category for category in (*self, *newer)}).values())

    def with_names(self, names: Iterable[str]) -> Categories:
        """These categories, and a new category for each name that no category has, by its most frequent spelling.

        The id is that of SP4N-LAPOR!'s tree for a name in the tree, otherwise a slug of the name.
        """
        counts = Counter(names)
        spellings: dict[str, str] = {}
        for name in sorted(counts, key=lambda name: (-counts[name], name)):
            if self.find(name) is None:
                spellings.setdefault(comparable(name), name)
        categories, taken = list(self), set(self._by_id)
        for name in sorted(spellings.values()):
            known = _tree_by_name().get(slug(name))
            category_id = free_id(known.id if known else slug(name) or "kategori", taken)
            taken.add(category_id)
            categories.append(Category(category_id, name, parent=known.parent if known else ""))
        return Categories(categories)

    def _names_apart(self) -> dict[str, str]:
        names = {category.id: category.name for category in self}
        repeated = [category for category in self if self._times_named[comparable(category.name)] > 1]
        paths = Counter(comparable(_below(self.parent_name(category), category)) for category in repeated)
        for category in repeated:
            path = _below(self.parent_name(category), category)
            apart = category.parent and paths[comparable(path)] == 1
            names[category.id] = path if apart else _with_id(category)
        return names


NO_CATEGORIES = Categories()


def _below(parent: str, category: Category) -> str:
    return f"{parent}{_BELOW}{category.name}" if parent else category.name


def _with_id(category: Category) -> str:
    return name_with_id(category.name, category.id)


def name_with_id(name: str, category_id: str) -> str:
    """A name with an id behind, which tells two categories of one name apart."""
    return f"{name} ({category_id})"


def read_categories(path: Path) -> Categories:
    """The categories of a categories.csv.

    Raises:
        CategoriesFileInvalid: the file is missing or unreadable, a row lacks id or name, an id occurs twice, `replaced_by`
            names no category, or a date isn't YYYY-MM-DD.
    """
    if not path.is_file():
        raise CategoriesFileInvalid("exports.file-missing", path=path)
    return Categories(parse_entries(OfficeCsv(path, CATEGORIES_CSV), _category))


def national_categories() -> Categories:
    """SP4N-LAPOR!'s category tree, ready for an office without a list of its own."""
    return Categories(Category(node.id, node.name, parent=node.parent) for node in data.category_tree())


def as_rows(categories: Iterable[Category]) -> list[dict[str, str]]:
    """The categories as rows of a categories.csv, for editing in a spreadsheet."""
    return [{column: _cell(getattr(category, column)) for column in COLUMNS} for category in categories]


def _cell(value: str | tuple[str, ...] | date | None) -> str:
    return ";".join(value) if isinstance(value, tuple) else str(value or "")


def _category(row: Row) -> Category:
    return Category(
        id=row["id"],
        name=row["name"],
        abbreviations=row.parts("abbreviations"),
        parent=row["parent"],
        description=row["description"],
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        replaced_by=row.parts("replaced_by"),
    )


@cache
def _tree_by_id() -> Mapping[str, data.Category]:
    return {category.id: category for category in data.category_tree()}


@cache
def _tree_by_name() -> Mapping[str, data.Category]:
    """Slug of a name → its category; a name at several places of the tree means the place nearest the root."""
    by_name: dict[str, data.Category] = {}
    for category in sorted(data.category_tree(), key=lambda category: category.id.count("/")):
        by_name.setdefault(slug(category.name), category)
    return by_name
