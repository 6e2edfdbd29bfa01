"""Read one JSON document: a list of objects, or an object that holds such lists, as the API of a system answers.

The document is read part by part: a record of the list is in memory at a time.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.kinds.parsed_lines import Deadline, ParsedLines, ParsedTable, too_large
from data.exports.tables import Limits, Line, flat_record
from data.files import utf16_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import TextIO

_READ_AT_ONCE = 1 << 18
_SAMPLE_BYTES = 1 << 16
_SPACE = " \t\r\n"
# A Laravel page of results has its list in data.data; no API nests far deeper.
_DEEPEST = 5
_MOST_LISTS = 100
_LONGEST_REASON = 120

Keys = tuple[str, ...]


class JsonTable(ParsedTable):
    """One list of objects in a JSON document; where there are several, the keys that lead to a list name its sheet."""

    kind = "json"

    def __init__(self, path: Path, limits: Limits, keys: Keys, records: _RecordList, *, is_only: bool) -> None:
        super().__init__(path, limits, records.parsed)
        self.encoding = _encoding(path)
        self.sheet = None if is_only else ".".join(keys)
        self.names = list(records.names)
        self.n_rows = self.n_parsed

    def lines(self) -> Iterator[Line]:
        # A record has the cells of the keys known when it was read: later keys are missing.
        for line in super().lines():
            yield Line(line.number, [*line.cells, *[None] * (len(self.names or ()) - len(line.cells))])


@dataclass
class _RecordList:
    names: dict[str, int] = field(default_factory=dict)
    parsed: ParsedLines = field(default_factory=ParsedLines)

    def add(self, record: dict[str, object]) -> None:
        for name in record:
            self.names.setdefault(name, len(self.names))
        cells = [record.get(name) for name in self.names]
        self.parsed.add(Line(self.parsed.n_lines + 1, cells))


def is_json_document(path: Path, limits: Limits) -> bool:
    """Whether a file is one JSON document, rather than JSON Lines or text."""
    encoding = _encoding(path)
    with path.open(encoding=encoding, errors="replace") as file:
        first = _first_line(file, limits)
        following = _first_line(file, limits)
    if first.startswith("["):
        # "[id],[isi]" may be the header of a CSV.
        return (first[1:].lstrip(_SPACE) or following)[:1] in {"{", "]"}
    if not first.startswith("{"):
        return False
    try:
        record = json.loads(first)
    except (ValueError, RecursionError):
        # The first line of JSON Lines is broken, or the document goes on in the next line.
        return len(first) >= limits.line_characters or following[:1] in {'"', "}", "]", ""}
    # One record of JSON Lines may hold lists too, such as attachments.
    is_record = path.suffix.lower() in {".jsonl", ".ndjson"} or not isinstance(record, dict)
    return not following and not is_record and _holds_list(record, _DEEPEST)


def json_tables(path: Path, limits: Limits) -> Iterator[JsonTable]:
    """Every list of objects in a JSON document.

    Raises:
        FileUnreadable: the document is broken or holds no list of objects.
    """
    found: dict[Keys, _RecordList] = {}
    for keys, record in _records(path, limits):
        records = found.setdefault(keys, _RecordList())
        records.add(record)
        if len(records.names) > limits.columns:
            raise FileUnreadable("exports.too-many-keys", path=path, most=limits.columns)
        if len(found) > _MOST_LISTS:
            raise FileUnreadable("exports.json-many-lists", path=path, most=_MOST_LISTS)
    if not found:
        raise FileUnreadable("exports.json-no-list", path=path)
    for keys, records in found.items():
        records.parsed.flush()
        yield JsonTable(path, limits, keys, records, is_only=len(found) == 1)


def _first_line(file: TextIO, limits: Limits) -> str:
    """The next line that isn't blank."""
    while line := file.readline(limits.line_characters):
        if line.strip(_SPACE):
            return line.strip(_SPACE)
    return ""


