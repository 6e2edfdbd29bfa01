"""The header row and the separator: judged by the rows that they explain."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.exports.open import open_export
from tests.data.exports.columns.tables import COMPLAINTS
from tests.data.exports.files import workbook, written

if TYPE_CHECKING:
    from pathlib import Path

_ADDRESS = "lampu mati, alamat Jl. Mawar No 3, Kelurahan Contoh, Kecamatan Misal, Kota Anu, Provinsi Itu, gelap"


@pytest.mark.parametrize("row", range(3))
def test_commas_of_an_address_are_no_separators(tmp_path: Path, row: int) -> None:
    lines = [f"{n};0{n}/01/2024;{COMPLAINTS[n]};Dinas Air" for n in range(1, 4)]
    lines[row] = f"{row};05/01/2024;{_ADDRESS};Dinas Lampu"
    export = open_export(written(tmp_path, "No;Tanggal;Keluhan;Unit\n" + "\n".join(lines) + "\n"))
    assert (export.separator, export.header_row) == (";", 1)
    assert export.columns == {"text": "Keluhan", "received_at": "Tanggal", "unit": "Unit"}
    assert len(list(export.rows())) == 3


def test_a_title_that_names_a_field_is_no_table_of_one_column(tmp_path: Path) -> None:
    rows = "".join(f"{text},{text[:9]} {n}\n" for n, text in enumerate(["gelap", "padam", "rusak"]))
    export = open_export(written(tmp_path, f"LAPORAN PENGADUAN TAHUN 2024\nPermasalahan,Ditangani\n{rows}"), needs=())
    assert (export.separator, export.header_row) == (",", 2)


def test_a_row_of_data_that_names_fields_is_no_header(tmp_path: Path) -> None:
    rows = [[n, "Lampu mati di depan sekolah", "Dinas Perhubungan", "Kelurahan Contoh"] for n in range(8)]
    path = workbook(tmp_path / "a.xlsx", S=[["No", "Masalah", "Tujuan surat", "Wilayah"], *rows])
    export = open_export(path, columns={"text": "Masalah"})
    assert (export.header_row, len(list(export.rows()))) == (1, 8)


def test_a_row_over_the_header_is_counted_and_named(tmp_path: Path) -> None:
    rows = [["Rekap", ""], ["5", "2024-01-01", "Air mati"], ["Nomor Tiket", "Tanggal", "Isi Laporan"], ["6", "", "x y"]]
    export = open_export(workbook(tmp_path / "a.xlsx", S=rows))
    assert export.header_row == 3
    assert [(row.number, row.problem and row.problem.code) for row in export.rows()] == [
        (2, "exports.above-header"),
        (4, None),
    ]


@pytest.mark.parametrize(
    "second", [["(1)", "(2)", "(3)"], ["1", "2", "3"], ["", "", "Open-Ended Response"], ['{"ImportId":"Q1"}', "", "x"]]
)
def test_a_second_header_row_is_no_complaint(tmp_path: Path, second: list[str]) -> None:
    rows = [["Nomor Tiket", "Tanggal", "Isi Laporan"], second, ["6", "2024-01-01", "Air mati"]]
    problems = [row.problem and row.problem.code for row in open_export(workbook(tmp_path / "a.xlsx", S=rows)).rows()]
    assert problems == ["exports.header-second", None]


def test_a_month_without_rows_keeps_its_header(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "Laporan bulan Juli\n\nnomor tiket,isi laporan,instansi\n"))
    assert (export.separator, export.header_row, export.n_rows) == (",", 3, 0)
