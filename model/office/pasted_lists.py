"""Read units or categories as a person types or pastes them: one a line, or the cells of a spreadsheet.

A header is optional. Without one the columns are name, abbreviations and description. Lines without a name and names that
occur twice are left out, and named by their line.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from data.csv_records import read_records
from data.exports.cells import disarm, rearm
from data.exports.headers import normalised
from data.messages import Sentence
from model.office.categories import COLUMNS as CATEGORY_COLUMNS
from model.office.register import comparable, free_id, slug
from model.office.units import COLUMNS as UNIT_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from data.csv_records import Record

# The cell separators, and "" for one name a line.
SEPARATORS = ("\t", ";", ",", "")
_WITHOUT_HEADER = ("name", "abbreviations", "description")
_SHORT_FORMS = re.compile(r"[;,/|]")
_ALIASES = {
    "name": ("nama", "unit", "unit kerja", "nama unit", "nama unit kerja", "instansi", "nama instansi", "perangkat daerah",
             "nama perangkat daerah", "opd", "nama opd", "kategori", "nama kategori"),
    "abbreviations": ("abbreviation", "singkatan", "nama lain", "alias", "akronim"),
    "description": ("uraian", "keterangan", "deskripsi", "tugas", "urusan", "bidang"),
    "code": ("kode", "kode unit"),
    "parent": ("induk",),
    "valid_from": ("dari",),
    "valid_to": ("sampai",),
    "replaced_by": ("diganti",),
}  # fmt: skip
_KNOWN = {*UNIT_COLUMNS, *CATEGORY_COLUMNS}
# "1. Dinas Kesehatan", "- Dinas Kesehatan"
_NUMBERING = re.compile(r"^(?:\d{1,4}[.)]|[-*•–])\s+")
_COLUMN_OF = {alias: column for column, aliases in _ALIASES.items() for alias in aliases}


@dataclass(frozen=True, slots=True)
class PastedList:
    """The entries of a list as rows of the office's file, and what was left out, as sentences.

    `columns` are the columns that some entry fills, `unknown` the headers without a column.
    """

    file_columns: tuple[str, ...]
    rows: tuple[Mapping[str, str], ...] = ()
    problems: tuple[Sentence, ...] = ()
    unknown: tuple[str, ...] = ()
    separator: str = ""
    has_header: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of the file that some entry fills."""
        return tuple(column for column in self.file_columns if any(row.get(column) for row in self.rows))

    def as_csv(self) -> bytes:
        """The list as the office's file, which its own reader checks."""
        written = StringIO(newline="")
        writer = csv.DictWriter(written, self.columns, restval="", extrasaction="ignore", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows({column: disarm(cell) for column, cell in row.items()} for row in self.rows)
        # The mark tells Excel the encoding.
        return written.getvalue().encode("utf-8-sig")


def read_pasted_units(text: str, separator: str | None = None) -> PastedList:
    r"""The units in a pasted text; without a separator the likeliest is taken.

    >>> [row["id"] for row in read_pasted_units("Dinas Kesehatan\nDinas Pekerjaan Umum, Penataan Ruang").rows]
    ['dinas-kesehatan', 'dinas-pekerjaan-umum-penataan-ruang']
    """
    return _read(text, separator, UNIT_COLUMNS, "unit")


def read_pasted_categories(text: str, separator: str | None = None) -> PastedList:
    """The categories in a pasted text, read as units are."""
    return _read(text, separator, CATEGORY_COLUMNS, "kategori")


def _read(text: str, separator: str | None, file_columns: tuple[str, ...], spare_id: str) -> PastedList:
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return PastedList(file_columns)
    if separator not in SEPARATORS:
        separator = _separator_of(text)
    records = list(_records(text, separator))
    header = _header(records[0].cells)
    unknown: tuple[str, ...] = ()
    if header:
        named = zip(records[0].cells, header, strict=True)
        unknown = tuple(cell.strip() for cell, column in named if cell.strip() and column not in file_columns)
        columns, records = header, records[1:]
    else:
        numbered = all(record.cells[0].strip().rstrip(".").isdigit() for record in records)
        columns = ("", *_WITHOUT_HEADER) if numbered else _WITHOUT_HEADER
    read = _Entries(columns, file_columns, spare_id)
    read.add_all(records)
    return PastedList(file_columns, tuple(read.rows), tuple(read.problems), unknown, separator, bool(header))


class _Entries:
    """The entries of a list as they are read, line by line, and what is left out."""

    def __init__(self, columns: Sequence[str], file_columns: tuple[str, ...], spare_id: str) -> None:
        self.rows: list[Mapping[str, str]] = []
        self.problems: list[Sentence] = []
        self._columns = columns
        self._file_columns = file_columns
        self._spare_id = spare_id
        self._taken: set[str] = set()
        self._line_of_id: dict[str, int] = {}
        self._line_of_name: dict[tuple[str, str], int] = {}

    def add_all(self, records: Sequence[Record]) -> None:
        """Read every line. The list's own ids come first: an id made of a name must take none of them."""
        read = [(record, self._cells(record)) for record in records]
        self._taken.update(cells.get("id", "") for _, cells in read)
        for record, cells in read:
            problem = self._add(record.first_line, cells)
            if problem is None and any(cell.strip() for cell in record.cells[len(self._columns) :]):
                problem = Sentence("office.line-too-long", line=record.first_line, columns=len(self._columns))
            if problem is not None:
                self.problems.append(problem)

    def _add(self, line: int, cells: dict[str, str]) -> Sentence | None:
        """Add an entry, or say why the line is left out."""
        name, own_id = cells["name"], cells.get("id", "")
        if not comparable(name):
            return Sentence("office.line-without-name", line=line)
        if own_id in self._line_of_id:
            return Sentence("office.line-id-twice", line=line, id=own_id, first=self._line_of_id[own_id])
        # Two categories of one name may stand below different parents.
        known = comparable(name), comparable(cells.get("parent", ""))
        if known in self._line_of_name:
            return Sentence("office.line-twice", line=line, name=name, first=self._line_of_name[known])
        entry_id = own_id or free_id(slug(name) or self._spare_id, self._taken)
        self._taken.add(entry_id)
        self._line_of_id[entry_id] = self._line_of_name[known] = line
        short_forms = [part.strip() for part in _SHORT_FORMS.split(cells.get("abbreviations", "")) if part.strip()]
        self.rows.append(cells | {"id": entry_id, "abbreviations": ";".join(short_forms)})
        return None

    def _cells(self, record: Record) -> dict[str, str]:
        cells = {
            column: rearm(" ".join(cell.split()))
            for column, cell in zip(self._columns, record.cells, strict=False)
            if column in self._file_columns
        }
        return cells | {"name": _NUMBERING.sub("", cells.get("name", ""))}


def _records(text: str, separator: str) -> Iterator[Record]:
    """The lines with text; a quoted cell may hold several lines."""
    for record in read_records(StringIO(text, newline=""), separator or "\x1f"):
        if any(cell.strip() for cell in record.cells):
            yield record


def _header(cells: Sequence[str]) -> tuple[str, ...]:
    """The columns of a header; empty where the first line is an entry."""
    columns = tuple(_COLUMN_OF.get(normalised(cell), normalised(cell).replace(" ", "_")) for cell in cells)
    known = [column for column in columns if column in _KNOWN]
    return columns if "name" in known and len(known) == len(set(known)) else ()


def _separator_of(text: str) -> str:
    """The separator of the header; without a header a tab, a semicolon, or a comma that divides every line alike."""
    first_line = next(line for line in text.splitlines() if line.strip())
    for separator in ("\t", ";", ","):
        if separator in first_line and _header(next(csv.reader([first_line], delimiter=separator))):
            return separator
    if "\t" in text:
        return "\t"
    if _header([first_line]):
        return ""
    if ";" in text:
        return ";"
    # A comma inside a name, "Dinas Perumahan, Permukiman, dan Pertanahan", is followed by a blank.
    records = list(_records(text, ","))
    counts = {len(record.cells) for record in records}
    divides = len(counts) == 1 and 1 < min(counts) <= len(_WITHOUT_HEADER)
    return "," if divides and not any(cell.startswith(" ") for record in records for cell in record.cells) else ""