def _holds_list(record: dict[str, object], depth: int) -> bool:
    return any(
        (isinstance(value, list) and value and isinstance(value[0], dict))
        or (depth > 1 and isinstance(value, dict) and _holds_list(value, depth - 1))
        for value in record.values()
    )


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        return utf16_encoding(file.read(_SAMPLE_BYTES)) or "utf-8-sig"


def _records(path: Path, limits: Limits) -> Iterator[tuple[Keys, dict[str, object]]]:
    """Every object in a list, flat, with the keys that lead to the list.

    Raises:
        FileUnreadable: the document is broken, nested too deeply, or a record is too long.
    """
    if path.stat().st_size > limits.document_bytes:
        raise too_large(path, limits)
    deadline = Deadline(path, limits)
    # Undecodable bytes become U+FFFD, as in delimited text.
    with path.open(encoding=_encoding(path), errors="replace", newline="") as file:
        document = _Document(file, limits)
        try:
            for keys, record in document.records((), _DEEPEST):
                deadline.check()
                yield keys, record
            document.require_end()
        except (ValueError, RecursionError) as error:
            reason = str(error).partition(":")[0][:_LONGEST_REASON]
            raise FileUnreadable("exports.json-document-broken", path=path, reason=reason) from error


class _Document:
    """Text of a JSON document, read as far as its next value."""

    def __init__(self, file: TextIO, limits: Limits) -> None:
        self._file = file
        self._limits = limits
        self._decoder = json.JSONDecoder()
        self._text = ""
        self._place = 0

    def records(self, keys: Keys, depth: int) -> Iterator[tuple[Keys, dict[str, object]]]:
        """The records of the lists in the value that comes next."""
        match self._next():
            case "[":
                yield from self._list_records(keys)
            case "{" if depth:
                self._place += 1
                for _ in self._items("}"):
                    key = self._value()
                    self._take(":")
                    yield from self.records((*keys, str(key)), depth - 1)
            case _:
                self._value()

    def require_end(self) -> None:
        """Raise ValueError where text follows the document."""
        if self._next():
            reason = "text after the end"
            raise ValueError(reason)

    def _list_records(self, keys: Keys) -> Iterator[tuple[Keys, dict[str, object]]]:
        self._take("[")
        for _ in self._items("]"):
            record = self._value()
            if isinstance(record, dict):
                yield keys, flat_record(_without_half_pairs(record))

    def _items(self, end: str) -> Iterator[int]:
        """Stand at each item in turn, until after `end`."""
        for n in count():
            if self._next() == end:
                self._place += 1
                return
            if n:
                self._take(",")
                self._next()
            yield n

    def _take(self, wanted: str) -> None:
        if self._next() != wanted:
            reason = f"no {wanted}"
            raise ValueError(reason)
        self._place += 1

    def _next(self) -> str:
        """The next character that is no space; blank at the end of the file."""
        while True:
            while self._place < len(self._text) and self._text[self._place] in _SPACE:
                self._place += 1
            if self._place < len(self._text):
                return self._text[self._place]
            if not self._read(_READ_AT_ONCE):
                return ""

    def _value(self) -> object:
        """The next value whole; the text read doubles until it holds the value."""
        self._next()
        wanted = _READ_AT_ONCE
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._place)
            except ValueError:
                if len(self._text) - self._place > self._limits.line_characters or not self._read(wanted):
                    raise
                wanted *= 2
            else:
                # A number may go on in the part that isn't read yet.
                if end == len(self._text) and isinstance(value, int | float) and self._read(_READ_AT_ONCE):
                    continue
                self._place = end
                return value

    def _read(self, characters: int) -> bool:
        part = self._file.read(characters)
        self._text, self._place = self._text[self._place :] + part, 0
        return bool(part)


def _without_half_pairs(record: dict[str, object]) -> dict[str, object]:
    """A record that a file can hold: JSON can escape half of a surrogate pair."""
    text = json.dumps(record, ensure_ascii=False)
    try:
        text.encode()
    except UnicodeEncodeError:
        whole: dict[str, object] = json.loads(text.encode("utf-8", "replace"))
        return whole
    return record
