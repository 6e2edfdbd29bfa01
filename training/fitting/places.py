"""Fit the place resolver: name the places of a family's members, count rows by place, weigh clues."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize

import data
from model.office.place_names import place_key, without_kind
from model.ranking.places import N_CLUES, OWN_ROWS, ClueWeights, Family, PlaceEvidence, PlaceIndex, PlaceResolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from model.complaint import Complaint
    from model.office.units import Unit, Units
    from model.ranking.places import RowsOfPlace

_SHORTEST_INNER_NAME = 5
_PRIOR_ROWS = 0.5
# The prior weights, in the order of PlaceResolver's clues; few rows leave the weights near the prior.
_PRIOR_WEIGHTS = (3.0, 1.0, 2.0, 2.0, 1.0, 1.5, 0.3)
_PENALTY = 0.05
# No clue speaks against its member, and a field that names a member counts even where the history alone would tell.
_BOUNDS = [(1.5, 12.0), *[(0.0, 12.0)] * (N_CLUES - 1)]
# Words before a place in a field or a text; folded.
_ABBREVIATED_KINDS = {"kabupaten": ("kab", "kabupaten"), "kota": ("kota", "kodya"), "puskesmas": ("pkm", "puskesmas")}

# The position of a row's own member, and the row's place evidence.
PlacedRow = tuple[int, PlaceEvidence]


def fit_places(units: Units, rows: Sequence[tuple[str, Complaint]]) -> PlaceResolver:
    """Learn from rows of (unit id, complaint); rows of units outside any family are passed over."""
    families = _families(units)
    rows_of: dict[str, list[PlacedRow]] = {name: [] for name in families}
    positions = {unit_id: i for family in families.values() for i, unit_id in enumerate(family.unit_ids)}
    for unit_id, complaint in rows:
        if name := units[unit_id].family:
            rows_of[name].append((positions[unit_id], PlaceEvidence.of(complaint)))
    index = PlaceIndex(
        families,
        _names_by_first_word(families),
        {name: _counted((i, evidence.fields) for i, evidence in own) for name, own in rows_of.items()},
        {name: _counted((i, evidence.streets) for i, evidence in own) for name, own in rows_of.items()},
    )
    weights = {name: _fit_weights(index, name, own) for name, own in rows_of.items()}
    # The text's clues are fitted without the fields too: beside a place field, the text seems worth little.
    weights_of_text = {
        name: _fit_weights(index, name, [(i, replace(evidence, fields=())) for i, evidence in own])
        for name, own in rows_of.items()
    }
    return PlaceResolver(index, weights, weights_of_text)


def _families(units: Units) -> dict[str, Family]:
    members: dict[str, list[Unit]] = defaultdict(list)
    for unit in units:
        if unit.family:
            members[unit.family].append(unit)
    return {name: _family(name, group) for name, group in members.items()}


def _family(name: str, members: Sequence[Unit]) -> Family:
    prefix = place_key(name)
    by_name: dict[str, list[int]] = {}
    inner_by_name: dict[str, list[int]] = {}
    for position, unit in enumerate(members):
        names = _names_of_area(unit)
        for inner in _names_inside(names):
            inner_by_name.setdefault(inner, []).append(position)
        for name_of_area in names:
            by_name.setdefault(name_of_area, []).append(position)
    last = prefix.split(" ")[-1]
    kinds = frozenset((last, last[:3], *_ABBREVIATED_KINDS.get(prefix, ())))
    return Family(tuple(unit.id for unit in members), kinds, by_name, inner_by_name)


def _names_by_first_word(families: Mapping[str, Family]) -> dict[str, list[tuple[tuple[str, ...], str, int, bool]]]:
    """First word → names of places in a text: words, family, member, and whether the place is inside the area."""
    names: dict[str, list[tuple[tuple[str, ...], str, int, bool]]] = {}
    for family_name, family in families.items():
        for inner, positions_by_name in ((True, family.inner_by_name), (False, family.by_name)):
            for name, positions in positions_by_name.items():
                if not inner or len(name) >= _SHORTEST_INNER_NAME:
                    parts = tuple(name.split())
                    names.setdefault(parts[0], []).extend((parts, family_name, i, inner) for i in positions)
    return names


def _counted(rows: Iterator[tuple[int, Sequence[str]]]) -> RowsOfPlace:
    counts: RowsOfPlace = {}
    for position, keys in rows:
        for key in keys:
            counts.setdefault(key, Counter())[position] += 1
    return counts


def _names_inside(names: Sequence[str]) -> Iterator[str]:
    """The kabupaten and kota of a province among the names, by every short form."""
    provinces = {
        region.code for region in data.regions() if region.level == "province" and place_key(region.name) in names
    }
    for region in data.regions() if provinces else ():
        if region.parent in provinces:
            key = place_key(region.name)
            yield from {key, without_kind(key), *(place_key(form) for form in region.short_forms)} - {""}


def _names_of_area(unit: Unit) -> tuple[str, ...]:
    area = place_key(unit.area)
    names = {area, without_kind(area)}
    for region in data.regions():
        key = place_key(region.name)
        bare = without_kind(key)
        # "Kab. Semarang" and "Kota Semarang" share a bare name: the unit's own words tell the two apart.
        if key == area or (bare == area and _same_kind(unit.name, key)):
            names.update(place_key(form) for form in region.short_forms)
    return tuple(sorted(names - {""}, key=len, reverse=True))


def _same_kind(unit_name: str, region_key: str) -> bool:
    words = set(place_key(unit_name).split())
    if region_key.startswith("kota "):
        return bool(words & {"kota", "kotamadya", "pemkot"})
    if region_key.startswith("kab "):
        return bool(words & {"kab", "kabupaten", "pemkab"})
    return True


def _fit_weights(index: PlaceIndex, family: str, rows: Sequence[PlacedRow]) -> ClueWeights:
    """The weights of a family's clues."""
    start = np.array(_PRIOR_WEIGHTS)
    counts = np.bincount([position for position, _ in rows], minlength=len(index.families[family].unit_ids))
    own_rows = np.log(counts + _PRIOR_ROWS)
    own_rows -= own_rows.max()
    if not rows:
        return ClueWeights.of(start, own_rows)
    clues = _CluesOfRows.of([(row[0], _clues_of_row(index, family, counts, *row)) for row in rows], own_rows)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        value, gradient = clues.loss(weights)
        penalty = weights - start
        return value + float(_PENALTY * (penalty @ penalty)), gradient + 2 * _PENALTY * penalty

    return ClueWeights.of(minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS).x, own_rows)


