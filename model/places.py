"""Families of units, one unit a place, and which member of a family a complaint means.

"Unit = topic x place": a classifier learns the topic ("a kelurahan's matter"), the place says which kelurahan. Which units
form a family is learned from the history: names that share their beginning and whose other part is the place of their rows.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.optimize import minimize
from scipy.special import softmax

import data
from model.suggestion import ResolvedBy
from model.text import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from model.complaint import Complaint
    from model.units import Unit, Units

_LONGEST_PREFIX = 4
_FEWEST_MEMBERS = 3
# Shares below were chosen on the first 80 % of the two measured histories; docs/decisions/0002 has the figures.
_SHARE_WITH_PLACE = 0.3
_CLUES = 7
_SHORTEST_INNER_NAME = 5
_PRIOR_ROWS = 0.5
_PRIOR_SHARE = 0.02
_PENALTY = 0.05
# No clue speaks against its member, and a field that names it counts even where history alone would have told.
_BOUNDS = [(1.5, 12.0), *[(0.0, 12.0)] * (_CLUES - 1)]


_RowsOfPlace = dict[str, dict[str, Counter[str]]]


@dataclass(frozen=True, slots=True)
class Resolution:
    """One member of a family: how likely it is the one meant, and what told it."""

    unit_id: str
    probability: float
    resolved_by: ResolvedBy


@lru_cache(maxsize=50_000)
def place_key(written: str) -> str:
    """A place as folded words, so that "Kel. Wonorejo-Rungkut" and "kel wonorejo rungkut" are one.

    >>> place_key("Manukan  Kulon")
    'manukan kulon'
    """
    return " ".join(word.folded for word in words(written))


def folded_text(text: str) -> str:
    """A whole text as folded words."""
    return " ".join(word.folded for word in words(text))


def place_fields(complaint: Complaint) -> Iterator[str]:
    """The complaint's place fields as keys, the smallest area first."""
    location = complaint.location
    for value in (location.village, location.district, location.regency, location.province):
        if not value:
            continue
        key = place_key(value)
        yield key
        bare = _without_kind(key)
        if bare != key:
            yield bare


