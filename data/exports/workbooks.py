"""Workbooks as they come in: measured before they are read, since the reader lays a whole sheet out in memory.

A sheet with one cell in its far corner is a file of 5 KB and a table of 17 billion cells, and running out of memory
there ends the process. So the used area, the repeated strings and the true unpacked size are added up first.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO
from typing import TYPE_CHECKING
from xml.parsers import expat

import python_calamine as calamine

from data.errors import FileUnreadable
from data.exports.tables import Limits, Line, Table

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CHUNK_BYTES = 1 << 20
_LONGEST_TAG_BYTES = 8 << 20
_MOST_ROWS = 1 << 20
_MOST_COLUMNS = 1 << 14
# Longer than any number of a row or letters of a column that Excel knows.
_MOST_DIGITS = 7
_MOST_LETTERS = 3
_RATIO_MATTERS_FROM = 100 << 20
# The reader takes any letters in either case and any number of digits, and counts on past what it can hold.
_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]++)(\d++)[\"'](?:[^<>]*[^/<>])?>")
_NAMELESS_CELL = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*\sr\s*=)")
_ROW = re.compile(rb"<(?:\w+:)?row\s(?:[^<>]*?\s)?r\s*=\s*[\"'](\d++)[\"'](?:[^<>]*[^/<>])?>")
# A cell or row whose attribute holds a ">": no program writes one, and what stands behind it would not be seen.
_HIDDEN_END = re.compile(rb"""<(?:\w+:)?(?:c|row)(?=\s)(?>[^<>"']++|"[^"<>]*+"|'[^'<>]*+')*+["']""")
# One attempt a cell, none taken back: a tag that repeats its attribute a million times costs no more than any other.
_SHARED_STRING_CELL = re.compile(
    rb"<(?:\w+:)?c(?=\s)(?>[^<>]*?\st\s*=\s*[\"']s[\"'])[^<>]*+>\s*+<(?:\w+:)?v[^<>]*+>\s*+(\d{1,9})"
)
_STRING_END = re.compile(rb"</(?:\w+:)?si>")
_TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
_OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
# What zipfile raises over a damaged archive; the last is a member's name that is no UTF-8.
_BROKEN_ARCHIVE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, UnicodeDecodeError)


class WorkbookTable(Table):
    """One sheet of a workbook; the rows are read anew from the sheet each time."""

    def __init__(self, path: Path, limits: Limits, *, kind: str, sheet: calamine.CalamineSheet) -> None:
        super().__init__(path, limits)
        self.kind = kind
        self.sheet = sheet.name
        self.first_column = sheet.start[1] if sheet.start else 0
        self._sheet = sheet
        self._rows_read = 0

    def lines(self) -> Iterator[Line]:
        for number, cells in enumerate(self._sheet.iter_rows(), start=1):
            self._rows_read = number
            # A spreadsheet keeps every number as a float; 928.0 was typed as 928.
            whole = [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in cells]
            if any(cell != "" and not (isinstance(cell, str) and cell.isspace()) for cell in whole):
                yield Line(number, whole)

    def share_read(self) -> float:
        return min(self._rows_read / max(self._sheet.total_height, 1), 1.0)


def workbook_tables(path: Path, limits: Limits, kind: str) -> Iterator[WorkbookTable]:
    """The sheets of a workbook that a person sees, in order; `kind` is "xlsx", "xls" or "ods".

    Raises:
        FileUnreadable: the workbook is broken, protected, or too large once unpacked.
    """
    if kind == "xls":
        _check_xls(path, limits)
    else:
        _check_archive(path, limits, kind)
    try:
        workbook = _load(path, kind)
        for sheet in workbook.sheets_metadata:
            if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible:
                yield WorkbookTable(path, limits, kind=kind, sheet=workbook.get_sheet_by_name(sheet.name))
    except calamine.PasswordError as error:
        raise _protected(path) from error
    except (calamine.CalamineError, OSError) as error:
        raise _broken(path) from error


def _load(path: Path, kind: str) -> calamine.CalamineWorkbook:
    # By its path the reader trusts the suffix, and says more of what is wrong.
    if path.suffix.lower() == f".{kind}":
        return calamine.CalamineWorkbook.from_path(path)
    return calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))


def _check_xls(path: Path, limits: Limits) -> None:
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise _protected(path)
    if "WordDocument".encode("utf-16-le") in content:
        raise FileUnreadable(f"{path} is a Word document, not a workbook. Save its table as .xlsx or .csv.")
    if not limits.xls:
        raise FileUnreadable(f"{path} is an .xls workbook of before 2007. Open it in Excel and save it as .xlsx.")


def _check_archive(path: Path, limits: Limits, kind: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            _check_size(path, archive, limits)
            if kind == "xlsx":
                _check_xlsx(path, archive, limits)
            # Where one kind can't be read, the reader tries the other.
            if kind == "ods" or "content.xml" in archive.namelist():
                _check_ods(path, archive, limits)
    except _BROKEN_ARCHIVE as error:
        raise _broken(path) from error
    except RuntimeError as error:
        # What zipfile raises for a member that needs a password.
        raise _protected(path) from error


def _check_size(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    """Unpacks every member and throws it away: the sizes that an archive states can be lies."""
    unpacked = 0
    packed = max(path.stat().st_size, 1)
    for member in archive.infolist():
        for chunk in _chunks(archive, member, limits):
            unpacked += len(chunk)
            suspicious = unpacked > _RATIO_MATTERS_FROM and unpacked > packed * limits.unpacked_ratio
            if unpacked > limits.unpacked_bytes or suspicious:
                raise FileUnreadable(
                    f"{path} unpacks to far more than its {packed:,} bytes (over {unpacked:,}). "
                    "Delete empty rows and pictures in it, or save the sheet as .csv."
                )


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    # Read to the true end, not to the stated one.
    member.file_size = limits.unpacked_bytes + _CHUNK_BYTES
    with archive.open(member) as file:
        while chunk := file.read(_CHUNK_BYTES):
            yield chunk


def _whole_tags(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> Iterator[bytes]:
    """The chunks of an XML file, cut so that no tag is in two of them."""
    rest = b""
    for chunk in _chunks(archive, member, limits):
        grown = rest + chunk
        end = grown.rfind(b">") + 1
        if not end and len(grown) > _LONGEST_TAG_BYTES:
            end = len(grown)
        rest = grown[end:]
        yield grown[:end]
    yield rest


def _check_xlsx(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    members = archive.infolist()
    strings = [member for member in members if member.filename.lower() == "xl/sharedstrings.xml"]
    lengths = _string_lengths(archive, strings[-1], limits) if strings else []
    # A sheet may stand under any name, since another member says which; what holds none counts as nothing.
    for member in members:
        _check_sheet(path, archive, member, limits, lengths)


def _string_lengths(archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits) -> list[int]:
    lengths = []
    open_length = 0
    for chunk in _whole_tags(archive, member, limits):
        *closed, last = _STRING_END.split(chunk)
        for piece in closed:
            lengths.append(open_length + len(piece))
            open_length = 0
        open_length += len(last)
    return lengths


def _check_sheet(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: Limits, lengths: list[int]
) -> None:
    height = width = characters = rows_seen = 0
    begun = False
    for chunk in _whole_tags(archive, member, limits):
        # The reader looks for this name first; the bytes of a picture may look like any cell.
        begun = begun or b"sheetData" in chunk
        if not begun:
            continue
        if _HIDDEN_END.search(chunk):
            raise _broken(path)
        cells = _FILLED_CELL.findall(chunk)
        rows = {*_ROW.findall(chunk), *(row for _, row in cells)}
        columns = {letters for letters, _ in cells}
        rows_seen += chunk.count(b"<row") + chunk.count(b":row")
        height = max([height, rows_seen, *map(_row_number, rows)])
        width = max([width, _most_nameless_cells(chunk), *map(_column_number, columns)])
        characters += sum(
            lengths[int(index)] for index in _SHARED_STRING_CELL.findall(chunk) if int(index) < len(lengths)
        )
        _check_area(path, height, width, characters, limits)


def _most_nameless_cells(chunk: bytes) -> int:
    """The most cells in one row that leave their reference out, and so stand one after the other."""
    # Counting is far quicker than matching, and hardly any program leaves them out.
    if chunk.count(b' r="') >= chunk.count(b"<c ") + chunk.count(b"<c>") + chunk.count(b":c "):
        return 0
    return max(len(_NAMELESS_CELL.findall(row)) for row in chunk.split(b"row"))


def _row_number(digits: bytes) -> int:
    digits = digits.lstrip(b"0")
    return int(digits or b"0") if len(digits) <= _MOST_DIGITS else _MOST_ROWS + 1


def _column_number(letters: bytes) -> int:
    if len(letters) > _MOST_LETTERS:
        return _MOST_COLUMNS + 1
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number


def _check_area(path: Path, height: int, width: int, characters: int, limits: Limits) -> None:
    if height > _MOST_ROWS or width > _MOST_COLUMNS or height * width > limits.cells:
        raise FileUnreadable(
            f"{path}: a sheet uses {height:,} rows by {width:,} columns: too many to read. "
            "Delete stray cells far to the right or below, or save the sheet as .csv."
        )
    if characters > limits.unpacked_bytes:
        raise FileUnreadable(
            f"{path}: a sheet holds over {limits.unpacked_bytes:,} characters. Save it as .csv or split it."
        )


def _check_ods(path: Path, archive: zipfile.ZipFile, limits: Limits) -> None:
    members = {member.filename: member for member in archive.infolist()}
    manifest = members.get("META-INF/manifest.xml")
    if manifest and any(b"encryption-data" in chunk for chunk in _whole_tags(archive, manifest, limits)):
        raise _protected(path)
    if "content.xml" not in members:
        raise _broken(path)
    area = _OdsArea(path, limits)
    try:
        for chunk in _chunks(archive, members["content.xml"], limits):
            area.parser.Parse(chunk, False)
        area.parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise _broken(path) from error


class _OdsArea:
    """Follows the cells of an OpenDocument sheet, where one cell or row may stand for a million."""

    def __init__(self, path: Path, limits: Limits) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self._path, self._limits = path, limits
        self._row = self._column = self._filled_columns = self._width = 0
        self._row_repeat = self._cell_repeat = 1
        self._in_cell = self._is_filled = False
        self._cell_characters = self._row_characters = self._characters = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if name == f"{_TABLE} table":
            self._row = self._width = 0
        elif name == f"{_TABLE} table-row":
            self._row_repeat = _repeat(attributes, "rows")
            self._column = self._filled_columns = self._row_characters = 0
        elif name in {f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"}:
            self._in_cell = True
            self._is_filled = any(key.startswith(f"{_OFFICE} ") for key in attributes)
            self._cell_repeat = _repeat(attributes, "columns")
            self._cell_characters = 0

    def _text(self, text: str) -> None:
        if self._in_cell:
            self._is_filled = True
            self._cell_characters += len(text)

    def _end(self, name: str) -> None:
        if name == f"{_TABLE} table-row":
            self._end_row()
        elif name in {f"{_TABLE} table-cell", f"{_TABLE} covered-table-cell"}:
            self._column += self._cell_repeat
            self._row_characters += self._cell_characters * self._cell_repeat
            self._in_cell = False
            if self._is_filled:
                self._filled_columns = self._column

    def _end_row(self) -> None:
        self._row += self._row_repeat
        self._characters += self._row_characters * self._row_repeat
        if self._filled_columns:
            self._width = max(self._width, self._filled_columns)
            _check_area(self._path, self._row, self._width, self._characters, self._limits)

    def _entity(self, *_: object) -> None:
        raise _broken(self._path)


def _repeat(attributes: dict[str, str], what: str) -> int:
    written = attributes.get(f"{_TABLE} number-{what}-repeated", "1")
    return max(int(written), 1) if written.isdecimal() else 1


def _protected(path: Path) -> FileUnreadable:
    return FileUnreadable(f"{path} is protected with a password. Open it, save it without a password, and try again.")


def _broken(path: Path) -> FileUnreadable:
    return FileUnreadable(f"{path} is a broken or cut-off workbook. Export it again, or open it and save it as .xlsx.")
