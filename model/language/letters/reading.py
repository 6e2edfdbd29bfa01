"""Read a text as a letter, where several markers say that it is one."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from model.language.letters.demands import demands_in
from model.language.letters.ending import read_ending
from model.language.letters.opening import read_opening
from model.language.letters.parts import Letter, LetterPart, Part
from model.language.letters.pieces import first_pieces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# Words without which a text has no part of a kind: most texts are no letters, and are read no further.
_HINTS: dict[Part, tuple[str, ...]] = {
    # A letter's date has a year of this century's first decades.
    Part.HEAD: ("nomor", "lampiran", "lamp.", "no.", "from:", "dari:", "201", "202"),
    Part.ADDRESSEE: ("yth", "terhormat", "kpd", "kepada y", "kepada b", "kepada:", "kepada :", "kepada\n", "to:"),
    Part.SUBJECT: ("perihal", "prihal", "hal:", "hal :", "hal.", "\nhal ", "subje"),
    Part.COPIES: ("tembus", "tindas", "cc:", "c.c"),
    # Without one of the above a text is a message, not a letter.
    Part.GREETING: ("hormat", "salam", "alaikum", "selamat", "alom", "horas", "hidup "),
    Part.IDENTITY: ("bertanda", "nama", "alamat", "kuasa", "umur"),
    Part.CLOSING: ("demikian", "sekian", "hormat", "salam", "kasih"),
}
_FEWEST_KINDS = 3
# A message may greet, give its sender's name and thank; only a letter has one of these as well.
_WRITTEN = frozenset((Part.HEAD, Part.SUBJECT, Part.ADDRESSEE, Part.COPIES))


@lru_cache(maxsize=512)
def letter_of(text: str) -> Letter | None:
    """The parts of a letter, or None for a text that is no letter."""
    lowered = text.lower()
    if not _may_be_letter(lowered):
        return None
    opening = read_opening(text, first_pieces_of(text))
    if not _may_end_as_letter(lowered, {part for part, _ in opening.parts}):
        return None
    ending = read_ending(text, opening.end)
    starts = [*opening.parts, *_body(text, opening.end, ending.start), *ending.parts]
    parts = tuple(_merged(text, starts))
    return Letter(parts) if _is_letter({found.part for found in parts}) else None


def _may_be_letter(lowered: str) -> bool:
    """Whether a text may have enough kinds of parts, by substring tests that are far cheaper than reading."""
    kinds = 0
    for part, hints in _HINTS.items():
        if part is Part.GREETING and not kinds:
            return False
        for hint in hints:
            if hint in lowered:
                kinds += 1
                break
    return kinds >= _FEWEST_KINDS or "tembus" in lowered or "tindas" in lowered


def _may_end_as_letter(lowered: str, opening: set[Part]) -> bool:
    """Whether a closing and copies would make a letter of a text with this opening."""
    has_copies = any(hint in lowered for hint in _HINTS[Part.COPIES])
    # Signatures need no words of their own.
    return has_copies or len(opening & _HINTS.keys()) + 1 >= _FEWEST_KINDS


def _is_letter(kinds: set[Part]) -> bool:
    """Whether a text has enough of a letter's frame around a matter."""
    if kinds.isdisjoint((Part.BODY, Part.DEMAND)) or kinds.isdisjoint(_WRITTEN):
        return False
    frame = kinds & _HINTS.keys()
    return len(frame) >= _FEWEST_KINDS or (Part.COPIES in kinds and len(frame) + (Part.DEMAND in kinds) > 1)


def _body(text: str, start: int, end: int) -> list[tuple[Part, int]]:
    starts, done = [], start
    for demand in demands_in(text, start, end):
        if text[done : demand.start].strip():
            starts.append((Part.BODY, done))
        starts.append((Part.DEMAND, demand.start))
        done = demand.end
    if text[done:end].strip():
        starts.append((Part.BODY, done))
    return starts


def _merged(text: str, starts: Sequence[tuple[Part, int]]) -> list[LetterPart]:
    """Parts up to the start of the next, neighbours of one kind together, without white space around them."""
    parts: list[LetterPart] = []
    ends = [start for _, start in starts[1:]] + [len(text)]
    for (part, start), end in zip(starts, ends, strict=True):
        written = text[start:end]
        if not written.strip():
            continue
        first, last = start + len(written) - len(written.lstrip()), start + len(written.rstrip())
        if parts and parts[-1].part is part and part is not Part.DEMAND:
            first = parts.pop().start
        parts.append(LetterPart(part, first, last))
    return parts
