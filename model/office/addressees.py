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
            for parts, unit_id in self._by_first_word.get(folded[index], ()):
                if folded[index : index + len(parts)] == parts:
                    return unit_id, index + len(parts)
            if folded[index] not in _TITLES:
                return None
        return None
