"""Write a file of complaints again with columns at the right, in its own kind where possible."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from data.errors import PilahError
from data.exports.annotation.added_rows import AddedRow
from data.exports.annotation.delimited_text import copy_delimited
from data.exports.annotation.records import copy_json_lines, copy_parquet
from data.exports.annotation.sheet_xml import Unkept
from data.exports.annotation.values import copy_values
from data.exports.annotation.workbook_package import copy_workbook, has_macros
from data.exports.open import Limits, open_writer
from data.files import written_file
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from data.exports.open import Export
    from data.exports.rows import ExportRow

    Rows = Iterator[tuple[ExportRow, Sequence[object]]]

_DELIMITED = frozenset({"csv", "tsv"})
_RECORDS = frozenset({"jsonl", "parquet"})
_WITH_SHEETS = frozenset({"xlsx", "xls", "ods", "html", "spreadsheetml"})
_PLACES_LISTED = 20
SHEET_COLUMN = "sheet"


@dataclass
class Annotated:
    """The number of rows written, by sheet, and what a person should know about the file."""

    rows: Counter[str] = field(default_factory=Counter)
    notices: list[Sentence] = field(default_factory=list)


def own_suffix(export: Export) -> str:
    """The suffix of the file that keeps most of the original."""
    if export.kind in _DELIMITED:
        suffix = export.content.suffix.lower()
        return suffix if suffix in _suffixes(export.separator) else ".csv"
    if export.kind in _WITH_SHEETS:
        return ".xlsm" if export.kind == "xlsx" and has_macros(export.content) else ".xlsx"
    return ".parquet" if export.kind == "parquet" else ".jsonl"


def annotate(
    exports: Sequence[Export],
    target: Path,
    headers: Sequence[str],
    rows: Callable[[], Rows],
    *,
    numeric: Collection[str] = frozenset(),
) -> Annotated:
    """Write all sheets of a file again, with new columns right of the others.

    In its own kind a file keeps everything: other sheets, formats, formulas, pictures, separator, encoding and the rows
    above the header. In a different kind the rows alone are written.

    Args:
        exports: all sheets of one file.
        target: the file to write; the suffix names the kind.
        headers: the headers of the new columns; a header that the file has already gets "_saran" at its end.
        rows: gives the rows in order, each with its new cells; called again where a first attempt fails.
        numeric: the headers of numbers.

    Raises:
        PilahError: the suffix is unknown, or the file can't be written.
        FileUnreadable: the source can't be read to the end.
    """
    names = unused_headers(headers, {header for export in exports for header in export.headers})
    numeric = {name for name, header in zip(names, headers, strict=True) if header in numeric}
    way = _Annotation(exports, target, names, rows, numeric)
    way.write()
    return way.result


def unused_headers(headers: Sequence[str], taken: Collection[str]) -> list[str]:
    """The headers, those that are taken with "_saran" at the end.

    >>> unused_headers(["status", "model"], {"Status", "status_saran"})
    ['status_saran_2', 'model']
    """
    names: list[str] = []
    known = {header.casefold() for header in taken}
    for header in headers:
        name, number = header, 0
        while name.casefold() in known:
            number += 1
            name = f"{header}_saran" if number == 1 else f"{header}_saran_{number}"
        names.append(name)
    return names


class _Annotation:
    def __init__(
        self,
        exports: Sequence[Export],
        target: Path,
        headers: Sequence[str],
        rows: Callable[[], Rows],
        numeric: Collection[str],
    ) -> None:
        self._exports = exports
        self._export = exports[0]
        self._target = target
        self._suffix = target.suffix.lower()
        self._headers = headers
        self._rows = rows
        self._numeric = numeric
        self.result = Annotated()

    def write(self) -> None:
        kind, suffix = self._export.kind, self._suffix
        if kind == "xlsx" and suffix in {".xlsx", ".xlsm"}:
            self._write_workbook()
        elif kind in _DELIMITED and suffix in _suffixes(self._export.separator):
            with written_file(self._target) as file:
                copy_delimited(self._export, file, self._headers, self._added())
        elif kind in _RECORDS and suffix == f".{kind}":
            with written_file(self._target) as file:
                self._copy_records(file)
        elif kind in _WITH_SHEETS and suffix == ".xlsx":
            self._write_values()
        else:
            self._write_rows()

    def _write_workbook(self) -> None:
        source = self._export.content
        if has_macros(source) and self._suffix != ".xlsm":
            raise PilahError("exports.macros-need-xlsm", path=source, suffix=self._suffix)
        header_rows = {export.sheet or "": export.header_row for export in self._exports}
        try:
            with written_file(self._target) as file:
                copy_workbook(source, file, header_rows, self._headers, self._added(), Limits().unpacked_bytes)
        except Unkept:
            self._write_values()

    def _write_values(self) -> None:
        with written_file(self._target) as file:
            cut = copy_values(self._exports, file, self._target, self._headers, self._added())
        self.result.notices.append(Sentence("exports.values-alone", name=self._export.path.name))
        self._add_cut(cut)

    def _copy_records(self, file: BinaryIO) -> None:
        if self._export.kind == "jsonl":
            copy_json_lines(self._export.content, file, self._headers, self._added())
        else:
            copy_parquet(self._export.content, file, self._headers, self._numeric, self._added())

    def _write_rows(self) -> None:
        """Write the rows of all sheets one below the other."""
        several = len(self._exports) > 1
        own = dict.fromkeys(header for export in self._exports for header in export.headers)
        (sheet,) = unused_headers([SHEET_COLUMN], own)
        headers = [*own, *([sheet] if several else []), *self._headers]
        with open_writer(self._target, headers, numeric=self._numeric) as writer:
            for row, cells in self._rows():
                self.result.rows[row.sheet] += 1
                in_sheet = {sheet: row.sheet} if several else {}
                writer.write({**row.values, **in_sheet, **dict(zip(self._headers, cells, strict=True))})
        if self._export.kind in _WITH_SHEETS:
            names = {"name": self._export.path.name, "target": self._target.name}
            self.result.notices.append(Sentence("exports.rows-alone", suffix=own_suffix(self._export), **names))
        elif self._export.kind == "json":
            self.result.notices.append(Sentence("exports.json-rows-alone", name=self._export.path.name))
        self._add_cut(writer.cut)

    def _added(self) -> Iterator[AddedRow]:
        self.result.rows.clear()
        for row, cells in self._rows():
            self.result.rows[row.sheet] += 1
            yield AddedRow(row.sheet, row.number, cells)

    def _add_cut(self, cells: Sequence[Sentence]) -> None:
        if cells:
            listed = tuple(cells[:_PLACES_LISTED])
            self.result.notices.append(Sentence("exports.cells-cut", count=len(cells), cells=listed))


def _suffixes(separator: str | None) -> frozenset[str]:
    """The suffixes that a delimited text may have without a change of its separator."""
    return frozenset({".csv", ".txt", ".tsv"} if separator == "\t" else {".csv", ".txt"})
