"""Web pages that a system calls an Excel file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.errors import FileUnreadable
from data.exports.open import Limits, open_export
from tests.data.exports.files import only_row, texts, written

if TYPE_CHECKING:
    from pathlib import Path

_HEADER = "<tr><th>Isi Laporan<th>OPD</tr>"


def test_a_table_saved_as_xls_is_read(tmp_path: Path) -> None:
    page = (
        "<html><head><style>td {color: red}</style></head><body><h3>Rekap</h3><table>"
        f"{_HEADER}<tr><td>lampu &amp; kabel<br>  mati\n sejak lama</td><td>Dinas A</td></tr></table></body></html>"
    )
    export = open_export(written(tmp_path, page, "a.xls"))
    assert export.kind == "html"
    assert only_row(export).fields == {"text": "lampu & kabel\nmati sejak lama", "unit": "Dinas A"}


def test_cells_without_end_tags_and_tables_in_tables_are_read(tmp_path: Path) -> None:
    inner = f"<table>{_HEADER}<tr><td>lampu mati<td>Dinas A<tr><td>air mati<td>Dinas B</table>"
    assert texts(written(tmp_path, f"<table><tr><td>{inner}</td></tr></table>", "a.xls")) == ["lampu mati", "air mati"]


def test_a_page_of_several_tables_is_one_sheet_and_repeated_headers_are_no_rows(tmp_path: Path) -> None:
    table = f"<table>{_HEADER}<tr><td>lampu mati</td><td>A</td></tr></table>"
    rows = list(open_export(written(tmp_path, table * 2, "a.html")).rows())
    assert [(row.number, row.problem is None) for row in rows] == [(2, True), (3, False), (4, True)]


def test_cells_that_span_columns_keep_their_places(tmp_path: Path) -> None:
    page = f"<table><tr><td colspan=2>Judul</td></tr>{_HEADER}<tr><td>lampu</td><td rowspan=2>A</td></tr><tr><td>air</td></tr></table>"
    rows = list(open_export(written(tmp_path, page, "a.xls")).rows())
    assert [(row.fields["text"], row.fields["unit"]) for row in rows] == [("lampu", "A"), ("air", "A")]


@pytest.mark.parametrize(
    ("bomb", "message"),
    [
        ("<table><tr><td>" * 200, "garbled"),
        ("<tr><td colspan=999>a<td colspan=999>b", "columns"),
        ("<tr><td>a<!--" + "x" * 300_000, "garbled"),
        ("<tr><td " + "a " * 200_000, "garbled"),
        ("<tr><td>" + "lampu " * 700_000, "longer than"),
    ],
    ids=["nested tables", "wide cells", "comment", "tag", "cell"],
)
def test_a_hostile_page_is_refused(tmp_path: Path, bomb: str, message: str) -> None:
    with pytest.raises(FileUnreadable, match=message):
        open_export(written(tmp_path, f"<table>{_HEADER}{bomb}", "a.xls"))


def test_a_page_that_is_too_large_or_takes_too_long_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, f"<table>{_HEADER}" + "<tr><td>a<td>b" * 5_000, "a.xls")
    for limits in (Limits(document_bytes=1_000), Limits(seconds=0)):
        with pytest.raises(FileUnreadable, match="takes longer"):
            open_export(path, limits=limits)
