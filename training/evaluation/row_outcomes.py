"""Keep the outcome of each held-out row, of a version and the champion: promotions compare without a new fit.

The file holds the id of the right unit and eight outcomes a row; no text, no date and no reference id.
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

    from training.evaluation.predictions import RowPrediction

FILE = "outcomes.parquet"
FIGURES = ("unit_top_1", "unit_top_3", "category_top_1", "category_top_3")
RIGHT, WRONG, NOT_SCORED = 1, 0, -1
_CHAMPION = "champion_"


@dataclass(frozen=True)
class RowOutcomes:
    """The outcomes of one model on n rows: for each figure an array of length n, 1 right, 0 wrong, -1 not scored."""

    units: tuple[str, ...]
    of: dict[str, NDArray[np.int8]]

    def __len__(self) -> int:
        return len(self.units)


def row_outcomes(predictions: Sequence[RowPrediction]) -> RowOutcomes:
    """The outcomes of predicted rows; a row without a unit has a blank id."""
    units = [row.unit for row in predictions]
    categories = [row.category for row in predictions]
    return RowOutcomes(
        tuple(unit.right.lstrip(UNKNOWN_PREFIX) if unit else "" for unit in units),
        {
            "unit_top_1": _outcomes([unit.first_right if unit else None for unit in units]),
            "unit_top_3": _outcomes([unit.among_three if unit else None for unit in units]),
            "category_top_1": _outcomes([category.first_right if category else None for category in categories]),
            "category_top_3": _outcomes([category.among_three if category else None for category in categories]),
        },
    )


def write_row_outcomes(folder: Path, challenger: RowOutcomes, champion: RowOutcomes | None) -> None:
    """Write the outcomes of both models on the same rows into an unfinished version."""
    columns: dict[str, pa.Array] = {"unit": pa.array(challenger.units, pa.string()).dictionary_encode()}
    columns |= {figure: _nullable(challenger.of[figure]) for figure in FIGURES}
    if champion is not None:
        columns |= {_CHAMPION + figure: _nullable(champion.of[figure]) for figure in FIGURES}
    pq.write_table(pa.table(columns), folder / FILE, compression="zstd")


def read_row_outcomes(folder: Path) -> tuple[RowOutcomes, RowOutcomes | None] | None:
    """The outcomes of a version and of the champion at the time of the training; None for a version without the file."""
    path = folder / FILE
    if not path.is_file():
        return None
    table = pq.read_table(path)
    units = tuple(str(unit) for unit in table.column("unit").to_pylist())

    def outcomes(prefix: str) -> RowOutcomes:
        return RowOutcomes(units, {figure: _outcomes(table.column(prefix + figure).to_pylist()) for figure in FIGURES})

    return outcomes(""), outcomes(_CHAMPION) if _CHAMPION + FIGURES[0] in table.column_names else None


def _outcomes(right: Sequence[bool | None]) -> NDArray[np.int8]:
    return np.array([NOT_SCORED if each is None else int(each) for each in right], dtype=np.int8)


def _nullable(outcomes: NDArray[np.int8]) -> pa.Array:
    return pa.array(outcomes == RIGHT, mask=outcomes == NOT_SCORED)
