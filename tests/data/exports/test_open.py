from __future__ import annotations

import json
import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.headers import LAPORAN_RINGKAS_HEADERS, LAPORGUB_HEADERS
from data.exports.open import Export, ExportRow, Limits, open_export, open_writer, write_laporan_ringkas, write_laporgub

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

KINDS = [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl"]
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


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell, day if isinstance(cell, date) else None)
    return path


def only_row(export: Export) -> ExportRow:
    (row,) = export.rows()
    return row


def texts(path: Path, **options: Mapping[str, str]) -> list[str | None]:
    return [row.fields.get("text") for row in open_export(path, **options).rows()]  # type: ignore[arg-type]  # one option


# --- Laporan Ringkas


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


@pytest.mark.parametrize(
    ("written_privacy", "anonymous", "confidential"),
    [
        ("", "false", "false"),
        ("Anonim", "true", "false"),
        ("Rahasia", "false", "true"),
        ("Tidak Rahasia", "false", "false"),
    ],
)
def test_the_privacy_of_a_complaint_is_two_flags(
    tmp_path: Path, written_privacy: str, anonymous: str, confidential: str
) -> None:
    path = written(tmp_path, f"Isi Laporan Awal,Tipe Laporan\nx,{written_privacy}\n")
    fields = only_row(open_export(path)).fields
    assert (fields["anonymous"], fields["confidential"]) == (anonymous, confidential)


def test_an_unknown_word_in_a_confidential_column_keeps_the_complaint_confidential(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,rahasia\nx,ya\ny,entah\nz,tidak\n")
    assert [row.fields["confidential"] for row in open_export(path).rows()] == ["true", "true", "false"]


# --- LaporGub

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
    assert row.fields["received_at"] == "24-03-2018 20:37"
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


# --- anything else: round trips


@pytest.mark.parametrize("suffix", KINDS)
@settings(max_examples=40)
@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6))
@example(rows=[("=1+1", "'-2"), ("a\r\nb\rc\nd", '"'), ("😀\u2028", "_x0041_")])
def test_what_is_written_is_read_back_equal(suffix: str, rows: list[tuple[str, str]]) -> None:
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


# --- delimited text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_in_every_encoding_and_with_every_separator(tmp_path: Path, separator: str, encoding: str) -> None:
    lines = [separator.join(["tanggal", "isi", "opd"]), separator.join(["29/05/2023", "Café tutup é", "Dinas Contoh"])]
    export = open_export(written(tmp_path, "\r\n".join(lines).encode(encoding)))
    assert export.separator == separator
    assert export.kind == ("tsv" if separator == "\t" else "csv")
    assert only_row(export).fields == {"received_at": "29/05/2023", "text": "Café tutup é", "unit": "Dinas Contoh"}