def _clues_of_row(
    index: PlaceIndex, family: str, counts: NDArray[np.int64], chosen: int, evidence: PlaceEvidence
) -> dict[int, list[float]]:
    """The clues of a row's members, the row itself left out of the histories: no row is evidence for itself."""
    clues = index.clues(family, evidence, index.named_in(evidence.words).get(family, ()), leave_out=chosen)
    without = (counts[chosen] - 1 + _PRIOR_ROWS) / (counts[chosen] + _PRIOR_ROWS)
    clues.of(chosen)[OWN_ROWS] = math.log(without)
    return clues.by_member


@dataclass(frozen=True)
class _CluesOfRows:
    """The clues of n rows, as e entries of a row and a member; members without an entry have no clues."""

    row: NDArray[np.int64]
    member: NDArray[np.int64]
    clues: NDArray[np.float64]
    chosen: NDArray[np.int64]
    own_rows: NDArray[np.float64]

    @classmethod
    def of(
        cls, rows: Sequence[tuple[int, Mapping[int, Sequence[float]]]], own_rows: NDArray[np.float64]
    ) -> _CluesOfRows:
        """From rows of (own member, clues by member); the own member always has clues."""
        entries = [(i, position, clues) for i, (_, own) in enumerate(rows) for position, clues in own.items()]
        chosen = [entry for entry, (i, position, _) in enumerate(entries) if rows[i][0] == position]
        row, member, clues = zip(*entries, strict=True)
        return cls(np.array(row), np.array(member), np.array(clues), np.array(chosen), own_rows)

    def loss(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The negative log likelihood of the rows' own members, and the gradient of shape (7,)."""
        n_rows = len(self.chosen)
        own = np.exp(weights[OWN_ROWS] * self.own_rows)
        without_clues = own[self.member]
        odds = without_clues * np.exp(self.clues @ weights)
        totals = own.sum() + np.bincount(self.row, odds - without_clues, n_rows)
        shares = odds / totals[self.row]
        gradient = shares @ self.clues - self.clues[self.chosen].sum(axis=0)
        # The clue of own rows is never zero.
        by_rows = own @ self.own_rows + np.bincount(
            self.row, (odds - without_clues) * self.own_rows[self.member], n_rows
        )
        gradient[OWN_ROWS] += (by_rows / totals).sum() - self.own_rows[self.member[self.chosen]].sum()
        return float(-np.log(shares[self.chosen] + 1e-12).sum()), gradient
