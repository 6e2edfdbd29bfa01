"""The parts of a letter, as stretches of the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The kinds of parts. Subject, body and demand carry the matter; the others are the letter's frame."""

    HEAD = "head"
    SUBJECT = "subject"
    ADDRESSEE = "addressee"
    GREETING = "greeting"
    IDENTITY = "identity"
    BODY = "body"
    DEMAND = "demand"
    CLOSING = "closing"
    COPIES = "copies"
    DISPOSITION = "disposition"
    QUOTED = "quoted"


_MATTER = frozenset((Part.SUBJECT, Part.BODY, Part.DEMAND))


@dataclass(frozen=True, slots=True)
class LetterPart:
    """A part at text[start:end], without white space around it."""

    part: Part
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of a letter in the order of the text."""

    parts: tuple[LetterPart, ...]

    def of(self, part: Part) -> tuple[LetterPart, ...]:
        """The parts of one kind."""
        return tuple(found for found in self.parts if found.part is part)

    def only(self, text: str, *kinds: Part) -> str:
        """The text with white space in place of every other part: all offsets stay valid, and no sentence runs across."""
        pieces: list[str] = []
        done = 0
        for found in self.parts:
            if found.part in kinds:
                pieces += (_gap(found.start - done), text[found.start : found.end])
                done = found.end
        return "".join((*pieces, _gap(len(text) - done)))

    def matter(self, text: str) -> str:
        """Subject, body and demands at their places, and spaces elsewhere."""
        return self.only(text, *_MATTER)


def _gap(length: int) -> str:
    """White space of a length, with a blank line where there is room."""
    return f"\n{' ' * (length - 2)}\n" if length > 1 else "\n" * length
