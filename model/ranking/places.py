"""Families of units, one unit a place, and which member of a family a complaint means.

"Unit = topic x place": a classifier learns the topic ("a kelurahan's matter"), the place says which kelurahan. Which units
form a family is learned from the history: names that share their beginning and whose other part is the place of their rows.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.optimize import minimize

import data
from model.language.words import folded_words
from model.office.place_names import _without_kind, place_fields, place_key
from model.suggestion import ResolvedBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from model.complaint import Complaint
    from model.office.units import Unit, Units

_CLUES = 7
_OWN_ROWS = 4
_SHORTEST_INNER_NAME = 5
_PRIOR_ROWS = 0.5
_PRIOR_SHARE = 0.02
_PENALTY = 0.05
_MOSTLY = 0.5
# No clue speaks against its member, and a field that names it counts even where history alone would have told.
_BOUNDS = [(1.5, 12.0), *[(0.0, 12.0)] * (_CLUES - 1)]


# Of each family, for each place, how many rows went to the members at these positions.
_RowsOfPlace = dict[str, dict[str, Counter[int]]]
# Of each family, the members that a text names: position, where the name begins, and whether it is of a place inside.
Named = dict[str, list[tuple[int, int, bool]]]


class Resolution(NamedTuple):
    """One member of a family: how likely it is the one meant, and what told it."""

    unit_id: str
    probability: float
    resolved_by: ResolvedBy


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """What a complaint says of its place: its place fields as keys, smallest first, and its text's words and streets."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    streets: tuple[str, ...] = ()

    @classmethod
    def of(cls, complaint: Complaint) -> PlaceEvidence:
        """The place evidence of a complaint."""
        text = folded_words(complaint.whole_text)
        return cls(tuple(place_fields(complaint)), text, tuple(_streets(text)))


