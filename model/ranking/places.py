"""Resolve a family of units to the member in charge of the complaint's place.

"Unit = topic x place": a classifier learns the topic ("a kelurahan's matter"), the place tells the kelurahan.
training/fitting/families.py finds the families, training/fitting/places.py fits the weights of the clues.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass
from operator import mul
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from model.language.letters.parts import Part
from model.language.words import folded_words
from model.office.place_names import place_fields
from model.suggestion import ResolvedBy

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from model.complaint import Complaint

N_CLUES = 7
# The numbers of the clues, in the order of PlaceResolver's docstring.
_FIELD, _FIELD_HISTORY, _TEXT, _TEXT_BEHIND_FAMILY, OWN_ROWS, _INSIDE, _STREET_HISTORY = range(N_CLUES)
_PRIOR_SHARE = 0.02
_MOSTLY = 0.5

# Place or street → the rows of each member, by the member's position.
RowsOfPlace = dict[str, Counter[int]]
# Family → the members that a text names: position, first word of the name, and whether the place is inside the area.
# "Jl. Kalimantan No. 5", "Komp. Bali Mas": streets and buildings are named after places elsewhere.
_NAMED_AFTER_PLACES = re.compile(
    r"\b(?:jl|jln|jalan|gang|gg|komp|kompleks|perum|perumahan|ruko|gedung|wisma|menara|graha)\b\.?(?:[^\S\n]+[^\s,]+){1,2}",
    re.IGNORECASE,
)
NamedMembers = dict[str, list[tuple[int, int, bool]]]


class Resolution(NamedTuple):
    """A member of a family with probability and kind of clue."""

    unit_id: str
    probability: float
    resolved_by: ResolvedBy


@dataclass(frozen=True, slots=True)
class PlaceEvidence:
    """The place of a complaint: place fields as keys, smallest first, and the words and streets of the text."""

    fields: tuple[str, ...]
    words: tuple[str, ...]
    streets: tuple[str, ...] = ()

    @classmethod
    def of(cls, complaint: Complaint) -> PlaceEvidence:
        """The place evidence of a complaint."""
        return cls._of_words(complaint, folded_words(complaint.whole_text))

    @classmethod
    def of_sender(cls, complaint: Complaint) -> PlaceEvidence:
        """The place of a letter whose matter names none: the sender's address, or the place beside the date."""
        letter = complaint.letter
        sender = letter.only(complaint.text, Part.IDENTITY, Part.HEAD) if letter else ""
        without_streets = folded_words(_NAMED_AFTER_PLACES.sub(" ", sender))
        return cls._of_words(complaint, (*folded_words(complaint.whole_text), *without_streets))

    @classmethod
    def _of_words(cls, complaint: Complaint, words: tuple[str, ...]) -> PlaceEvidence:
        return cls(tuple(place_fields(complaint)), words, tuple(_streets(words)))


@dataclass(frozen=True, slots=True)
class Family:
    """The members of a family by position, found by any name of a member's place.

    `kinds` are the family's names before a place: "kelurahan", "kel". `by_name` has the members' places, `inner_by_name`
    the kabupaten and kota inside the members' areas.
    """

    unit_ids: tuple[str, ...]
    kinds: frozenset[str]
    by_name: Mapping[str, Sequence[int]]
    inner_by_name: Mapping[str, Sequence[int]]

    def in_fields(self, fields: Sequence[str]) -> list[int]:
        """The members with a place that a field names."""
        return [position for key in fields for position in self.by_name.get(key, ())]

    def around(self, fields: Sequence[str]) -> list[int]:
        """The members with an area around a kabupaten or kota that a field names."""
        return [position for key in fields for position in self.inner_by_name.get(key, ())]


@dataclass(frozen=True, slots=True)
class Clues:
    """The clues of a complaint by member; members without an entry have zero clues.

    Both histories are relative to a member without rows there: a softmax is the same, and a family of thousands costs no
    more than the few members with clues. `mostly`: the members with half or more of a history's rows.
    """

    by_member: dict[int, list[float]]
    mostly: set[int]

    def of(self, position: int) -> list[float]:
        """The clues of a member, to be filled in."""
        return self.by_member.setdefault(position, [0.0] * N_CLUES)

    def resolved_by(self, position: int) -> ResolvedBy:
        """The strongest kind of clue for a member."""
        clues = self.by_member.get(position)
        if clues is None:
            return ResolvedBy.NONE
        if clues[_FIELD]:
            return ResolvedBy.LOCATION
        if clues[_TEXT] or clues[_INSIDE]:
            return ResolvedBy.TEXT
        return ResolvedBy.HISTORY if position in self.mostly else ResolvedBy.NONE


@dataclass(frozen=True, slots=True)
class ClueWeights:
    """The weights of a family's clues, and the odds and order of members without clues."""

    weights: tuple[float, ...]
    odds: tuple[float, ...]
    likeliest: tuple[int, ...]

    @classmethod
    def of(cls, weights: NDArray[np.float64], own_rows: NDArray[np.float64]) -> ClueWeights:
        """`own_rows` is the clue of each member's own rows, 0 for the member with most."""
        odds = np.exp(weights[OWN_ROWS] * own_rows)
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


