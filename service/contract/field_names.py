"""Indonesian names of a complaint's fields, as exports and forms write them (formats.md).

Fields that an admin fills in after routing ("Isi Laporan Akhir", "Instansi Terdisposisi", "Status Laporan") would give
the answer away; they are left out and count as unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("isi", "teks", "isi_laporan", "isi_laporan_awal", "isi_pengaduan", "isi_aduan", "laporan", "pengaduan", "aduan", "keluhan", "uraian", "complaint"),
    "reference_id": ("tracking_id", "id", "id_laporan", "nomor_laporan", "no_laporan", "kode_laporan"),
    "received_at": ("tanggal", "waktu", "tanggal_masuk", "tanggal_laporan", "tanggal_laporan_masuk", "tanggal_diterima", "date"),
    "title": ("judul", "judul_laporan", "perihal"),
    "channel": ("kanal", "saluran", "sumber", "sumber_laporan"),
    "location": ("lokasi", "lokasi_kejadian", "tempat_kejadian"),
    "type": ("klasifikasi", "klasifikasi_laporan", "jenis"),
    "incident_date": ("tanggal_kejadian",),
    "reporter_category": ("kategori", "kategori_pelapor"),
    "requested_unit": ("instansi_tujuan", "unit_tujuan"),
    "attachments": ("lampiran", "jumlah_lampiran"),
    "anonymous": ("anonim",),
    "confidential": ("rahasia",),
    "given": ("diketahui",),
}  # fmt: skip
PLACES: dict[str, tuple[str, ...]] = {
    "province": ("provinsi", "propinsi"),
    "regency": ("kabupaten", "kota", "kabupaten_kota", "kota_kabupaten", "kab_kota", "city"),
    "district": ("kecamatan", "kec"),
    "village": ("kelurahan", "desa", "kel", "kelurahan_desa", "desa_kelurahan"),
}
KNOWN: dict[str, tuple[str, ...]] = {
    "unit": ("instansi", "opd", "unit_kerja"),
    "category": ("kategori",),
    "type": ("klasifikasi", "jenis"),
    "outcome": ("tindak_lanjut",),
}

_SEPARATORS = re.compile(r"[^a-z0-9]+")


def english_name(written: str, names: Mapping[str, tuple[str, ...]]) -> str | None:
    """The schema's name of a field, for any spacing, dots and capitals; None for an unknown field.

    >>> english_name("Kota/Kabupaten", PLACES), english_name("warna", PLACES)
    ('regency', None)
    """
    if written in names:
        return written
    plain = _SEPARATORS.sub("_", written.lower()).strip("_")
    return next((name for name, others in names.items() if plain == name or plain in others), None)


def renamed(fields: Mapping[str, Any], names: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Rename fields to the schema's names; unknown fields keep their names.

    Of two fields with the same meaning, the schema's own name wins, then the first field; the second stays unknown.

    >>> renamed({"Isi Laporan": "lampu mati", "warna": "biru"}, FIELDS)
    {'text': 'lampu mati', 'warna': 'biru'}
    """
    result: dict[str, Any] = {}
    for written, value in sorted(fields.items(), key=lambda field: field[0] not in names):
        name = english_name(written, names)
        result[written if name is None or name in result else name] = value
    return result
