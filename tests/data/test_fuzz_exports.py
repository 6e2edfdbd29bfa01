from __future__ import annotations

from typing import TYPE_CHECKING

import xlsxwriter

from tests.data.fuzz_exports import Found, fuzz, read_apart, with_member

if TYPE_CHECKING:
    from pathlib import Path

_FILES = 120


def test_spoiled_files_give_rows_or_an_error_of_ours(tmp_path: Path) -> None:
    found = fuzz(seconds=60, seed=7, keep=tmp_path, most_files=_FILES)
    assert found.faults == []
    # Both happen, or the files aren't spoiled the way they should be.
    assert found.outcomes["rows"] > 0
    assert found.outcomes["refused"] > 0


def test_a_tag_that_repeats_its_attribute_is_read_as_fast_as_any(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_column(0, 0, ["isi", "lampu mati"])
    tag = b'<c t="s"' + b' t="s"' * 200_000 + b">"
    path.write_bytes(
        with_member(path.read_bytes(), "xl/worksheets/sheet1.xml", lambda xml: xml.replace(b"<sheetData>", tag, 1))
    )
    found = Found()
    # The reading process ends itself after ten seconds.
    read_apart([path], found, tmp_path / "kept")
    assert found.faults == []
