from __future__ import annotations

import pytest

from data.errors import ColumnMissing
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS, is_personal, recognise


def fields_of(*headers: str) -> dict[str, str]:
    return dict(recognise(headers, {}).columns)


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("isi", "text"), ("ISI_LAPORAN", "text"), ("Keluhan", "text"), ("uraian", "text"), ("complaint", "text"),
        ("Isi Aduan Masyarakat", "text"), ("Laporan Warga", "text"), ("judul", "title"), ("Topik", "category"),
        ("Nama Kategori", "category"), ("OPD", "unit"), ("SKPD Terkait", "unit"), ("Diteruskan Kepada", "unit"),
        ("Disposisi", "unit"), ("receivedAt", "received_at"), ("Tgl. Masuk", "received_at"), ("waktu", "received_at"),
        ("Kelurahan/Desa", "village"), ("KECAMATAN", "district"), ("kota", "regency"), ("Kab./Kota", "regency"),
        ("Provinsi", "province"), ("No. Laporan", "id"), ("reference_id", "id"), ("klasifikasi", "type"),
        ("sumber", "channel"), ("Tembusan", "copies"), ("Lokasi Kejadian", "location"), ("Rahasia?", "confidential"),
        ("tanggal kejadian", "incident_date"), ("Instansi Tujuan", "requested_unit"),
    ],
)  # fmt: skip
def test_a_header_is_known_by_its_name(header: str, field: str) -> None:
    columns = {**fields_of(header, "x")}
    assert columns == {field: header}


@pytest.mark.parametrize(
    "header",
    [
        "Isi Laporan Akhir",
        "Tanggapan OPD",
        "Kode Unit",
        "Jumlah Laporan",
        "Wilayah Laporan",
        "Unit (saran)",
        "Keyakinan unit",
    ],
)
def test_a_header_with_another_meaning_is_no_field(header: str) -> None:
    assert fields_of(header) == {}


def test_an_exact_name_takes_precedence_over_a_longer_header() -> None:
    assert fields_of("Unit Terkait", "unit")["unit"] == "unit"


def test_one_header_serves_one_field() -> None:
    columns = fields_of("Tanggal", "Waktu", "Laporan", "Kategori", "Topik", "Instansi", "Dinas")
    assert len(set(columns.values())) == len(columns)


@pytest.mark.parametrize(
    "header", ["Nama", "NAMA PELAPOR", "No. HP", "email", "NIK", "Alamat Pelapor", "Nomor Telepon"]
)
def test_personal_data_of_the_reporter_becomes_no_field(header: str) -> None:
    assert is_personal(header)
    assert fields_of(header) == {}


@pytest.mark.parametrize("header", ["Nama Unit", "Nama Kategori", "Nama Instansi"])
def test_the_name_of_a_unit_or_category_is_not_personal(header: str) -> None:
    assert not is_personal(header)


def test_columns_written_by_an_admin_are_no_fields_in_laporan_ringkas() -> None:
    layout = recognise(LAPORAN_RINGKAS_HEADERS, {})
    assert layout.shape == "laporan_ringkas"
    assert layout.columns["text"] == "Isi Laporan Awal"
    assert "title" not in layout.columns
    assert "Isi Laporan Akhir" not in layout.columns.values()


def test_the_reporters_name_is_hidden_in_laporgub() -> None:
    layout = recognise([header or f"Column {place}" for place, header in enumerate(LAPORGUB_HEADERS)], {})
    assert layout.shape == "laporgub"
    assert layout.hidden == {"NAMA"}
    assert layout.columns["unit"] == "DITERUSKAN"


def test_a_chosen_header_takes_precedence() -> None:
    layout = recognise(["isi", "catatan", "dinas"], {"text": "Catatan"})
    assert layout.columns == {"text": "catatan", "unit": "dinas"}


def test_a_missing_chosen_header_is_answered_with_the_existing_headers() -> None:
    with pytest.raises(ColumnMissing, match=r'"Keluan".*Did you mean "keluhan".*"keluhan", "dinas"'):
        recognise(["keluhan", "dinas"], {"text": "Keluan"})


def test_an_unknown_field_is_answered_with_the_known_fields() -> None:
    with pytest.raises(ColumnMissing, match=r'no field "teks".*text'):
        recognise(["keluhan"], {"teks": "keluhan"})


def test_columns_of_suggestions_are_no_fields() -> None:
    added = ["status", "unit_1", "unit_1_confidence", "category_1", "category_1_confidence", "model"]
    assert recognise(["isi", "status_asal", *added], {}).columns == {"text": "isi", "status": "status_asal"}
    assert recognise(["isi", *added], {"unit": "unit_1"}).columns == {"text": "isi", "unit": "unit_1"}


def test_columns_of_suggestions_of_an_office_without_units_are_no_fields() -> None:
    added = ["status", "category_1", "category_1_confidence", "model"]
    assert recognise(["isi", "kategori", *added], {}).columns == {"text": "isi", "category": "kategori"}
