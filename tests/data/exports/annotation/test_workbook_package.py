"""Workbooks that come back with columns at the right, and everything else as it was."""

from __future__ import annotations

import zipfile
from datetime import datetime
from typing import TYPE_CHECKING

import openpyxl
import pytest
import python_calamine as calamine
import xlsxwriter

from data.errors import FileUnreadable, PilahError
from data.exports.annotation import annotate, sheet_xml
from data.exports.open import Limits, open_exports
from tests.data.exports.annotation.files import HEADERS, annotated

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

_DAY = datetime(2024, 5, 29, 10, 15)  # noqa: DTZ001 - a workbook knows no timezone


def office_workbook(path: Path) -> Path:
    """Two months after a summary, with most things that people put into a workbook."""
    with xlsxwriter.Workbook(path) as book:
        bold, day, money = (book.add_format(look) for look in ({"bold": True}, _DATE, {"num_format": "#,##0.00"}))
        book.add_worksheet("Rekap").write_row(0, 0, ["Bulan", "Jumlah"])
        for month in ("Januari", "Februari"):
            page = book.add_worksheet(month)
            page.merge_range("A1:F1", "LAPORAN PENGADUAN", bold)
            page.write_row(2, 0, ["No", "Tanggal", "Isi Laporan", "OPD", "Biaya", "Rumus"], bold)
            for row in range(3, 6):
                page.write(row, 0, row)
                page.write_datetime(row, 1, _DAY, day)
                page.write_rich_string(row, 2, "lampu ", bold, "mati", f" di {month} {row}")
                page.write(row, 3, "Dinas A & B")
                page.write(row, 4, 1234.5, money)
                page.write_formula(row, 5, f"=E{row + 1}*2", None, 2469)
                # Cells with a format alone, as programs leave them at the right.
                page.write_blank(row, 7, None, money)
            page.autofilter(2, 0, 5, 5)
            page.freeze_panes(3, 0)
            page.set_column(2, 2, 60)
            page.set_column(6, 16_383, None, None, {"hidden": True})
            chart = book.add_chart({"type": "column"})
            chart.add_series({"values": f"={month}!$E$4:$E$6"})
            page.insert_chart("A20", chart)
            page.insert_textbox("A40", "kop surat")
            page.write_comment("A4", "catatan")
            page.data_validation("D4:D99", {"validate": "list", "source": ["Dinas A & B"]})
    return path


_DATE = {"num_format": "dd/mm/yyyy hh:mm"}


def _parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _changed(source: Path, target: Path, change: Callable[[str, bytes], bytes]) -> Path:
    with zipfile.ZipFile(target, "w") as archive:
        for name, content in _parts(source).items():
            archive.writestr(name, change(name, content))
    return target


def _cells(path: Path, sheet: str) -> list[list[object]]:
    return [list(row) for row in calamine.CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python()]


