"""The terms of the check in Indonesian, for the page and the workbook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from data.indonesian import percent
from data.messages import Language
from training.checking.findings import Fallback, Label, VariantKind

if TYPE_CHECKING:
    from data.errors import PilahError
    from training.checking.findings import RareLabel

_LEAST_SHARE = 0.01

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
    "unit_id": "kode unit",
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
KINDS = {
    VariantKind.PUNCTUATION: "huruf besar, spasi, atau tanda baca",
    VariantKind.ABBREVIATION: "singkatan",
    VariantKind.TYPO: "salah ketik",
    VariantKind.OWN_AREA: "dengan dan tanpa nama daerah",
}


def field(name: str) -> str:
    """The Indonesian name of a field."""
    return FIELDS.get(name, name)


def unreadable(problem: PilahError) -> str:
    """The reason why a file can't be read; the file is named without its folder."""
    path = str(problem.fields.get("path", ""))
    return problem.told_in(Language.INDONESIAN).replace(path, Path(path).name)


def fallback(label: RareLabel) -> str:
    """How a model recognises a label with few rows."""
    match label.fallback:
        case Fallback.RULE:
            return f"ditetapkan oleh aturan {label.by} di rules.csv"
        case Fallback.CLOSED:
            return f"sudah tutup; digantikan {label.by}" if label.by else "sudah tutup; tidak disarankan lagi"
        case Fallback.FAMILY:
            return f"dipelajari bersama rumpun {label.by}; tempat kejadian yang menentukan unitnya"
        case Fallback.DESCRIPTION:
            return "dikenali dari uraiannya di daftar kantor"
        case Fallback.PARENT:
            return f"dikenali dari namanya; kategori di atasnya ialah {label.by}"
        case Fallback.NAME:
            return "hanya dikenali dari namanya: jarang disarankan, dan keyakinannya rendah"


def share(value: float) -> str:
    """A share as a percentage; "< 1%" where rounding would give 0%."""
    return "< 1%" if 0 < value < _LEAST_SHARE else percent(value)
