"""Add columns to a file as a prediction does, with invented suggestions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.annotation.annotate import Annotated, annotate
from data.exports.open import open_exports

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from data.exports.rows import ExportRow

HEADERS = ["status", "unit_1", "unit_1_confidence"]


def annotated(source: Path, target: Path) -> Annotated:
    """Add a status, a unit that names the row, and a number to every row."""
    exports = open_exports(source)

    def rows() -> Iterator[tuple[ExportRow, list[object]]]:
        for export in exports:
            for row in export.rows():
                yield row, ["confident", f"Dinas <{row.number}> & é", 0.5]

    return annotate(exports, target, HEADERS, rows, numeric={"unit_1_confidence"})
