"""Find label variants: two spellings of one label. A person confirms each proposal, so precision matters most.

Four signs of a variant: equal letters; an abbreviation of exactly one other name; the office's own kabupaten or province
appended to a name; a typing error in a name that is rare compared with the other. Two labels of the office's lists, names that
differ in a number, and two places are never proposed.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

import data
from model.language.words import words
from model.office.categories import NO_CATEGORIES
from model.office.place_names import place_fields, place_key
from model.office.register import slug
from training.checking.findings import LabelVariant, VariantKind
from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.register import Register
    from model.office.units import Units

_PARENTHESES = re.compile(r"\(([^()]*)\)")
_SILENT = frozenset(("dan", "serta", "dari", "di", "untuk", "n"))
# A place follows these words: two names that differ in one letter may be two places.
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
_SHORTEST_FOR_ONE_TYPO = 8
_SHORTEST_FOR_TWO_TYPOS = 16
_SHORTEST_WORD_WITH_TYPO = 5
_MOST_TYPOS = 2
_CHUNK = 256
_RARE_ROWS = 2
_RARE_SHARE = 0.1
_ROWS_OF_A_WORD = 3


def find_label_variants(
    rows: Sequence[LabelledComplaint], units: Units, categories: Categories = NO_CATEGORIES
) -> list[LabelVariant]:
    """The variants among the names of units and of categories, most rows first.

    Both lists are the office's own: two labels of a list are never proposed, and names of one label are marked as joined.
    """
    return sorted(
        (
            *_variants(Label.UNIT, Counter(row.unit for row in rows if row.unit), units, rows),
            *_variants(Label.CATEGORY, Counter(row.category for row in rows if row.category), categories, rows),
        ),
        key=lambda spelling: (spelling.joined, spelling.label, -spelling.rows, spelling.name),
    )


@dataclass(frozen=True, slots=True)
class _Name:
    """A name with its number of rows, and its words with abbreviations expanded and silent words removed."""

    written: str
    rows: int
    words: tuple[str, ...]
    label_id: str

    @property
    def key(self) -> str:
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class _Variant:
    name: _Name
    into: _Name
    kind: VariantKind


def _variants(
    label: Label, counts: Mapping[str, int], register: Register[Any], rows: Sequence[LabelledComplaint]
) -> Iterator[LabelVariant]:
    by_letters: dict[str, list[str]] = defaultdict(list)
    for written in counts:
        by_letters[slug(written) or written].append(written)
    names = []
    for alike in by_letters.values():
        first, *others = sorted(alike, key=lambda written: (-counts[written], written))
        for other in others:
            # Case and punctuation don't count in a name.
            yield LabelVariant(label, other, counts[other], first, counts[first], VariantKind.PUNCTUATION, joined=True)
        names.append(_name(first, sum(counts[written] for written in alike), register))
    yield from _joined_by_register(label, names)
    variants = _Pairs(names, rows, initials=label is Label.UNIT).variants()
    for variant in variants:
        yield LabelVariant(
            label,
            variant.name.written,
            variant.name.rows,
            variant.into.written,
            variant.into.rows,
            variant.kind,
            joined=False,
        )


def _name(written: str, rows: int, register: Register[Any]) -> _Name:
    entry = register.find(written)
    return _Name(written, rows, _expanded(written), entry.id if entry else "")


def _joined_by_register(label: Label, names: Sequence[_Name]) -> Iterator[LabelVariant]:
    by_label: dict[str, list[_Name]] = defaultdict(list)
    for name in names:
        if name.label_id:
            by_label[name.label_id].append(name)
    for alike in by_label.values():
        into, *others = sorted(alike, key=lambda name: (-len(name.written), name.written))
        for other in others:
            yield LabelVariant(
                label, other.written, other.rows, into.written, into.rows, VariantKind.ABBREVIATION, joined=True
            )


class _Pairs:
    """The variants among names; each name is merged into at most one other."""

    def __init__(self, names: Sequence[_Name], rows: Sequence[LabelledComplaint], *, initials: bool) -> None:
        """`initials`: initials count as an abbreviation. Not for categories, which have acronyms of their own, such as PJU."""
        self._initials = initials
        self._names = names
        self._rows = rows
        self._labels_with = Counter(word for name in names for word in set(name.words))

    def variants(self) -> list[_Variant]:
        """The variants, each with a target that isn't merged itself."""
        into: dict[str, _Variant] = {}
        for variant in (*self._same_words(), *self._abbreviated(), *self._own_area(), *self._typos()):
            apart = variant.name.label_id and variant.into.label_id
            if not apart and variant.name.written not in into and not _is_merged_into(variant.into, variant.name, into):
                into[variant.name.written] = variant
        return [_Variant(variant.name, _target(variant.into, into), variant.kind) for variant in into.values()]

    def _same_words(self) -> Iterator[_Variant]:
        """Names with equal words in any order, after expanding abbreviations."""
        by_words: dict[tuple[str, ...], list[_Name]] = defaultdict(list)
        for name in self._names:
            by_words[tuple(sorted(name.words))].append(name)
        for alike in by_words.values():
            yield from _merged_into_longest(alike)

    def _abbreviated(self) -> Iterator[_Variant]:
        """Names that abbreviate exactly one other name."""
        by_initial: dict[str, list[_Name]] = defaultdict(list)
        for name in self._names:
            by_initial[name.key[:1]].append(name)
        for alike in by_initial.values():
            for name in alike:
                # Well-known abbreviations are expanded already, so they can't match another name here.
                meant = {
                    other.key: other
                    for other in alike
                    if other is not name and abbreviates(name.words, other.words, initials=self._initials)
                }
                if len(meant) == 1:
                    yield _Variant(name, next(iter(meant.values())), VariantKind.ABBREVIATION)

    def _own_area(self) -> Iterator[_Variant]:
        """A name, and the same name followed by the only kabupaten, kota or province that ever follows it."""
        by_key = {name.key: name for name in self._names}
        with_area: dict[str, list[_Name]] = defaultdict(list)
        for name in self._names:
            bare = _without_area(name.words)
            if len(bare) >= _FEWEST_WORDS and len(bare) < len(name.words):
                with_area[" ".join(bare)].append(name)
        for bare_key, alike in with_area.items():
            if len(alike) == 1 and bare_key in by_key:
                fewer, more = sorted((alike[0], by_key[bare_key]), key=lambda name: name.rows)
                yield _Variant(fewer, more, VariantKind.OWN_AREA)

    def _typos(self) -> Iterator[_Variant]:
        """A rare name with a typing error of a frequent name, in a word that occurs nowhere else."""
        keys = [name.key for name in self._names]
        for start in range(0, len(keys), _CHUNK):
            distances = cdist(keys[start : start + _CHUNK], keys, scorer=OSA.distance, score_cutoff=_MOST_TYPOS)
            for name, near in zip(self._names[start : start + _CHUNK], distances <= _MOST_TYPOS, strict=True):
                meant = [other for j in np.flatnonzero(near) if self._is_typo(name, other := self._names[int(j)])]
                if len(meant) == 1:
                    yield _Variant(name, meant[0], VariantKind.TYPO)

    def _is_typo(self, name: _Name, other: _Name) -> bool:
        if other is name or OSA.distance(name.key, other.key) > _typos_allowed(name.key):
            return False
        if name.rows > max(_RARE_ROWS, _RARE_SHARE * other.rows) or name.rows >= other.rows:
            return False
        ours, theirs = _differing(name.words, other.words)
        if any(word.isdigit() or _ROMAN.fullmatch(word) for word in (*ours, *theirs)):
            return False
        if any(len(word) < _SHORTEST_WORD_WITH_TYPO for word in ours):
            return False
        if any(self._labels_with[word] > 1 or self._is_written(word) for word in ours):
            return False
        # Two places may differ in one letter; only rows with places can show which places exist.
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
        """The number of texts with each word of a name."""
        wanted = set(self._labels_with)
        return Counter(
            word for row in self._rows for word in wanted & {word.folded for word in words(row.complaint.text)}
        )