class PlaceIndex:
    """The names of all families' places, and the rows of each place and street, by family."""

    def __init__(
        self,
        families: dict[str, Family],
        names: dict[str, list[tuple[tuple[str, ...], str, int, bool]]],
        rows_of_place: dict[str, RowsOfPlace],
        rows_of_street: dict[str, RowsOfPlace],
    ) -> None:
        """`names`: first word of a name → the name's words, family, member, and whether the place is inside the area."""
        self.families = families
        self._names = names
        self._rows_of_place = rows_of_place
        self._rows_of_street = rows_of_street

    def named_in(self, words: tuple[str, ...]) -> NamedMembers:
        """The members of any family that the words of a text name."""
        named: NamedMembers = {}
        for start, word in enumerate(words):
            for parts, family, position, inner in self._names.get(word, ()):
                if len(parts) == 1 or words[start : start + len(parts)] == parts:
                    named.setdefault(family, []).append((position, start, inner))
        return named

    def clues(
        self,
        family: str,
        evidence: PlaceEvidence,
        named: Iterable[tuple[int, int, bool]],
        leave_out: int | None = None,
    ) -> Clues:
        """The clues of a family's members, except the clue of own rows, which is the same for every complaint.

        `leave_out`: the member of a training row, to take the row out of the histories.
        """
        members = self.families[family]
        clues = Clues({}, set())
        for position in members.in_fields(evidence.fields):
            clues.of(position)[_FIELD] = 1.0
        for position in members.around(evidence.fields):
            clues.of(position)[_INSIDE] = 1.0
        for position, start, inner in named:
            own = clues.of(position)
            if inner:
                own[_INSIDE] = 1.0
            else:
                own[_TEXT] = 1.0
                if start and evidence.words[start - 1] in members.kinds:
                    own[_TEXT_BEHIND_FAMILY] = 1.0
        n_members = len(members.unit_ids)
        for clue, rows_of, keys in (
            (_FIELD_HISTORY, self._rows_of_place[family], evidence.fields),
            (_STREET_HISTORY, self._rows_of_street[family], evidence.streets),
        ):
            _add_history(clues, clue, _first_history(rows_of, keys, leave_out), n_members)
        return clues


class PlaceResolver:
    """Resolve families to members by a conditional logit (McFadden 1974) over seven clues.

    The clues of a member are: a place field names the member; the history of the place field's rows; the text names the
    member; the text names the member right behind the family's name; the member's share of the family's rows; a field or
    the text names a kabupaten or kota inside the member's area; the history of the streets in the text.
    """

    def __init__(
        self, index: PlaceIndex, weights: dict[str, ClueWeights], weights_of_text: dict[str, ClueWeights]
    ) -> None:
        """`weights` by family; `weights_of_text` for complaints without place fields."""
        self._index = index
        self._weights = weights
        self._weights_of_text = weights_of_text

    def named_in(self, words: tuple[str, ...]) -> NamedMembers:
        """The members of any family that the words of a text name."""
        return self._index.named_in(words)

    def resolve(
        self, family: str, evidence: PlaceEvidence, wanted: int, named: NamedMembers | None = None
    ) -> list[Resolution]:
        """The `wanted` likeliest members of a family, likeliest first; probabilities over all members sum to 1.

        `named` is `named_in` of the evidence's words, for callers that ask about several families.
        """
        if named is None:
            named = self.named_in(evidence.words)
        clues = self._index.clues(family, evidence, named.get(family, ()))
        weights = self._weights if evidence.fields else self._weights_of_text
        unit_ids = self._index.families[family].unit_ids
        return [
            Resolution(unit_ids[position], probability, clues.resolved_by(position))
            for position, probability in weights[family].best(clues.by_member, wanted)
        ]


def _first_history(rows_of: Mapping[str, Counter[int]], keys: Sequence[str], leave_out: int | None) -> dict[int, int]:
    """The rows by member of the first key with rows, or an empty history."""
    for key in keys:
        counts = {position: count - (position == leave_out) for position, count in rows_of.get(key, {}).items()}
        if any(counts.values()):
            return counts
    return {}


def _add_history(clues: Clues, clue: int, counts: Mapping[int, int], n_members: int) -> None:
    """Add the log share of members among the rows of a place or street."""
    total = sum(counts.values())
    for position, count in counts.items():
        clues.of(position)[clue] = math.log((count + _PRIOR_SHARE) / _PRIOR_SHARE)
        if (count + _PRIOR_SHARE) / (total + _PRIOR_SHARE * n_members) > _MOSTLY:
            clues.mostly.add(position)


# Words before the name of a street or a quarter in a text; folded.
_STREET_WORDS = frozenset(
    ("jl", "jln", "jalan", "gg", "gang", "perum", "perumahan", "rusun", "pasar", "kampung", "kp", "komplek", "simpang")
)


def _streets(text: Sequence[str]) -> Iterator[str]:
    """The two words behind every street word, then the single words: longer names are looked up first."""
    behind = [i + 1 for i, word in enumerate(text) if word in _STREET_WORDS and i + 1 < len(text)]
    for i in behind:
        if i + 1 < len(text):
            yield f"{text[i]} {text[i + 1]}"
    for i in behind:
        yield text[i]
