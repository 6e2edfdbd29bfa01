"""The office's units: what units.csv says of them, and what the history adds."""

from __future__ import annotations

import csv
import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING

from data.exports.cells import rearm
from model.errors import UnitsFileInvalid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
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


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of the office. `family` and `area` say that it is one of many alike, and which place it has."""

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
        """Whether the unit exists on that day; both ends are inclusive."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Units:
    """The units of an office, found by id or by any name that the history uses for them."""

    def __init__(self, units: Iterable[Unit]) -> None:
        self._by_id: dict[str, Unit] = {}
        self._by_name: dict[str, str] = {}
        for unit in units:
            self._by_id[unit.id] = unit
            for name in (unit.id, unit.name):
                self._by_name.setdefault(_comparable(name), unit.id)
        self._change = any(unit.valid_from or unit.valid_to for unit in self._by_id.values())
        self._replaced: dict[str, list[str]] = {}
        for unit in self._by_id.values():
            for successor in unit.replaced_by:
                self._replaced.setdefault(successor, []).append(unit.id)
        # An abbreviation never hides another unit's full name.
        for unit in self._by_id.values():
            for name in unit.abbreviations:
                self._by_name.setdefault(_comparable(name), unit.id)

    def __iter__(self) -> Iterator[Unit]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, unit_id: str) -> bool:
        return unit_id in self._by_id

    def __getitem__(self, unit_id: str) -> Unit:
        return self._by_id[unit_id]

    def find(self, name: str) -> Unit | None:
        """The unit with this id, name or abbreviation, however it is spaced, dotted or capitalised."""
        unit_id = self._by_name.get(_comparable(name))
        return self._by_id[unit_id] if unit_id is not None else None

    def standing_for(self, unit_id: str, day: date) -> list[str]:
        """The units that have a unit's matters on a day: itself, its successors, or those that it replaced.

        Empty where it is closed and nothing replaced it.
        """
        found: list[str] = []
        waiting, seen = [unit_id], {unit_id}
        while waiting:
            unit = self._by_id[waiting.pop(0)]
            if unit.valid_on(day):
                found.append(unit.id)
                continue
            ended = unit.valid_to is not None and unit.valid_to < day
            nearby = unit.replaced_by if ended else self._replaced.get(unit.id, ())
            waiting.extend(other for other in nearby if other not in seen)
            seen.update(nearby)
        return found

    def gone_on(self, day: date) -> int:
        """How many units nothing stands for on that day: they may take up places in a ranking and are never shown."""
        if not self._change:
            return 0
        return sum(not self.standing_for(unit.id, day) for unit in self if not unit.valid_on(day))

    @property
    def change(self) -> bool:
        """Whether any unit begins or ends at a date."""
        return self._change

    def updated_by(self, others: Units) -> Units:
        """These units as `others` has them now; a unit that only these have stays, families that were found stay too."""
        merged = {unit.id: unit for unit in self}
        for unit in others:
            known = merged.get(unit.id)
            found = known is not None and not unit.family
            merged[unit.id] = replace(unit, family=known.family, area=known.area) if known and found else unit
        return Units(merged.values())

    def with_names(self, names: Sequence[str]) -> Units:
        """These units and one more for each name that none of them has."""
        units = list(self)
        taken = set(self._by_id)
        seen = set(self._by_name)
        for name in names:
            if _comparable(name) in seen:
                continue
            unit_id = _free_id(slug(name) or "unit", taken)
            taken.add(unit_id)
            seen.add(_comparable(name))
            units.append(Unit(unit_id, name))
        return Units(units)

    def with_memberships(self, memberships: dict[str, tuple[str, str]]) -> Units:
        """The same units with family and area set by id, except where units.csv has said it."""
        return Units(
            replace(unit, family=memberships[unit.id][0], area=memberships[unit.id][1])
            if unit.id in memberships and not unit.family
            else unit
            for unit in self
        )


def read_units(path: Path) -> Units:
    """The units of a units.csv (comma or semicolon, as spreadsheets save it).

    Raises:
        UnitsFileInvalid: a row without id or name, an id twice, an unknown replaced_by, a date that isn't YYYY-MM-DD.
    """
    return parse_units(path.read_text(encoding="utf-8-sig"), str(path))


def parse_units(text: str, path: str) -> Units:
    """The units of the text of a units.csv; `path` is its name for messages.

    Raises:
        UnitsFileInvalid: as `read_units`.
    """
    separator = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator)
    missing = {"id", "name"} - set(reader.fieldnames or ())
    if missing:
        raise UnitsFileInvalid(
            f"{path}: the header lacks {', '.join(sorted(missing))}. Its columns are: {', '.join(COLUMNS)}"
        )
    units: dict[str, Unit] = {}
    for number, row in enumerate(reader, start=2):
        unit = _unit(row, f"{path}, row {number}")
        if unit.id in units:
            raise UnitsFileInvalid(
                f"{path}, row {number}: the id {unit.id!r} stands there twice. Give one of them another id."
            )
        units[unit.id] = unit
    for unit in units.values():
        for successor in unit.replaced_by:
            if successor not in units:
                raise UnitsFileInvalid(
                    f"{path}: {unit.id!r} is replaced by {successor!r}, which has no row. Add that unit or mend replaced_by."
                )
    return Units(units.values())


def as_rows(units: Iterable[Unit]) -> list[dict[str, str]]:
    """The units as rows of a units.csv, to be looked at and mended in a spreadsheet."""
    return [
        {
            "id": unit.id,
            "code": unit.code,
            "name": unit.name,
            "abbreviations": ";".join(unit.abbreviations),
            "family": unit.family,
            "area_level": unit.area_level,
            "area": unit.area,
            "parent": unit.parent,
            "valid_from": unit.valid_from.isoformat() if unit.valid_from else "",
            "valid_to": unit.valid_to.isoformat() if unit.valid_to else "",
            "replaced_by": ";".join(unit.replaced_by),
            "description": unit.description,
        }
        for unit in units
    ]


def slug(name: str) -> str:
    """A name as an id: a-z, 0-9 and single hyphens.

    >>> slug("Kelurahan Wonorejo - Rungkut")
    'kelurahan-wonorejo-rungkut'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]


def _comparable(name: str) -> str:
    return slug(name).replace("-", " ")


def _free_id(wanted: str, taken: set[str]) -> str:
    unit_id, number = wanted, 2
    while unit_id in taken:
        unit_id, number = f"{wanted}-{number}", number + 1
    return unit_id


def _unit(row: dict[str, str | None], where: str) -> Unit:
    # What was made harmless for a spreadsheet is read as it was.
    cells = {name: rearm((row.get(name) or "").strip()) for name in COLUMNS}
    if not cells["id"] or not cells["name"]:
        raise UnitsFileInvalid(f"{where}: id or name is blank. Fill both in, or delete the row.")
    return Unit(
        id=cells["id"],
        name=cells["name"],
        code=cells["code"],
        abbreviations=_several(cells["abbreviations"]),
        family=cells["family"],
        area_level=cells["area_level"],
        area=cells["area"],
        parent=cells["parent"],
        valid_from=_day(cells["valid_from"], f"{where}, valid_from"),
        valid_to=_day(cells["valid_to"], f"{where}, valid_to"),
        replaced_by=_several(cells["replaced_by"]),
        description=cells["description"],
    )


def _several(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


def _day(cell: str, where: str) -> date | None:
    if not cell:
        return None
    try:
        return date.fromisoformat(cell)
    except ValueError:
        raise UnitsFileInvalid(f"{where}: {cell!r} is no date. Write it as YYYY-MM-DD, such as 2024-10-21.") from None
