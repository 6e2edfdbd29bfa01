"""Limits of the workbooks that Pilah writes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import python_calamine

from data.errors import PilahError
from data.exports.open import open_writer

if TYPE_CHECKING:
    from pathlib import Path


def test_a_formula_in_a_workbook_stays_text(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with open_writer(path, ["text", "n"], harmless=False) as writer:
        writer.write({"text": "=1+1", "n": -2.5})
    rows = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert rows == [["text", "n"], ["=1+1", -2.5]]


def test_a_cell_too_long_for_a_workbook_is_cut_and_named(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with open_writer(path, ["id", "text"]) as writer:
        writer.write({"id": 1, "text": "x" * 32_766})
        writer.write({"id": 2, "text": "=" + "x" * 40_000})
        writer.write({"id": 3, "text": "biasa"})
    assert list(map(str, writer.cut)) == ['row 3, column "text"']
    cells = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    texts = [str(row[1]) for row in cells]
    assert [len(text) for text in texts] == [4, 32_766, 32_767, 5]
    assert texts[2].endswith("xxx… [dipotong: 40001 karakter]")


def test_more_cells_than_a_workbook_may_hold_are_refused(tmp_path: Path) -> None:
    headers = [f"h{number}" for number in range(16_000)]
    with pytest.raises(PilahError, match=r"5,000,000.*\.csv"), open_writer(tmp_path / "a.xlsx", headers) as writer:  # noqa: PT012 - the limit is met while writing
        for _ in range(400):
            writer.write({})
