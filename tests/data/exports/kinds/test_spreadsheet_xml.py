"""SpreadsheetML of Excel 2003."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.errors import FileUnreadable
from data.exports.open import open_export
from tests.data.exports.files import texts, written

if TYPE_CHECKING:
    from pathlib import Path

_BOOK = (
    '<?xml version="1.0"?>{doctype}<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
    'xmlns:x="urn:schemas-microsoft-com:office:excel" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
    "{sheets}</Workbook>"
)


def book(*sheets: str, doctype: str = "") -> str:
    return _BOOK.format(sheets="".join(sheets), doctype=doctype)


def sheet(name: str, *rows: str, more: str = "") -> str:
    return f'<Worksheet ss:Name="{name}"><Table>{"".join(rows)}</Table>{more}</Worksheet>'


def row(*cells: str, attributes: str = "") -> str:
    return f"<Row {attributes}>{''.join(cells)}</Row>"


def cell(text: str, kind: str = "String", attributes: str = "") -> str:
    return f'<Cell {attributes}><Data ss:Type="{kind}">{text}</Data></Cell>'


_HEADER = row(cell("No"), cell("Tanggal"), cell("Isi Laporan"), cell("OPD"))


def test_typed_cells_and_skipped_places_are_read(tmp_path: Path) -> None:
    typed = row(
        cell("7", "Number"),
        cell("2024-01-05T07:24:00.000", "DateTime"),
        cell("lampu&#10;mati"),
        attributes='ss:Index="5"',
    )
    skipped = row(cell("air mati", attributes='ss:Index="3"'), cell("Dinas B"))
    export = open_export(written(tmp_path, book(sheet("Januari", _HEADER, typed, skipped)), "a.xls"))
    assert (export.kind, export.sheet) == ("spreadsheetml", "Januari")
    first, second = export.rows()
    assert (first.number, first.values["No"], first.fields["received_at"]) == (5, 7, "2024-01-05T07:24:00")
    assert first.fields["text"] == "lampu\nmati"
    assert (second.number, second.fields["text"], second.fields["unit"]) == (6, "air mati", "Dinas B")


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    hidden = "<x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions>"
    lampu = row(cell("1"), cell("2024-01-05"), cell("lampu"), cell("A"))
    path = written(
        tmp_path, book(sheet("Lama", _HEADER, lampu * 3, more=hidden), sheet("Baru", _HEADER, lampu)), "a.xml"
    )
    assert open_export(path).sheet == "Baru"
    assert texts(path) == ["lampu"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (book(sheet("A", _HEADER), doctype='<!DOCTYPE x [<!ENTITY a "aaaa">]>'), "XML without a table"),
        (book(sheet("A", _HEADER))[:-20], "breaks off"),
        (book(sheet("A", row(cell("a", attributes='ss:Index="99999999"')))), "breaks off"),
        (book(sheet("A", row(cell("a", attributes='ss:MergeAcross="5000"')))), "columns"),
        (book(sheet("A") * 101), "larger than"),
    ],
    ids=["entities", "cut off", "far row", "wide cell", "many sheets"],
)
def test_a_hostile_file_is_refused(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(FileUnreadable, match=message):
        open_export(written(tmp_path, content, "a.xls"))
