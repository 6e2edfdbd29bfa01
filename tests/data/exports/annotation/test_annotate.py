"""Files of every kind that come back with columns at the right."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exports.annotation.annotate import own_suffix
from data.exports.open import open_export, open_exports
from tests.data.exports.annotation.files import HEADERS, annotated
from tests.data.exports.files import workbook, written

if TYPE_CHECKING:
    from pathlib import Path

_ADDED = "confident;Dinas <{}> & é;0.5"
_ODS = (
    '<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    "{tables}</office:spreadsheet></office:body></office:document-content>"
)


def _ods(path: Path, **sheets: list[list[str | float | date]]) -> Path:
    def cell(value: str | float | date) -> str:
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value}"/>'
        if isinstance(value, float):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    def row(cells: list[str | float | date]) -> str:
        return f"<table:table-row>{''.join(map(cell, cells))}</table:table-row>"

    tables = (
        f'<table:table table:name="{name}">{"".join(map(row, rows))}</table:table>' for name, rows in sheets.items()
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<x/>")
        archive.writestr("content.xml", _ODS.format(tables="".join(tables)))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_text_keeps_separator_encoding_quotes_line_ends_and_the_rows_above(tmp_path: Path, encoding: str) -> None:
    lines = [
        'Rekap Mei;"a ""b"""',
        "",
        "id;isi;opd",
        '1;"lampu\nmati";Dinas A',
        "02;=jalan – rusak;",
        "3;kurang",
        "",
        "4;a;b",
    ]
    source = written(tmp_path, "\r\n".join(lines).encode(encoding))
    result = annotated(source, tmp_path / "b.csv")
    assert (result.rows[""], result.notices) == (4, [])
    lines[2] += f";{';'.join(HEADERS)}"
    lines[3] += f";{_ADDED.format(4)}"
    lines[4] += f";{_ADDED.format(5)}"
    lines[5] += f";;{_ADDED.format(6)}"
    lines[7] += f";{_ADDED.format(8)}"
    assert (tmp_path / "b.csv").read_bytes() == "\r\n".join(lines).encode(encoding)


def test_bytes_that_are_no_characters_stay(tmp_path: Path) -> None:
    # More than the sample that the encoding is judged by.
    source = written(tmp_path, b"id,isi\n1,caf\x81\n")
    annotated(source, tmp_path / "b.csv")
    assert b"1,caf\x81,confident" in (tmp_path / "b.csv").read_bytes()


