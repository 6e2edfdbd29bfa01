"""Read a text as a letter, where several markers say that it is one."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from model.language.letters.demands import demands_in
from model.language.letters.ending import Ending, read_ending, with_thanks
from model.language.letters.markers import DATE_BELOW, END_OF_ADDRESS
from model.language.letters.opening import Opening, read_opening
from model.language.letters.parts import Letter, LetterPart, Part
from model.language.letters.pieces import first_pieces_of

if TYPE_CHECKING:
    from collections.abc import Sequence

# Words without which a text has no part of a kind: most texts are no letters, and are read no further.
_HINTS: dict[Part, tuple[str, ...]] = {
    # A letter's date has a year of this century's first decades.
    Part.HEAD: ("nomor", "lampiran", "lamp.", "no.", "from:", "dari:", "201", "202", "petisi"),
    Part.ADDRESSEE: (
        "yth",
        "terhormat",
        "kpd",
        "kepada y",
        "kepada b",
        "kepada:",
        "kepada :",
        "kepada\n",
        "to:",
        "to :",
        "kepada m",
    ),
    Part.SUBJECT: ("perihal", "prihal", "hal:", "hal :", "hal.", "\nhal ", "subje"),
    Part.COPIES: ("tembus", "tindas", "cc:", "c.c"),
    # Without one of the above a text is a message, not a letter.
    Part.GREETING: ("hormat", "salam", "alaikum", "selamat", "alom", "horas", "hidup "),
    Part.IDENTITY: ("bertanda", "nama", "alamat", "kuasa", "umur"),
    Part.CLOSING: ("demikian", "sekian", "hormat", "salam", "kasih", "tertanda"),
}
_FEWEST_KINDS = 3
_TOP = 300
# A text that begins with an addressee, alone on his lines, needs one kind less.
_ADDRESSED_ON_TOP = re.compile(
    r"\s*(?:[^\n]{0,80}\n\s*){0,3}(?:kepada|kpd|yth|ditujukan|yang\s+terhormat)\b[^\n]{0,90}\n", re.IGNORECASE
)
# A message may greet, give its sender's name and thank; only a letter has one of these as well.
_ADDRESSED = frozenset((Part.HEAD, Part.ADDRESSEE))
_WRITTEN = frozenset((Part.HEAD, Part.SUBJECT, Part.ADDRESSEE, Part.COPIES))


@lru_cache(maxsize=512)
def letter_of(text: str) -> Letter | None:
    """The parts of a letter, or None for a text that is no letter."""
    lowered = text.lower()
    if not _may_be_letter(lowered):
        return None
    opening = read_opening(text, first_pieces_of(text))
    kinds = {part for part, _ in opening.parts}
    if Part.ADDRESSEE in kinds and DATE_BELOW.search(text, opening.end):
        kinds.add(Part.HEAD)  # place and date above the signature
    if not _may_end_as_letter(lowered, kinds):
        return None
    ending = read_ending(text, opening.end)
    if not _is_letter(kinds | {found.part for found in _parts(text, opening, ending)}):
        return None
    return Letter(_parts(text, opening, with_thanks(text, opening.end, ending)))


def _parts(text: str, opening: Opening, ending: Ending) -> tuple[LetterPart, ...]:
    starts = [*opening.parts, *_body(text, opening.end, ending.start), *ending.parts]
    return tuple(_merged(text, starts))


def _may_be_letter(lowered: str) -> bool:
    """Whether a text may have enough kinds of parts, by substring tests that are far cheaper than reading."""
    lowered = lowered.replace("rn", "m")  # as OCR reads m
    found: list[Part] = []
    for part, hints in _HINTS.items():
        # A year in a message of one line is no head.
        if part is Part.GREETING and (not found or (found == [Part.HEAD] and "\n" not in lowered[:_TOP])):
            return False
        for hint in hints:
            if hint in lowered:
                found.append(part)
                break
    kinds = len(found)
    if kinds >= _FEWEST_KINDS or "tembus" in lowered or "tindas" in lowered:
        return True
    addressed = _ADDRESSED_ON_TOP.match(lowered) if kinds == _FEWEST_KINDS - 1 else None
    return bool(addressed and (Part.HEAD in found or END_OF_ADDRESS.search(addressed.group())))


def _may_end_as_letter(lowered: str, opening: set[Part]) -> bool:
    """Whether a closing and copies would make a letter of a text with this opening."""
    has_copies = any(hint in lowered for hint in _HINTS[Part.COPIES])
    # Signatures need no words of their own.
    return has_copies or len(opening & _HINTS.keys()) + 1 >= _FEWEST_KINDS or opening >= _ADDRESSED


def _is_letter(kinds: set[Part]) -> bool:
    """Whether a text has enough of a letter's frame around a matter."""
    if kinds.isdisjoint((Part.BODY, Part.DEMAND)) or kinds.isdisjoint(_WRITTEN):
        return False
    frame = kinds & _HINTS.keys()
    if kinds >= {*_ADDRESSED, Part.DEMAND}:
        return True
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
