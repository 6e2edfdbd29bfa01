"""Rows of an export: privacy, problems of a row, and headers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.exports.open import open_export
from tests.data.exports.files import only_row, workbook, written

if TYPE_CHECKING:
    from pathlib import Path


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


def test_a_row_with_too_many_cells_is_kept_with_its_problem(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\na,A\nlampu, jalan,B\nc,C\n")
    rows = list(open_export(path).rows())
    assert [row.number for row in rows if row.problem] == [3]
    assert rows[1].problem is not None
    assert "3 cells" in str(rows[1].problem)
    assert rows[1].fields == {}
    assert rows[1].values == {"isi": "lampu", "opd": " jalan"}


def test_a_repeated_header_row_is_no_complaint(tmp_path: Path) -> None:
    path = written(tmp_path, "isi,opd\na,A\nisi,opd\nb,B\n")
    problems = [row.problem for row in open_export(path).rows()]
    assert [problem and problem.code for problem in problems] == [None, "exports.header-repeated", None]


def test_repeated_and_nameless_headers_become_unique(tmp_path: Path) -> None:
    export = open_export(written(tmp_path, "isi,opd,,opd\na,b,c,d\n"))
    assert export.headers == ("isi", "opd", "Column C", "opd (2)")
    assert dict(only_row(export).values) == {"isi": "a", "opd": "b", "Column C": "c", "opd (2)": "d"}


def test_personal_columns_stay_out_of_the_fields_and_are_written_back(tmp_path: Path) -> None:
    row = only_row(open_export(written(tmp_path, "nama pelapor,no hp,isi\nWarga,0812,a\n")))
    assert row.fields == {"text": "a"}
    assert row.values == {"nama pelapor": "Warga", "no hp": "0812", "isi": "a"}


def test_a_header_without_rows_is_an_export_of_no_rows(tmp_path: Path) -> None:
    for path in (written(tmp_path, "isi,opd\n"), workbook(tmp_path / "a.xlsx", S=[["isi", "opd"]])):
        export = open_export(path)
        assert export.n_rows == 0
        assert list(export.rows()) == []
