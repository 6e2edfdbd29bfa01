"""Find the units that a text addresses: "Yth. Dinas X" by a citizen, "Terdisposisi ke X" by an earlier routing."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from model.language.words import folded_words, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from model.language.words import Word
    from model.office.units import Units


class Direction(StrEnum):
    """The author of the phrase: a citizen who addresses a unit, or an office that routed the complaint."""

    ADDRESSED = "addressed"
    ROUTED = "routed"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A unit addressed in text[start:end], with the introducing words included."""

    unit_id: str
    direction: Direction
    start: int
    end: int


# Folded words that introduce an addressee, the longest first.
_INTRODUCTIONS: tuple[tuple[tuple[str, ...], Direction], ...] = (
    *(
        ((verb, preposition), Direction.ROUTED)
        for verb in ("terdisposisi", "didisposisi", "didisposisikan", "disposisi", "diteruskan", "dilimpahkan")
        for preposition in ("ke", "kepada", "kpd")
    ),
    (("ditujukan", "kepada"), Direction.ADDRESSED),
    (("ditujukan", "ke"), Direction.ADDRESSED),
    (("kepada", "yth"), Direction.ADDRESSED),
    (("kpd", "yth"), Direction.ADDRESSED),
    (("yth",), Direction.ADDRESSED),
    (("kepada",), Direction.ADDRESSED),
    (("kpd",), Direction.ADDRESSED),
)
_INTRODUCTIONS_BY_FIRST_WORD = {
    first: tuple(entry for entry in _INTRODUCTIONS if entry[0][0] == first)
    for first in {introduction[0] for introduction, _ in _INTRODUCTIONS}
}
_TITLES = frozenset(
    ("bapak", "bpk", "ibu", "bu", "pak", "sdr", "kepala", "pimpinan", "ketua", "direktur", "kantor", "yth", "0", "dari")
)
_MAX_TITLES = 4
# A list of copies names the head of a unit: "Kapolda Jawa Timur" stands for "Polda Jawa Timur".
_UNITS_OF_HEADS: dict[str, tuple[str, ...]] = {
    "kapolda": ("polda",),
    "kapolres": ("polres",),
    "kajati": ("kejati", "kejaksaan tinggi"),
    "menteri": ("kementerian",),
    "dirjen": ("ditjen",),
    "irjen": ("itjen", "inspektorat jenderal"),
    "gubernur": ("pemprov", "provinsi"),
    "bupati": ("pemkab", "kabupaten"),
    "walikota": ("pemkot", "kota"),
    "wali kota": ("pemkot", "kota"),
    "direktur jenderal": ("ditjen", "direktorat jenderal"),
    "camat": ("kecamatan",),
    "lurah": ("kelurahan",),
    "kakanwil": ("kanwil",),
}


class Addressees:
    """Finds the units of an office that a text addresses by name or abbreviation."""

    def __init__(self, units: Units) -> None:
        self._by_first_word: dict[str, list[tuple[tuple[str, ...], str]]] = defaultdict(list)
        for unit in units:
            for name in (unit.name, *unit.abbreviations):
                parts = folded_words(name)
                if parts:
                    self._by_first_word[parts[0]].append((parts, unit.id))
        for named in self._by_first_word.values():
            named.sort(key=lambda entry: -len(entry[0]))

    def find(self, text: str) -> list[Addressee]:
        """The addressees in the order of the text."""
        folded = folded_words(text)
        if _INTRODUCTIONS_BY_FIRST_WORD.keys().isdisjoint(folded):
            return []
        return list(self._addressees(words(text), folded))

    def without(self, text: str, direction: Direction) -> str:
        """The text with addressees of one direction replaced by spaces, so that all offsets stay valid."""
        for addressee in self.find(text):
            if addressee.direction is direction:
                blank = " " * (addressee.end - addressee.start)
                text = text[: addressee.start] + blank + text[addressee.end :]
        return text

    def named_in(self, text: str) -> list[str]:
        """The ids of the units that a list of copies names, by unit or by head, in the order of the text."""
        folded = folded_words(text)
        named: list[str] = []
        start = 0
        while start < len(folded):
            length = 1
            for words_left in _spellings(folded[start:]):
                if found := self._unit_at(words_left, 0):
                    named.append(found[0])
                    length = max(1, found[1] - len(words_left) + len(folded) - start)
                    break
            start += length
        return list(dict.fromkeys(named))

    def _addressees(self, text_words: Sequence[Word], folded: tuple[str, ...]) -> Iterator[Addressee]:
        end = 0
        for index, first in enumerate(folded):
            if index < end:
                continue
            for introduction, direction in _INTRODUCTIONS_BY_FIRST_WORD.get(first, ()):
                name_start = index + len(introduction)
                if folded[index:name_start] != introduction:
                    continue
                named = self._unit_named_at(folded, name_start)
                if named is not None:
                    unit_id, end = named
                    yield Addressee(unit_id, direction, text_words[index].start, text_words[end - 1].end)
                break

    def _unit_named_at(self, folded: tuple[str, ...], start: int) -> tuple[str, int] | None:
        """The unit named at `start` or after a few titles, and the index behind the name."""
        for index in range(start, min(start + _MAX_TITLES + 1, len(folded))):
            if named := self._unit_at(folded, index):
                return named
            if folded[index] not in _TITLES:
                return None
        return None

    def _unit_at(self, folded: tuple[str, ...], start: int) -> tuple[str, int] | None:
        """The unit with the longest name at `start`, and the index behind the name."""
        for parts, unit_id in self._by_first_word.get(folded[start], ()):
            if folded[start : start + len(parts)] == parts:
                return unit_id, start + len(parts)
        return None


def _spellings(folded: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words as written, and with the unit in place of its head."""
    yield folded
    for head, units in _UNITS_OF_HEADS.items():
        parts = tuple(head.split())
        if folded[: len(parts)] == parts:
            yield from ((*unit.split(), *folded[len(parts) :]) for unit in units)
