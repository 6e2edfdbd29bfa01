"""Headers of two rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openpyxl import Workbook

from data.exports.open import open_export

if TYPE_CHECKING:
    from pathlib import Path

_ROWS = (
    ("REKAP ADUAN",),
    ("No", "Tanggal", None, "Pelapor", None, "Lokasi", None, "Isi Laporan", "OPD"),
    (None, "Masuk", "Selesai", "Nama", "Alamat", "Kelurahan", "Kecamatan", None, None),
    (1, "2024-01-05", "2024-02-05", "Nama Contoh", "Jl A", "Kauman", "Tengah", "lampu mati di gang", "Dinas A"),
    (2, "2024-01-06", "2024-02-06", "Nama Lain", "Jl B", "Kauman", "Tengah", "air mati sejak pagi", "Dinas B"),
)


@pytest.mark.parametrize("merged", [(), ("A2:A3", "B2:C2", "D2:E2", "F2:G2", "H2:H3", "I2:I3", "A1:I1")])
def test_a_group_over_its_columns_names_them_together(tmp_path: Path, merged: tuple[str, ...]) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in _ROWS:
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    workbook.save(tmp_path / "a.xlsx")
    export = open_export(tmp_path / "a.xlsx")
    assert export.header_row == 3
    assert export.columns == {
        "received_at": "Tanggal Masuk",
        "village": "Lokasi Kelurahan",
        "district": "Lokasi Kecamatan",
        "text": "Isi Laporan",
        "unit": "OPD",
    }
    assert "Alamat Pelapor" in export.headers
    rows = list(export.rows())
    assert [row.problem for row in rows] == [None, None]
    assert (rows[0].number, rows[0].fields["village"], rows[0].fields["text"]) == (4, "Kauman", "lampu mati di gang")


def test_a_row_of_data_under_a_header_with_a_nameless_column_stays_data(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("No;Isi Laporan;;OPD\n1;lampu mati;segera;Dinas A\n;air mati;segera;\n", encoding="utf-8")
    assert [row.fields["text"] for row in open_export(path).rows()] == ["lampu mati", "air mati"]


def test_a_title_over_the_header_is_no_group(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Rekap aduan;;;\nNo;Isi Laporan;Tanggal;OPD\n1;lampu mati;2024-01-05;Dinas A\n", encoding="utf-8")
    export = open_export(path)
    assert (export.header_row, export.columns["text"]) == (2, "Isi Laporan")