def abbreviates(short: Sequence[str], full: Sequence[str], *, initials: bool = True) -> bool:
    """Whether a short name consists of the beginnings of all words of a full name, in order.

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
    # Two initials for two words are too weak a sign.
    return any(len(piece) > 1 for piece in pieces) or (initials and len(pieces) >= _FEWEST_INITIALS)


def _much_shorter(pieces: Sequence[str], full: Sequence[str]) -> bool:
    """Whether enough letters are missing; for places in total, since Sawah and Sawahan may be two places."""
    if sum(map(len, pieces)) <= _MOST_SHORT_LETTERS * sum(map(len, full)):
        return True
    cut = [(piece, word) for piece, word in zip(pieces, full, strict=True) if piece != word]
    return full[0] not in _KINDS_OF_PLACE and all(len(piece) <= _MOST_SHORT_LETTERS * len(word) for piece, word in cut)


def _pieces(short: tuple[str, ...], full: tuple[str, ...]) -> tuple[str, ...] | None:
    """The piece of `short` from each word of `full`; None if `short` doesn't consist of such pieces."""
    if not short:
        return () if not full else None
    token, *rest = short
    if token in full:
        # A token that equals a word is this word, not the initials of several words.
        following = _pieces(tuple(rest), full[1:]) if full[0] == token else None
        return None if following is None else (token, *following)
    for used, pieces in _spelled(token, full):
        following = _pieces(tuple(rest), full[used:])
        if following is not None:
            return (*pieces, *following)
    return None


