"""Exports read and written back, in every shape and kind."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.dates import DateOrder
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS
from data.exports.open import (
    date_notices,
    open_export,
    open_exports,
    open_writer,
    write_laporan_ringkas,
    write_laporgub,
)
from tests.data.exports.files import KINDS, only_row, workbook, written

# No file holds half a surrogate pair; a workbook holds neither U+FFFE nor U+FFFF.
TEXTS = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"], include_characters="\n\r\t\x7f\x85", exclude_characters="\ufffe\uffff"
    ),
    max_size=60,
)
CELLS = st.one_of(TEXTS, st.from_regex(r"'*[=+\-@\t\r][^\0]{0,5}", fullmatch=True), st.just('"a;\n"b",\r\nc'))
COMPLAINT = {
    "Tracking ID": "8800123",
    "Tanggal Laporan Masuk": "29 May 2023",
    "Waktu Laporan Masuk": "10:15:00",
    "Klasifikasi Laporan": "Permintaan Informasi",
    "ID Kategori": 928.0,
    "Kategori": "Penerangan Jalan",
    "Judul Laporan": "Ditulis admin",
    "Isi Laporan Awal": "Lampu jalan padam.\nMohon diperbaiki.",
    "Isi Laporan Akhir": "Yth. Dinas Contoh, lampu jalan padam.",
    "Tipe Laporan (Anonim/Rahasia)": "Anonim|Rahasia",
    "Sumber Laporan": "Website",
    "Instansi Induk": "Pemerintah Kota Contoh",
    "Instansi Terdisposisi": "Dinas Contoh",
    "Status Laporan": "Ditutup oleh Sistem",
    "Alasan Tunda/Arsip": "",
    "Provinsi": "Provinsi Contoh",
    "Kota/Kabupaten": "Kota Contoh",
}


def test_laporan_ringkas_is_read_from_its_eleventh_row(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write_laporan_ringkas(path, [COMPLAINT]) == 1
    export = open_export(path)
    assert (export.shape, export.kind, export.header_row) == ("laporan_ringkas", "xlsx", 11)
    assert export.headers == LAPORAN_RINGKAS_HEADERS
    row = only_row(export)
    assert row.number == 12
    assert row.fields == {
        "id": "8800123",
        "received_at": "2023-05-29T10:15:00",
        "type": "Permintaan Informasi",
        "category_id": "928",
        "category": "Penerangan Jalan",
        "text": "Lampu jalan padam.\nMohon diperbaiki.",
        "privacy": "Anonim|Rahasia",
        "anonymous": "true",
        "confidential": "true",
        "channel": "Website",
        "parent_unit": "Pemerintah Kota Contoh",
        "unit": "Dinas Contoh",
        "status": "Ditutup oleh Sistem",
        "reason": "",
        "province": "Provinsi Contoh",
        "regency": "Kota Contoh",
    }


def test_laporan_ringkas_goes_back_with_its_suggestions_after_the_17_columns(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_laporan_ringkas(first, [COMPLAINT], preamble={"Nama Instansi": "Kota Contoh"})
    rows = [{**row.values, "Saran unit": "Dinas Lain", "Keyakinan": 0.25} for row in open_export(first).rows()]
    write_laporan_ringkas(second, rows, extra_headers=["Saran unit", "Keyakinan"])
    export = open_export(second)
    assert export.headers == (*LAPORAN_RINGKAS_HEADERS, "Saran unit", "Keyakinan")
    assert only_row(export).values == {**COMPLAINT, "Saran unit": "Dinas Lain", "Keyakinan": 0.25}
    assert only_row(export).fields["unit"] == "Dinas Contoh"


def test_a_shortened_header_goes_back_into_its_column(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    write_laporan_ringkas(path, [{"Isi Laporan Awal": "x", "Tipe Laporan": "Rahasia"}])
    assert only_row(open_export(path)).values["Tipe Laporan (Anonim/Rahasia)"] == "Rahasia"


MONTHLY = {"NO": 17, "LAPORAN": "Jalan rusak", "WAKTU": "24-03-2018 20:37", "KATEGORI": "Jalan", "DITERUSKAN": "DINAS PU",
           "DARI": "SMS", "STATUS": "Laporan Selesai", "Column K": "25-03-2018"}  # fmt: skip


def test_laporgub_is_read_with_an_id_that_holds_the_month(tmp_path: Path) -> None:
    path = tmp_path / "Aduan Maret.xlsx"
    write_laporgub(path, [MONTHLY])
    export = open_export(path)
    assert (export.shape, export.header_row) == ("laporgub", 3)
    row = only_row(export)
    assert row.fields["id"] == "aduan-maret-17"
    assert row.fields["unit"] == "DINAS PU"
    assert row.fields["received_at"] == "2018-03-24T20:37:00"
    assert row.values["Column K"] == "25-03-2018"


def test_a_name_in_laporgub_is_never_read_in(tmp_path: Path) -> None:
    cells = [17, "Warga Contoh", "Jalan rusak", *[""] * 13]
    path = workbook(tmp_path / "a.xlsx", S=[["LAPORAN  ADUAN TAHUN 2018"], [], LAPORGUB_HEADERS, cells])
    export = open_export(path)
    assert "NAMA" not in export.headers
    assert "Warga Contoh" not in str(only_row(export))


def test_laporgub_goes_back_into_its_shape(tmp_path: Path) -> None:
    first, second = tmp_path / "a.xlsx", tmp_path / "b.xlsx"
    write_laporgub(first, [MONTHLY])
    before = only_row(open_export(first)).values
    write_laporgub(second, [before])
    assert only_row(open_export(second)).values == before


@pytest.mark.parametrize("suffix", KINDS)
@settings(max_examples=40)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
@example(rows=[("=1+1", "'-2"), ("a\r\nb\rc\nd", '"'), ("😀\u2028", "_x0041_")])
def test_written_rows_are_read_back_equal(suffix: str, rows: list[tuple[str, str]]) -> None:
    # The first column is never blank: a blank row is no row.
    values = [{"isi": f"x{text}", "dinas": unit, "=catatan": text} for text, unit in rows]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        with open_writer(path, ["isi", "dinas", "=catatan"]) as writer:
            for row in values:
                writer.write(row)
        export = open_export(path, columns={"text": "isi"})
        assert [row.values for row in export.rows()] == values
        assert [row.fields["unit"] for row in export.rows()] == [unit.strip() for _, unit in rows]


@settings(max_examples=40)
@given(CELLS, CELLS)
def test_both_official_shapes_are_read_back_equal(text: str, unit: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.xlsx"
        write_laporan_ringkas(path, [{"Tracking ID": "1", "Isi Laporan Awal": text, "Instansi Terdisposisi": unit}])
        values = only_row(open_export(path)).values
        assert (values["Isi Laporan Awal"], values["Instansi Terdisposisi"]) == (text, unit)
        write_laporgub(path, [{"NO": 1, "LAPORAN": text, "DITERUSKAN": unit}])
        values = only_row(open_export(path)).values
        assert (values["LAPORAN"], values["DITERUSKAN"]) == (text, unit)


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "kolom1,kolom2\na,A\n")
    export = open_export(path, columns={"text": "kolom1", "unit": "kolom2"})
    assert only_row(export).fields == {"text": "a", "unit": "A"}


def test_a_file_without_a_text_column_is_answered_with_its_headers_and_the_option(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match=r'hold the text.*--text.*"kolom1", "kolom2"'):
        open_export(written(tmp_path, "kolom1,kolom2\na,A\n"))


def test_a_missing_chosen_column_is_answered_with_the_closest(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match='Did you mean "kolom1"'):
        open_export(written(tmp_path, "kolom1,kolom2\na,A\n"), columns={"text": "kolom_1x"})


def test_a_file_may_do_without_text_where_only_decisions_are_wanted(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "id,opd\n7,A\n"), needs=("id", "unit"))
    assert only_row(export).fields == {"id": "7", "unit": "A"}


@settings(max_examples=150)
@given(content=st.binary(max_size=400), suffix=st.sampled_from([*KINDS, ".ods", ".xls"]))
def test_no_bytes_give_anything_but_rows_or_our_own_error(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), content, f"a{suffix}")
        try:
            list(open_export(path).rows())
        except PilahError as error:
            assert str(error)  # noqa: PT017 - rows are as welcome as an error


def test_the_date_column_is_read_in_one_order_over_all_sheets(tmp_path: Path) -> None:
    header = ["Isi Laporan", "Tanggal"]
    path = workbook(
        tmp_path / "a.xlsx",
        Mei=[header, ["a", "05/06/2024"]],
        Juni=[header, ["b", "06/29/2024"]],
        Lain=[["Isi Laporan", "Tgl Masuk"], ["c", "05/06/2024"]],
    )
    exports = open_exports(path)
    days = [row.fields["received_at"][:10] for export in exports for row in export.rows()]
    assert days == ["2024-05-06", "2024-06-29", "2024-06-05"]
    assert [notice.code for notice in date_notices(exports)] == [
        "exports.dates-month-first",
        "exports.dates-assumed-day-first",
    ]


def test_other_date_columns_tell_the_order(tmp_path: Path) -> None:
    rows = "".join(f"keluhan {n},0{n}/06/2024,{n}/20/2024,08-12-{n}\n" for n in range(1, 5))
    export = open_export(written(tmp_path, f"Isi Laporan,Tanggal,Selesai,Nomor\n{rows}"))
    assert next(export.rows()).fields["received_at"] == "2024-01-06T00:00:00"
    assert "the file's other dates have the month first" in str(export.dates.notices[0])


def test_the_person_names_the_order_of_dates(tmp_path: Path) -> None:
    path = written(tmp_path, "Isi Laporan,Tanggal\na,05/06/2024\nb,29/05/2024\n")
    export = open_export(path, date_order=DateOrder.MONTH_FIRST)
    assert [row.fields["received_at"] for row in export.rows()] == ["2024-05-06T00:00:00", "29/05/2024"]


def test_a_broken_end_leaves_the_dates_above_readable(tmp_path: Path) -> None:
    path = written(tmp_path, f'Isi Laporan,Tanggal\na,05/29/2024\nb,"{"x" * 200_000}"\n')
    rows = open_export(path).rows()
    assert next(rows).fields["received_at"] == "2024-05-29T00:00:00"
    with pytest.raises(FileUnreadable):
        next(rows)
