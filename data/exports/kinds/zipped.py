"""Read the one table in a .zip: the table is unpacked into a temporary file, within limits."""

from __future__ import annotations

import lzma
import shutil
import tempfile
import weakref
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from data.errors import FileUnreadable
from data.exports.tables import Limits, Line, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Files of operating systems beside the table, and what people put beside it.
_NOT_MEANT = ("__MACOSX/", ".")
_NOT_MEANT_NAMES = frozenset({"thumbs.db", "desktop.ini"})
_TABLES = frozenset(
    {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".ods", ".parquet", ".jsonl", ".json", ".html", ".htm", ".xml"}
)
_BROKEN = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, NotImplementedError, EOFError, ValueError)
_SMALL_ENOUGH = 64 << 20
_COPIED_AT_ONCE = 1 << 20
_IS_ENCRYPTED = 0x1
_NAMES_TOLD = 10


class ZippedTable(Table):
    """A table of the file in an archive; errors name the archive and the file."""

    def __init__(self, archive: Path, member: str, table: Table, held: _Unpacked) -> None:
        super().__init__(table.path, table.limits)
        self._archive = archive
        self._member = member
        self._table = table
        self._held = held
        self.kind = table.kind
        self.encoding = table.encoding
        self.separator = table.separator
        self.sheet = table.sheet
        self.first_column = table.first_column
        self.names = table.names
        self.n_rows = table.n_rows
        self.is_ragged_broken = table.is_ragged_broken

    def lines(self) -> Iterator[Line]:
        try:
            yield from self._table.lines()
        except FileUnreadable as error:
            raise _renamed(error, self._archive, self._member) from error

    def share_read(self) -> float:
        return self._table.share_read()


class _Unpacked:
    """A temporary folder, deleted with the last table that reads from it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pilah-zip-"))
        weakref.finalize(self, shutil.rmtree, self.folder, ignore_errors=True)


def zipped_tables(
    path: Path, limits: Limits, open_tables: Callable[[Path, Limits], Iterator[Table]]
) -> Iterator[ZippedTable]:
    """The tables of the one file in an archive that holds a table; `open_tables` opens the unpacked file.

    Raises:
        FileUnreadable: the archive holds none or several such files, is protected, or unpacks to too much.
    """
    held = _Unpacked()
    try:
        with zipfile.ZipFile(path) as archive:
            member = _only_table(path, archive, limits)
            unpacked = held.folder / (PurePosixPath(member.filename.replace("\\", "/")).name or "berkas")
            _unpack(path, archive, member, unpacked, limits)
            is_nested = _is_archive(unpacked)
    except _BROKEN as error:
        raise FileUnreadable("exports.broken", path=path) from error
    if is_nested:
        raise FileUnreadable("exports.zip-nested", path=path, name=member.filename)
    try:
        for table in open_tables(unpacked, limits):
            yield ZippedTable(path, member.filename, table, held)
    except FileUnreadable as error:
        raise _renamed(error, path, member.filename) from error


def _only_table(path: Path, archive: zipfile.ZipFile, limits: Limits) -> zipfile.ZipInfo:
    members = archive.infolist()
    if len(members) > limits.archive_members:
        raise FileUnreadable("exports.zip-many", path=path, n=len(members), most=limits.archive_members)
    meant = [member for member in members if not member.is_dir() and not _is_not_meant(member.filename)]
    tables = [member for member in meant if PurePosixPath(member.filename).suffix.lower() in _TABLES]
    chosen = tables or meant
    if len(chosen) > 1:
        names = ", ".join(member.filename for member in chosen[:_NAMES_TOLD])
        raise FileUnreadable("exports.zip-several", path=path, n=len(chosen), names=names)
    if not chosen:
        raise FileUnreadable("exports.zip-empty", path=path)
    if chosen[0].flag_bits & _IS_ENCRYPTED:
        raise FileUnreadable("exports.zip-protected", path=path)
    return chosen[0]


def _is_not_meant(name: str) -> bool:
    base = PurePosixPath(name).name
    return name.startswith(_NOT_MEANT) or base.startswith(".") or base.lower() in _NOT_MEANT_NAMES


def _unpack(path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, limits: Limits) -> None:
    packed = path.stat().st_size
    most = min(limits.unpacked_bytes, max(_SMALL_ENOUGH, packed * limits.unpacked_ratio))
    with archive.open(member) as source, target.open("wb") as file:
        # The size that the archive states may be a lie: count the bytes that come.
        written = 0
        while part := source.read(_COPIED_AT_ONCE):
            written += len(part)
            if written > most:
                raise FileUnreadable("exports.zip-too-large", path=path, name=member.filename, mebibytes=most >> 20)
            file.write(part)


def _is_archive(path: Path) -> bool:
    """Whether the file is an archive that holds files, rather than a workbook, which is an archive too."""
    with path.open("rb") as file:
        if file.read(2) != b"PK":
            return False
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
    return not any(name in {"content.xml", "[Content_Types].xml"} for name in names)


def _renamed(error: FileUnreadable, archive: Path, member: str) -> FileUnreadable:
    return FileUnreadable(error.code, **{**error.fields, "path": f"{archive} ({member})"})