def _spelled(token: str, full: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """All ways to form a token from beginnings of the first words: the number of words used, and their pieces."""
    if not token:
        yield 0, ()
        return
    if not full or token.isdigit():
        return
    for piece in _beginnings(full[0], token):
        for used, pieces in _spelled(token[len(piece) :], full[1:]):
            yield used + 1, (piece, *pieces)


def _beginnings(word: str, token: str) -> Iterator[str]:
    """The beginnings of a word that also begin a token, longest first; "hub" counts as a beginning of "perhubungan"."""
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
def _expanded(written: str) -> tuple[str, ...]:
    """A name's words with well-known abbreviations expanded, without silent words such as "dan"."""
    spelled: list[str] = []
    for token in _tokens(_without_parentheses(written).replace("&", " dan ")):
        spelled.extend(_known_abbreviations().get(token, (token,)))
    return tuple(word for word in spelled if word not in _SILENT)


def _tokens(written: str) -> tuple[str, ...]:
    """A name's words in a-z and 0-9. Numbers keep their value, unlike in texts: SDN 1 is not SDN 2."""
    return tuple(filter(None, slug(written).split("-")))


def _without_parentheses(written: str) -> str:
    """A name without its own abbreviation in parentheses at the end.

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
    """Abbreviations of offices and regions → their words. Colloquial words in the list do no harm."""
    known = {
        written: tuple(word for word in standard if word != written) or standard
        for written, standard in data.colloquial().items()
    }
    forms: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for region in data.regions():
        bare = tuple(place_key(region.name).removeprefix("kab ").removeprefix("kota ").split())
        # A city's short forms include its districts, which don't abbreviate its name.
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
    """The words without a "kota X", "kabupaten X" or "provinsi X" at the end."""
    for end in range(max(1, len(spelled) - _LONGEST_AREA_WORDS), len(spelled) - 1):
        kind = _AREA_KINDS.get(spelled[end])
        if kind is not None and " ".join((*([kind] if kind else []), *spelled[end + 1 :])) in _areas():
            return spelled[:end]
    return spelled


def _merged_into_longest(alike: Sequence[_Name]) -> Iterator[_Variant]:
    """Variants of the name in the office's list, else of the longest name."""
    into, *others = sorted(alike, key=lambda name: (not name.label_id, -len(name.written), name.written))
    for other in others:
        yield _Variant(other, into, VariantKind.ABBREVIATION)


def _typos_allowed(key: str) -> int:
    if len(key) < _SHORTEST_FOR_ONE_TYPO:
        return -1
    return _MOST_TYPOS if len(key) >= _SHORTEST_FOR_TWO_TYPOS else 1


def _differing(ours: Sequence[str], theirs: Sequence[str]) -> tuple[list[str], list[str]]:
    mine, others = Counter(ours), Counter(theirs)
    return list((mine - others).elements()), list((others - mine).elements())


def _is_merged_into(start: _Name, wanted: _Name, into: Mapping[str, _Variant]) -> bool:
    return _target(start, into).written == wanted.written


def _target(name: _Name, into: Mapping[str, _Variant]) -> _Name:
    while (variant := into.get(name.written)) is not None:
        name = variant.into
    return name
