"""Recognise the shape of an export and the fields of its columns, by the headers and the cells."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Literal

from data.errors import ColumnMissing
from data.exports.cells import cell_text
from data.exports.columns.choice import fill_from_contents
from data.exports.columns.contents import ColumnContents
from data.exports.columns.header_row import is_no_name
from data.exports.columns.names import (
    ALIASES,
    EXACT_ONLY,
    FIELDS,
    OTHER_MEANING,
    PERSONAL_NAMES,
    PERSONAL_WORDS,
    REPORTER_NAMES,
)
from data.messages import Sentence, listing

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = [
    "FIELDS",
    "LAPORAN_RINGKAS_HEADERS",
    "LAPORGUB_HEADERS",
    "Layout",
    "Shape",
    "admin_title",
    "closest",
    "header_list",
    "is_personal",
    "is_reporter_name",
    "laporan_ringkas_header",
    "normalised",
    "recognise",
]

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

_ADMIN_TITLES = ("intake title", "judul laporan")
_LONGEST_HEADER = 80
# The columns that training/batch/predict_file.py adds.
_PREDICTION = re.compile(r"(status|model|(?:unit|category)_\d(?:_confidence)?)(?:_saran(?:_\d+)?)?")
# An office without units has no column for them.
_PREDICTION_SIGNATURES = ("unit_1_confidence", "category_1_confidence")


@dataclass(frozen=True)
class Layout:
    """The meaning of columns: `columns` maps fields to headers; `hidden` headers are never read.

    Where no column is surely the text, `text_candidates` are the headers that may be it.
    """

    shape: Shape
    columns: Mapping[str, str]
    hidden: frozenset[str] = frozenset()
    text_candidates: tuple[str, ...] = ()


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
    return name in PERSONAL_NAMES or not PERSONAL_WORDS.isdisjoint(name.split())


def _without_predictions(free: Mapping[str, str]) -> dict[str, str]:
    """The headers without the columns that `pilah predict` adds: a suggested unit is nobody's decision.

    Where the file had a column of the same name, Pilah's is `<name>_saran`. Results of older versions have the file's own
    column as `<name>_asal`.
    """
    signature = next((name for name in _PREDICTION_SIGNATURES if name in free), None)
    if signature is None:
        return dict(free)
    added = [match[1] for header in free if (match := _PREDICTION.fullmatch(header))]
    # The signature is Pilah's alone: a name that occurs more often is once the file's own.
    own = {name for name in added if added.count(name) > added.count(signature)}
    return {
        header: normalised(header.removesuffix("_asal"))
        for header in free
        if header in own or not _PREDICTION.fullmatch(header)
    }


def is_reporter_name(header: str) -> bool:
    """Whether a column holds the reporter's name."""
    return normalised(header) in REPORTER_NAMES


def recognise(
    headers: Sequence[str], chosen: Mapping[str, str], contents: Mapping[str, ColumnContents] | None = None
) -> Layout:
    """The shape of a header row and the header of each field; a `chosen` header (field → header) takes precedence.

    `contents` are the measures of each header's cells: cells rule out what a header promises, and tell fields that no
    header names.

    Raises:
        ColumnMissing: `chosen` names an unknown field or a missing header.
    """
    cells = defaultdict(ColumnContents, contents or {})
    names = {header: normalised(header) for header in headers}
    shape = _shape(set(names.values()))
    hidden = frozenset(header for header in headers if shape != "table" and is_personal(header))
    free = {header: name for header, name in names.items() if header not in hidden}
    columns = {field: _chosen_header(field, header, list(free)) for field, header in chosen.items()}
    free = {header: name for header, name in free.items() if header not in columns.values()}
    free = {header: name for header, name in _without_predictions(free).items() if not is_personal(header)}
    if shape != "table":
        _add(columns, _recognise_shape(free, shape))
        free = _without_admins_columns(free, shape)
    taken = set(columns.values())
    _add(columns, _recognise_table({header: name for header, name in free.items() if header not in taken}, cells))
    if shape == "laporan_ringkas":
        _correct_laporan_ringkas(columns, chosen)
    candidates = fill_from_contents(columns, free, cells) if contents else ()
    if contents and "text" not in columns and not candidates:
        _add_labels_as_text(columns, free, cells)
    if "received_at" not in columns:
        columns.pop("received_time", None)
    return Layout(shape, columns, hidden, candidates)


def _add_labels_as_text(
    columns: dict[str, str], free: Mapping[str, str], contents: Mapping[str, ColumnContents]
) -> None:
    """Take a column of few recurring texts as the text after all, where its header says so and nothing else may be it."""
    left = {
        header: name
        for header, name in free.items()
        if header not in columns.values() and not contents[header].rules_out("text", exact_name=True)
    }
    if header := _recognise_table(left, defaultdict(ColumnContents)).get("text"):
        columns["text"] = header