def find_families(units: Units, rows: Sequence[tuple[str, Complaint]]) -> dict[str, tuple[str, str]]:
    """Unit id → (family, area) for the units found to be one family spread over places.

    `rows` pairs the id of the unit in charge with the complaint. A beginning of names makes a family when at least three
    units share it, the other part of each name is a known place, and in enough of their rows that place is a place field
    or stands in the text.
    """
    by_unit: dict[str, list[Complaint]] = defaultdict(list)
    for unit_id, complaint in rows:
        by_unit[unit_id].append(complaint)
    known = _known_places(complaint for _, complaint in rows)
    found: dict[str, tuple[str, str]] = {}
    # The longest shared beginning first: "Kantor Urusan Agama X" is one family, not "Kantor" with "Urusan Agama X".
    for length in range(_LONGEST_PREFIX, 0, -1):
        for prefix, members in _by_prefix(units, length).items():
            placed = {unit.id: area for unit, area in members if _is_place(area, known) and unit.id not in found}
            if len(placed) >= _FEWEST_MEMBERS and _share_with_place(placed, by_unit) >= _SHARE_WITH_PLACE:
                found.update({unit_id: (prefix, area) for unit_id, area in placed.items()})
    return found


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """What a complaint says of its place: its place fields as keys, smallest first, and its text's words and streets."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    streets: tuple[str, ...] = ()

    @classmethod
    def of(cls, complaint: Complaint) -> PlaceEvidence:
        """The place evidence of a complaint."""
        text = tuple(word.folded for word in words(complaint.whole_text))
        return cls(tuple(place_fields(complaint)), text, tuple(_streets(text)))


class _Family:
    """The members of one family, found by any name of their places."""

    def __init__(self, name: str, members: Sequence[tuple[str, tuple[str, ...]]]) -> None:
        prefix = place_key(name)
        self.unit_ids = [unit_id for unit_id, _ in members]
        self._kinds = {prefix.split(" ")[-1], prefix.split(" ")[-1][:3], *_ABBREVIATED_KINDS.get(prefix, ())}
        self._by_name: dict[str, list[int]] = defaultdict(list)
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        self._inner_by_name: dict[str, list[int]] = defaultdict(list)
        self._inner_by_first_word: dict[str, list[tuple[tuple[str, ...], int]]] = defaultdict(list)
        for position, (_, names) in enumerate(members):
            for inner in _names_inside(names):
                parts = tuple(inner.split())
                self._inner_by_name[inner].append(position)
                if len(inner) >= _SHORTEST_INNER_NAME:
                    self._inner_by_first_word[parts[0]].append((parts, position))
            for name_of_area in names:
                parts = tuple(name_of_area.split())
                self._by_name[name_of_area].append(position)
                self._by_first_word[parts[0]].append((parts, position))

    def in_fields(self, fields: Sequence[str]) -> list[int]:
        """The members whose place a field names."""
        return [position for key in fields for position in self._by_name.get(key, ())]

    def around(self, evidence: PlaceEvidence) -> Iterator[int]:
        """The members whose area holds a kabupaten or kota that a field or the text names."""
        for key in evidence.fields:
            yield from self._inner_by_name.get(key, ())
        for at, word in enumerate(evidence.words):
            for parts, position in self._inner_by_first_word.get(word, ()):
                if evidence.words[at : at + len(parts)] == parts:
                    yield position

    def in_text(self, text: tuple[str, ...]) -> Iterator[tuple[int, bool]]:
        """The members whose place the text names, and whether the family's own name stands right before it."""
        for at, word in enumerate(text):
            for parts, position in self._by_first_word.get(word, ()):
                if text[at : at + len(parts)] == parts:
                    yield position, at > 0 and text[at - 1] in self._kinds


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
        in_family: dict[str, list[tuple[str, PlaceEvidence]]] = defaultdict(list)
        for unit_id, complaint in rows:
            if units[unit_id].family:
                in_family[units[unit_id].family].append((unit_id, PlaceEvidence.of(complaint)))
        self._rows_of_unit = Counter(unit_id for group in in_family.values() for unit_id, _ in group)
        self._rows_of_place: _RowsOfPlace = {name: defaultdict(Counter) for name in members}
        self._rows_of_street: _RowsOfPlace = {name: defaultdict(Counter) for name in members}
        for family, group in in_family.items():
            for unit_id, evidence in group:
                for key in evidence.fields:
                    self._rows_of_place[family][key][unit_id] += 1
                for key in evidence.streets:
                    self._rows_of_street[family][key][unit_id] += 1
        # The text's clues are learned by themselves too: a form with place fields hides how much they are worth.
        self._weights = {name: self._learn(name, in_family[name]) for name in members}
        self._weights_of_text = {
            name: self._learn(name, [(unit_id, replace(evidence, fields=())) for unit_id, evidence in in_family[name]])
            for name in members
        }

    def resolve(self, family: str, evidence: PlaceEvidence, wanted: int) -> list[Resolution]:
        """The `wanted` likeliest members of a family, likeliest first; probabilities over all members sum to 1."""
        clues = self._clues(family, evidence)
        weights = self._weights if evidence.fields else self._weights_of_text
        probabilities = softmax(clues @ weights[family])
        order = np.argsort(-probabilities, kind="stable")[:wanted]
        unit_ids = self._families[family].unit_ids
        return [Resolution(unit_ids[i], float(probabilities[i]), _told_by(clues[i])) for i in order]

    def _learn(self, family: str, rows: Sequence[tuple[str, PlaceEvidence]]) -> NDArray[np.float64]:
        """The weights of the clues; the start is what they are pulled to where rows are few."""
        start = np.array([3.0, 1.0, 2.0, 2.0, 1.0, 1.5, 0.3])
        if not rows:
            return start
        position = {unit_id: i for i, unit_id in enumerate(self._families[family].unit_ids)}
        every = np.arange(len(rows))
        chosen = np.array([position[unit_id] for unit_id, _ in rows])
        clues = np.stack([self._clues(family, evidence, leave_out=unit_id) for unit_id, evidence in rows])

        def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            probabilities = softmax(clues @ weights, axis=1)
            gradient = np.einsum("nm,nmk->k", probabilities, clues) - clues[every, chosen].sum(axis=0)
            penalty = weights - start
            value = -np.log(probabilities[every, chosen] + 1e-12).sum() + _PENALTY * (penalty @ penalty)
            return float(value), gradient + 2 * _PENALTY * penalty

        weights: NDArray[np.float64] = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=_BOUNDS).x
        return weights

    def _clues(self, family: str, evidence: PlaceEvidence, leave_out: str = "") -> NDArray[np.float64]:
        """Shape (n_members, 7). `leave_out` is the row's own unit while learning: a row is no evidence for itself."""
        members = self._families[family]
        clues = np.zeros((len(members.unit_ids), _CLUES))
        clues[members.in_fields(evidence.fields), 0] = 1
        clues[:, 1] = self._history(self._rows_of_place[family], family, evidence.fields, leave_out)
        for position, behind_family in members.in_text(evidence.words):
            clues[position, 2] = 1
            clues[position, 3] = max(clues[position, 3], behind_family)
        rows = np.array([self._rows_of_unit[unit_id] - (unit_id == leave_out) for unit_id in members.unit_ids])
        clues[:, 4] = np.log(rows + _PRIOR_ROWS)
        clues[list(members.around(evidence)), 5] = 1
        clues[:, 6] = self._history(self._rows_of_street[family], family, evidence.streets, leave_out)
        return clues

    def _history(
        self, rows_of: Mapping[str, Counter[str]], family: str, keys: Sequence[str], leave_out: str
    ) -> NDArray[np.float64]:
        """Log share of each member among the family's rows with the first key that is known; 0 where none is."""
        unit_ids = self._families[family].unit_ids
        for key in keys:
            seen = rows_of.get(key)
            if not seen:
                continue
            rows = np.array([seen[unit_id] - (unit_id == leave_out) for unit_id in unit_ids], dtype=np.float64)
            if rows.sum() > 0:
                share: NDArray[np.float64] = np.log((rows + _PRIOR_SHARE) / (rows.sum() + _PRIOR_SHARE * len(unit_ids)))
                return share
        return np.zeros(len(unit_ids))


