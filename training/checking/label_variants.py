"""Names that are one label written in two ways. Only proposals: a person confirms each, so few false ones matter most.

Four signs, each looked up and never guessed at across many names: the same letters, an abbreviation that stands for one
known name alone, the office's own kabupaten or province behind a name, and a slip of the keys in a name that is rare
beside the other. Two names that units.csv keeps apart are never proposed, nor are numbers, nor two places.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

import data
from model.language.words import words
from model.office.place_names import place_fields, place_key
from model.office.units import slug
from training.checking.findings import Spelling, SpellingKind
from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from model.office.units import Units

_PARENTHESES = re.compile(r"\(([^()]*)\)")
_SILENT = frozenset(("dan", "serta", "dari", "di", "untuk", "n"))
# After one of these stands a place: two of a kind that differ in a letter may well be two places.
_KINDS_OF_PLACE = frozenset(
    (
        "kelurahan", "kecamatan", "desa", "kabupaten", "kota", "provinsi", "puskesmas", "kepolisian", "kejaksaan",
        "pengadilan", "kantor", "sekolah", "rumah", "lembaga", "polda", "unit", "cabang",
    )
)  # fmt: skip
_AREA_KINDS = {"kota": "kota", "kotamadya": "kota", "kabupaten": "kab", "kab": "kab", "provinsi": "", "prov": ""}
_DERIVED = ("per", "pen", "pem", "ke", "pe")
_ROMAN = re.compile(r"[ivx]+")
_FEWEST_INITIALS = 3
_FEWEST_WORDS = 2
_LONGEST_AREA_WORDS = 5
_SHORTEST_INNER_PIECE = 3
_MOST_SHORT_LETTERS = 0.6
_SHORTEST_FOR_ONE_SLIP = 8
_SHORTEST_FOR_TWO_SLIPS = 16
_SHORTEST_SLIPPED_WORD = 5
_MOST_SLIPS = 2
_CHUNK = 256
_RARE_ROWS = 2
_RARE_SHARE = 0.1
_ROWS_OF_A_WORD = 3


def differing_spellings(rows: Sequence[LabelledComplaint], units: Units) -> list[Spelling]:
    """The names of units and of categories that look like another spelling of one label, most rows first.

    `units` are the office's own: what they tell apart is never joined, what they join is marked as joined already.
    """
    return sorted(
        (
            *_found(Label.UNIT, Counter(row.unit for row in rows if row.unit), units, rows),
            *_found(Label.CATEGORY, Counter(row.category for row in rows if row.category), None, rows),
        ),
        key=lambda spelling: (spelling.joined, spelling.label, -spelling.rows, spelling.name),
    )


@dataclass(frozen=True, slots=True)
class _Name:
    """A name with its rows, its words with abbreviations written out, and those without what is silent."""

    written: str
    rows: int
    words: tuple[str, ...]
    unit_id: str

    @property
    def key(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Edge:
    name: _Name
    into: _Name
    kind: SpellingKind


def _found(
    label: Label, counts: Mapping[str, int], units: Units | None, rows: Sequence[LabelledComplaint]
) -> Iterator[Spelling]:
    by_letters: dict[str, list[str]] = defaultdict(list)
    for written in counts:
        by_letters[slug(written) or written].append(written)
    names = []
    for alike in by_letters.values():
        first, *others = sorted(alike, key=lambda written: (-counts[written], written))
        for other in others:
            # Case and punctuation don't count in the name of a unit; a category is read as it is written.
            yield Spelling(
                label, other, counts[other], first, counts[first], SpellingKind.PUNCTUATION, units is not None
            )
        names.append(_name(first, sum(counts[written] for written in alike), units))
    yield from _joined_by_the_office(label, names)
    edges = _Pairs(names, rows, initials=label is Label.UNIT).edges()
    for edge in edges:
        yield Spelling(
            label, edge.name.written, edge.name.rows, edge.into.written, edge.into.rows, edge.kind, joined=False
        )


def _name(written: str, rows: int, units: Units | None) -> _Name:
    unit = units.find(written) if units is not None else None
    return _Name(written, rows, _spelled_out(written), unit.id if unit else "")


def _joined_by_the_office(label: Label, names: Sequence[_Name]) -> Iterator[Spelling]:
    by_unit: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        if name.unit_id:
            by_unit[name.unit_id].append(name)
    for alike in by_unit.values():
        into, *others = sorted(alike, key=lambda name: (-len(name.written), name.written))
        for other in others:
            yield Spelling(
                label, other.written, other.rows, into.written, into.rows, SpellingKind.ABBREVIATION, joined=True
            )


class _Pairs:
    """The pairs among some names, each name joined into one other at most."""

    def __init__(self, names: Sequence[_Name], rows: Sequence[LabelledComplaint], *, initials: bool) -> None:
        """`initials`: whether a name may be the initials of another; topics have acronyms of their own, such as PJU."""
        self._initials = initials
        self._names = names
        self._rows = rows
        self._labels_with = Counter(word for name in names for word in set(name.words))

    def edges(self) -> list[_Edge]:
        """The pairs, each leading to a name that isn't joined itself."""
        into: dict[str, _Edge] = {}
        for edge in (*self._same_words(), *self._abbreviated(), *self._own_area(), *self._slipped()):
            apart = edge.name.unit_id and edge.into.unit_id
            if not apart and edge.name.written not in into and not _leads_to(edge.into, edge.name, into):
                into[edge.name.written] = edge
        return [_Edge(edge.name, _end(edge.into, into), edge.kind) for edge in into.values()]

    def _same_words(self) -> Iterator[_Edge]:
        """Names whose words are the same once abbreviations are written out, in whatever order."""
        by_words: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
        for name in self._names:
            by_words[tuple(sorted(name.words))].append(name)
        for alike in by_words.values():
            yield from _towards_the_fullest(alike)

    def _abbreviated(self) -> Iterator[_Edge]:
        """Names that shorten exactly one other name."""
        by_initial: dict[str, list[_Name]] = defaultdict(list)
        for name in self._names:
            by_initial[name.key[:1]].append(name)
        for alike in by_initial.values():
            for name in alike:
                # An abbreviation that everybody knows is written out by now, and can't mean something else.
                meant = {
                    other.key: other
                    for other in alike
                    if other is not name and abbreviates(name.words, other.words, initials=self._initials)
                }
                if len(meant) == 1:
                    yield _Edge(name, next(iter(meant.values())), SpellingKind.ABBREVIATION)

    def _own_area(self) -> Iterator[_Edge]:
        """A name, and the same with the one kabupaten, kota or province that ever follows it."""
        by_key = {name.key: name for name in self._names}
        with_area: dict[str, list[_Name]] = defaultdict(list)
        for name in self._names:
            bare = _without_area(name.words)
            if len(bare) >= _FEWEST_WORDS and len(bare) < len(name.words):
                with_area[" ".join(bare)].append(name)
        for bare_key, alike in with_area.items():
            if len(alike) == 1 and bare_key in by_key:
                fewer, more = sorted((alike[0], by_key[bare_key]), key=lambda name: name.rows)
                yield _Edge(fewer, more, SpellingKind.OWN_AREA)

    def _slipped(self) -> Iterator[_Edge]:
        """A rare name that is one slip of the keys from a frequent one, in a word that nobody else writes."""
        keys = [name.key for name in self._names]
        for start in range(0, len(keys), _CHUNK):
            distances = cdist(keys[start : start + _CHUNK], keys, scorer=OSA.distance, score_cutoff=_MOST_SLIPS)
            for name, near in zip(self._names[start : start + _CHUNK], distances <= _MOST_SLIPS, strict=True):
                meant = [other for j in np.flatnonzero(near) if self._is_slip(name, other := self._names[int(j)])]
                if len(meant) == 1:
                    yield _Edge(name, meant[0], SpellingKind.TYPO)

    def _is_slip(self, name: _Name, other: _Name) -> bool:
        if other is name or OSA.distance(name.key, other.key) > _slips_allowed(name.key):
            return False
        if name.rows > max(_RARE_ROWS, _RARE_SHARE * other.rows) or name.rows >= other.rows:
            return False
        ours, theirs = _differing(name.words, other.words)
        if any(word.isdigit() or _ROMAN.fullmatch(word) for word in (*ours, *theirs)):
            return False
        if any(len(word) < _SHORTEST_SLIPPED_WORD for word in ours):
            return False
        if any(self._labels_with[word] > 1 or self._is_written(word) for word in ours):
            return False
        # Of two places a letter apart nothing here can tell whether both exist, unless the rows name places.
        return name.words[0] not in _KINDS_OF_PLACE or self._places_are_named

    def _is_written(self, word: str) -> bool:
        return word in self._places or self._rows_with_word[word] >= _ROWS_OF_A_WORD

    @cached_property
    def _places(self) -> frozenset[str]:
        fields = {word for row in self._rows for place in place_fields(row.complaint) for word in place.split()}
        return frozenset(fields) | {word for region in data.regions() for word in place_key(region.name).split()}

    @cached_property
    def _places_are_named(self) -> bool:
        return any(row.complaint.location.village or row.complaint.location.district for row in self._rows)

    @cached_property
    def _rows_with_word(self) -> Counter[str]:
        """How many texts hold each word of a name."""
        wanted = set(self._labels_with)
        return Counter(
            word for row in self._rows for word in wanted & {word.folded for word in words(row.complaint.text)}
        )


