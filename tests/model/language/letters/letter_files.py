"""Invented letters with their parts marked, for tests and benchmarks."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from model.language.letters.reading import letter_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FOLDER = Path(__file__).parent
# Every part of a letter that carries the matter; the rest is the frame.
TELLING = frozenset(("subject", "body", "demand"))
_ENOUGH_OVERLAP = 0.8
_TOLERANCE = 5
_MARKER = re.compile(r"\{\{(\w+)(?: unit=([\w-]+))?\}\}")


@dataclass(frozen=True)
class MarkedPart:
    """A part at text[start:end]; `unit` is the unit of a demand that concerns another unit than the letter."""

    part: str
    start: int
    end: int
    unit: str = ""


@dataclass(frozen=True)
class MarkedLetter:
    """A letter as it is pasted, and what its author marked."""

    layout: str
    title: str
    unit: str
    category: str
    copies: tuple[str, ...]
    text: str
    parts: tuple[MarkedPart, ...]

    @property
    def bare(self) -> str:
        """Subject, body and demands alone."""
        return "\n".join(self.text[part.start : part.end].strip() for part in self.parts if part.part in TELLING)


def letters_in(folder: Path) -> list[MarkedLetter]:
    """Every letter of a folder's files, in order."""
    return [letter for path in sorted(folder.glob("*.txt")) for letter in _letters(path)]


def _letters(path: Path) -> Iterator[MarkedLetter]:
    for entry in re.split(r"^=== ", path.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        header, _, marked = entry.partition("\n")
        fields = dict(re.split(r"\s*:\s*", field, maxsplit=1) for field in re.split(r"\s+\|\s+", header.strip()))
        text, parts = _read(marked.strip("\n"))
        copies = tuple(name.strip() for name in fields.get("copies", "").split(";") if name.strip())
        yield MarkedLetter(path.stem, fields["title"], fields["unit"], fields["category"], copies, text, parts)


def _read(marked: str) -> tuple[str, tuple[MarkedPart, ...]]:
    """The text without markers, and the marked parts without the white space around them."""
    pieces = _MARKER.split(marked)
    text, parts = pieces[0], []
    for part, unit, piece in zip(pieces[1::3], pieces[2::3], pieces[3::3], strict=True):
        start = len(text) + len(piece) - len(piece.lstrip())
        text += piece
        if piece.strip():
            parts.append(MarkedPart(part, start, len(text.rstrip()), unit or ""))
    return text, tuple(parts)


class Stretch(NamedTuple):
    """Neighbouring parts of one kind at text[start:end]; several demands are one stretch, and are counted apart."""

    part: str
    start: int
    end: int


def stretches(parts: Sequence[tuple[str, int, int]]) -> list[Stretch]:
    """The stretches of parts; a greeting belongs to neither neighbour."""
    found: list[Stretch] = []
    for part, start, end in parts:
        if found and found[-1].part == part:
            found[-1] = found[-1]._replace(end=end)
        elif part != "greeting":
            found.append(Stretch(part, start, end))
    return found


def is_right(wanted: Stretch, found: Sequence[Stretch]) -> bool:
    """Whether a stretch of the same kind has both ends within 5 characters, or 80 % of the characters of both together."""
    return any(wanted.part == other.part and (_same_ends(wanted, other) or _overlap(wanted, other)) for other in found)


def _same_ends(one: Stretch, other: Stretch) -> bool:
    return abs(one.start - other.start) <= _TOLERANCE and abs(one.end - other.end) <= _TOLERANCE


def _overlap(one: Stretch, other: Stretch) -> bool:
    shared = min(one.end, other.end) - max(one.start, other.start)
    return shared >= _ENOUGH_OVERLAP * (max(one.end, other.end) - min(one.start, other.start))


def found_parts(text: str) -> list[tuple[str, int, int]]:
    """The parts that the reader finds, as plain tuples."""
    letter = letter_of(text)
    return [(found.part.value, found.start, found.end) for found in letter.parts] if letter else []


def part_shares(letters: Sequence[MarkedLetter]) -> dict[str, tuple[int, int]]:
    """Kind of part → right and all stretches; "demands counted" → letters with the right number of demands."""
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for letter in letters:
        found = found_parts(letter.text)
        wanted = [(part.part, part.start, part.end) for part in letter.parts]
        for stretch in stretches(wanted):
            total[stretch.part] += 1
            right[stretch.part] += is_right(stretch, stretches(found))
        demands = [sum(part == "demand" for part, *_ in parts) for parts in (wanted, found)]
        total["demands counted"] += 1
        right["demands counted"] += demands[0] == demands[1]
    return {part: (right[part], total[part]) for part in total}
