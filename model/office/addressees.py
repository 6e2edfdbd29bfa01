"""To whom the text itself is written: "Yth. Dinas X" is a citizen's clue, "Terdisposisi ke X" the trace of a past routing."""

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
    """Who wrote the phrase: the citizen who asks a unit, or an office that had passed the complaint on."""

    ADDRESSED = "addressed"
    ROUTED = "routed"


@dataclass(frozen=True, slots=True)
class Addressee:
    """A unit named as addressee at text[start:end]; the stretch holds the words that lead to the name too."""

    unit_id: str
    direction: Direction
    start: int
    end: int


# Folded words that lead to an addressee, the longest first.
_LEADS: tuple[tuple[tuple[str, ...], Direction], ...] = (
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
_LEADS_BY_FIRST_WORD = {
    first: tuple(lead for lead in _LEADS if lead[0][0] == first) for first in {lead[0] for lead, _ in _LEADS}
}
_BETWEEN = frozenset(
    ("bapak", "bpk", "ibu", "bu", "pak", "sdr", "kepala", "pimpinan", "ketua", "direktur", "kantor", "yth", "0", "dari")
)
_MOST_BETWEEN = 4


class Addressees:
    """Finds the units of an office that a text names as its addressees, by name or abbreviation."""

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
        """The addressees in the order in which they stand."""
        folded = folded_words(text)
        if _LEADS_BY_FIRST_WORD.keys().isdisjoint(folded):
            return []
        return list(self._found(words(text), folded))

    def without(self, text: str, direction: Direction) -> str:
        """The text with those addressees blanked; every other word stays where it stood."""
        for addressee in self.find(text):
            if addressee.direction is direction:
                blank = " " * (addressee.end - addressee.start)
                text = text[: addressee.start] + blank + text[addressee.end :]
        return text

    def _found(self, written: Sequence[Word], folded: tuple[str, ...]) -> Iterator[Addressee]:
        done = 0
        for at, first in enumerate(folded):
            if at < done:
                continue
            for lead, direction in _LEADS_BY_FIRST_WORD.get(first, ()):
                if folded[at : at + len(lead)] != lead:
                    continue
                named = self._named_at(folded, at + len(lead))
                if named is not None:
                    unit_id, done = named
                    yield Addressee(unit_id, direction, written[at].start, written[done - 1].end)
                break

    def _named_at(self, folded: tuple[str, ...], start: int) -> tuple[str, int] | None:
        """The unit whose name begins here or after a few titles, and the index behind it."""
        for at in range(start, min(start + _MOST_BETWEEN + 1, len(folded))):
            for parts, unit_id in self._by_first_word.get(folded[at], ()):
                if folded[at : at + len(parts)] == parts:
                    return unit_id, at + len(parts)
            if folded[at] not in _BETWEEN:
                return None
        return None
