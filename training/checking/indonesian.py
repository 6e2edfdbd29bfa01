"""What the check says in Indonesian: fields, reasons and kinds, for a colleague who doesn't program."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.errors import ColumnMissing
from training.checking.findings import Fate, Label, SpellingKind
from training.dataset.corrections import SKIPPED
from training.dataset.read import NO_DATE, NO_LABEL, UNREAD_DATE

if TYPE_CHECKING:
    from datetime import date

    from data.errors import PilahError
    from training.checking.findings import RareLabel

LABELS = {Label.UNIT: "unit", Label.CATEGORY: "kategori"}
FIELDS = {
    "text": "isi pengaduan",
    "id": "nomor pengaduan",
    "received_at": "tanggal masuk",
    "title": "judul",
    "category_id": "kode kategori",
    "reporter_category": "kategori pilihan pelapor",
    "category": "kategori",
    "requested_unit": "instansi tujuan pelapor",
    "parent_unit": "instansi induk",
    "unit": "unit yang menangani",
    "status": "status",
    "reason": "alasan tunda atau arsip",
    "type": "klasifikasi",
    "privacy": "anonim atau rahasia",
    "anonymous": "anonim",
    "confidential": "rahasia",
    "channel": "sumber",
    "province": "provinsi",
    "regency": "kota/kabupaten",
    "district": "kecamatan",
    "village": "kelurahan/desa",
    "location": "lokasi",
    "incident_date": "tanggal kejadian",
    "outcome": "hasil disposisi",
    "copies": "tembusan",
    "attachments": "lampiran",
}
_REASONS = {
    NO_LABEL: "tanpa unit dan tanpa kategori",
    NO_DATE: "tanpa tanggal",
    UNREAD_DATE: "tanggal tidak terbaca",
    SKIPPED: "ditandai untuk dilewati",
    "no text": "isi pengaduan kosong",
    "a newer export has the same id": "nomor yang sama ada di ekspor yang lebih baru",
    "The row repeats the header.": "baris ini mengulang judul kolom",
}
# What the readers' own messages say, by a word that only they hold.
_UNREADABLE = (
    ("password", "dilindungi kata sandi; buka berkasnya, simpan tanpa kata sandi, lalu periksa lagi"),
    ("unpacks to", "isinya menjadi sangat besar bila dibuka, tidak sebanding dengan ukuran berkasnya; ekspor ulang"),
    ("is empty", "kosong; ekspor ulang"),
    ("has no rows", "tidak memuat baris; ekspor ulang"),
    ("There is no file", "tidak ada; periksa nama dan foldernya"),
    ("cut off", "rusak atau terpotong; ekspor ulang"),
    ("cut-off", "rusak atau terpotong; ekspor ulang"),
    ("cell is longer", "memuat sel yang sangat panjang, biasanya karena tanda kutip yang tidak ditutup"),
)
_KINDS = {
    SpellingKind.PUNCTUATION: "huruf besar, spasi, atau tanda baca",
    SpellingKind.ABBREVIATION: "singkatan",
    SpellingKind.TYPO: "salah ketik",
    SpellingKind.OWN_AREA: "dengan dan tanpa nama daerah",
}
_MONTHS = (
    "Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober", "November",
    "Desember",
)  # fmt: skip
_CORRECTED = {
    "rows left out": "baris dilewati",
    "units put right": "unit diperbaiki",
    "categories put right": "kategori diperbaiki",
    "dates put right": "tanggal diperbaiki",
    "unit spellings joined": "baris memakai nama unit gabungan",
    "category spellings joined": "baris memakai nama kategori gabungan",
}


def field(name: str) -> str:
    """What a field is called."""
    return FIELDS.get(name, name)


def reason(why: str) -> str:
    """Why a row is left out; a reader's own sentence stays as it is."""
    if why.startswith("text longer than"):
        return "isi pengaduan terlalu panjang (lebih dari 50.000 huruf)"
    if why.startswith("The row has "):
        return "jumlah kolom baris ini tidak sama dengan judul kolom"
    if "has no partner" in why:
        return "tanda kutip tidak berpasangan"
    return _REASONS.get(why, why)


def unreadable(problem: PilahError) -> str:
    """Why a file can't be read, and what to do about it."""
    said = str(problem)
    for sign, told in _UNREADABLE:
        if sign in said:
            return told
    if isinstance(problem, ColumnMissing):
        return "tidak ada kolom isi pengaduan yang dikenali; sebutkan kolomnya dengan --text"
    return "bukan tabel yang dapat dibaca, atau rusak; ekspor ulang, atau simpan ulang sebagai .xlsx"


def kind(of: SpellingKind) -> str:
    """In what two spellings differ."""
    return _KINDS[of]


def corrected(what: str) -> str:
    """What a correction did."""
    return _CORRECTED.get(what, what)


def fate(label: RareLabel) -> str:
    """What happens to a label with few rows."""
    match label.fate:
        case Fate.RULE:
            return f"ditetapkan oleh aturan {label.by} di rules.csv"
        case Fate.CLOSED:
            return f"sudah tutup; digantikan {label.by}" if label.by else "sudah tutup; tidak disarankan lagi"
        case Fate.FAMILY:
            return f"dipelajari bersama rumpun {label.by}; tempat kejadian yang menentukan unitnya"
        case Fate.DESCRIPTION:
            return "dikenali dari uraian tugasnya di units.csv"
        case Fate.PARENT:
            return f"dikenali dari namanya; induknya di LAPOR! ialah {label.by}"
        case Fate.NAME:
            return "hanya dikenali dari namanya: jarang disarankan, dan keyakinannya rendah"


def day(moment: date) -> str:
    """A day as Indonesian writes it.

    >>> from datetime import date
    >>> day(date(2023, 5, 9))
    '9 Mei 2023'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def month(moment: date) -> str:
    """A month with its year."""
    return f"{_MONTHS[moment.month - 1]} {moment.year}"


def number(value: int) -> str:
    """A whole number with the point that Indonesian puts between thousands.

    >>> number(8273)
    '8.273'
    """
    return f"{value:,}".replace(",", ".")


def share(value: float) -> str:
    """A share as percent; never "0 %" for something that is there."""
    if 0 < value < 0.01:  # noqa: PLR2004 - under one percent
        return "< 1 %"
    return f"{value:.0%}".replace("%", " %")
