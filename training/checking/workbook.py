"""The workbook of a check: one sheet a problem, corrected in a spreadsheet and read by corrections_file.py."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from data.exports.open import Sheet, write_sheets
from data.indonesian import day
from training.checking import indonesian
from training.checking.findings import Label, RowExcerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from training.checking.findings import Findings, LabelError

    Cells = list[object]

# The names of columns, which corrections_file.py reads again.
FILE = "berkas"
SHEET = "lembar"
ROW = "baris"
ID = "nomor"
TEXT = "isi"
UNIT = "unit tercatat"
CATEGORY = "kategori tercatat"
RIGHT_UNIT = "unit yang benar"
RIGHT_CATEGORY = "kategori yang benar"
RIGHT_DATE = "tanggal yang benar"
SKIP = "lewati (ya)"
KEY = "sidik (jangan diubah)"
LABEL = "jenis"
NAME = "nama"
INTO = "digabung ke"
JOIN = "gabung? (ya/tidak)"
STATUS = "status"
RETURNED = "dikembalikan? (ya/tidak)"

PLACE = (FILE, SHEET, ROW, ID, TEXT)
CORRECTABLE = (RIGHT_UNIT, RIGHT_CATEGORY, RIGHT_DATE, SKIP)


@dataclass(frozen=True, slots=True)
class Sheets:
    """The names of the sheets, one a problem."""

    guide: str = "Petunjuk"
    columns: str = "Kolom"
    period: str = "Masa"
    dates: str = "Tanggal"
    blank: str = "Tanpa label"
    statuses: str = "Status"
    label_variants: str = "Ejaan"
    conflicts: str = "Bertentangan"
    doubted_units: str = "Unit diragukan"
    doubted_categories: str = "Kategori diragukan"
    near_duplicates: str = "Berulang"
    leaks: str = "Teks bocor"
    rare: str = "Label jarang"
    left_out: str = "Tidak dipakai"
    mended: str = "Sudah diperbaiki"


SHEETS = Sheets()

_LONGEST_TEXT = 3_000
_WIDTHS = {
    FILE: 18, SHEET: 9, ROW: 7, ID: 11, TEXT: 70, UNIT: 26, CATEGORY: 26, RIGHT_UNIT: 26,
    RIGHT_CATEGORY: 26, RIGHT_DATE: 14, SKIP: 9, NAME: 36, INTO: 36, JOIN: 11,
    STATUS: 36, RETURNED: 13,
}  # fmt: skip
_YES = ("ya",)
_GUIDE = (
    "Buku kerja ini dibuat oleh pilah check. Satu lembar satu masalah. Isilah hanya kolom berwarna kuning.",
    "unit yang benar / kategori yang benar: tulis nama yang benar bila yang tercatat salah. Kosongkan bila sudah benar.",
    "tanggal yang benar: tulis seperti 2024-05-29.",
    "lewati (ya): tulis ya bila baris itu tidak boleh dipelajari.",
    "gabung? (ya/tidak), di lembar Ejaan: tulis ya bila kedua nama memang satu. Nama tujuan boleh diubah.",
    "dikembalikan? (ya/tidak), di lembar Status: tulis ya bila status itu berarti unit mengembalikan pengaduan.",
    "Jangan mengubah kolom lain, terutama baris dan sidik: dari situ Pilah tahu baris mana yang dimaksud.",
    "Setelah selesai, simpan sebagai .xlsx, lalu: pilah train BERKAS --office NAMA --corrections buku-kerja-ini.xlsx",
    "Pengaduan rahasia hanya disebut barisnya; isinya dan nomornya tidak ditulis di sini.",
)


def write_check(path: Path, findings: Findings) -> None:
    """Write the workbook, whole or not at all."""
    write_sheets(path, _sheets(findings))


def _sheets(found: Findings) -> Iterator[Sheet]:
    mendable = [
        _dates(found),
        _rows(SHEETS.blank, _blank(found), ("masalah",)),
        _statuses(found),
        _spellings(found),
        _rows(SHEETS.conflicts, _conflicts(found), ("kelompok", "yang berbeda")),
        _rows(SHEETS.doubted_units, map(_doubt, found.label_errors_of(Label.UNIT)), _DOUBT_HEADERS),
        _rows(SHEETS.doubted_categories, map(_doubt, found.label_errors_of(Label.CATEGORY)), _DOUBT_HEADERS),
        _rows(SHEETS.near_duplicates, _repeats(found), ("kelompok",)),
        _rows(SHEETS.leaks, _leaks(found), ("kata-katanya", "jenisnya")),
        _mended(found),
        _rows(SHEETS.left_out, (((reason,), row) for reason, row in found.other_left_out), ("alasan",)),
    ]
    yield Sheet(SHEETS.guide, ("petunjuk",), [(line,) for line in _GUIDE], {"petunjuk": 120})
    yield _columns(found)
    yield _period(found)
    yield from mendable
    rare = [
        (indonesian.LABELS[label.label], label.name, label.rows, indonesian.fallback(label)) for label in found.rare
    ]
    yield Sheet(SHEETS.rare, (LABEL, NAME, "jumlah baris", "yang terjadi"), rare, {**_WIDTHS, "yang terjadi": 60})


def _columns(found: Findings) -> Sheet:
    rows: list[Sequence[object]] = []
    for file in found.files:
        taken = {header: indonesian.field(name) for name, header in file.columns.items()}
        empty = set(file.empty)
        for header in (*taken, *file.ignored, *(header for header in file.empty if header not in taken)):
            note = "kosong seluruhnya" if header in empty else ""
            rows.append((file.name, file.sheet, header, taken.get(header, "tidak dibaca"), note))
    return Sheet(
        SHEETS.columns,
        (FILE, SHEET, "kolom", "dibaca sebagai", "catatan"),
        rows,
        {"kolom": 30, "dibaca sebagai": 30},
    )


def _period(found: Findings) -> Sheet:
    rows: list[Sequence[object]] = []
    if found.period is not None:
        thin = set(found.period.thin_months)
        rows += [
            (day(month, "MMMM y"), count, "jauh lebih sepi" if month in thin else "")
            for month, count in found.period.months
        ]
        rows += [(f"pekan mulai {day(week)}", 0, "tanpa pengaduan") for week in found.period.empty_weeks]
    return Sheet(SHEETS.period, ("masa", "jumlah baris", "catatan"), rows, {"masa": 28, "catatan": 24})


def _dates(found: Findings) -> Sheet:
    unread = (
        (
            (date.written, "urutan hari dan bulannya lain dari kolomnya" if date.other_order else "tidak terbaca"),
            date.row,
        )
        for date in found.unread_dates
    )
    missing = (((("", "tanpa tanggal")), row) for row in found.no_dates)
    return _rows(SHEETS.dates, (*unread, *missing), ("tanggal tertulis", "masalah"))


def _blank(found: Findings) -> Iterator[tuple[Sequence[object], RowExcerpt]]:
    for problem, rows in (
        ("tanpa unit dan kategori", found.blank.neither),
        ("tanpa unit", found.blank.no_unit),
        ("tanpa kategori", found.blank.no_category),
    ):
        for row in rows:
            yield (problem,), row


def _mended(found: Findings) -> Sheet:
    """Earlier corrections, filled in again, so that this workbook replaces the earlier one."""
    empty = _rows(SHEETS.mended, (), ())
    rows = [
        [
            *_cells(one.row, ())[: -len(CORRECTABLE) - 1],
            one.correction.unit,
            one.correction.category,
            one.correction.date,
            "ya" if one.correction.skip else "",
            one.correction.source.key,
        ]
        for one in found.mended
    ]
    return replace(empty, rows=rows)


def _statuses(found: Findings) -> Sheet:
    """The statuses that may mean a return, after those that the office has explained."""
    earlier = [
        (meaning.status, "", "dari perbaikan sebelumnya", "ya" if meaning.returned else "tidak")
        for meaning in found.explained_statuses
    ]
    asked = [(status, rows, "", "") for status, rows in found.unclear_statuses]
    return Sheet(
        SHEETS.statuses,
        (STATUS, "jumlah baris", "catatan", RETURNED),
        [*earlier, *asked],
        _WIDTHS,
        choices={RETURNED: ("ya", "tidak")},
        marked=frozenset((RETURNED,)),
    )


def _spellings(found: Findings) -> Sheet:
    earlier = [
        (indonesian.LABELS[merge.label], merge.name, "", merge.into, "", "", "dari perbaikan sebelumnya", "ya")
        for merge in found.joined
    ]
    rows = [
        *earlier,
        *_proposed(found),
    ]
    headers = (LABEL, NAME, "jumlah baris", INTO, "jumlah baris tujuan", "bedanya", "catatan", JOIN)
    return Sheet(
        SHEETS.label_variants,
        headers,
        rows,
        _WIDTHS,
        choices={JOIN: ("ya", "tidak")},
        marked=frozenset((INTO, JOIN)),
    )


def _proposed(found: Findings) -> list[Sequence[object]]:
    return [
        (
            indonesian.LABELS[spelling.label],
            spelling.name,
            spelling.rows,
            spelling.into,
            spelling.into_rows,
            indonesian.KINDS[spelling.kind],
            "sudah dianggap satu" if spelling.joined else "",
            "",
        )
        for spelling in found.label_variants
    ]


def _conflicts(found: Findings) -> Iterator[tuple[Sequence[object], RowExcerpt]]:
    for number, conflict in enumerate(found.conflicts, start=1):
        for row in conflict.rows:
            yield (number, indonesian.LABELS[conflict.label]), row


def _repeats(found: Findings) -> Iterator[tuple[Sequence[object], RowExcerpt]]:
    for number, repeat in enumerate(found.near_duplicates, start=1):
        for row in repeat.rows:
            yield (number,), row


def _leaks(found: Findings) -> Iterator[tuple[Sequence[object], RowExcerpt]]:
    for leak in found.leaking:
        yield (leak.phrase, "bekas disposisi" if leak.routed else "sapaan pelapor"), leak.row


_DOUBT_HEADERS = ("menurut baris lain", "keyakinannya", "keyakinan pada yang tercatat", "biasanya")


def _doubt(doubt: LabelError) -> tuple[Sequence[object], RowExcerpt]:
    figures = (doubt.likely_probability, doubt.given_probability, doubt.usual_probability)
    return (doubt.likely, *(round(figure, 3) for figure in figures)), doubt.row


def _rows(name: str, rows: Iterable[tuple[Sequence[object], RowExcerpt]], extra: Sequence[str]) -> Sheet:
    """A sheet of correctable rows: place, finding, the cells to fill in, and the row's key."""
    headers = (*PLACE, UNIT, CATEGORY, *extra, *CORRECTABLE, KEY)
    return Sheet(
        name,
        headers,
        (_cells(row, found) for found, row in rows if row.source is not None),
        _WIDTHS,
        choices={SKIP: _YES},
        marked=frozenset(CORRECTABLE),
        hidden=frozenset((KEY,)),
    )


def _cells(row: RowExcerpt, found: Sequence[object]) -> Cells:
    source = row.source
    where = (source.file, source.sheet, source.row) if source else ("", "", "")
    text = "(pengaduan rahasia)" if row.confidential else row.text[:_LONGEST_TEXT]
    return [*where, row.id, text, row.unit, row.category, *found, "", "", "", "", source.key if source else ""]
