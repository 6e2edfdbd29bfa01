"""The reporter's own name, hidden in the text of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.exports.columns.reporter_names import hide_name
from data.exports.headers import LAPORAN_RINGKAS_HEADERS
from data.exports.open import open_export
from tests.data.exports.files import only_row, written

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Nama saya SITI  CONTOH, lampu mati", "Nama saya [NAMA], lampu mati"),
        ("saya siti contoh", "saya [NAMA]"),
        ("Tertanda, Siti", "Tertanda, [NAMA]"),
        ("sebagai contoh, jalan rusak", "sebagai contoh, jalan rusak"),
        ("Sitinurbaya", "Sitinurbaya"),
    ],
)
def test_a_name_is_hidden_as_a_whole_in_any_case_and_in_parts_where_capitalised(text: str, hidden: str) -> None:
    assert hide_name(text, "Siti Contoh") == hidden


@pytest.mark.parametrize("name", ["", "-", "Anonim", "Warga", "Hamba Allah", "12345", "satu dua tiga empat " * 3])
def test_a_cell_without_a_name_hides_nothing(name: str) -> None:
    text = "Warga Anonim melapor: Jalan rusak, satu Dua 12345"
    assert hide_name(text, name) == text


def test_lapors_reporter_is_hidden_in_the_row_and_dropped(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "Tracking ID,Nama Pelapor,Isi Laporan Awal,Judul Laporan\n7,Siti Contoh,Saya Siti Contoh. Air mati,Air\n",
    )
    export = open_export(path)
    row = only_row(export)
    assert row.fields["text"] == "Saya [NAMA]. Air mati"
    assert "Nama Pelapor" not in export.headers
    assert "Nama Pelapor" not in row.values


def test_lapors_export_since_2024_gives_places_and_the_units_id(tmp_path: Path) -> None:
    headers = [*LAPORAN_RINGKAS_HEADERS, "ID Instansi Terdisposisi", "Nama Pelapor", "Kecamatan", "Kelurahan", "Rating"]
    path = written(tmp_path, ",".join(headers) + "\n" + ",".join(f"x{n}" for n in range(len(headers))) + "\n")
    export = open_export(path)
    assert export.shape == "laporan_ringkas"
    added = {field: export.columns[field] for field in ("unit", "unit_id", "district", "village")}
    assert added == {
        "unit": "Instansi Terdisposisi",
        "unit_id": "ID Instansi Terdisposisi",
        "district": "Kecamatan",
        "village": "Kelurahan",
    }
    assert "title" not in export.columns
    assert not {"Judul Laporan", "Isi Laporan Akhir"} & set(export.columns.values())


def test_a_renamed_copy_of_lapors_export_is_read(tmp_path: Path) -> None:
    header = (
        "tracking_id,tanggal_masuk,kategori,judul_laporan,isi_laporan_awal,isi_laporan_akhir,dinas_tujuan,kecamatan"
    )
    columns = open_export(written(tmp_path, f"{header}\n1,2024-01-02,A,b,c d,e,Dinas Air,Kecamatan Timur\n")).columns
    assert columns == {
        "id": "tracking_id",
        "received_at": "tanggal_masuk",
        "category": "kategori",
        "text": "isi_laporan_awal",
        "unit": "dinas_tujuan",
        "district": "kecamatan",
    }