class _Family:
    """The members of one family, found by any name of their places."""

    def __init__(self, name: str, members: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        prefix = place_key(name)
        self.unit_ids = [unit_id for unit_id, _ in members]
        self.at = {unit_id: position for position, unit_id in enumerate(self.unit_ids)}
        self.kinds = {prefix.split(" ")[-1], prefix.split(" ")[-1][:3], *_ABBREVIATED_KINDS.get(prefix, ())}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._inner_by_name: dict[str, list[int]] = defaultdict(list)
        for position, (_, names) in enumerate(members):
            for inner in _names_inside(names):
                self._inner_by_name[inner].append(position)
            for name_of_area in names:
                self._by_name[name_of_area].append(position)

    def in_fields(self, fields: Sequence[str]) -> list[int]:
        """The members whose place a field names."""
        return [position for key in fields for position in self._by_name.get(key, ())]

    def around(self, fields: Sequence[str]) -> list[int]:
        """The members whose area holds a kabupaten or kota that a field names."""
        return [position for key in fields for position in self._inner_by_name.get(key, ())]

    def names(self) -> Iterator[tuple[tuple[str, ...], int, bool]]:
        """The words of every name that a text may hold, its member, and whether it is of a place inside the area."""
        for inner, names in ((True, self._inner_by_name), (False, self._by_name)):
            for name, positions in names.items():
                if not inner or len(name) >= _SHORTEST_INNER_NAME:
                    yield from ((tuple(name.split()), position, inner) for position in positions)


@dataclass(frozen=True, slots=True)
class _Told:
    """The members of a family of which a complaint says anything, with their clues; those of all others are zero.

    The two histories are counted from a member's that was never seen there: a softmax can't tell the difference, and a
    family of thousands costs no more than the few that are told. `mostly`: the members with half or more of a history.
    """

    clues: dict[int, list[float]]
    mostly: set[int]

    def of(self, position: int) -> list[float]:
        """The clues of a member, to be filled in."""
        return self.clues.setdefault(position, [0.0] * _CLUES)


@dataclass(frozen=True, slots=True)
class _Weighted:
    """The weights of a family's clues, and its members' odds and order where nothing is told of them."""

    weights: tuple[float, ...]
    odds: tuple[float, ...]
    likeliest: tuple[int, ...]

    @classmethod
    def of(cls, weights: NDArray[np.float64], rows: NDArray[np.float64]) -> _Weighted:
        """`rows` is the clue of each member's own rows, 0 for the member with most."""
        odds = np.exp(weights[_OWN_ROWS] * rows)
        return cls(tuple(weights.tolist()), tuple(odds.tolist()), tuple(np.argsort(-odds, kind="stable").tolist()))

    def best(self, clues: Mapping[int, Sequence[float]], wanted: int) -> list[tuple[int, float]]:
        """The likeliest members and their probabilities, which over all members sum to 1."""
        odds = {
            position: self.odds[position] * math.exp(sum(map(mul, self.weights, own)))
            for position, own in clues.items()
        }
        total = sum(self.odds) + sum(own - self.odds[position] for position, own in odds.items())
        for position in self.likeliest[: wanted + len(clues)]:
            odds.setdefault(position, self.odds[position])
        best = sorted(odds, key=lambda position: (-odds[position], position))[:wanted]
        return [(position, odds[position] / total) for position in best]


class PlaceResolver:
    """Which member of each family a complaint means: a conditional logit (McFadden 1974) over seven clues.

    The clues of a member are: a place field names it; the history of that place field's rows; the text names it; the
    text names it right behind the family's name; its share of the family's rows; a field or the text names a kabupaten
    or kota inside its area; the history of the streets that the text names.
    """

    def __init__(self, units: Units, rows: Sequence[tuple[str, Complaint]]) -> None:
        """Learn from rows of (unit id, complaint); rows of units outside any family are passed over."""
        members: dict[str, list[tuple[str, tuple[str, ...]]]] = defaultdict(list)
        for unit in units:
            if unit.family:
                members[unit.family].append((unit.id, _names_of_area(unit)))
        self._families = {name: _Family(name, group) for name, group in members.items()}
        self._by_first_word = _by_first_word(self._families)
        in_family: dict[str, list[tuple[int, PlaceEvidence]]] = {name: [] for name in members}
        for unit_id, complaint in rows:
            if name := units[unit_id].family:
                in_family[name].append((self._families[name].at[unit_id], PlaceEvidence.of(complaint)))
        self._rows_of_place: _RowsOfPlace = {name: defaultdict(Counter) for name in members}
        self._rows_of_street: _RowsOfPlace = {name: defaultdict(Counter) for name in members}
        for name, group in in_family.items():
            for position, evidence in group:
                for key in evidence.fields:
                    self._rows_of_place[name][key][position] += 1
                for key in evidence.streets:
                    self._rows_of_street[name][key][position] += 1
        # The text's clues are learned by themselves too: a form with place fields hides how much they are worth.
        self._weighted = {name: self._learn(name, in_family[name]) for name in members}
        self._weighted_of_text = {
            name: self._learn(
                name, [(position, replace(evidence, fields=())) for position, evidence in in_family[name]]
            )
            for name in members
        }

    def named_in(self, words: tuple[str, ...]) -> Named:
        """The members of any family that the words of a text name: all families are looked for at once."""
        found: Named = {}
        index = self._by_first_word
        for at, word in enumerate(words):
            for parts, family, position, inner in index.get(word, ()):
                if len(parts) == 1 or words[at : at + len(parts)] == parts:
                    found.setdefault(family, []).append((position, at, inner))
        return found

    def resolve(
        self, family: str, evidence: PlaceEvidence, wanted: int, named: Named | None = None
    ) -> list[Resolution]:
        """The `wanted` likeliest members of a family, likeliest first; probabilities over all members sum to 1.

        `named` is what `named_in` finds in the evidence's words, for who asks about several families.
        """
        if named is None:
            named = self.named_in(evidence.words)
        told = self._told(family, evidence, named.get(family, ()))
        weighted = self._weighted if evidence.fields else self._weighted_of_text
        unit_ids = self._families[family].unit_ids
        return [
            Resolution(unit_ids[position], probability, _told_by(told, position))
            for position, probability in weighted[family].best(told.clues, wanted)
        ]

    def _learn(self, family: str, rows: Sequence[tuple[int, PlaceEvidence]]) -> _Weighted:
        """The weights of the clues; the start is what they are pulled to where rows are few."""
        start = np.array([3.0, 1.0, 2.0, 2.0, 1.0, 1.5, 0.3])
        counts = np.bincount([position for position, _ in rows], minlength=len(self._families[family].unit_ids))
        own_rows = np.log(counts + _PRIOR_ROWS)
        own_rows -= own_rows.max()
        if not rows:
            return _Weighted.of(start, own_rows)
        told = _ToldOfRows.of([self._told_of_row(family, counts, *row) for row in rows], own_rows)

        def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            value, gradient = told.loss(weights)
            penalty = weights - start
            return value + float(_PENALTY * (penalty @ penalty)), gradient + 2 * _PENALTY * penalty

        weights = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS).x
        return _Weighted.of(weights, own_rows)

    def _told_of_row(
        self, family: str, counts: NDArray[np.int64], chosen: int, evidence: PlaceEvidence
    ) -> tuple[int, dict[int, list[float]]]:
        """The member of a row and what the row tells, the row itself left out: it is no evidence for itself."""
        told = self._told(family, evidence, self.named_in(evidence.words).get(family, ()), leave_out=chosen)
        without = (counts[chosen] - 1 + _PRIOR_ROWS) / (counts[chosen] + _PRIOR_ROWS)
        told.of(chosen)[_OWN_ROWS] = math.log(without)
        return chosen, told.clues

    def _told(
        self, family: str, evidence: PlaceEvidence, named: Iterable[tuple[int, int, bool]], leave_out: int | None = None
    ) -> _Told:
        """What is told of the members; the clue of their own rows is told of every member and so isn't here."""
        members = self._families[family]
        told = _Told({}, set())
        for position in members.in_fields(evidence.fields):
            told.of(position)[0] = 1.0
        for position in members.around(evidence.fields):
            told.of(position)[5] = 1.0
        for position, at, inner in named:
            clues = told.of(position)
            if inner:
                clues[5] = 1.0
            else:
                clues[2] = 1.0
                if at and evidence.words[at - 1] in members.kinds:
                    clues[3] = 1.0
        self._add_history(told, 1, self._rows_of_place[family], evidence.fields, len(members.unit_ids), leave_out)
        self._add_history(told, 6, self._rows_of_street[family], evidence.streets, len(members.unit_ids), leave_out)
        return told

    def _add_history(
        self,
        told: _Told,
        clue: int,
        rows_of: Mapping[str, Counter[int]],
        keys: Sequence[str],
        n_members: int,
        leave_out: int | None,
    ) -> None:
        """The log share of each member among the family's rows with the first key that is known; nothing where none is."""
        for key in keys:
            seen = rows_of.get(key)
            if not seen:
                continue
            left = {position: count - (position == leave_out) for position, count in seen.items()}
            total = sum(left.values())
            if total:
                for position, count in left.items():
                    told.of(position)[clue] = math.log((count + _PRIOR_SHARE) / _PRIOR_SHARE)
                    if (count + _PRIOR_SHARE) / (total + _PRIOR_SHARE * n_members) > _MOSTLY:
                        told.mostly.add(position)
                return


