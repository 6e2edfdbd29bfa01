"""Add confirmed spellings to the office's units.csv, for later trainings and the service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.office_csv import OfficeCsv
from model.errors import UnitsFileInvalid
from model.office.units import UNITS_CSV, parse_units
from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.dataset.corrections import Merge

_BETWEEN_NAMES = ";"


@dataclass(frozen=True, slots=True)
class AddedSpellings:
    """Counts of names added, of new units, and of names known before."""

    added: int
    new_units: int
    known: int


def add_spellings(path: Path, merges: Sequence[Merge]) -> AddedSpellings:
    """Add confirmed spellings to the abbreviations of their units; a unit without a row gets a new row.

    All other rows and columns stay unchanged. The file is replaced atomically.

    Raises:
        UnitsFileInvalid: a spelling names another unit, or contains a semicolon.
    """
    file = OfficeCsv(path, UNITS_CSV)
    added = new_units = known = 0
    for merge in merges:
        if merge.label is not Label.UNIT:
            continue
        units = parse_units(file)
        named, target = units.find(merge.name), units.find(merge.into)
        if named is not None and target is not None and named.id == target.id:
            known += 1
            continue
        _require_free(merge, named.id if named else "", path)
        if target is None:
            new_units += 1
            *_, target = units.with_names([merge.into])
            file.append({"id": target.id, "name": merge.into})
        _add_name(file, target.id, merge.name)
        added += 1
    if added:
        parse_units(file)
        file.write()
    return AddedSpellings(added, new_units, known)


def _require_free(merge: Merge, own_id: str, path: Path) -> None:
    if own_id:
        raise UnitsFileInvalid("office.spelling-is-unit", path=path, name=merge.name, unit_id=own_id, into=merge.into)
    if _BETWEEN_NAMES in merge.name:
        raise UnitsFileInvalid("office.spelling-with-semicolon", name=merge.name)


def _add_name(file: OfficeCsv, unit_id: str, name: str) -> None:
    for row in file.parse(lambda row: row):
        if row["id"] == unit_id:
            file.replace(row, "abbreviations", _BETWEEN_NAMES.join((*row.parts("abbreviations"), name)))
