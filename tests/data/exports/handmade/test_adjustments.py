"""Tables kept by hand: merged and hidden cells, errors of formulas, formulas without a stored value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import xlsxwriter
from openpyxl import Workbook

from data.exports.open import adjustment_notices, open_exports
from data.messages import Language
from tests.data.exports.files import written

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from data.exports.open import ExportRow

_HEADER = ("No", "Tanggal", "Isi Laporan", "OPD")


def book(path: Path, rows: Sequence[Sequence[object]], *, merged: Sequence[str] = (), hidden: int = 0) -> Path:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in (_HEADER, *rows):
        sheet.append(row)
    for cells in merged:
        sheet.merge_cells(cells)
    if hidden:
        sheet.row_dimensions[hidden].hidden = True
    workbook.save(path)
    return path


def read(path: Path) -> tuple[list[ExportRow], list[str]]:
    exports = open_exports(path)
    rows = [row for export in exports for row in export.rows()]
    return rows, [notice.told_in(Language.ENGLISH) for notice in adjustment_notices(exports)]


def test_a_date_and_a_unit_merged_over_rows_are_filled_and_counted(tmp_path: Path) -> None:
    rows = [(1, "2024-01-05", "lampu mati", "Dinas A"), (2, None, "air mati", None), (3, "2024-01-06", "jalan", "B")]
    got, notices = read(book(tmp_path / "a.xlsx", rows, merged=["B2:B3", "D2:D3"]))
    assert [(row.fields["received_at"][:10], row.fields["unit"]) for row in got[:2]] == [("2024-01-05", "Dinas A")] * 2
    assert notices == ["2 cells are part of a merged cell and were filled with its value: Tanggal (1), OPD (1)."]


def test_a_text_merged_over_rows_is_one_complaint(tmp_path: Path) -> None:
    rows = [(1, "2024-01-05", "lampu mati", "Dinas A"), (None, None, None, "Dinas B")]
    got, _ = read(book(tmp_path / "a.xlsx", rows, merged=["A2:A3", "B2:B3", "C2:C3"]))
    assert [row.problem is None for row in got] == [True, False]
    assert "one complaint on several rows" in str(got[1].problem)


def test_hidden_rows_are_read_and_counted(tmp_path: Path) -> None:
    rows = [(1, "2024-01-05", "lampu mati", "Dinas A"), (2, "2024-01-05", "air mati", "Dinas A")]
    got, notices = read(book(tmp_path / "a.xlsx", rows, hidden=3))
    assert len(got) == 2
    assert notices == ["1 hidden or filtered rows were read too."]


def test_errors_and_formulas_without_a_value_are_named_and_never_units(tmp_path: Path) -> None:
    rows = [
        (1, "2024-01-05", "lampu mati", "#N/A"),
        (2, "2024-01-05", "air mati", "=VLOOKUP(1,A:B,2)"),
        (3, "2024-01-05", "jalan rusak", "Dinas A"),
        (4, "2024-01-05", "=A1", "Dinas A"),
        (5, "2024-01-05", "#REF!", "Dinas A"),
    ]
    got, notices = read(book(tmp_path / "a.xlsx", rows))
    assert [row.fields.get("unit") for row in got] == ["", "", "Dinas A", None, None]
    assert [row.problem and row.problem.code for row in got[3:]] == ["exports.text-without-value", "exports.text-error"]
    assert len(notices) == 2
    assert notices[0].startswith("2 cells hold the error of a formula and count as blank: ")
    assert "OPD: #N/A (1)" in notices[0]
    assert notices[1].startswith("2 cells hold a formula without a stored value, or with 0, and count as blank: ")


def test_a_formula_that_nobody_computed_is_no_unit_named_0(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, _HEADER)
        sheet.write_row(1, 0, [1, "2024-01-05", "lampu mati"])
        sheet.write_formula(1, 3, '=UPPER("Dinas A")')
    got, notices = read(tmp_path / "a.xlsx")
    assert (got[0].fields["unit"], len(notices)) == ("", 1)


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", "Err:502"])
def test_errors_written_as_text_are_named_too(tmp_path: Path, error: str) -> None:
    path = written(tmp_path, f"Tanggal;Isi Laporan;OPD\n{error};lampu mati;{error}\n2024-01-05;air mati;Dinas A\n")
    got, notices = read(path)
    assert (got[0].fields["received_at"], got[0].fields["unit"], got[0].values["OPD"]) == ("", "", error)
    assert notices[0].startswith("2 cells hold the error")


def test_errors_in_a_web_page_and_in_spreadsheet_xml_are_named(tmp_path: Path) -> None:
    page = "<table><tr><td>Isi Laporan<td>OPD<tr><td>lampu mati<td>#N/A</table>"
    assert read(written(tmp_path, page, "a.xls"))[1][0].startswith("1 cells hold the error")
    cells = '<Cell><Data ss:Type="String">{}</Data></Cell><Cell{}>{}</Cell>'
    rows = [
        cells.format("Isi Laporan", "", '<Data ss:Type="String">OPD</Data>'),
        cells.format("lampu mati", "", '<Data ss:Type="Error">#N/A</Data>'),
        cells.format("air mati", ' ss:Formula="=R1C1"', ""),
    ]
    space = "urn:schemas-microsoft-com:office:spreadsheet"
    table = "".join(f"<Row>{row}</Row>" for row in rows)
    content = f'<?xml version="1.0"?><Workbook xmlns="{space}" xmlns:ss="{space}"><Worksheet><Table>{table}</Table></Worksheet></Workbook>'
    assert [notice[:32] for notice in read(written(tmp_path, content, "b.xls"))[1]] == [
        "1 cells hold the error of a form",
        "1 cells hold a formula without a",
    ]


def test_a_table_that_starts_in_column_c_has_its_faults_in_their_columns(tmp_path: Path) -> None:
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for place, row in enumerate([("Isi Laporan", "OPD"), ("lampu mati", "#N/A"), ("air mati", "Dinas A")], start=3):
        sheet.cell(place, 3, row[0])
        sheet.cell(place, 4, row[1])
    workbook.save(tmp_path / "a.xlsx")
    assert "OPD: #N/A (1)" in read(tmp_path / "a.xlsx")[1][0]
