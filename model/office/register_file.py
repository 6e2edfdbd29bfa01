"""Reword a unit in units.csv or a category in categories.csv, which the office goes on editing in a spreadsheet."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from data.office_csv import OfficeCsv, locked
from model.office import categories, units
from model.office.categories import Category
from model.office.register import Register, comparable
from model.office.units import Unit

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from data.office_csv import Schema

Entry = TypeVar("Entry", Unit, Category)
Entries = TypeVar("Entries", bound=Register[Any])


@dataclass(frozen=True, slots=True)
class Wording:
    """What a unit or category says of itself: name, other names and description."""

    name: str
    abbreviations: tuple[str, ...] = ()
    description: str = ""

    @classmethod
    def of(cls, entry: Unit | Category) -> Wording:
        """The present wording of a unit or category."""
        return cls(entry.name, entry.abbreviations, entry.description)

    def keeping(self, before: str) -> Wording:
        """With the name before a renaming among the other names, since older exports have it."""
        names = map(comparable, (self.name, *self.abbreviations))
        return self if comparable(before) in names else replace(self, abbreviations=(*self.abbreviations, before))

    def names_taken(self, register: Register[Any], entry_id: str) -> list[str]:
        """The names that other units or categories have."""
        owners = ((name, register.find(name)) for name in (self.name, *self.abbreviations))
        return [name for name, owner in owners if owner is not None and owner.id != entry_id]


def reworded(register: Entries, entry_id: str, wording: Wording) -> Entries:
    """The units or categories with one of them reworded."""
    return type(register)(_reworded(entry, wording) if entry.id == entry_id else entry for entry in register)


def save_unit(path: Path, unit: Unit, wording: Wording) -> None:
    """Write a unit's wording to units.csv, atomically; a unit without a row gets one, also in a new file.

    Encoding, separator and all other rows stay unchanged; a missing column is added.

    Raises:
        UnitsFileInvalid: the file can't be understood.
    """
    _save(path, units.UNITS_CSV, units.as_rows([_reworded(unit, wording)])[0])


def save_category(path: Path, category: Category, wording: Wording) -> None:
    """Write a category's wording to categories.csv, as `save_unit`.

    Raises:
        CategoriesFileInvalid: the file can't be understood.
    """
    _save(path, categories.CATEGORIES_CSV, categories.as_rows([_reworded(category, wording)])[0])


def _reworded(entry: Entry, wording: Wording) -> Entry:
    return replace(entry, name=wording.name, abbreviations=wording.abbreviations, description=wording.description)


def _save(path: Path, schema: Schema, cells: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with locked(path):
        file = OfficeCsv(path, schema)
        row = next((row for row in file.parse(lambda row: row) if row["id"] == cells["id"]), None)
        if row is None:
            file.append(cells)
        else:
            for column in ("name", "abbreviations", "description"):
                if row[column] != cells[column]:
                    file.replace(row, column, cells[column])
        file.write()