def _table(path: Path, options: Mapping[str, object]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        page = book.add_worksheet("Formulir")
        page.add_table(0, 0, 1, 1, {**options, "data": [[1, "lampu mati"]]})
    return path


def test_new_columns_follow_on_every_sheet_and_all_cells_stay(tmp_path: Path) -> None:
    source, target = office_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    result = annotated(source, target)
    assert (result.rows, result.notices) == ({"Januari": 3, "Februari": 3}, [])
    assert _cells(target, "Rekap") == _cells(source, "Rekap")
    for month in ("Januari", "Februari"):
        before, after = _cells(source, month), _cells(target, month)
        assert [row[:6] for row in after] == before
        assert after[2][6:] == HEADERS
        assert [row[6:] for row in after[3:]] == [["confident", f"Dinas <{n}> & é", 0.5] for n in (4, 5, 6)]


def test_formats_filters_pictures_and_stored_values_stay(tmp_path: Path) -> None:
    source, target = office_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    annotated(source, target)
    before, after = _parts(source), _parts(target)
    assert {name for name in before if before[name] != after[name]} == {
        "xl/workbook.xml",
        "xl/worksheets/sheet2.xml",
        "xl/worksheets/sheet3.xml",
    }
    page = openpyxl.load_workbook(target)["Januari"]
    assert page.freeze_panes == "A4"
    assert page.auto_filter.ref == "A3:I6"
    assert b"Januari!$A$3:$I$6" in after["xl/workbook.xml"]
    assert page.column_dimensions["C"].width > 50
    assert page["G3"].font.b
    assert (page["B4"].value, page["B4"].number_format, page["F4"].value) == (_DAY, "dd/mm/yyyy hh:mm", "=E4*2")
    assert openpyxl.load_workbook(target, data_only=True)["Januari"]["F4"].value == 2469


def test_new_columns_are_visible_among_hidden_ones(tmp_path: Path) -> None:
    source, target = office_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx"
    annotated(source, target)
    sheet = _parts(target)["xl/worksheets/sheet2.xml"]
    assert b'min="7"' not in sheet
    assert b'<col min="10" max="16384"' in sheet


@pytest.mark.parametrize("size", [1, 7, 100])
def test_the_sheet_is_the_same_whatever_pieces_it_is_read_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    source = office_workbook(tmp_path / "a.xlsx")
    annotated(source, tmp_path / "b.xlsx")
    monkeypatch.setattr(sheet_xml, "_CHUNK_BYTES", size)
    annotated(source, tmp_path / "c.xlsx")
    assert _parts(tmp_path / "b.xlsx") == _parts(tmp_path / "c.xlsx")


def test_a_result_is_read_and_annotated_again(tmp_path: Path) -> None:
    first, second = tmp_path / "b.xlsx", tmp_path / "c.xlsx"
    annotated(office_workbook(tmp_path / "a.xlsx"), first)
    annotated(first, second)
    export = open_exports(second)[0]
    assert export.headers[6:] == (*HEADERS, *(f"{header}_saran" for header in HEADERS))
    assert export.columns["unit"] == "OPD"
    assert "status" not in export.columns


def test_a_table_reaches_over_the_new_columns(tmp_path: Path) -> None:
    source = _table(tmp_path / "a.xlsx", {"columns": [{"header": "id"}, {"header": "isi"}]})
    annotated(source, tmp_path / "b.xlsx")
    (table,) = openpyxl.load_workbook(tmp_path / "b.xlsx")["Formulir"].tables.values()
    assert (table.ref, table.autoFilter.ref) == ("A1:E2", "A1:E2")
    assert [(column.id, column.name) for column in table.tableColumns] == list(enumerate(["id", "isi", *HEADERS], 1))


def test_elements_with_a_prefix_are_understood(tmp_path: Path) -> None:
    def prefixed(name: str, content: bytes) -> bytes:
        if "worksheets/sheet" not in name:
            return content
        text = (
            content.decode().replace("</", "</x:").replace("<", "<x:").replace("<x:/x:", "</x:").replace("<x:?", "<?")
        )
        return text.replace("xmlns=", "xmlns:x=").encode()

    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        page = book.add_worksheet("S")
        page.write_row(0, 0, ["id", "isi"])
        page.write_row(1, 0, [1, "lampu mati"])
    annotated(_changed(tmp_path / "a.xlsx", tmp_path / "x.xlsx", prefixed), tmp_path / "b.xlsx")
    assert _cells(tmp_path / "b.xlsx", "S")[1] == [1.0, "lampu mati", "confident", "Dinas <2> & é", 0.5]


def test_a_sheet_that_cannot_be_kept_comes_back_with_its_values(tmp_path: Path) -> None:
    def with_a_doctype(name: str, content: bytes) -> bytes:
        if "worksheets/sheet" not in name:
            return content
        return content.replace(b"<worksheet", b"<!DOCTYPE worksheet><worksheet", 1)

    source = _changed(office_workbook(tmp_path / "a.xlsx"), tmp_path / "x.xlsx", with_a_doctype)
    result = annotated(source, tmp_path / "b.xlsx")
    assert "comes back as .xlsx" in str(result.notices[0])
    assert result.rows == {"Januari": 3, "Februari": 3}
    assert _cells(tmp_path / "b.xlsx", "Februari")[3][1:3] == [_DAY, "lampu mati di Februari 3"]


def test_macros_stay_in_a_file_named_after_them(tmp_path: Path) -> None:
    def with_macros(name: str, content: bytes) -> bytes:
        sheet = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
        macros = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
        return content.replace(sheet, macros) if name == "[Content_Types].xml" else content

    source = _changed(office_workbook(tmp_path / "a.xlsx"), tmp_path / "a.xlsm", with_macros)
    assert annotate.own_suffix(open_exports(source)[0]) == ".xlsm"
    with pytest.raises(PilahError, match=r"name the file with suggestions \.xlsm"):
        annotated(source, tmp_path / "b.xlsx")
    assert not annotated(source, tmp_path / "b.xlsm").notices


def test_a_workbook_that_unpacks_to_more_than_the_limit_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = office_workbook(tmp_path / "a.xlsx")
    monkeypatch.setattr(annotate, "Limits", lambda: Limits(unpacked_bytes=20_000))
    with pytest.raises(FileUnreadable, match="unpacks to more"):
        annotated(source, tmp_path / "b.xlsx")
    assert not (tmp_path / "b.xlsx").exists()