def abbreviates(short: Sequence[str], full: Sequence[str], *, initials: bool = True) -> bool:
    """Whether a name of few letters stands for a full one: each word gives its beginning, in order, and none is left.

    >>> abbreviates(("dinas", "pu"), ("dinas", "pekerjaan", "umum"))
    True
    >>> abbreviates(("dishub",), ("dinas", "perhubungan")), abbreviates(("dinas",), ("dinas", "sosial"))
    (True, False)
    """
    if len(full) < _FEWEST_WORDS or not short or tuple(short) == tuple(full):
        return False
    pieces = _pieces(tuple(short), tuple(full))
    if pieces is None or not _much_shorter(pieces, full):
        return False
    # Two letters for two words say too little.
    return any(len(piece) > 1 for piece in pieces) or (initials and len(pieces) >= _FEWEST_INITIALS)


def _much_shorter(pieces: Sequence[str], full: Sequence[str]) -> bool:
    """Whether enough letters are gone; of places each cut word must not count, for Sawah may be a place beside Sawahan."""
    if sum(map(len, pieces)) <= _MOST_SHORT_LETTERS * sum(map(len, full)):
        return True
    cut = [(piece, word) for piece, word in zip(pieces, full, strict=True) if piece != word]
    return full[0] not in _KINDS_OF_PLACE and all(len(piece) <= _MOST_SHORT_LETTERS * len(word) for piece, word in cut)


