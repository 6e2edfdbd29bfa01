"""Confirmed spellings into the office's units.csv, where every later training and the service find them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from data.exports.cells import disarm
from data.files import write_text
from model.errors import UnitsFileInvalid
from model.office.units import COLUMNS, Units, parse_units
from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from training.dataset.corrections import Merge

_BETWEEN_NAMES = ";"
_BYTE_ORDER_MARK = "\ufeff"


@dataclass(frozen=True, slots=True)
class Written:
    """How many names were added to units, how many units are new, and how many names were known already."""

    added: int
    new_units: int
    known: int


def add_spellings(path: Path, merges: Sequence[Merge]) -> Written:
    """Add each spelling of a unit to the abbreviations of the unit that it stands for; a unit that isn't there yet gets a row.

    Every row, column and cell that the office has stays as it is. The file is replaced whole or not at all.

    Raises:
        UnitsFileInvalid: a spelling is a unit of its own there, or can't stand in a cell of names.
    """
    table = _Table.read(path)
    added = new_units = known = 0
    for merge in merges:
        if merge.label is not Label.UNIT:
            continue
        units = table.units()
        own, into = units.find(merge.name), units.find(merge.into)
        if own is not None and into is not None and own.id == into.id:
            known += 1
            continue
        _require_free(merge, own.id if own else "", path)
        if into is None:
            grown = units.with_names([merge.into])
            into = grown.find(merge.into)
            new_units += 1
            table.add({"id": into.id if into else "", "name": merge.into})
        if into is not None:
            table.add_name(into.id, merge.name)
            added += 1
    if added:
        table.units()
        write_text(path, table.text())
    return Written(added, new_units, known)


def _require_free(merge: Merge, own_id: str, path: Path) -> None:
    if own_id:
        raise UnitsFileInvalid(
            f"{path}: {merge.name!r} is a unit of its own there ({own_id}), so it can't be joined into {merge.into!r}. "
            "Delete its row, or give it valid_to and replaced_by."
        )
    if _BETWEEN_NAMES in merge.name:
        raise UnitsFileInvalid(
            f"{merge.name!r} holds a semicolon, which parts the names in a cell of units.csv. Mend it in the export."
        )


@dataclass
class _Table:
    """A units.csv as it stands, columns of the office's own included."""

    path: Path
    headers: list[str]
    rows: list[dict[str, str]]
    separator: str = ","
    mark: str = ""

    @classmethod
    def read(cls, path: Path) -> _Table:
        if not path.is_file():
            return cls(path, list(COLUMNS), [])
        text = path.read_text(encoding="utf-8")
        mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        text = text.removeprefix(mark)
        parse_units(text, str(path))
        first = text.partition("\n")[0]
        separator = ";" if first.count(";") > first.count(",") else ","
        reader = csv.DictReader(StringIO(text, newline=""), delimiter=separator)
        headers = list(reader.fieldnames or ())
        rows = [{header: row.get(header) or "" for header in headers} for row in reader]
        return cls(path, headers, rows, separator, mark)

    def units(self) -> Units:
        return parse_units(self.text().removeprefix(_BYTE_ORDER_MARK), str(self.path))

    def add(self, cells: dict[str, str]) -> None:
        self.rows.append({header: disarm(cells.get(header, "")) for header in self.headers})

    def add_name(self, unit_id: str, name: str) -> None:
        if "abbreviations" not in self.headers:
            self.headers.append("abbreviations")
        for row in self.rows:
            if row["id"].strip() == unit_id:
                names = [part for part in row.get("abbreviations", "").split(_BETWEEN_NAMES) if part.strip()]
                row["abbreviations"] = disarm(_BETWEEN_NAMES.join((*names, name)))

    def text(self) -> str:
        written = StringIO(newline="")
        writer = csv.DictWriter(written, self.headers, delimiter=self.separator, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(self.rows)
        return self.mark + written.getvalue()