def _correct_laporan_ringkas(columns: dict[str, str], chosen: Mapping[str, str]) -> None:
    """Drop a title, which an admin wrote. LAPOR! asks no reporter for a unit, so "dinas_tujuan" of a copy is the unit."""
    if "title" not in chosen:
        columns.pop("title", None)
    if "unit" not in columns and "requested_unit" in columns and "requested_unit" not in chosen:
        columns["unit"] = columns.pop("requested_unit")


def _add(columns: dict[str, str], recognised: Mapping[str, str]) -> None:
    """Add recognised fields that no column holds yet."""
    columns |= {field: header for field, header in recognised.items() if field not in columns}


def laporan_ringkas_header(header: str) -> str:
    """The full header of "Laporan Ringkas" for a shortened one; any other header unchanged."""
    return _LAPORAN_RINGKAS_SPELLINGS.get(_ringkas_name(header), header)


def admin_title(values: Mapping[str, object]) -> str:
    """The title in "Laporan Ringkas" or an export of Pilah, which is no field, since an admin wrote it after routing."""
    title = next((value for header, value in values.items() if normalised(header) in _ADMIN_TITLES), "")
    return cell_text(title).strip()


def _ringkas_name(header: str) -> str:
    """The normalised header; some exports shorten "Tipe Laporan (Anonim/Rahasia)", and copies to "tipe"."""
    name = normalised(header)
    return "tipe laporan" if name == "tipe" or name.startswith("tipe laporan") else name


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


def _without_admins_columns(free: Mapping[str, str], shape: Shape) -> dict[str, str]:
    """The headers without the title and final text of "Laporan Ringkas", which an admin wrote."""
    if shape != "laporan_ringkas":
        return dict(free)
    return {header: name for header, name in free.items() if _ringkas_name(header) not in _LAPORAN_RINGKAS_ADMINS}


def _recognise_table(free: Mapping[str, str], contents: Mapping[str, ColumnContents]) -> dict[str, str]:
    """Exact names first, then headers that contain a name as whole words: the longest name and shortest header win."""
    usable = {header: name for header, name in free.items() if len(header) <= _LONGEST_HEADER}
    candidates: list[tuple[tuple[int, ...], str, str]] = []
    for place, (header, name) in enumerate(usable.items()):
        for rank, field in _ranked_fields(name):
            if not contents[header].rules_out(field, exact_name=rank[0] == 0):
                candidates.append(((*rank, place), field, header))
    columns: dict[str, str] = {}
    for _, field, header in sorted(candidates):
        if field not in columns and header not in columns.values():
            columns[field] = header
    return columns


@lru_cache(maxsize=4096)
def _ranked_fields(name: str) -> tuple[tuple[tuple[int, ...], str], ...]:
    """The fields that a header may name, with their ranks; kept, since each header is tried in many combinations."""
    ranks = (
        (_exact_rank(order, aliases, name) or _containing_rank(order, field, aliases, name), field)
        for order, (field, aliases) in enumerate(ALIASES.items())
    )
    return tuple((rank, field) for rank, field in ranks if rank)


def _exact_rank(order: int, aliases: tuple[str, ...], name: str) -> tuple[int, ...] | None:
    return (0, order, aliases.index(name), 0) if name in aliases else None


def _containing_rank(order: int, field: str, aliases: tuple[str, ...], name: str) -> tuple[int, ...] | None:
    """The rank of a header that contains an alias among other words; None where the other words change the meaning."""
    held = [alias for alias in aliases if alias not in EXACT_ONLY and _holds(name, alias)]
    if field == "text":
        # "Laporan Warga" holds complaints, "Wilayah Laporan" does not.
        held = [alias for alias in held if " " in alias or name.startswith(alias)]
    own_words = {word for alias in aliases for word in alias.split()}
    if not held or not OTHER_MEANING.isdisjoint(set(name.split()) - own_words):
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
    """The first 60 headers in quotes, for a message; without headers that may be cells of a row."""
    return listing([f'"{header[:_LONGEST_HEADER]}"' for header in headers if not is_no_name(header)], 60)


_LAPORAN_RINGKAS_SPELLINGS = {_ringkas_name(header): header for header in LAPORAN_RINGKAS_HEADERS}
_LAPORAN_RINGKAS_ADMINS = {_ringkas_name(header) for header, field in _LAPORAN_RINGKAS.items() if field is None}
_LAPORAN_RINGKAS_FIELDS = {field: _ringkas_name(header) for header, field in _LAPORAN_RINGKAS.items() if field}
