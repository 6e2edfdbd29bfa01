"""Workbooks: the sheet that is read, and workbooks that are broken, protected or too large."""

from __future__ import annotations

import zipfile
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

import pytest
import xlsxwriter

from data.errors import FileUnreadable
from data.exports.open import Limits, open_export, open_exports
from data.messages import Language
from tests.data.exports.files import only_row, texts, workbook, written

if TYPE_CHECKING:
    from pathlib import Path


def test_all_sheets_with_complaints_are_read_in_order_and_the_others_are_named(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "a.xlsx",
        Petunjuk=[["Cara mengisi"], ["..."]],
        Januari=[["isi", "opd"], ["a", "A"], ["", ""], ["b", "B"]],
        Kosong=[],
        Februari=[["No", "isi", "opd", "kategori"], [1, "c", "C", "K"]],
        Maret=[["isi", "opd"]],
    )
    exports = open_exports(path)
    assert [export.sheet for export in exports] == ["Januari", "Februari"]
    assert {export.unread_sheets for export in exports} == {("Petunjuk", "Maret")}
    rows = [(row.sheet, row.number, row.fields["text"]) for export in exports for row in export.rows()]
    assert rows == [("Januari", 2, "a"), ("Januari", 4, "b"), ("Februari", 2, "c")]
    assert next(open_exports(path)[1].rows()).place().told_in(Language.INDONESIAN) == 'lembar "Februari", baris 2'


def test_a_chosen_column_counts_on_every_sheet(tmp_path: Path) -> None:
    rows = [["Curhat Warga", "OPD"], ["a", "A"]]
    path = workbook(tmp_path / "a.xlsx", Januari=rows, Februari=rows, Rekap=[["Bulan", "Jumlah"], ["Januari", 1]])
    exports = open_exports(path, columns={"text": "curhat warga"})
    assert [export.sheet for export in exports] == ["Januari", "Februari"]
    assert exports[0].unread_sheets == ("Rekap",)


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


def test_a_protected_opendocument_sheet_is_refused_as_protected(tmp_path: Path) -> None:
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


def test_sheets_too_large_together_are_refused(tmp_path: Path) -> None:
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


def test_a_row_formatted_to_its_end_is_read(tmp_path: Path) -> None:
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


def test_a_workbook_with_a_garbled_member_name_is_read(tmp_path: Path) -> None:
    content = bytearray(workbook(tmp_path / "a.xlsx", S=[["isi"], ["lampu mati"]]).read_bytes())
    # The local header alone: the directory at the end still has the name, so the archive opens.
    at = content.index(b"[Content_Types].xml")
    content[at + 3] = 0xD0
    content[at - 30 + 7] |= 0x08
    assert texts(written(tmp_path, bytes(content), "b.xlsx")) == ["lampu mati"]


@pytest.mark.parametrize("member", ["xl/_rels/workbook.xml.rels", "xl/worksheets/sheet1.xml"])
def test_a_workbook_in_an_unknown_encoding_is_refused_or_read(tmp_path: Path, member: str) -> None:
    good = workbook(tmp_path / "good.xlsx", A=[["Isi Laporan", "Unit"], ["lampu mati", "Dinas A"]])
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(good) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content.replace(b"UTF-8", b"UTF-x") if name == member else content)
    with suppress(FileUnreadable):
        assert [row.fields["text"] for row in open_export(path).rows()] == ["lampu mati"]
