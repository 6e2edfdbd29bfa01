"""Find families of units: a shared name and many places."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import data
from model.office.place_names import folded_text, place_fields, place_key, without_kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from model.complaint import Complaint
    from model.office.units import Unit, Units

_LONGEST_PREFIX = 4
_FEWEST_MEMBERS = 3
# Chosen on the first 80 % of the two measured histories: docs/decisions/0002 has the figures.
_SHARE_WITH_PLACE = 0.3


def find_families(units: Units, rows: Sequence[tuple[str, Complaint]]) -> dict[str, tuple[str, str]]:
    """Unit id → (family, area) for units of a family spread over places.

    `rows` pairs the id of the unit in charge with the complaint. A prefix of names makes a family when at least three
    units share the prefix, the rest of each name is a known place, and the place is in a field or in the text of enough
    rows.
    """
    by_unit: dict[str, list[Complaint]] = defaultdict(list)
    for unit_id, complaint in rows:
        by_unit[unit_id].append(complaint)
    known = _known_places(complaint for _, complaint in rows)
    members: dict[str, tuple[str, str]] = {}
    # The longest shared prefix first: "Kantor Urusan Agama X" is one family, not "Kantor" with "Urusan Agama X".
    for length in range(_LONGEST_PREFIX, 0, -1):
        for prefix, candidates in _by_prefix(units, length).items():
            placed = {unit.id: area for unit, area in candidates if _is_place(area, known) and unit.id not in members}
            if len(placed) >= _FEWEST_MEMBERS and _share_with_place(placed, by_unit) >= _SHARE_WITH_PLACE:
                members.update({unit_id: (prefix, area) for unit_id, area in placed.items()})
    return members


def _known_places(complaints: Iterable[Complaint]) -> set[str]:
    known = {key for complaint in complaints for key in place_fields(complaint)}
    for region in data.regions():
        known.update((place_key(region.name), without_kind(place_key(region.name))))
    return known


def _is_place(area: str, known: set[str]) -> bool:
    """Whether the words are a known place, or two: "Wonorejo - Rungkut" is the Wonorejo in Rungkut."""
    parts = area.split()
    return area in known or any(
        " ".join(parts[:cut]) in known and " ".join(parts[cut:]) in known for cut in range(1, len(parts))
    )


def _by_prefix(units: Units, length: int) -> dict[str, list[tuple[Unit, str]]]:
    """The first `length` words of names, as first written → the units with this prefix and the rest of the name."""
    groups: dict[str, list[tuple[Unit, str]]] = defaultdict(list)
    spellings: dict[str, str] = {}
    for unit in units:
        written = unit.name.split()
        if len(written) > length:
            key = place_key(" ".join(written[:length]))
            spellings.setdefault(key, " ".join(written[:length]))
            groups[key].append((unit, place_key(" ".join(written[length:]))))
    return {spellings[key]: members for key, members in groups.items()}


def _share_with_place(areas: Mapping[str, str], by_unit: Mapping[str, Sequence[Complaint]]) -> float:
    """The share of rows with the unit's area in a place field or in the text."""
    rows = agreeing = 0
    for unit_id, area in areas.items():
        for complaint in by_unit.get(unit_id, ()):
            rows += 1
            agreeing += area in set(place_fields(complaint)) or f" {area} " in f" {folded_text(complaint.text)} "
    return agreeing / rows if rows else 0.0
