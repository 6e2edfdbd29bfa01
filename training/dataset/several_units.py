"""Split cells with several units: the first unit is responsible, further units get copies."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.office.several_units import units_in

if TYPE_CHECKING:
    from training.dataset.read import Reading


def take_first_units(reading: Reading) -> None:
    """Split cells by unit names found alone in other rows, and count split cells in each file's summary.

    A unit written by a person in the check's workbook stays as written.
    """
    cells = {row.unit for row in reading.rows if row.unit}
    names = {_comparable(cell) for cell in cells}
    by_cell = {cell: units_in(cell, partial(_is_other, names, _comparable(cell))) for cell in cells}
    counts: Counter[tuple[str, str]] = Counter()
    for at, row in enumerate(reading.rows):
        units = by_cell.get(row.unit, [])
        if not units or units == [row.unit] or reading.corrections.has_written_unit(row.source, row.unit):
            continue
        copies = tuple(dict.fromkeys((*row.copies, *units[1:])))
        reading.rows[at] = replace(row, unit=units[0], copies=copies)
        if len(units) > 1 and row.source is not None:
            counts[row.source.file, row.source.sheet] += 1
    for at, file in enumerate(reading.files):
        if n := counts[file.path.name, file.sheet]:
            several = Sentence("adjustments.several-units", n=n)
            reading.files[at] = replace(file, adjustments=(*file.adjustments, several))


def _is_other(names: set[str], cell: str, name: str) -> bool:
    """Whether a name is the whole cell of another row, as a list of units is not."""
    return _comparable(name) != cell and _comparable(name) in names


def _comparable(name: str) -> str:
    return " ".join(name.split()).casefold()
