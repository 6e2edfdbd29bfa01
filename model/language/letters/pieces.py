"""Cut a text into pieces: its lines, cut further where a part of a letter begins or ends inside a line."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from model.language.letters.markers import ADDRESSEE, END_OF_ADDRESS, GREETING, INLINE, REST_OF_GREETING, SUBJECT_LABEL

if TYPE_CHECKING:
    from collections.abc import Iterator

# A colon below its label belongs to the label's line.
_LINE = re.compile(r"[^\n]*(?:\n[^\S\n]*[:;][^\n]*)*\n|[^\n]+")
_SENTENCE_END = re.compile(
    r"[.!?]+[)\"']*(?:\s+(?=[A-Z\d(\"'])|[^\S\n]*\n\s*)|;\s+|\n\s*\n\s*"
    # a line without a full stop above a request
    r"|\n\s*(?=(?:[Mm]ohon|[Mm]aka|[Tt]olong|[Uu]ntuk itu|[Oo]leh (?:karena|sebab) itu|(?:[Ss]aya|[Kk]ami) (?:me)?mohon)\b)"
)
# A full stop behind one of these ends no sentence.
_ABBREVIATION = re.compile(
    r"(?:\b(?:jl|jln|gg|no|nmr|kec|kab|ds|dsn|kp|kel|prov|bpk|drs?|dra|ir|hj?|sdr|sdri|ny|tn|pdt|st|als|almh?|br|tgl|yth|rp|ps"
    r"|jo|dkk|an|up|cq|dll|dst|lt|rt|rw|pn|s\.h|m\.h|s\.pd|a\.n|u\.p|c\.q|d\.a|(?<!kelas )[a-z]|(?-i:[A-Z][a-z]{1,2}))"
    r"|(?:^|[\n:;])\s*\d{1,2})$",
    re.IGNORECASE,
)


_MOST_PIECES = 60
_LONGEST_ADDRESS = 400


class Piece(NamedTuple):
    """A stretch of the text, up to the next piece."""

    start: int
    end: int


def first_pieces_of(text: str) -> list[Piece]:
    """The first pieces of a text, in order and without gaps: more than a letter has before its body."""
    starts = {line.start() for line in _LINE.finditer(text)}
    starts.update(marker.start() for marker in INLINE.finditer(text))
    *first, stop = [*sorted(starts)[: _MOST_PIECES + 1], len(text)][: _MOST_PIECES + 1]
    ends = [_end_of_marker(text, start) for start in first]
    # A label or a greeting may follow an address on its line.
    ends += [_end_of_marker(text, end) for end in ends if 0 < end < stop]
    cuts = sorted({*first, *(end for end in ends if 0 < end < stop)})
    return [Piece(start, end) for start, end in pairwise([*cuts, stop])]


def _end_of_marker(text: str, start: int) -> int:
    """The end of a greeting, a subject's label or an address inside its line; 0 for other pieces."""
    line = _LINE.match(text, start)
    if not line:
        return 0
    line_end = min(line.end(), start + _LONGEST_ADDRESS)
    while start < line_end and text[start] in " \t":
        start += 1
    if greeting := GREETING.match(text, start, line_end):
        rest = REST_OF_GREETING.match(text, greeting.end())
        return rest.end() if rest else greeting.end()
    if label := SUBJECT_LABEL.match(text, start, line.end()):
        return label.end()
    if ADDRESSEE.match(text, start, line_end) and (address := END_OF_ADDRESS.search(text, start, line_end)):
        return address.end()
    return 0


def sentences_of(text: str, start: int, end: int) -> Iterator[Piece]:
    """The sentences of text[start:end]; a line break inside a sentence doesn't end it."""
    while start < end and text[start].isspace():
        start += 1
    begin = start
    for stop in _SENTENCE_END.finditer(text, start, end):
        in_line = stop.group()[0] == "." and "\n\n" not in stop.group()
        if in_line and _ABBREVIATION.search(text[max(begin, stop.start() - 8) : stop.start()]):
            continue
        yield Piece(begin, stop.end())
        begin = stop.end()
    if text[begin:end].strip():
        yield Piece(begin, end)
