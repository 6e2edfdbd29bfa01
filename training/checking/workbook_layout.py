"""The workbook's sheets and columns by name: what is written there is what is read in again."""

from __future__ import annotations

from dataclasses import dataclass

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

PLACE = (FILE, SHEET, ROW, ID, TEXT)
MENDABLE = (RIGHT_UNIT, RIGHT_CATEGORY, RIGHT_DATE, SKIP)


@dataclass(frozen=True, slots=True)
class Sheets:
    """One sheet a problem."""

    guide: str = "Petunjuk"
    columns: str = "Kolom"
    period: str = "Masa"
    dates: str = "Tanggal"
    blank: str = "Tanpa label"
    spellings: str = "Ejaan"
    conflicts: str = "Bertentangan"
    doubted_units: str = "Unit diragukan"
    doubted_categories: str = "Kategori diragukan"
    repeats: str = "Berulang"
    leaks: str = "Teks bocor"
    rare: str = "Label jarang"
    left_out: str = "Tidak dipakai"
    mended: str = "Sudah diperbaiki"


SHEETS = Sheets()