# What stands before a place in a field or a text; folded.
_ABBREVIATED_KINDS = {"kabupaten": ("kab", "kabupaten"), "kota": ("kota", "kodya"), "puskesmas": ("pkm", "puskesmas")}
_KINDS = (
    "kelurahan",
    "kel",
    "desa",
    "ds",
    "kecamatan",
    "kec",
    "kabupaten",
    "kab",
    "kota",
    "provinsi",
    "prov",
    "kotamadya",
)


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


def _without_kind(key: str) -> str:
    first, _, rest = key.partition(" ")
    return rest if rest and first in _KINDS else key


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


def _known_places(complaints: Iterable[Complaint]) -> set[str]:
    known = {key for complaint in complaints for key in place_fields(complaint)}
    for region in data.regions():
        known.update((place_key(region.name), _without_kind(place_key(region.name))))
    return known


def _is_place(area: str, known: set[str]) -> bool:
    """Whether the words are a known place, or two: "Wonorejo - Rungkut" is the Wonorejo in Rungkut."""
    parts = area.split()
    return area in known or any(
        " ".join(parts[:cut]) in known and " ".join(parts[cut:]) in known for cut in range(1, len(parts))
    )


def _by_prefix(units: Units, length: int) -> dict[str, list[tuple[Unit, str]]]:
    groups: dict[str, list[tuple[Unit, str]]] = defaultdict(list)
    spelled: dict[str, str] = {}
    for unit in units:
        written = unit.name.split()
        if len(written) > length:
            key = place_key(" ".join(written[:length]))
            spelled.setdefault(key, " ".join(written[:length]))
            groups[key].append((unit, place_key(" ".join(written[length:]))))
    return {spelled[key]: members for key, members in groups.items()}


def _share_with_place(areas: Mapping[str, str], by_unit: Mapping[str, Sequence[Complaint]]) -> float:
    rows = agreeing = 0
    for unit_id, area in areas.items():
        for complaint in by_unit.get(unit_id, ()):
            rows += 1
            agreeing += area in set(place_fields(complaint)) or f" {area} " in f" {folded_text(complaint.text)} "
    return agreeing / rows if rows else 0.0


def _told_by(clues: NDArray[np.float64]) -> ResolvedBy:
    if clues[0]:
        return ResolvedBy.LOCATION
    if clues[2]:
        return ResolvedBy.TEXT
    if clues[5]:
        return ResolvedBy.TEXT
    # Half or more of the rows from this place field, or this street, went to this member.
    if any(clues[column] < 0 and clues[column] > np.log(0.5) for column in (1, 6)):
        return ResolvedBy.HISTORY
    return ResolvedBy.NONE
