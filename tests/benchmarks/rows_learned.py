"""How much accuracy a bound on the rows costs: half of them the newest of each label and half the newest of all.

Usage: python -m tests.benchmarks.rows_learned HISTORY.csv [HISTORY.csv ...] [--out FOLDER]

Beside it each way by itself. Learns from what the bound leaves of the oldest 60 % of each history and scores the next 20 %.
The newest 20 % is not looked at: it is what `pilah train` reports. Writes rows_learned.json and rows_learned.svg and prints a table.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from model.office.units import Units
from tests.benchmarks.histories import history
from tests.benchmarks.measured import machine, made_folder
from tests.benchmarks.plot import Curve, Panel, draw
from training.dataset.sampling import newest_rows
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from model.history.rows import LabelledComplaint

_SIZES = (500, 1000, 2000, 4000)
_EVERYTHING = "everything"
_WAYS: dict[str, Callable[[Sequence[LabelledComplaint], int], Sequence[LabelledComplaint]]] = {
    "half and half": newest_rows,
    "of each label": lambda rows, most: newest_rows(rows, most, share_of_labels=1.0),
    "of all": lambda rows, most: rows[-most:],
}


@dataclass(frozen=True)
class Point:
    """What a model of so many rows gets right; `newest` says how they were chosen, `seconds` are the processor seconds of the fit."""

    history: str
    newest: str
    rows: int
    labels: int
    unit_top_1: float
    unit_top_3: float
    unit_macro_f1: float
    category_top_1: float
    seconds: float


def points(name: str, rows: Sequence[LabelledComplaint]) -> Iterator[Point]:
    """Every way at every size below the rows there are, then all of them."""
    learned, later = rows[: round(len(rows) * 0.6)], rows[round(len(rows) * 0.6) : round(len(rows) * 0.8)]
    for most in (size for size in _SIZES if size < len(learned)):
        for newest, chosen in _WAYS.items():
            yield _measured(name, newest, chosen(learned, most), later)
    yield _measured(name, _EVERYTHING, learned, later)


def _measured(name: str, newest: str, rows: Sequence[LabelledComplaint], later: Sequence[LabelledComplaint]) -> Point:
    recipe = Recipe(max_rows=0)
    began = time.process_time()
    ranking, units = fit_ranking(rows, Units([]), recipe)
    seconds = time.process_time() - began
    router = assemble("", ranking, units, Outcomes([], []), recipe, rows)
    found = evaluate(router, later, rows)
    if found.unit is None or found.category is None:
        raise SystemExit(f"{name}: the rows between 60 and 80 % need units and categories.")
    return Point(
        name,
        newest,
        len(rows),
        len(router.units) + len(router.categories),
        found.unit.top_1,
        found.unit.top_3,
        found.unit.macro_f1,
        found.category.top_1,
        seconds,
    )


def drawing(found: Sequence[Point]) -> str:
    """A panel a history: the first unit right, over the rows learned from."""
    panels = []
    for name in dict.fromkeys(point.history for point in found):
        own = [point for point in found if point.history == name]
        curves = [
            Curve(newest, [(p.rows, 100 * p.unit_top_1) for p in own if p.newest in {newest, _EVERYTHING}])
            for newest in _WAYS
        ]
        panels.append(Panel(f"{name}: first unit right, %", "rows learned from, the newest", curves))
    return draw(panels)


def main() -> None:
    """Print a row a point."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("histories", nargs="+", type=Path, help="Labelled exports; the folder names the history.")
    parser.add_argument("--out", type=made_folder, default=Path(), help="Where rows_learned.json and .svg go.")
    given = parser.parse_args()
    print("| history | rows | newest | labels | unit top-1 | top-3 | macro-F1 | category top-1 | fit, processor s |")  # noqa: T201
    found = []
    for source in given.histories:
        for point in points(source.parent.name or source.stem, history(source)):
            found.append(point)
            print(_line(point), flush=True)  # noqa: T201 - what the command is for
    written = {"machine": machine(), "points": [asdict(point) for point in found]}
    (given.out / "rows_learned.json").write_text(json.dumps(written, indent=1) + "\n", encoding="utf-8")
    (given.out / "rows_learned.svg").write_text(drawing(found), encoding="utf-8")


def _line(point: Point) -> str:
    shares = (point.unit_top_1, point.unit_top_3, point.unit_macro_f1, point.category_top_1)
    figures = " | ".join(f"{share:.3f}".removeprefix("0") for share in shares)
    return f"| {point.history} | {point.rows} | {point.newest} | {point.labels} | {figures} | {point.seconds:.1f} |"


if __name__ == "__main__":
    main()
