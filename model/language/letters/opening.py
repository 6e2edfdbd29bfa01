"""Read what stands before the body of a letter: head, subject, addressee, greeting and identity."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from model.language.letters import markers
from model.language.letters.introduction import introduction_at
from model.language.letters.parts import Part

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

    from model.language.letters.pieces import Piece

# What the beginning of a piece says about the piece, the more telling first.
_MARKED: tuple[tuple[re.Pattern[str], Part], ...] = (
    (markers.DISPOSITION, Part.DISPOSITION),
    (markers.EMAIL_LABEL, Part.QUOTED),
    (markers.EMAIL_ADDRESSEE, Part.ADDRESSEE),
    (markers.HEAD_LABEL, Part.HEAD),
    (markers.ADDRESSEE, Part.ADDRESSEE),
    (markers.GREETING, Part.GREETING),
    (markers.SIGNED, Part.IDENTITY),
    (markers.SENDER_FIELD, Part.IDENTITY),
    (markers.DATE_LINE, Part.HEAD),
)
_OF_THE_HEAD = frozenset((Part.HEAD, Part.SUBJECT, Part.QUOTED))
_MOST_WORDS_OF_LINE = 16
_MOST_WORDS_OF_SIGNERS = 45
_FEWEST_WORDS_OF_PROSE = 5
_MOST_LINES_OF_ADDRESS = 9
_LONGEST_END = 40
_FEWEST_SMALL_WORDS = 3


class _Line(NamedTuple):
    """The line before: its part, how many lines of the part there are, its end, and whether a blank line follows."""

    part: Part
    lines: int
    end: int
    after_blank: bool


class Opening(NamedTuple):
    """The parts before the body as (part, start), and the position where the body begins."""

    parts: list[tuple[Part, int]]
    end: int


def read_opening(text: str, pieces: Sequence[Piece]) -> Opening:
    """Go from marker to marker; the first prose that continues no part begins the body."""
    last = _last_of_head(text, pieces)
    parts: list[tuple[Part, int]] = []
    line = _Line(Part.HEAD, 0, 0, after_blank=False)
    for number, (start, stop) in enumerate(pieces):
        written = text[start:stop].strip()
        if not written:
            line = line._replace(after_blank=True)
            continue
        found = _part_of(written, parts, line, text[: line.end], head_later=number < last)
        if found is None:
            break
        label = found is Part.SUBJECT and markers.SUBJECT_LABEL.fullmatch(written)
        parts.append((Part.HEAD if label else found, start))
        line = _Line(found, line.lines + 1 if found is line.part else 1, stop, after_blank=False)
    introduction = introduction_at(text, line.end, after_fields=line.part is Part.IDENTITY)
    if introduction is None:
        return Opening(parts, line.end)
    return Opening([*parts, (Part.IDENTITY, introduction.start)], introduction.end)


def _part_of(
    written: str, parts: Sequence[tuple[Part, int]], line: _Line, before: str, *, head_later: bool
) -> Part | None:
    """The part of a piece, by its own marker or by the line before; None where the body begins."""
    is_line = len(written.split()) <= _MOST_WORDS_OF_LINE
    if _goes_on(line, written):
        return line.part
    found = marked(written)
    if found is None and line.part is Part.SUBJECT and parts[-1][0] is Part.HEAD:
        return Part.SUBJECT  # the words behind the label
    if found is None:
        return _continued(line, before, written, head_later=head_later) if is_line else None
    if found is Part.IDENTITY and head_later and all(kind is Part.HEAD for kind, _ in parts):
        return Part.HEAD  # the address in a letterhead
    return found if is_line or found is not Part.IDENTITY else None


def _goes_on(line: _Line, written: str) -> bool:
    """Whether a piece continues a disposition, those who sign, or a greeting, whatever it begins with."""
    words = len(written.split())
    if line.part is Part.DISPOSITION:
        return ":" in written and not line.after_blank
    if line.part is Part.IDENTITY:
        return words <= _MOST_WORDS_OF_SIGNERS and bool(markers.OF_SIGNERS.match(written))
    return line.part is Part.GREETING and words <= _MOST_WORDS_OF_LINE and bool(markers.WISH.match(written))


@lru_cache(maxsize=64)
def marked(written: str) -> Part | None:
    """The part that a piece begins by its first words."""
    if markers.SUBJECT_LABEL.match(written):
        return Part.SUBJECT
    return next((part for pattern, part in _MARKED if pattern.match(written)), None)


def _last_of_head(text: str, pieces: Sequence[Piece]) -> int:
    """The number of the last piece that is marked as head, before the first prose; -1 without one."""
    last, words, addressed = -1, 0, False
    for number, (start, stop) in enumerate(pieces):
        written = text[start:stop].strip()
        part = marked(written)
        if part in {None, Part.IDENTITY} and len(written.split()) > _MOST_WORDS_OF_LINE:
            break
        addressed = addressed or part is Part.ADDRESSEE
        if part is None and addressed and _is_sentence(written):
            break
        in_sentence = words > _FEWEST_WORDS_OF_PROSE and not text.endswith("\n", 0, start) and ":" not in written
        if part is Part.SUBJECT and in_sentence:
            break  # "the letter of 2 June about ..." tells something
        words = 0 if part else len(written.split())
        # Lines above the addressee are a title, or say who writes.
        is_title = part is Part.ADDRESSEE and last < 0 and text.endswith("\n", 0, start)
        if part in _OF_THE_HEAD or is_title:
            last = number
    return last


def _continued(line: _Line, before: str, written: str, *, head_later: bool) -> Part | None:
    """The part that an unmarked line continues, or None where the body begins."""
    part, after_blank = line.part, line.after_blank
    if part is Part.ADDRESSEE and line.lines < _MOST_LINES_OF_ADDRESS:
        complete = after_blank or _is_sentence(written) or markers.COMPLETE_ADDRESS.search(before[-_LONGEST_END:])
        if markers.ADDRESS_LINE.match(written) or not complete:
            return Part.ADDRESSEE
    if part is Part.IDENTITY and (markers.FIELD.match(written) or (not after_blank and not written.endswith("."))):
        return None if markers.REPORT.match(written) else Part.IDENTITY
    if part is Part.SUBJECT and not after_blank:
        return None if markers.REPORT.match(written) else Part.SUBJECT
    if not head_later or part is Part.GREETING:
        return None
    return Part.IDENTITY if introduction_at(written, 0, after_fields=False) else Part.HEAD


def _is_sentence(line: str) -> bool:
    """Whether a line ends with a full stop and is written in small letters, unlike the names in an address."""
    return line.endswith(".") and sum(word[0].islower() for word in line.split()) >= _FEWEST_SMALL_WORDS
