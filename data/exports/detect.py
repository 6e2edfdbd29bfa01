"""Detect the kind of a file by the content, since suffixes are often wrong."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.kinds.json_document import is_json_document, json_tables
from data.exports.kinds.spreadsheet_xml import spreadsheet_xml_tables
from data.exports.kinds.web_page import web_page_table
from data.exports.kinds.zipped import zipped_tables
from data.exports.tables import DelimitedTable, JsonLinesTable, Limits, ParquetTable, Table
from data.exports.workbooks import workbook_tables
from data.files import text_encoding, utf16_encoding
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAMPLE_BYTES = 1 << 16
_SEPARATORS = (",", ";", "\t", "|")
# First bytes of a file → the sentence about the kind.
_NOT_TABLES = {
    b"%PDF": "exports.kind-pdf",
    b"\x89PNG": "exports.kind-picture",
    b"\xff\xd8\xff": "exports.kind-picture",
    b"GIF8": "exports.kind-picture",
    b"RIFF": "exports.kind-media",
    b"\x1f\x8b": "exports.kind-gzip",
    b"7z\xbc\xaf": "exports.kind-7zip",
    b"Rar!": "exports.kind-rar",
    b"SQLite format 3": "exports.kind-database",
    b"{\\rtf": "exports.kind-text-document",
}
_MARKUP = (
    "<!doctype",
    "<html",
    "<head",
    "<body",
    "<table",
    "<?xml",
    "<meta",
    "<style",
    "<center",
    "<div",
    "<workbook",
    "<!--",
)
_SPREADSHEET_XML = "urn:schemas-microsoft-com:office:spreadsheet"
_CONTROL_CHARACTERS = frozenset(range(1, 32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")
_MAX_CONTROL_SHARE = 0.05
_MAX_CONTROL_COUNT = 32
_MAX_NUL_SHARE = 0.2


def open_tables(path: Path, limits: Limits) -> Iterator[Table]:
    """The possible tables of a file: every sheet of a workbook, every separator of a text, otherwise a single table.

    Raises:
        FileUnreadable: the file is missing, empty, of no known kind, broken, protected or too large.
    """
    start = _start(path)
    if start.startswith(b"PK"):
        kind = _archive_kind(path)
        yield from zipped_tables(path, limits, open_tables) if kind == "zip" else workbook_tables(path, limits, kind)
    elif start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        yield from workbook_tables(path, limits, "xls")
    elif start.startswith(b"PAR1"):
        yield ParquetTable(path, limits)
    else:
        _require_text(path, start)
        yield from _text_tables(path, limits, start)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE_BYTES)
    except FileNotFoundError as error:
        raise FileUnreadable("exports.file-missing", path=path) from error
    except IsADirectoryError as error:
        raise FileUnreadable("files.is-a-folder", path=path) from error
    except OSError as error:
        raise FileUnreadable("exports.not-opened", path=path, reason=error.strerror) from error
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise FileUnreadable("exports.empty", path=path)
    return start


def _archive_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise FileUnreadable("exports.broken", path=path) from error
    if "xl/workbook.bin" in names:
        raise FileUnreadable("exports.binary-workbook", path=path)
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and path.suffix.lower() not in {".odt", ".odp"}:
        return "ods"
    if "word/document.xml" in names or "content.xml" in names:
        raise FileUnreadable("exports.text-document", path=path)
    return "zip"


def _require_text(path: Path, start: bytes) -> None:
    for magic, kind in _NOT_TABLES.items():
        if start.startswith(magic):
            raise FileUnreadable("exports.no-table", path=path, kind=Sentence(kind), kinds_read=_kinds_read())
    if utf16_encoding(start):
        return
    control = sum(start.count(byte) for byte in _CONTROL_CHARACTERS)
    max_control = max(len(start) * _MAX_CONTROL_SHARE, _MAX_CONTROL_COUNT)
    if control > max_control or start.count(0) > len(start) * _MAX_NUL_SHARE:
        raise FileUnreadable("exports.unknown-kind", path=path, kinds_read=_kinds_read())


def _kinds_read() -> Sentence:
    return Sentence("exports.kinds-read")


def _text_tables(path: Path, limits: Limits, start: bytes) -> Iterator[Table]:
    opening = start.decode(utf16_encoding(start) or "utf-8-sig", "replace").lstrip()
    if opening[:200].lower().startswith(_MARKUP):
        yield from _markup_tables(path, limits, opening)
        return
    if opening.startswith(("{", "[")):
        if is_json_document(path, limits):
            yield from json_tables(path, limits)
            return
        if opening.startswith("{") and path.suffix.lower() not in {".csv", ".tsv"}:
            yield JsonLinesTable(path, limits)
            return
    encoding = text_encoding(path)
    for separator in _SEPARATORS:
        yield DelimitedTable(path, limits, encoding=encoding, separator=separator)


def _markup_tables(path: Path, limits: Limits, opening: str) -> Iterator[Table]:
    """The tables of a web page or of SpreadsheetML, which many systems save as .xls."""
    if _SPREADSHEET_XML in opening and "<html" not in opening.lower():
        yield from spreadsheet_xml_tables(path, limits)
    elif opening.startswith("<?xml") and "<html" not in opening.lower():
        raise FileUnreadable("exports.markup", path=path)
    else:
        yield web_page_table(path, limits)
