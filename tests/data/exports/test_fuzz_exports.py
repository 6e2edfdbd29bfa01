from __future__ import annotations

import io
import zipfile
from functools import partial
from typing import TYPE_CHECKING

import xlsxwriter

from data.exports.open import open_export, open_writer
from tests.data.exports.fuzz_exports import FuzzReport, fuzz, read_in_child, with_member

if TYPE_CHECKING:
    from pathlib import Path

_FILES = 120


def test_corrupted_files_give_rows_or_an_error_of_ours(tmp_path: Path) -> None:
    report = fuzz(seconds=60, seed=7, keep=tmp_path, most_files=_FILES)
    assert report.faults == []
    # Without both outcomes, the corruption is too weak or too strong.
    assert report.outcomes["rows"] > 0
    assert report.outcomes["refused"] > 0


def test_a_tag_with_a_repeated_attribute_is_read_quickly(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["isi", "lampu mati"])
    tag = b'<c t="s"' + b' t="s"' * 200_000 + b">"
    path.write_bytes(
        with_member(path.read_bytes(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", tag, 1))
    )
    report = FuzzReport()
    # The child process stops itself after ten seconds.
    read_in_child([path], report, tmp_path / "kept")
    assert report.faults == []


_FAR = b't="inlineStr"><is><t>x</t></is></c></row></sheetData>'
# Each cell made the reader lay out a table of billions of cells, which ends the process.
_FAR_CELLS = (
    b'<row r="7"><c r="XFD1048576" ',
    b'<row r="7"><c r="xfd1048576" ',
    b'<row r="7"><c r="XFD00001048576" ',
    b'<row r="7"><c r="A14294967296" ',
    b'<row r="7"><c r="ZZZZZZ7" ',
    b'<row r="7"><c q=">" r="XFD1048576" ',
    b'<row r="7"><c r="XFD1048576" q="/>" ',
    b'<row r="14294967295"><c ',
)


def test_a_cell_in_the_far_corner_is_refused_in_every_spelling(tmp_path: Path) -> None:
    good = tmp_path / "good.xlsx"
    with open_writer(good, ["isi"]) as writer:
        writer.write({"isi": "lampu mati"})
    sheet, files = "xl/worksheets/sheet1.xml", []
    for number, cell in enumerate(_FAR_CELLS):
        files.append(tmp_path / f"{number}.xlsx")
        files[-1].write_bytes(with_member(good.read_bytes(), sheet, partial(_with_cell, cell)))
    files.append(tmp_path / "elsewhere.xlsx")
    files[-1].write_bytes(_with_sheet_moved(files[0].read_bytes(), sheet))
    report = FuzzReport()
    read_in_child(files, report, tmp_path / "kept")
    assert report.faults == []
    assert report.outcomes == {"refused": len(files)}


def test_a_workbook_with_a_picture_that_resembles_cells_is_read(tmp_path: Path) -> None:
    path = tmp_path / "good.xlsx"
    with open_writer(path, ["isi"]) as writer:
        writer.write({"isi": "lampu mati"})
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/media/image1.png", b"\x89PNG\x00<c \"\x07<c r='ZZZZ9'>\x00<row r='99999999'>")
    assert [row.fields.get("text") for row in open_export(path).rows()] == ["lampu mati"]


def _with_cell(cell: bytes, xml: bytes) -> bytes:
    return xml.replace(b"</sheetData>", cell + _FAR)


def _with_sheet_moved(content: bytes, sheet: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            member = old.read(name).replace(b"worksheets/sheet1.xml", b"other/sheet.dat")
            new.writestr("xl/other/sheet.dat" if name == sheet else name, member)
    return packed.getvalue()
