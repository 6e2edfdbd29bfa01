"""What an office's own list of categories brings, after few rows and after many.

Usage: python -m tests.benchmarks.category_names HISTORY.csv [HISTORY.csv ...]

Learns from so many of the oldest 60 % of each history and scores the next 20 %, with and without a list of all its
categories. The smallest sizes are means over four places of the history. The newest 20 % is not looked at.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.office.categories import NO_CATEGORIES, Categories
from model.office.units import Units
from tests.benchmarks.histories import history
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint

_SIZES = (50, 200, 800)
_PLACES = (0.0, 0.25, 0.5, 1.0)
_SMALL = 200


def parts(learned: Sequence[LabelledComplaint], size: int) -> list[Sequence[LabelledComplaint]]:
    """So many rows from four places of the history, or the newest where they are many."""
    places = _PLACES if size <= _SMALL else _PLACES[-1:]
    starts = [round((len(learned) - size) * place) for place in places]
    return [learned[start : start + size] for start in starts]


def measured(
    rows: Sequence[LabelledComplaint], later: Sequence[LabelledComplaint], listed: Categories
) -> tuple[float, float, float]:
    """Category top-1 and top-3, and unit top-1."""
    recipe = Recipe(max_rows=0)
    ranking, units = fit_ranking(rows, Units([]), recipe, listed)
    found = evaluate(assemble("", ranking, units, Outcomes([], []), recipe, rows), later, rows)
    if found.category is None or found.unit is None:
        raise SystemExit("The rows between 60 and 80 % need units and categories.")
    return found.category.top_1, found.category.top_3, found.unit.top_1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("histories", nargs="+", type=Path)
    for path in parser.parse_args().histories:
        rows = history(path)
        learned, later = rows[: round(len(rows) * 0.6)], rows[round(len(rows) * 0.6) : round(len(rows) * 0.8)]
        every = Categories().with_names(row.category for row in rows if row.category)
        for size in (*(size for size in _SIZES if size < len(learned)), len(learned)):
            for name, listed in (("without a list", NO_CATEGORIES), ("with the list", every)):
                figures = np.mean([measured(part, later, listed) for part in parts(learned, size)], axis=0)
                print(path.parent.name, size, name, *(f"{figure:.3f}" for figure in figures))  # noqa: T201


if __name__ == "__main__":
    main()
