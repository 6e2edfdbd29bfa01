"""Files for the tests of exports: write a file, or read the rows of one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import xlsxwriter

from data.exports.open import Export, ExportRow, open_export

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


KINDS = [".csv", ".tsv", ".xlsx", ".parquet", ".jsonl"]


def written(folder: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    with xlsxwriter.Workbook(path) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write(number, column, cell, day if isinstance(cell, date) else None)
    return path


def only_row(export: Export) -> ExportRow:
    (row,) = export.rows()
    return row


def texts(path: Path, **options: Mapping[str, str]) -> list[str | None]:
    return [row.fields.get("text") for row in open_export(path, **options).rows()]  # type: ignore[arg-type]  # one option