def test_cells_of_several_lines_count_as_one_row_as_in_a_spreadsheet(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\n"satu\ndua",A\n\ntiga,B\n')
    assert [(row.number, row.fields["text"]) for row in open_export(path).rows()] == [(2, "satu\ndua"), (4, "tiga")]


def test_zero_bytes_are_left_out(tmp_path: Path) -> None:
    path = written(tmp_path, b"isi,opd\nlampu\0 jalan padam sejak kemarin malam,A\n")
    assert texts(path) == ["lampu jalan padam sejak kemarin malam"]


def test_a_quote_inside_a_cell_is_forgiven_where_the_cells_still_count(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\n"kata "tolong" saja",A\nb,B\n')
    rows = list(open_export(path).rows())
    assert [row.problem for row in rows] == [None, None]
    assert "tolong" in rows[0].fields["text"]


def test_a_row_with_too_many_cells_is_kept_with_its_problem(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\na,A\nlampu, jalan,B\nc,C\n")
    rows = list(open_export(path).rows())
    assert [row.number for row in rows if row.problem] == [3]
    assert rows[1].problem is not None
    assert "3 cells" in str(rows[1].problem)
    assert rows[1].fields == {}
    assert rows[1].values == {"isi": "lampu", "opd": " jalan"}


def test_a_quote_that_is_never_closed_is_a_problem_with_its_lines(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\na,A\n"b,B\nc,C\n')
    rows = list(open_export(path).rows())
    assert rows[0].problem is None
    assert rows[-1].problem is not None
    assert "lines 3 to 4" in str(rows[-1].problem)


def test_a_runaway_cell_is_refused_with_its_line(tmp_path: Path) -> None:
    path = written(tmp_path, 'isi,opd\na,A\n"b,B\n' + "c,C\n" * 40_000)
    with pytest.raises(FileUnreadable, match=r"row 3 \(line 3\).*131,072"):
        list(open_export(path).rows())


def test_a_file_of_one_endless_line_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\n" + "x" * 2_000)
    with pytest.raises(FileUnreadable, match="line 2 is longer"):
        list(open_export(path, limits=Limits(line_characters=1_000)).rows())


def test_one_complaint_a_line_needs_no_separator(tmp_path: Path) -> None:
    path = written(tmp_path, "keluhan\nlampu, jalan; padam\nair mati, tolong\n")
    assert texts(path) == ["lampu, jalan; padam", "air mati, tolong"]


def test_a_repeated_header_row_is_no_complaint(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\na,A\nisi,opd\nb,B\n")
    problems = [row.problem for row in open_export(path).rows()]
    assert [problem and problem.code for problem in problems] == [None, "exports.header-repeated", None]


def test_repeated_and_nameless_headers_are_told_apart(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "isi,opd,,opd\na,b,c,d\n"))
    assert export.headers == ("isi", "opd", "Column C", "opd (2)")
    assert dict(only_row(export).values) == {"isi": "a", "opd": "b", "Column C": "c", "opd (2)": "d"}


def test_rows_can_be_read_twice(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "isi\na\nb\n"))
    assert list(export.rows()) == list(export.rows())
    assert export.share_read() == 1.0


# --- the other kinds


def test_the_sheet_with_known_headers_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        Petunjuk=[["Cara mengisi"], ["..."]],
        Januari=[["isi", "opd"], ["a", "A"]],
        Februari=[["isi", "opd"], ["b", "B"]],
    )
    export = open_export(path)
    assert (export.sheet, export.other_sheets) == ("Januari", ("Februari",))
    assert [row.fields["text"] for row in open_export(path, sheet="Februari").rows()] == ["b"]
    with pytest.raises(FileUnreadable, match=r'no sheet "Maret".*Petunjuk, Januari, Februari'):
        open_export(path, sheet="Maret")


def test_cells_of_a_workbook_become_plain_text(tmp_path: Path) -> None:
    cells = [9165816, datetime(2023, 5, 29, 10, 15), "a", True]  # noqa: DTZ001 - a workbook knows no timezone
    path = workbook(tmp_path / "a.xlsx", S=[["id", "tanggal", "isi", "anonim"], cells])
    fields = only_row(open_export(path)).fields
    assert fields == {"id": "9165816", "received_at": "2023-05-29T10:15:00", "text": "a", "anonymous": "true"}


def test_a_table_may_start_anywhere_on_the_sheet(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[[], [], ["", "", "isi", "", "opd"], ["", "", "a", "x", "A"]])
    export = open_export(path)
    assert export.header_row == 3
    assert export.headers == ("isi", "Column D", "opd")
    assert only_row(export).number == 4


def test_the_kind_is_known_by_content_not_by_suffix(tmp_path: Path) -> None:
    book = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a"]]).rename(tmp_path / "a.csv")
    assert open_export(book).kind == "xlsx"
    assert texts(book) == ["a"]


def test_json_lines_give_the_parts_of_a_place_as_fields(tmp_path: Path) -> None:
    record = {
        "reference_id": "1",
        "text": "a",
        "location": {"province": "P", "regency": "R", "district": "D", "village": "V"},
    }
    export = open_export(written(tmp_path, json.dumps(record), "a.jsonl"))
    fields = only_row(export).fields
    assert (fields["province"], fields["regency"], fields["district"], fields["village"]) == ("P", "R", "D", "V")
    assert export.n_rows == 1


def test_a_broken_json_line_is_kept_with_its_problem(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text": "a"}\n{"text": \n\n[1]\n{"text": "b", "unit": "B"}\n', "a.jsonl")
    rows = list(open_export(path).rows())
    assert [(row.number, row.problem is None) for row in rows] == [(1, True), (2, False), (4, False), (5, True)]
    assert rows[-1].fields == {"text": "b", "unit": "B"}


def test_half_a_surrogate_pair_in_json_does_not_break_the_way_out(tmp_path: Path) -> None:
    path = written(tmp_path, '{"text": "a\\ud83d b"}\n', "a.jsonl")
    with open_writer(tmp_path / "b.jsonl", ["text"]) as writer:
        writer.write(only_row(open_export(path)).values)
    assert texts(tmp_path / "b.jsonl") == ["a? b"]


def test_parquet_is_read_with_its_types(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    moment = datetime(2023, 5, 29, 10, 15)  # noqa: DTZ001 - naive on purpose
    place = pa.array([{"village": "V"}], pa.struct([("village", pa.string())]))
    table = pa.table({"id": [7], "text": ["a"], "date": pa.array([moment], pa.timestamp("ns")), "location": place})
    pq.write_table(table, path)
    export = open_export(path)
    assert (export.kind, export.n_rows, export.header_row) == ("parquet", 1, 0)
    assert only_row(export).fields == {"id": "7", "text": "a", "received_at": "2023-05-29T10:15:00", "village": "V"}


ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="S">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)
ODS_PROTECTED = (
    '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data manifest:checksum="x"/>'
    "</manifest:file-entry></manifest:manifest>"
)
ODS_CELL = '<table:table-cell office:value-type="string"{repeated}><text:p>{text}</text:p></table:table-cell>'


def ods(path: Path, rows: str, manifest: str = "<x/>") -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", ODS.format(rows=rows))
    return path


def test_an_opendocument_sheet_is_read_with_its_million_empty_rows(tmp_path: Path) -> None:
    rows = "".join(
        f"<table:table-row>{ODS_CELL.format(repeated='', text=text)}</table:table-row>" for text in ("isi", "a")
    )
    empty = '<table:table-row table:number-rows-repeated="1048574"><table:table-cell/></table:table-row>'
    export = open_export(ods(tmp_path / "a.ods", rows + empty))
    assert export.kind == "ods"
    assert [row.fields["text"] for row in export.rows()] == ["a"]


# --- columns that the person names


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "kolom1,kolom2\na,A\n")
    export = open_export(path, columns={"text": "kolom1", "unit": "kolom2"})
    assert only_row(export).fields == {"text": "a", "unit": "A"}


def test_a_file_without_a_text_column_is_answered_with_its_headers_and_the_option(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match=r'hold the text.*--text.*"kolom1", "kolom2"'):
        open_export(written(tmp_path, "kolom1,kolom2\na,A\n"))


def test_a_named_column_that_is_missing_is_answered_with_the_closest(tmp_path: Path) -> None:
    with pytest.raises(ColumnMissing, match='Did you mean "kolom1"'):
        open_export(written(tmp_path, "kolom1,kolom2\na,A\n"), columns={"text": "kolom_1x"})


def test_a_file_may_do_without_text_where_only_decisions_are_wanted(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "id,opd\n7,A\n"), needs=("id", "unit"))
    assert only_row(export).fields == {"id": "7", "unit": "A"}


def test_who_the_reporter_is_stays_out_of_the_fields_but_goes_back(tmp_path: Path) -> None:
    row = only_row(open_export(written(tmp_path, "nama pelapor,no hp,isi\nWarga,0812,a\n")))
    assert row.fields == {"text": "a"}
    assert row.values == {"nama pelapor": "Warga", "no hp": "0812", "isi": "a"}


# --- files that can't be read


def test_a_header_without_rows_is_an_export_of_no_rows(tmp_path: Path) -> None:
    for path in (written(tmp_path, "isi,opd\n"), workbook(tmp_path / "a.xlsx", S=[["isi", "opd"]])):
        export = open_export(path)
        assert export.n_rows == 0
        assert list(export.rows()) == []


def test_a_missing_file_is_told_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match=r"no file .*a\.csv"):
        open_export(tmp_path / "a.csv")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileUnreadable, match="is a folder"):
        open_export(tmp_path)


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\r\n \n", b"\xff\xfe"])
def test_an_empty_file_is_refused_with_its_name(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(FileUnreadable, match=r"a\.csv is empty"):
        open_export(written(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 ...", "a PDF"),
        (b"\x89PNG\r\n\x1a\n...", "a picture"),
        (b"\x1f\x8b\x08...", "gzip"),
        (b"<html><table><tr><td>isi</td></tr></table>", "web page"),
        (bytes(range(1, 32)) * 50, "no table"),
        (b'[{"text": "a"}]', "JSON Lines"),
        (b"PK\x03\x04 cut off", "broken or cut off"),
        (b"PAR1 cut off", "broken or cut-off Parquet"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "broken or cut-off workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_what_it_is(tmp_path: Path, content: bytes, message: str) -> None:
    with pytest.raises(FileUnreadable, match=message):
        open_export(written(tmp_path, content, "a.xlsx"))


def test_a_cut_off_workbook_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a"]]).read_bytes()
    with pytest.raises(FileUnreadable, match="broken"):
        open_export(written(tmp_path, whole[: len(whole) // 2], "b.xlsx"))


def test_a_workbook_with_a_damaged_sheet_is_refused(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a"]])
    with zipfile.ZipFile(whole) as before, zipfile.ZipFile(tmp_path / "b.xlsx", "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name)[: 200 if "sheet1" in name else None])
    with pytest.raises(FileUnreadable, match=r"broken|no rows"):
        open_export(tmp_path / "b.xlsx")


def test_a_protected_opendocument_sheet_is_told_as_such(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", "", manifest=ODS_PROTECTED)
    with pytest.raises(FileUnreadable, match="password"):
        open_export(path)


def test_an_archive_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a" * 30_000]])
    content = bytearray(path.read_bytes())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 24 : place + 28] = (10).to_bytes(4, "little")
        place += 4
    with pytest.raises(FileUnreadable, match="broken"):
        open_export(written(tmp_path, bytes(content), "b.xlsx"))


def test_a_stray_cell_in_the_far_corner_is_refused_and_ends_only_the_trial(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "isi")
        sheet.write(1_048_575, 16_383, "x")
    with pytest.raises(FileUnreadable, match="unpacks to far more"):
        open_export(path)


def test_sheets_that_fit_one_by_one_are_refused_where_they_don_t_fit_together(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for _ in range(20):
            sheet = book.add_worksheet()
            sheet.write(0, 0, "isi")
            sheet.write(99_999, 19, "x")
    with pytest.raises(FileUnreadable, match="unpacks to far more"):
        open_export(path, limits=Limits(memory_bytes=300 << 20))


def test_a_workbook_that_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["isi"], ["a"]])
    with pytest.raises(FileUnreadable, match="unpacks to far more"):
        open_export(path, limits=Limits(seconds=0))


def test_a_row_that_is_only_formatted_to_its_end_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
        sheet.write_column(0, 0, ["isi", *["a"] * 2_000])
        for column in range(1, 16_384):
            sheet.write_blank(1, column, None, bold)
    assert len(texts(path)) == 2_000


def nameless(path: Path, rows: str) -> Path:
    """A workbook whose cells leave their reference out, as some programs write it."""
    book = workbook(path.with_suffix(".old"), S=[["isi"]])
    with zipfile.ZipFile(book) as before, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            sheet = before.read(name)
            if name.endswith("sheet1.xml"):
                start, end = sheet.index(b"<sheetData>"), sheet.index(b"</sheetData>")
                sheet = sheet[: start + len(b"<sheetData>")] + rows.encode() + sheet[end:]
            after.writestr(name, sheet)
    return path


def test_cells_without_a_reference_are_read_one_after_the_other(tmp_path: Path) -> None:
    cell = '<c t="inlineStr"><is><t>{}</t></is></c>'
    rows = "".join(f"<row>{cell.format(a)}{cell.format(b)}</row>" for a, b in (("isi", "opd"), ("a", "A")))
    assert texts(nameless(tmp_path / "a.xlsx", rows)) == ["a"]


def test_cells_without_a_reference_are_measured_too(tmp_path: Path) -> None:
    rows = f'<row>{"<c><v>1</v></c>" * 16_000}</row><row r="1000000"><c><v>1</v></c></row>'
    with pytest.raises(FileUnreadable, match="unpacks to far more"):
        open_export(nameless(tmp_path / "a.xlsx", rows))


def test_one_string_repeated_into_gigabytes_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", S=[["isi"], *[["a" * 30_000]] * 5_000])
    with pytest.raises(FileUnreadable, match="unpacks to far more"):
        open_export(path, limits=Limits(memory_bytes=100 << 20))


def test_an_opendocument_cell_that_stands_for_a_billion_is_refused(tmp_path: Path) -> None:
    cell = ODS_CELL.format(repeated=' table:number-columns-repeated="16384"', text="x")
    path = ods(tmp_path / "a.ods", f'<table:table-row table:number-rows-repeated="1000000">{cell}</table:table-row>')
    with pytest.raises(FileUnreadable, match=r"unpacks to far more|broken"):
        open_export(path)


def test_old_workbooks_can_be_turned_away(tmp_path: Path) -> None:
    path = written(tmp_path, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "a.xls")
    with pytest.raises(FileUnreadable, match=r"save it as \.xlsx"):
        open_export(path, limits=Limits(xls=False))


def test_parquet_of_too_many_rows_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    pq.write_table(pa.table({"text": ["a"] * 11}), path)
    with pytest.raises(FileUnreadable, match="11 rows"):
        open_export(path, limits=Limits(rows=10))


@settings(max_examples=150)
@given(content=st.binary(max_size=400), suffix=st.sampled_from([*KINDS, ".ods", ".xls"]))
def test_no_bytes_give_anything_but_rows_or_our_own_error(content: bytes, suffix: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = written(Path(folder), content, f"a{suffix}")
        try:
            list(open_export(path).rows())
        except PilahError as error:
            assert str(error)  # noqa: PT017 - rows are as welcome as an error


def test_a_workbook_whose_member_has_a_garbled_name_is_read_all_the_same(tmp_path: Path) -> None:
    content = bytearray(workbook(tmp_path / "a.xlsx", S=[["isi"], ["lampu mati"]]).read_bytes())
    # The local header alone: the directory at the end still has the name, so the archive opens.
    at = content.index(b"[Content_Types].xml")
    content[at + 3] = 0xD0
    content[at - 30 + 7] |= 0x08
    assert texts(written(tmp_path, bytes(content), "b.xlsx")) == ["lampu mati"]