@given(cells=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1), min_size=1))
def test_without_the_new_columns_a_text_is_the_original(
    tmp_path_factory: pytest.TempPathFactory, cells: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("t")
    rows = ['"' + cell.replace('"', '""') + '",x' for cell in cells]
    source = written(folder, "\n".join(["isi,opd", *rows]) + "\n")
    result = annotated(source, folder / "b.csv")
    content = (folder / "b.csv").read_bytes().decode()
    content = content.replace(f",{','.join(HEADERS)}\n", "\n")
    for number in range(2, len(cells) + 2):
        content = content.replace(f",confident,Dinas <{number}> & é,0.5\n", "\n")
    assert content.encode() == source.read_bytes()
    assert result.rows[""] == len(cells)


def test_a_tab_separated_text_keeps_its_name(tmp_path: Path) -> None:
    source = written(tmp_path, "isi\topd\na\tb\n", "a.txt")
    assert own_suffix(open_export(source)) == ".txt"
    annotated(source, tmp_path / "b.txt")
    expected = f"isi;opd;{';'.join(HEADERS)}|a;b;{_ADDED.format(2)}|"
    assert (tmp_path / "b.txt").read_text() == expected.replace(";", "\t").replace("|", "\n")


def test_a_text_in_an_archive_comes_back_as_text(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("mei.csv", "isi;opd\na;b\n")
    assert own_suffix(open_export(tmp_path / "a.zip")) == ".csv"
    annotated(tmp_path / "a.zip", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == f"isi;opd;{';'.join(HEADERS)}\na;b;{_ADDED.format(2)}\n"


def test_a_web_page_and_a_json_document_come_back_as_what_can_be_written(tmp_path: Path) -> None:
    page = written(tmp_path, "<table><tr><th>isi<th>opd<tr><td>a<td>b</table>", "a.xls")
    assert own_suffix(open_export(page)) == ".xlsx"
    assert "comes back as .xlsx" in str(annotated(page, tmp_path / "b.xlsx").notices[0])
    assert next(open_export(tmp_path / "b.xlsx").rows()).values["unit_1"] == "Dinas <2> & é"
    document = written(tmp_path, '{"data": [{"isi": "a", "opd": "b"}]}', "a.json")
    assert own_suffix(open_export(document)) == ".jsonl"
    assert "come back as rows" in str(annotated(document, tmp_path / "b.jsonl").notices[0])


def test_a_column_of_the_office_keeps_its_name_and_meaning(tmp_path: Path) -> None:
    source = written(tmp_path, "isi,status,unit\na,Selesai,Dinas A\n")
    annotated(source, tmp_path / "b.csv")
    annotated(tmp_path / "b.csv", tmp_path / "c.csv")
    for name, added in (("b.csv", ["status_saran"]), ("c.csv", ["status_saran", "status_saran_2"])):
        export = open_export(tmp_path / name)
        assert [header for header in export.headers if header.startswith("status_")] == added
        (row,) = export.rows()
        assert (row.fields["status"], row.fields["unit"]) == ("Selesai", "Dinas A")


def test_json_lines_keep_their_objects_and_broken_lines(tmp_path: Path) -> None:
    record = {"isi": "lampu mati", "location": {"village": "X"}, "tags": [1, 2]}
    source = written(tmp_path, f"{json.dumps(record)}\nrusak\n", "a.jsonl")
    annotated(source, tmp_path / "b.jsonl")
    first, second = (tmp_path / "b.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(first) == {**record, "status": "confident", "unit_1": "Dinas <1> & é", "unit_1_confidence": 0.5}
    assert second == "rusak"


def test_parquet_keeps_its_types(tmp_path: Path) -> None:
    moment = datetime(2024, 5, 29, tzinfo=UTC)
    table = pa.table({"isi": ["a", None, "c"], "masuk": [moment] * 3, "n": [1, 2, 3], "lokasi": [{"rt": 1}] * 3})
    pq.write_table(table, tmp_path / "a.parquet")
    annotated(tmp_path / "a.parquet", tmp_path / "b.parquet")
    after = pq.read_table(tmp_path / "b.parquet")
    assert after.select(table.column_names) == table
    assert after.column("unit_1_confidence").to_pylist() == [0.5] * 3
    assert after.column("unit_1").to_pylist()[2] == "Dinas <3> & é"


def test_another_kind_of_workbook_comes_back_with_the_values_of_all_sheets(tmp_path: Path) -> None:
    source = _ods(
        tmp_path / "a.ods",
        Rekap=[["Bulan", "Jumlah"], ["Mei", 1.0]],
        Mei=[["LAPORAN"], ["tanggal", "isi", "biaya"], [date(2024, 5, 29), "lampu", 2.5]],
    )
    export = open_export(source)
    assert own_suffix(export) == ".xlsx"
    result = annotated(source, tmp_path / "b.xlsx")
    assert "a.ods comes back as .xlsx" in str(result.notices[0])
    book = openpyxl.load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames == ["Rekap", "Mei"]
    assert [cell.value for cell in book["Mei"][1]][:2] == ["LAPORAN", None]
    page = book["Mei"]
    assert [cell.value for cell in page[2]] == ["tanggal", "isi", "biaya", *HEADERS]
    assert (page["A3"].value, page["A3"].number_format) == (datetime(2024, 5, 29), "dd/mm/yyyy")  # noqa: DTZ001 - as in a workbook
    assert [cell.value for cell in page[3]][1:] == ["lampu", 2.5, "confident", "Dinas <3> & é", 0.5]


def test_several_sheets_in_one_table_are_told_apart_and_the_loss_is_said(tmp_path: Path) -> None:
    rows: list[list[object]] = [["isi", "masuk"], ["a", date(2024, 5, 29)]]
    source = workbook(tmp_path / "a.xlsx", Mei=rows, Juni=[*rows, ["b", ""]])
    result = annotated(source, tmp_path / "b.csv")
    assert result.rows == {"Mei": 1, "Juni": 2}
    assert "b.csv holds the rows of complaints alone" in str(result.notices[0])
    assert [row.values["sheet"] for row in open_export(tmp_path / "b.csv").rows()] == ["Mei", "Juni", "Juni"]


def test_a_cell_that_is_too_long_for_a_workbook_is_cut_and_named(tmp_path: Path) -> None:
    source = written(tmp_path, f"isi,opd\npendek,A\n{'x' * 40_000},B\n")
    result = annotated(source, tmp_path / "b.xlsx")
    assert 'row 3, column "isi"' in str(result.notices[0])
    first, second = open_export(tmp_path / "b.xlsx").rows()
    assert first.fields["text"] == "pendek"
    assert second.fields["text"].endswith("x… [dipotong: 40000 karakter]")


def test_times_and_dates_before_spreadsheets_are_written_as_they_can_be(tmp_path: Path) -> None:
    table = pa.table({"isi": ["a"], "jam": [time(8, 15)], "lahir": [date(1876, 1, 2)]})
    pq.write_table(table, tmp_path / "a.parquet")
    annotated(tmp_path / "a.parquet", tmp_path / "b.xlsx")
    (row,) = open_exports(tmp_path / "b.xlsx")[0].rows()
    assert (row.values["jam"], row.values["lahir"]) == (time(8, 15), "1876-01-02")