@dataclass(frozen=True)
class _ToldOfRows:
    """What each of n rows tells of e members in all; the rest of a row's members count by their own rows alone."""

    row: NDArray[np.int64]
    member: NDArray[np.int64]
    clues: NDArray[np.float64]
    chosen: NDArray[np.int64]
    own_rows: NDArray[np.float64]

    @classmethod
    def of(
        cls, rows: Sequence[tuple[int, Mapping[int, Sequence[float]]]], own_rows: NDArray[np.float64]
    ) -> _ToldOfRows:
        """From each row's own member and the clues by member; the own member is among them."""
        told = [(at, position, clues) for at, (_, own) in enumerate(rows) for position, clues in own.items()]
        chosen = [at for at, (row, position, _) in enumerate(told) if rows[row][0] == position]
        row, member, clues = zip(*told, strict=True)
        return cls(np.array(row), np.array(member), np.array(clues), np.array(chosen), own_rows)

    def loss(self, weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        """The negative log likelihood of the rows' own members, and its gradient of shape (7,)."""
        n_rows = len(self.chosen)
        own = np.exp(weights[_OWN_ROWS] * self.own_rows)
        untold = own[self.member]
        odds = untold * np.exp(self.clues @ weights)
        totals = own.sum() + np.bincount(self.row, odds - untold, n_rows)
        shares = odds / totals[self.row]
        gradient = shares @ self.clues - self.clues[self.chosen].sum(axis=0)
        # The clue of its own rows is every member's, told or not.
        by_rows = own @ self.own_rows + np.bincount(self.row, (odds - untold) * self.own_rows[self.member], n_rows)
        gradient[_OWN_ROWS] += (by_rows / totals).sum() - self.own_rows[self.member[self.chosen]].sum()
        return float(-np.log(shares[self.chosen] + 1e-12).sum()), gradient


def _by_first_word(families: Mapping[str, _Family]) -> dict[str, list[tuple[tuple[str, ...], str, int, bool]]]:
    """The names of all families' places, each with its family, member and whether it is of a place inside the area."""
    found: dict[str, list[tuple[tuple[str, ...], str, int, bool]]] = {}
    for name, family in families.items():
        for parts, position, inner in family.names():
            found.setdefault(parts[0], []).append((parts, name, position, inner))
    return found


# What stands before a place in a field or a text; folded.
_ABBREVIATED_KINDS = {"kabupaten": ("kab", "kabupaten"), "kota": ("kota", "kodya"), "puskesmas": ("pkm", "puskesmas")}


# What stands before the name of a street or a quarter in a text; folded.
_BEFORE_A_STREET = frozenset(
    ("jl", "jln", "jalan", "gg", "gang", "perum", "perumahan", "rusun", "pasar", "kampung", "kp", "komplek", "simpang")
)


def _streets(text: Sequence[str]) -> Iterator[str]:
    """The two words behind each street word, then the one: the longer name is looked up first."""
    behind = [at + 1 for at, word in enumerate(text) if word in _BEFORE_A_STREET and at + 1 < len(text)]
    for at in behind:
        if at + 1 < len(text):
            yield f"{text[at]} {text[at + 1]}"
    for at in behind:
        yield text[at]


def _names_inside(names: Sequence[str]) -> Iterator[str]:
    """The kabupaten and kota of the province that one of the names is, by every short form."""
    provinces = {
        region.code for region in data.regions() if region.level == "province" and place_key(region.name) in names
    }
    for region in data.regions() if provinces else ():
        if region.parent in provinces:
            key = place_key(region.name)
            yield from {key, _without_kind(key), *(place_key(form) for form in region.short_forms)} - {""}


def _names_of_area(unit: Unit) -> tuple[str, ...]:
    area = place_key(unit.area)
    names = {area, _without_kind(area)}
    for region in data.regions():
        key = place_key(region.name)
        bare = _without_kind(key)
        # "Kab. Semarang" and "Kota Semarang" share a bare name: the unit's own words tell which of the two it is.
        if key == area or (bare == area and _same_kind(unit.name, key)):
            names.update(place_key(form) for form in region.short_forms)
    return tuple(sorted(names - {""}, key=len, reverse=True))


def _same_kind(unit_name: str, region_key: str) -> bool:
    said = set(place_key(unit_name).split())
    if region_key.startswith("kota "):
        return bool(said & {"kota", "kotamadya", "pemkot"})
    if region_key.startswith("kab "):
        return bool(said & {"kab", "kabupaten", "pemkab"})
    return True


def _told_by(told: _Told, position: int) -> ResolvedBy:
    clues = told.clues.get(position)
    if clues is None:
        return ResolvedBy.NONE
    if clues[0]:
        return ResolvedBy.LOCATION
    if clues[2] or clues[5]:
        return ResolvedBy.TEXT
    # Half or more of the rows from this place field, or this street, went to this member.
    return ResolvedBy.HISTORY if position in told.mostly else ResolvedBy.NONE
