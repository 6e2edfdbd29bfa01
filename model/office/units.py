"""The units of an office, from units.csv and from the names in the history."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.office_csv import OfficeCsv, Row, Schema
from model.errors import UnitsFileInvalid
from model.office.register import Register, comparable, free_id, parse_entries, slug, valid_on

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

COLUMNS = (
    "id",
    "code",
    "name",
    "abbreviations",
    "family",
    "area_level",
    "area",
    "parent",
    "valid_from",
    "valid_to",
    "replaced_by",
    "description",
)
UNITS_CSV = Schema(COLUMNS, required=("id", "name"), invalid=UnitsFileInvalid)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the office. `family` names a group of like units, for example kelurahan, and `area` the unit's place."""

    id: str
    name: str
    code: str = ""
    abbreviations: tuple[str, ...] = ()
    family: str = ""
    area_level: str = ""
    area: str = ""
    parent: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    replaced_by: tuple[str, ...] = ()
    description: str = ""

    def valid_on(self, day: date) -> bool:
        """Whether the unit exists on a day; both ends are inclusive."""
        return valid_on(self, day)


class Units(Register[Unit]):
    """The units of an office, found by id, name or abbreviation."""

    def __init__(self, units: Iterable[Unit]) -> None:
        super().__init__(units)
        # Abbreviations come last, so that none hides another unit's full name.
        for unit in self:
            for name in unit.abbreviations:
                self._by_name.setdefault(comparable(name), unit.id)

    def updated_by(self, newer: Units) -> Units:
        """These units as `newer` describes them, with the families found in the history; units missing there stay."""
        merged = {unit.id: unit for unit in self}
        for unit in newer:
            known = merged.get(unit.id, unit)
            merged[unit.id] = unit if unit.family else replace(unit, family=known.family, area=known.area)
        return Units(merged.values())

    def with_names(self, names: Sequence[str]) -> Units:
        """These units, and a new unit for each name that no unit has."""
        units = list(self)
        taken = set(self._by_id)
        seen = set(self._by_name)
        for name in names:
            if comparable(name) in seen:
                continue
            unit_id = free_id(slug(name) or "unit", taken)
            taken.add(unit_id)
            seen.add(comparable(name))
            units.append(Unit(unit_id, name))
        return Units(units)

    def with_memberships(self, memberships: dict[str, tuple[str, str]]) -> Units:
        """These units with family and area by id; a family from units.csv stays."""
        return Units(
            replace(unit, family=memberships[unit.id][0], area=memberships[unit.id][1])
            if unit.id in memberships and not unit.family
            else unit
            for unit in self
        )


def read_units(path: Path) -> Units:
    """The units of a units.csv.

    Raises:
        UnitsFileInvalid: the file is missing or unreadable, a row lacks id or name, an id occurs twice, `replaced_by` names
            no unit, or a date isn't YYYY-MM-DD.
    """
    if not path.is_file():
        raise UnitsFileInvalid("exports.file-missing", path=path)
    return parse_units(OfficeCsv(path, UNITS_CSV))


def parse_units(file: OfficeCsv) -> Units:
    """The units of an opened units.csv.

    Raises:
        UnitsFileInvalid: as `read_units`.
    """
    return Units(parse_entries(file, _unit))


def as_rows(units: Iterable[Unit]) -> list[dict[str, str]]:
    """The units as rows of a units.csv, for editing in a spreadsheet."""
    return [{column: _cell(getattr(unit, column)) for column in COLUMNS} for unit in units]


def _cell(value: str | tuple[str, ...] | date | None) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return str(value or "")


def _unit(row: Row) -> Unit:
    return Unit(
        id=row["id"],
        name=row["name"],
        code=row["code"],
        abbreviations=row.parts("abbreviations"),
        family=row["family"],
        area_level=row["area_level"],
        area=row["area"],
        parent=row["parent"],
        valid_from=row.day("valid_from"),
        valid_to=row.day("valid_to"),
        replaced_by=row.parts("replaced_by"),
        description=row["description"],
    )
