"""Marks of an .xlsx sheet that the reader of its cells leaves out: errors, formulas without a stored value, hidden rows.

Expat parses a sheet part by part, and only where its bytes mention a formula, an error or a hidden row.
"""

from __future__ import annotations

import re
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from posixpath import normpath
from typing import TYPE_CHECKING
from xml.parsers import expat

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from data.exports.tables import Limits

_READ_AT_ONCE = 1 << 18
_MENTION = re.compile(rb"""<(?:\w+:)?f[\s/>]|\bt=["']e["']|<(?:\w+:)?row\b[^>]*\bhidden=""")
_OVERLAP = 200
_MOST_MARKS = 1_000_000
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    OSError,
    NotImplementedError,
    LookupError,
    EOFError,
    ValueError,
    RuntimeError,
)


@dataclass
class SheetMarks:
    """The faults (row → column → error, or "" for a formula without a value) and hidden rows; rows count from 1."""

    faults: dict[int, dict[int, str]] = field(default_factory=dict)
    hidden: set[int] = field(default_factory=set)
    n_marks: int = 0


def sheet_marks(path: Path, limits: Limits) -> Mapping[str, SheetMarks]:
    """The marks of each sheet by name; none for a sheet that is broken or takes too long."""
    marks: dict[str, SheetMarks] = {}
    until = time.monotonic() + limits.seconds
    try:
        with zipfile.ZipFile(path) as archive:
            for name, part in _sheet_parts(archive).items():
                if _mentions_marks(archive, part):
                    marks[name] = _marks(archive, part, until)
    except (*_BROKEN, expat.ExpatError):
        # The reader of the cells reports what is broken.
        return marks
    return marks


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """The part of the archive that holds each sheet."""
    targets: dict[str, str] = {}
    sheets: dict[str, str] = {}

    def relationship(tag: str, attributes: dict[str, str]) -> None:
        if tag == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def sheet(tag: str, attributes: dict[str, str]) -> None:
        if tag == "sheet":
            key = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            sheets[attributes.get("name", "")] = key

    _parse(archive, "xl/_rels/workbook.xml.rels", relationship)
    _parse(archive, "xl/workbook.xml", sheet)
    return {name: _part(targets[key]) for name, key in sheets.items() if key in targets}


def _part(target: str) -> str:
    return target.lstrip("/") if target.startswith("/") else normpath(f"xl/{target}")


def _parse(archive: zipfile.ZipFile, part: str, start: Callable[[str, dict[str, str]], None]) -> None:
    parser = _parser()
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition(":")[2], attributes)
    with archive.open(part) as file:
        while content := file.read(_READ_AT_ONCE):
            parser.Parse(content, False)


def _mentions_marks(archive: zipfile.ZipFile, part: str) -> bool:
    end = b""
    with archive.open(part) as file:
        while content := file.read(_READ_AT_ONCE):
            if _MENTION.search(end + content):
                return True
            end = content[-_OVERLAP:]
    return False


def _marks(archive: zipfile.ZipFile, part: str, until: float) -> SheetMarks:
    reader = _MarksReader()
    parser = _parser()
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    with archive.open(part) as file:
        while content := file.read(_READ_AT_ONCE):
            parser.Parse(content, False)
            if time.monotonic() > until or reader.marks.n_marks > _MOST_MARKS:
                break
    return reader.marks


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    return parser


def _refuse(*_: object) -> None:
    reason = "a document type"
    raise ValueError(reason)


class _MarksReader:
    """Handlers for the rows and cells of a sheet."""

    def __init__(self) -> None:
        self.marks = SheetMarks()
        self._row = 0
        self._column = -1
        self._type = ""
        self._has_formula = False
        self._is_value = False
        self._value = ""

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "c":
            match = _REFERENCE.fullmatch(attributes.get("r", ""))
            self._column = _place(match[1]) if match else self._column + 1
            self._type, self._has_formula, self._value = attributes.get("t", ""), False, ""
        elif name == "f":
            self._has_formula = True
        elif name == "v":
            self._is_value = True
        elif name == "row":
            written = attributes.get("r", "")
            self._row = int(written) if written.isdecimal() else self._row + 1
            self._column = -1
            if attributes.get("hidden", "0") in {"1", "true"}:
                self.marks.hidden.add(self._row)
                self.marks.n_marks += 1

    def characters(self, text: str) -> None:
        if self._is_value and len(self._value) < _OVERLAP:
            self._value += text

    def end(self, tag: str) -> None:
        name = tag.rpartition(":")[2]
        if name == "v":
            self._is_value = False
        elif name == "c":
            is_error = self._type == "e"
            # A formula of text may have a blank result. Programs that don't compute store 0, and so does a look-up of a
            # blank cell: no field of a complaint is 0.
            is_without_value = self._has_formula and self._value in {"", "0"} and self._type != "str"
            if is_error or is_without_value:
                self.marks.faults.setdefault(self._row, {})[self._column] = self._value if is_error else ""
                self.marks.n_marks += 1


def _place(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
