"""Copy an .xlsx or .xlsm with new columns on some of its sheets; every other part and byte stays."""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from itertools import chain
from typing import TYPE_CHECKING
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from data.errors import FileUnreadable
from data.exports.annotation.added_rows import AddedRow, RowsBySheet
from data.exports.annotation.sheet_xml import Place, Unkept, place_of_columns, with_cells

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import IO, BinaryIO

_WORKBOOK = "xl/workbook.xml"
_CONTENT_TYPES = "[Content_Types].xml"
_CHUNK_BYTES = 1 << 20
_MOST_XML_BYTES = 16 << 20
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)
_FILTER_NAME = re.compile(r"(<(?:\w+:)?definedName\b[^>]*_xlnm\._FilterDatabase[^>]*>[^<]*!)([^<!]+)(?=<)")
_LOCAL_SHEET = re.compile(r"""localSheetId\s*=\s*["'](\d+)""")
_COLUMN_COUNT = re.compile(r"""(tableColumns\b[^>]*count\s*=\s*["'])(\d+)""")
_END_OF_COLUMNS = re.compile(r"</((?:\w+:)?)tableColumns>")


def has_macros(path: Path) -> bool:
    """Whether a workbook has macros, which Excel allows in a file named .xlsm only.

    Raises:
        FileUnreadable: the list of the workbook's parts is broken.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            if _CONTENT_TYPES not in archive.namelist():
                return False
            with archive.open(_CONTENT_TYPES) as types:
                return b"macroEnabled" in types.read(_MOST_XML_BYTES)
    except _BROKEN as error:
        raise FileUnreadable("exports.broken", path=path) from error


def copy_workbook(
    source: Path,
    target: BinaryIO,
    header_rows: Mapping[str, int],
    headers: Sequence[str],
    rows: Iterator[AddedRow],
    unpacked_bytes: int,
) -> None:
    """Copy a workbook with new columns right of the tables.

    Args:
        source: the workbook.
        target: the file to write.
        header_rows: sheet → row of its header.
        headers: the headers of the new columns.
        rows: the new cells, in the order of the sheets.
        unpacked_bytes: the most bytes that the workbook may unpack to.

    Raises:
        Unkept: the workbook can't be kept as it is; nothing was taken from `rows`, or the target is incomplete.
        FileUnreadable: the workbook is broken, or unpacks to more.
    """
    try:
        with zipfile.ZipFile(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as result:
            try:
                package = _Package(archive, header_rows, len(headers))
                changed = {_WORKBOOK: package.workbook(), **package.tables(headers)}
            except (KeyError, ValueError, IndexError):
                raise Unkept from None
            copier = _Copier(source, archive, result, unpacked_bytes)
            for name in archive.namelist():
                if name not in package.places:
                    copier.copy(name, changed.get(name))
            by_sheet = RowsBySheet(rows)
            for sheet, part in package.sheets.items():
                place = package.places[part]
                added = chain([(place.header_row, headers)], by_sheet.of(sheet))
                copier.copy_sheet(part, place, added)
    except _BROKEN as error:
        raise FileUnreadable("exports.broken", path=source) from error


class _Package:
    """The parts of a workbook: `sheets` are the sheets with new columns, `places` are their places by part."""

    def __init__(self, archive: zipfile.ZipFile, header_rows: Mapping[str, int], width: int) -> None:
        self._archive = archive
        self._names = set(archive.namelist())
        targets = self._targets(_WORKBOOK)
        listed = [attributes for name, attributes in _elements(self._xml(_WORKBOOK)) if name == "sheet"]
        parts = [(sheet["name"], targets.get(_relationship(sheet), ("", ""))[1]) for sheet in listed]
        self._order = [part for _, part in parts]
        self.sheets = {name: part for name, part in parts if name in header_rows}
        if set(self.sheets) != set(header_rows) or not self._names.issuperset(self.sheets.values()):
            raise Unkept
        self.places: dict[str, Place] = {}
        for name, part in self.sheets.items():
            with archive.open(part) as sheet:
                self.places[part] = place_of_columns(sheet, header_rows[name], width)

    def workbook(self) -> bytes:
        """The list of sheets, with the ranges of widened filters."""

        def widened(match: re.Match[str]) -> str:
            sheet = _LOCAL_SHEET.search(match[1])
            place = self.places.get(self._order[int(sheet[1])]) if sheet else None
            return match[1] + ((place and place.widened(match[2])) or match[2])

        return _FILTER_NAME.sub(widened, self._xml(_WORKBOOK)).encode()

    def tables(self, headers: Sequence[str]) -> dict[str, bytes]:
        """The tables that reach to the new columns, widened by them."""
        changed: dict[str, bytes] = {}
        for sheet, place in self.places.items():
            for kind, part in self._targets(sheet).values():
                if kind == "table" and part in self._names:
                    changed[part] = _widened_table(self._xml(part), place, headers).encode()
        return changed

    def _targets(self, part: str) -> dict[str, tuple[str, str]]:
        """The kind and the part of each relationship of a part."""
        folder, name = posixpath.split(part)
        relationships = f"{folder}/_rels/{name}.rels"
        if relationships not in self._names:
            return {}
        return {
            attributes["Id"]: (
                attributes.get("Type", "").rpartition("/")[2],
                posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", ""))).lstrip("/"),
            )
            for name, attributes in _elements(self._xml(relationships))
            if name == "Relationship"
        }

    def _xml(self, part: str) -> str:
        if self._archive.getinfo(part).file_size > _MOST_XML_BYTES:
            raise Unkept
        with self._archive.open(part) as file:
            content = file.read(_MOST_XML_BYTES)
        try:
            return content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unkept from None


class _Copier:
    """Copies parts until they unpack to more than may be."""

    def __init__(self, path: Path, source: zipfile.ZipFile, result: zipfile.ZipFile, unpacked_bytes: int) -> None:
        self._path = path
        self._source = source
        self._result = result
        self._most = self._left = unpacked_bytes

    def copy(self, name: str, changed: bytes | None = None) -> None:
        with self._written(name) as file:
            if changed is not None:
                file.write(changed)
                return
            with self._source.open(name) as original:
                while chunk := original.read(_CHUNK_BYTES):
                    self._count(chunk)
                    file.write(chunk)

    def copy_sheet(self, name: str, place: Place, rows: Iterator[tuple[int, Sequence[object]]]) -> None:
        with self._source.open(name) as original, self._written(name) as file:
            for chunk in with_cells(original, place, rows):
                self._count(chunk)
                file.write(chunk)

    def _written(self, name: str) -> IO[bytes]:
        info = zipfile.ZipInfo(name, self._source.getinfo(name).date_time)
        info.compress_type = zipfile.ZIP_DEFLATED
        return self._result.open(info, "w", force_zip64=self._source.getinfo(name).file_size > _MOST_XML_BYTES)

    def _count(self, chunk: bytes) -> None:
        self._left -= len(chunk)
        if self._left < 0:
            raise FileUnreadable("workbooks.unpacks-too-large", path=self._path, mebibytes=self._most >> 20)


def _elements(xml: str) -> list[tuple[str, dict[str, str]]]:
    """Local name and attributes of all elements."""
    elements: list[tuple[str, dict[str, str]]] = []

    def refuse(*_: object) -> None:
        raise Unkept

    parser = expat.ParserCreate("utf-8")
    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, attributes: elements.append((name.rpartition(":")[2], attributes))
    try:
        parser.Parse(xml.encode(), True)
    except expat.ExpatError:
        raise Unkept from None
    return elements


def _relationship(sheet: Mapping[str, str]) -> str:
    """The id of a sheet's relationship: `r:id`, whatever its prefix."""
    return next((value for name, value in sheet.items() if name.endswith(":id")), "")


def _widened_table(xml: str, place: Place, headers: Sequence[str]) -> str:
    elements = _elements(xml)
    cells = elements[0][1].get("ref", "")
    widened = place.widened(cells)
    if widened is None:
        return xml
    ids = [int(attributes["id"]) for name, attributes in elements if name == "tableColumn"]
    xml = xml.replace(f'"{cells}"', f'"{widened}"')
    xml = _COLUMN_COUNT.sub(lambda match: f"{match[1]}{int(match[2]) + len(headers)}", xml, count=1)

    def with_columns(match: re.Match[str]) -> str:
        columns = (
            f"<{match[1]}tableColumn id={quoteattr(str(number))} name={quoteattr(header)}/>"
            for number, header in enumerate(headers, start=max(ids, default=0) + 1)
        )
        return "".join(columns) + match[0]

    return _END_OF_COLUMNS.sub(with_columns, xml, count=1)
