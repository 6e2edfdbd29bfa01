"""Recognise the shape of an export and the fields of its columns, by the headers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from data.errors import ColumnMissing
from data.exports.cells import cell_text
from data.messages import Sentence, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Shape = Literal["laporan_ringkas", "laporgub", "table"]

# Header → field. An admin writes title and final text after routing: both would reveal the answer and are no fields.
_LAPORAN_RINGKAS = {
    "Tracking ID": "id",
    "Tanggal Laporan Masuk": "received_at",
    "Waktu Laporan Masuk": "received_time",
    "Klasifikasi Laporan": "type",
    "ID Kategori": "category_id",
    "Kategori": "category",
    "Judul Laporan": None,
    "Isi Laporan Awal": "text",
    "Isi Laporan Akhir": None,
    "Tipe Laporan (Anonim/Rahasia)": "privacy",
    "Sumber Laporan": "channel",
    "Instansi Induk": "parent_unit",
    "Instansi Terdisposisi": "unit",
    "Status Laporan": "status",
    "Alasan Tunda/Arsip": "reason",
    "Provinsi": "province",
    "Kota/Kabupaten": "regency",
}
LAPORAN_RINGKAS_HEADERS = tuple(_LAPORAN_RINGKAS)
LAPORGUB_HEADERS = (
    "NO",
    "NAMA",
    "LAPORAN",
    "JENIS",
    "DARI",
    "WAKTU",
    "KATEGORI",
    "DITERUSKAN",
    "TANGGAPAN",
    "PROSES VERIFIKASI",
    "",
    "PROSES PROGRES",
    "",
    "PROSES SELESAI",
    "",
    "STATUS",
)

# Names of every field, the surest first. A header that fits two fields goes to the earlier field.
# `received_time` is the second half of a date in two columns, and never leaves `data`.
_ALIASES: dict[str, tuple[str, ...]] = {
    "text": (
        "isi laporan awal", "text", "isi laporan", "isi pengaduan", "isi aduan", "isi keluhan", "isi",
        "uraian laporan", "uraian pengaduan", "uraian aduan", "uraian keluhan", "uraian", "teks", "laporan",
        "pengaduan", "aduan", "keluhan", "complaint text", "complaint", "deskripsi", "description", "body",
        "pesan", "message", "komplain",
    ),
    "id": (
        "tracking id", "reference id", "id", "complaint id", "id laporan", "id pengaduan", "id aduan",
        "id tiket", "ticket id", "nomor laporan", "no laporan", "nomor pengaduan", "no pengaduan",
        "nomor aduan", "no aduan", "nomor tiket", "no tiket", "nomor registrasi", "no registrasi",
        "kode laporan", "kode aduan", "kode pengaduan", "ticket", "tiket",
    ),
    "received_at": (
        "received at", "tanggal laporan masuk", "tanggal masuk", "tanggal laporan", "tanggal pengaduan",
        "tanggal aduan", "tanggal diterima", "tanggal lapor", "tgl laporan", "tgl masuk", "tgl", "tanggal",
        "created at", "date", "waktu", "datetime", "timestamp", "tanggal dan waktu", "waktu laporan",
    ),
    "received_time": ("waktu laporan masuk", "waktu masuk", "jam masuk", "jam", "pukul", "waktu", "time"),
    "title": ("judul laporan", "judul pengaduan", "judul aduan", "judul", "title", "perihal", "subject", "subjek"),
    "category_id": ("id kategori", "category id", "kode kategori", "kategori id", "category code"),
    "reporter_category": (
        "reporter category", "kategori pelapor", "kategori pilihan pelapor", "kategori dari pelapor",
    ),
    "category": (
        "kategori laporan", "kategori pengaduan", "kategori aduan", "kategori", "category", "topik", "topic",
    ),
    "requested_unit": ("requested unit", "instansi tujuan", "unit tujuan", "opd tujuan", "dinas tujuan", "tujuan"),
    "parent_unit": ("parent unit", "instansi induk", "unit induk", "opd induk"),
    "unit": (
        "instansi terdisposisi", "unit", "unit kerja", "instansi", "opd", "skpd", "perangkat daerah", "dinas",
        "diteruskan", "diteruskan ke", "disposisi", "disposisi ke", "agency", "department", "instansi penerima",
    ),
    "status": ("status laporan", "status pengaduan", "status aduan", "status"),
    "reason": ("alasan tunda arsip", "alasan arsip", "alasan tunda", "alasan", "reason"),
    "type": (
        "klasifikasi laporan", "klasifikasi", "jenis laporan", "jenis pengaduan", "jenis aduan", "type",
        "classification", "jenis",
    ),
    "privacy": ("tipe laporan anonim rahasia", "tipe laporan", "privacy", "privasi"),
    "anonymous": ("anonymous", "anonim"),
    "confidential": ("confidential", "rahasia"),
    "channel": ("sumber laporan", "sumber", "channel", "kanal", "kanal laporan", "saluran", "media", "source"),
    "province": ("location province", "provinsi", "province", "propinsi"),
    "regency": (
        "location regency", "kota kabupaten", "kabupaten kota", "kab kota", "kota kab", "regency", "kabupaten",
        "kota", "city",
    ),
    "district": ("location district", "kecamatan", "district", "kec"),
    "village": ("location village", "kelurahan desa", "desa kelurahan", "kelurahan", "desa", "village", "kel"),
    "location": ("lokasi kejadian", "tempat kejadian", "alamat kejadian", "lokasi", "location", "alamat"),
    "incident_date": ("incident date", "tanggal kejadian", "waktu kejadian", "tgl kejadian"),
    "outcome": ("outcome", "hasil disposisi", "tindakan disposisi"),
    "copies": ("copies", "tembusan", "tembusan ke", "unit tembusan"),
    "attachments": ("attachments", "lampiran", "jumlah lampiran"),
}  # fmt: skip
FIELDS = tuple(field for field in _ALIASES if field != "received_time")

_LAPORGUB = {
    "id": "no",
    "text": "laporan",
    "type": "jenis",
    "channel": "dari",
    "received_at": "waktu",
    "category": "kategori",
    "unit": "diteruskan",
    "status": "status",
}
_LAPORGUB_SIGNATURE = {"no", "laporan", "dari", "waktu", "kategori", "diteruskan"}

# Beside an alias, any word of this list changes the meaning of a header: "Isi Laporan Akhir", "Kode Unit".
_OTHER_MEANING = frozenset(
    {
        "akhir", "tanggapan", "jawaban", "balasan", "response", "reply", "selesai", "tindak", "lanjut",
        "jumlah", "total", "count", "kode", "code", "no", "nomor", "number", "id", "pelapor", "pengadu",
        "pengirim", "pemohon", "reporter", "saran", "usulan", "suggested", "suggestion", "prediksi",
        "predicted", "prediction", "confidence", "keyakinan", "skor", "score", "status", "alasan", "tanggal",
        "tgl", "date", "waktu", "time", "jam", "verifikasi", "progres", "proses", "update", "updated", "link",
        "url", "sebelum", "lama", "old", "asal", "topik", "topic", "kategori", "category",
    }
)  # fmt: skip
_EXACT_ONLY = frozenset(
    {
        "id", "ticket", "tiket", "type", "source", "media", "date", "time", "jam", "pukul", "waktu", "pesan",
        "message", "body", "tujuan", "kel", "kec",
    }
)  # fmt: skip
_PERSONAL_WORDS = frozenset(
    {
        "nik", "ktp", "nokk", "hp", "nohp", "handphone", "ponsel", "telepon", "telpon", "telp", "phone",
        "whatsapp", "wa", "email", "surel",
    }
)  # fmt: skip
_PERSONAL_NAMES = frozenset(
    {
        "nama", "name", "nama lengkap", "full name", "nama pelapor", "nama pengadu", "nama pengirim",
        "nama pemohon", "nama masyarakat", "nama warga", "reporter name", "pelapor", "pengadu", "pengirim",
        "reporter", "alamat pelapor", "alamat pengadu", "alamat rumah", "alamat pengirim", "tanggal lahir",
        "tempat lahir", "no kk", "ip address",
    }
)  # fmt: skip
_ADMIN_TITLES = ("intake title", "judul laporan")
_LONGEST_HEADER = 80
# The columns that training/batch/predict_file.py adds.
_PREDICTION = re.compile(r"(?:status|model|(?:unit|category)_\d(?:_confidence)?)")
_PREDICTION_SIGNATURE = "unit_1_confidence"


@dataclass(frozen=True)
class Layout:
    """The meaning of columns: `columns` maps fields to headers; `hidden` headers are never read."""

    shape: Shape
    columns: Mapping[str, str]
    hidden: frozenset[str] = frozenset()


@lru_cache(maxsize=4096)
def normalised(header: str) -> str:
    """A header without case, punctuation and spacing.

    >>> normalised("Kota/Kabupaten "), normalised("receivedAt"), normalised("received_at")
    ('kota kabupaten', 'received at', 'received at')
    """
    plain = unicodedata.normalize("NFKC", header)
    plain = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain).casefold()
    return " ".join(re.sub(r"[\W_]+", " ", plain).split())


def is_personal(header: str) -> bool:
    """Whether a column holds personal data of the reporter, by its header.

    >>> is_personal("No. HP"), is_personal("Nama Unit")
    (True, False)
    """
    name = normalised(header)
    return name in _PERSONAL_NAMES or not _PERSONAL_WORDS.isdisjoint(name.split())


def _without_predictions(free: Mapping[str, str]) -> dict[str, str]:
    """The headers without the columns that `pilah predict` adds: a suggested unit is nobody's decision.

    The input's own columns of these names were kept as `<name>_asal`.
    """
    if _PREDICTION_SIGNATURE not in free:
        return dict(free)
    return {header: normalised(header.removesuffix("_asal")) for header in free if not _PREDICTION.fullmatch(header)}


def recognise(headers: Sequence[str], chosen: Mapping[str, str]) -> Layout:
    """The shape of a header row and the header of each field; a `chosen` header (field → header) takes precedence.

    Raises:
        ColumnMissing: `chosen` names an unknown field or a missing header.
    """
    names = {header: normalised(header) for header in headers}
    shape = _shape(set(names.values()))
    hidden = frozenset(header for header in headers if shape == "laporgub" and is_personal(header))
    free = {header: name for header, name in names.items() if header not in hidden}
    columns = {field: _chosen_header(field, header, list(free)) for field, header in chosen.items()}
    free = {header: name for header, name in free.items() if header not in columns.values()}
    free = _without_predictions(free)
    recognised = _recognise_table(free) if shape == "table" else _recognise_shape(free, shape)
    columns |= {field: header for field, header in recognised.items() if field not in columns}
    if "received_at" not in columns:
        columns.pop("received_time", None)
    return Layout(shape, columns, hidden)


def laporan_ringkas_header(header: str) -> str:
    """The full header of "Laporan Ringkas" for a shortened one; any other header unchanged."""
    return _LAPORAN_RINGKAS_SPELLINGS.get(_ringkas_name(header), header)


def admin_title(values: Mapping[str, object]) -> str:
    """The title in "Laporan Ringkas" or an export of Pilah, which is no field, since an admin wrote it after routing."""
    title = next((value for header, value in values.items() if normalised(header) in _ADMIN_TITLES), "")
    return cell_text(title).strip()


def _ringkas_name(header: str) -> str:
    """The normalised header; some exports shorten "Tipe Laporan (Anonim/Rahasia)"."""
    name = normalised(header)
    return "tipe laporan" if name.startswith("tipe laporan") else name


def closest(wanted: str, headers: Sequence[str]) -> str | None:
    """The header most similar to the wanted one, if any is similar."""
    by_name = {normalised(header): header for header in headers}
    matches = get_close_matches(normalised(wanted), by_name, n=1)
    return by_name[matches[0]] if matches else None


def _shape(names: set[str]) -> Shape:
    # One column is enough: beside "isi laporan awal", title and final text are always the admin's.
    if "isi laporan awal" in names:
        return "laporan_ringkas"
    return "laporgub" if names >= _LAPORGUB_SIGNATURE else "table"


def _recognise_shape(free: Iterable[str], shape: Shape) -> dict[str, str]:
    wanted = _LAPORAN_RINGKAS_FIELDS if shape == "laporan_ringkas" else _LAPORGUB
    headers: dict[str, str] = {}
    for header in free:
        headers.setdefault(_ringkas_name(header), header)
    return {field: headers[name] for field, name in wanted.items() if name in headers}


def _recognise_table(free: Mapping[str, str]) -> dict[str, str]:
    """Exact names first, then headers that contain a name as whole words: the longest name and shortest header win."""
    usable = {
        header: name for header, name in free.items() if len(header) <= _LONGEST_HEADER and not is_personal(header)
    }
    candidates: list[tuple[tuple[int, ...], str, str]] = []
    for place, (header, name) in enumerate(usable.items()):
        for order, (field, aliases) in enumerate(_ALIASES.items()):
            rank = _exact_rank(order, aliases, name) or _containing_rank(order, field, aliases, name)
            if rank:
                candidates.append(((*rank, place), field, header))
    columns: dict[str, str] = {}
    for _, field, header in sorted(candidates):
        if field not in columns and header not in columns.values():
            columns[field] = header
    return columns


def _exact_rank(order: int, aliases: tuple[str, ...], name: str) -> tuple[int, ...] | None:
    return (0, order, aliases.index(name), 0) if name in aliases else None


def _containing_rank(order: int, field: str, aliases: tuple[str, ...], name: str) -> tuple[int, ...] | None:
    """The rank of a header that contains an alias among other words; None where the other words change the meaning."""
    held = [alias for alias in aliases if alias not in _EXACT_ONLY and _holds(name, alias)]
    if field == "text":
        # "Laporan Warga" holds complaints, "Wilayah Laporan" does not.
        held = [alias for alias in held if " " in alias or name.startswith(alias)]
    own_words = {word for alias in aliases for word in alias.split()}
    if not held or not _OTHER_MEANING.isdisjoint(set(name.split()) - own_words):
        return None
    longest = max(len(alias.split()) for alias in held)
    return (1, -longest, int(field == "text"), len(name.split()) * 100 + order)


def _holds(name: str, alias: str) -> bool:
    return f" {alias} " in f" {name} "


def _chosen_header(field: str, wanted: str, headers: Sequence[str]) -> str:
    if field not in FIELDS:
        raise ColumnMissing("exports.field-unknown", field=field, fields=", ".join(FIELDS))
    if wanted in headers:
        return wanted
    alike = [header for header in headers if normalised(header) == normalised(wanted)]
    if len(alike) == 1:
        return alike[0]
    near = closest(wanted, headers)
    hint = Sentence("exports.did-you-mean", near=near) if near else ""
    raise ColumnMissing("exports.column-missing", wanted=wanted, hint=hint, headers=header_list(headers))


def header_list(headers: Sequence[str]) -> Sentence | str:
    """The first 60 headers in quotes, for a message."""
    return listing([f'"{header[:_LONGEST_HEADER]}"' for header in headers], 60)


_LAPORAN_RINGKAS_SPELLINGS = {_ringkas_name(header): header for header in LAPORAN_RINGKAS_HEADERS}
_LAPORAN_RINGKAS_FIELDS = {field: _ringkas_name(header) for header, field in _LAPORAN_RINGKAS.items() if field}
