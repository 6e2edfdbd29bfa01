"""The units of an office, from units.csv and from the names in the history."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.office_csv import OfficeCsv, Row, Schema
from model.errors import UnitsFileInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
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
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Units:
    """The units of an office, found by id, name or abbreviation."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_id: dict[str, Unit] = {}
        self._by_name: dict[str, str] = {}
        for unit in units:
            self._by_id[unit.id] = unit
            for name in (unit.id, unit.name):
                self._by_name.setdefault(_comparable(name), unit.id)
        # Abbreviations come last, so that none hides another unit's full name.
        for unit in self._by_id.values():
            for name in unit.abbreviations:
                self._by_name.setdefault(_comparable(name), unit.id)
        self.has_dates = any(unit.valid_from or unit.valid_to for unit in self._by_id.values())
        self._predecessors: dict[str, list[str]] = {}
        for unit in self._by_id.values():
            for successor in unit.replaced_by:
                self._predecessors.setdefault(successor, []).append(unit.id)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, unit_id: str) -> bool:
        return unit_id in self._by_id

    def __getitem__(self, unit_id: str) -> Unit:
        return self._by_id[unit_id]

    def find(self, name: str) -> Unit | None:
        """The unit with this id, name or abbreviation; spaces, dots and capitals don't matter."""
        unit_id = self._by_name.get(_comparable(name))
        return self._by_id[unit_id] if unit_id is not None else None

    def in_charge_of(self, unit_id: str, day: date) -> list[str]:
        """The units in charge of a unit's matters on a day: the unit itself, successors, or predecessors.

        Empty for a closed unit without a successor.
        """
        in_charge: list[str] = []
        waiting, seen = [unit_id], {unit_id}
        while waiting:
            unit = self._by_id[waiting.pop(0)]
            if unit.valid_on(day):
                in_charge.append(unit.id)
                continue
            ended = unit.valid_to is not None and unit.valid_to < day
            related = unit.replaced_by if ended else self._predecessors.get(unit.id, ())
            waiting.extend(other for other in related if other not in seen)
            seen.update(related)
        return in_charge

    def count_closed(self, day: date) -> int:
        """The number of units without a unit in charge on a day; a ranking never shows closed units."""
        if not self.has_dates:
            return 0
        return sum(not self.in_charge_of(unit.id, day) for unit in self if not unit.valid_on(day))

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
            if _comparable(name) in seen:
                continue
            unit_id = free_id(slug(name) or "unit", taken)
            taken.add(unit_id)
            seen.add(_comparable(name))
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
    units: dict[str, Unit] = {}

    def add(row: Row) -> None:
        unit = _unit(row)
        if unit.id in units:
            raise row.invalid("office.id-twice", id=unit.id)
        units[unit.id] = unit

    def check_successors(row: Row) -> None:
        for successor in row.parts("replaced_by"):
            if successor not in units:
                raise row.invalid("office.successor-unknown", "replaced_by", id=row["id"], successor=successor)

    file.parse(add)
    file.parse(check_successors)
    return Units(units.values())


def as_rows(units: Iterable[Unit]) -> list[dict[str, str]]:
    """The units as rows of a units.csv, for editing in a spreadsheet."""
    return [{column: _cell(getattr(unit, column)) for column in COLUMNS} for unit in units]


def _cell(value: str | tuple[str, ...] | date | None) -> str:
    if isinstance(value, tuple):
        return ";".join(value)
    return str(value or "")


def slug(name: str) -> str:
    """A name as an id: a-z, 0-9 and single hyphens.

    >>> slug("Kelurahan Wonorejo - Rungkut")
    'kelurahan-wonorejo-rungkut'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]


def _comparable(name: str) -> str:
    return slug(name).replace("-", " ")


def free_id(wanted: str, taken: set[str]) -> str:
    """The wanted id, with a number where it is taken."""
    unit_id, number = wanted, 2
    while unit_id in taken:
        unit_id, number = f"{wanted}-{number}", number + 1
    return unit_id


def _unit(row: Row) -> Unit:
    if not row["id"] or not row["name"]:
        raise row.invalid("office.id-or-name-blank")
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
