"""What kind of file this is, by its content; the suffix is often wrong."""

from __future__ import annotations

import codecs
import zipfile
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.tables import DelimitedTable, JsonLinesTable, Limits, ParquetTable, Table
from data.exports.workbooks import workbook_tables
from data.files import text_encoding, utf16_encoding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SAMPLE_BYTES = 1 << 16
_SEPARATORS = (",", ";", "\t", "|")
_NOT_TABLES = {
    b"%PDF": "a PDF",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a recording",
    b"\x1f\x8b": "packed with gzip: unpack it first",
    b"7z\xbc\xaf": "packed with 7-Zip: unpack it first",
    b"Rar!": "packed with RAR: unpack it first",
    b"SQLite format 3": "a database",
    b"{\\rtf": "a text document",
}
_CONTROL_CHARACTERS = frozenset(range(1, 32)) - frozenset(b"\t\n\v\f\r\x1a\x1b")
_MOST_CONTROL = 0.05
_FEW_CONTROL = 32
_MOST_NULS = 0.2
_KINDS_READ = "Pilah reads .csv, .tsv, .xlsx, .xls, .ods, .parquet and .jsonl."


def open_tables(path: Path, limits: Limits) -> Iterator[Table]:
    """The tables that a file may hold: each sheet of a workbook, each way to separate a text, otherwise one.

    Raises:
        FileUnreadable: the file is missing, empty, of no known kind, broken, protected or too large.
    """
    start = _start(path)
    if start.startswith(b"PK"):
        yield from workbook_tables(path, limits, _packed_kind(path))
    elif start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        yield from workbook_tables(path, limits, "xls")
    elif start.startswith(b"PAR1"):
        yield ParquetTable(path, limits)
    else:
        _refuse_what_is_no_table(path, start)
        yield from _text_tables(path, limits, start)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            start = file.read(_SAMPLE_BYTES)
    except FileNotFoundError as error:
        raise FileUnreadable(f"There is no file {path}. Check the name and the folder.") from error
    except IsADirectoryError as error:
        raise FileUnreadable(f"{path} is a folder. Name one file in it.") from error
    except OSError as error:
        raise FileUnreadable(f"{path} can't be opened: {error.strerror}.") from error
    if not start.strip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n"):
        raise FileUnreadable(f"{path} is empty. Export it again.")
    return start


def _packed_kind(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise FileUnreadable(f"{path} is broken or cut off. Copy or export it again.") from error
    if "xl/workbook.bin" in names:
        raise FileUnreadable(f"{path} is a binary workbook (.xlsb). Open it in Excel and save it as .xlsx.")
    if "xl/workbook.xml" in names:
        return "xlsx"
    if "content.xml" in names and path.suffix.lower() not in {".odt", ".odp"}:
        return "ods"
    if "word/document.xml" in names or "content.xml" in names:
        raise FileUnreadable(f"{path} is a text document, not a table. Save its table as .xlsx or .csv.")
    raise FileUnreadable(f"{path} is a packed file (.zip). Unpack it first. {_KINDS_READ}")


def _refuse_what_is_no_table(path: Path, start: bytes) -> None:
    for magic, what in _NOT_TABLES.items():
        if start.startswith(magic):
            raise FileUnreadable(f"{path} is {what}. {_KINDS_READ}")
    opening = start.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if opening.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<meta", b"<style")):
        raise FileUnreadable(
            f"{path} is a web page or XML, whatever its name says. Open it in Excel and save it as .xlsx."
        )
    if utf16_encoding(start):
        return
    control = sum(start.count(byte) for byte in _CONTROL_CHARACTERS)
    if control > max(len(start) * _MOST_CONTROL, _FEW_CONTROL) or start.count(0) > len(start) * _MOST_NULS:
        raise FileUnreadable(f"{path} is no table of a kind that Pilah knows. {_KINDS_READ}")


def _text_tables(path: Path, limits: Limits, start: bytes) -> Iterator[Table]:
    opening = start.removeprefix(codecs.BOM_UTF8).lstrip()
    if opening.startswith(b"{") and path.suffix.lower() not in {".csv", ".tsv"}:
        yield JsonLinesTable(path, limits)
        return
    if opening.startswith(b"[") and opening[1:].lstrip().startswith(b"{"):
        raise FileUnreadable(
            f"{path} is one JSON list. Save it as JSON Lines: one object a line, without the brackets."
        )
    encoding = text_encoding(path)
    for separator in _SEPARATORS:
        yield DelimitedTable(path, limits, encoding=encoding, separator=separator)
