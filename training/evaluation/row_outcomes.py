"""Right or wrong, row by row, of a version and of the champion beside it: kept so that a promotion needs no new fit.

No text, no date and no reference stands in the file: the right unit's id, and eight marks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from training.evaluation.predictions import UNKNOWN_PREFIX

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from training.evaluation.predictions import Prediction, RowPrediction

FILE = "outcomes.parquet"
FIGURES = ("unit_top_1", "unit_top_3", "category_top_1", "category_top_3")
RIGHT, WRONG, NOT_SCORED = 1, 0, -1
_OPPONENT = "champion_"


@dataclass(frozen=True)
class RowOutcomes:
    """The marks of one model on n rows: for each figure an array of length n, 1 right, 0 wrong, -1 not scored."""

    units: tuple[str, ...]
    of: dict[str, NDArray[np.int8]]

    def __len__(self) -> int:
        return len(self.units)


def row_outcomes(judged: Sequence[RowPrediction]) -> RowOutcomes:
    """The marks of judged rows; a row without a unit has a blank one."""
    return RowOutcomes(
        tuple(row.unit.right.lstrip(UNKNOWN_PREFIX) if row.unit else "" for row in judged),
        {
            "unit_top_1": _column([row.unit for row in judged], first=True),
            "unit_top_3": _column([row.unit for row in judged], first=False),
            "category_top_1": _column([row.category for row in judged], first=True),
            "category_top_3": _column([row.category for row in judged], first=False),
        },
    )


def write_row_outcomes(folder: Path, challenger: RowOutcomes, champion: RowOutcomes | None) -> None:
    """Write both models' marks on the same rows, before the version is sealed."""
    columns: dict[str, pa.Array] = {"unit": pa.array(challenger.units).dictionary_encode()}
    columns |= {figure: _nullable(challenger.of[figure]) for figure in FIGURES}
    if champion is not None:
        columns |= {_OPPONENT + figure: _nullable(champion.of[figure]) for figure in FIGURES}
    pq.write_table(pa.table(columns), folder / FILE, compression="zstd")


def read_row_outcomes(folder: Path) -> tuple[RowOutcomes, RowOutcomes | None] | None:
    """The version's own marks and its champion's at that time; None where the version keeps none."""
    path = folder / FILE
    if not path.is_file():
        return None
    table = pq.read_table(path)
    units = tuple(str(unit) for unit in table.column("unit").to_pylist())
    own = RowOutcomes(units, {figure: _marks(table.column(figure)) for figure in FIGURES})
    if _OPPONENT + FIGURES[0] not in table.column_names:
        return own, None
    return own, RowOutcomes(units, {figure: _marks(table.column(_OPPONENT + figure)) for figure in FIGURES})


def _column(judged: Sequence[Prediction | None], *, first: bool) -> NDArray[np.int8]:
    marks = [
        NOT_SCORED if label is None else int(label.first_right if first else label.among_three) for label in judged
    ]
    return np.array(marks, dtype=np.int8)


def _nullable(marks: NDArray[np.int8]) -> pa.Array:
    return pa.array(marks == RIGHT, mask=marks == NOT_SCORED)


def _marks(column: pa.ChunkedArray) -> NDArray[np.int8]:
    return np.array([NOT_SCORED if mark is None else int(mark) for mark in column.to_pylist()], dtype=np.int8)
