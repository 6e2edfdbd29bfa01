"""Texts that are nearly the same, and whether they were decided alike."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from training.checking.findings import Conflict, FoundRow, Label, Repeats

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray

    from model.history.rows import LabelledComplaint
    from model.office.units import Units


def repeated(rows: Sequence[LabelledComplaint], groups: NDArray[np.intp]) -> list[list[LabelledComplaint]]:
    """The groups of at least two rows, largest first; `groups` has the number of each row's group."""
    by_group: dict[int, list[LabelledComplaint]] = defaultdict(list)
    for row, group in zip(rows, groups, strict=True):
        by_group[int(group)].append(row)
    return sorted((alike for alike in by_group.values() if len(alike) > 1), key=len, reverse=True)


def as_repeats(groups: Sequence[Sequence[LabelledComplaint]]) -> tuple[Repeats, ...]:
    """The groups as a person sees them."""
    return tuple(Repeats(tuple(map(FoundRow.of, alike))) for alike in groups)


def conflicts(groups: Sequence[Sequence[LabelledComplaint]], units: Units) -> tuple[Conflict, ...]:
    """The groups whose rows have more than one unit, or more than one category; two spellings of a unit are one."""
    found: list[Conflict] = []
    for alike in groups:
        decided = [row for row in alike if row.unit and not row.returned]
        if len({_unit_key(row, units) for row in decided}) > 1:
            found.append(Conflict(Label.UNIT, tuple(map(FoundRow.of, decided))))
        labelled = [row for row in alike if row.category]
        if len({row.category for row in labelled}) > 1:
            found.append(Conflict(Label.CATEGORY, tuple(map(FoundRow.of, labelled))))
    return tuple(sorted(found, key=lambda conflict: conflict.label, reverse=True))


def _unit_key(row: LabelledComplaint, units: Units) -> str:
    unit = units.find(row.unit)
    return unit.id if unit else row.unit