def _pieces(short: tuple[str, ...], full: tuple[str, ...]) -> tuple[str, ...] | None:
    """What each word of `full` gives to `short`; None where `short` isn't made of such pieces."""
    if not short:
        return () if not full else None
    token, *rest = short
    if token in full:
        # A word that stands there in full is that word, and not the initials of several.
        following = _pieces(tuple(rest), full[1:]) if full[0] == token else None
        return None if following is None else (token, *following)
    for used, pieces in _spelled(token, full):
        following = _pieces(tuple(rest), full[used:])
        if following is not None:
            return (*pieces, *following)
    return None


def _spelled(token: str, full: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every way to make a token of pieces of the first words: how many words are used, and their pieces."""
    if not token:
        yield 0, ()
        return
    if not full or token.isdigit():
        return
    for piece in _beginnings(full[0], token):
        for used, pieces in _spelled(token[len(piece) :], full[1:]):
            yield used + 1, (piece, *pieces)


def _beginnings(word: str, token: str) -> Iterator[str]:
    """The beginnings of a word that a token starts with, the longest first; "hub" is one of "perhubungan" too."""
    if word.isdigit() or _ROMAN.fullmatch(word):
        if token.startswith(word):
            yield word
        return
    stems = [
        (word, 1),
        *((word[len(derived) :], _SHORTEST_INNER_PIECE) for derived in _DERIVED if word.startswith(derived)),
    ]
    if word == "dinas":
        stems.append(("dis", 3))
    found = {
        token[:length]
        for stem, shortest in stems
        for length in range(shortest, min(len(stem), len(token)) + 1)
        if stem[:length] == token[:length]
    }
    yield from sorted(found, key=len, reverse=True)


@lru_cache(maxsize=20_000)
def _spelled_out(written: str) -> tuple[str, ...]:
    """A name's words with the abbreviations that everybody knows written out, without "dan" and its like."""
    spelled: list[str] = []
    for token in _tokens(_without_parentheses(written).replace("&", " dan ")):
        spelled.extend(_known_abbreviations().get(token, (token,)))
    return tuple(word for word in spelled if word not in _SILENT)


def _tokens(written: str) -> tuple[str, ...]:
    """A name's words in a-z and 0-9; unlike in texts, a number keeps its value: SDN 1 is not SDN 2."""
    return tuple(filter(None, slug(written).split("-")))


def _without_parentheses(written: str) -> str:
    """A name without the abbreviation of itself that some exports put behind it.

    >>> _without_parentheses("Badan Penanggulangan Bencana Daerah (BPBD)")
    'Badan Penanggulangan Bencana Daerah'
    """
    for inside in _PARENTHESES.findall(written):
        before = written.partition(f"({inside})")[0]
        initials = "".join(token[0] for token in _tokens(before) if token not in _SILENT)
        if (letters := "".join(_tokens(inside))) and initials.endswith(letters):
            return before.strip()
    return written


@cache
def _known_abbreviations() -> Mapping[str, tuple[str, ...]]:
    """Abbreviations of offices and of regions → their words. Colloquial words that are no abbreviation do no harm."""
    known = {
        written: tuple(word for word in standard if word != written) or standard
        for written, standard in data.colloquial().items()
    }
    forms: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for region in data.regions():
        bare = tuple(place_key(region.name).removeprefix("kab ").removeprefix("kota ").split())
        # Among a city's short forms are its districts, which are no abbreviations of it.
        for form in map(place_key, region.short_forms):
            if len(bare) >= _FEWEST_WORDS and _pieces((form,), bare):
                forms[form].add(bare)
    known |= {form: next(iter(meant)) for form, meant in forms.items() if len(meant) == 1 and form}
    return known


@cache
def _areas() -> frozenset[str]:
    """The regions as words: "kota surabaya", "kab bandung", and a province by its bare name."""
    return frozenset(place_key(region.name) for region in data.regions())


def _without_area(spelled: tuple[str, ...]) -> tuple[str, ...]:
    """The words before "kota X", "kabupaten X" or "provinsi X" at the end; all of them where no region ends the name."""
    for at in range(max(1, len(spelled) - _LONGEST_AREA_WORDS), len(spelled) - 1):
        kind = _AREA_KINDS.get(spelled[at])
        if kind is not None and " ".join((*([kind] if kind else []), *spelled[at + 1 :])) in _areas():
            return spelled[:at]
    return spelled


def _towards_the_fullest(alike: Sequence[_Name]) -> Iterator[_Edge]:
    """Into the name that units.csv has, else the one that is written out most."""
    into, *others = sorted(alike, key=lambda name: (not name.unit_id, -len(name.written), name.written))
    for other in others:
        yield _Edge(other, into, SpellingKind.ABBREVIATION)


def _slips_allowed(key: str) -> int:
    if len(key) < _SHORTEST_FOR_ONE_SLIP:
        return -1
    return _MOST_SLIPS if len(key) >= _SHORTEST_FOR_TWO_SLIPS else 1


def _differing(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    mine, others = Counter(ours), Counter(theirs)
    return list((mine - others).elements()), list((others - mine).elements())


def _leads_to(start: _Name, wanted: _Name, into: Mapping[str, _Edge]) -> bool:
    return _end(start, into).written == wanted.written


def _end(name: _Name, into: Mapping[str, _Edge]) -> _Name:
    while (edge := into.get(name.written)) is not None:
        name = edge.into
    return name
