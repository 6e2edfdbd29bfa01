"""How long one suggestion takes in process, with evidence and precedents and without.

Usage: python tests/benchmarks/one_suggestion.py HISTORY.csv

Learns from the oldest 80 %, keeps those rows as past complaints, and asks about the newest, one at a time.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from model.precedents import Precedents
from model.rules import Rules
from model.units import Units
from training.fit import Outcomes, Recipe, assemble, fit_ranking, outcomes_of
from training.reading import read_exports

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.complaint import Complaint

_ASKED = 500


def main(source: Path) -> None:
    """Print the median and the 99th percentile of each way to ask."""
    rows = read_exports([source], columns={}, timezone="Asia/Jakarta").rows
    cut = round(len(rows) * 0.8)
    learned, later = rows[:cut], [row.complaint for row in rows[cut:]]
    recipe = Recipe()
    ranking, units = fit_ranking(learned, Units([]), recipe)
    outcomes = outcomes_of(ranking, units, rows[cut : cut + 300]) if cut else Outcomes([], [])
    router = assemble("", ranking, units, outcomes, recipe, learned)
    started = time.perf_counter()
    router = router.at_office(units, Rules((), units), Precedents(learned))
    _print(f"{len(learned)} past complaints taken up in {time.perf_counter() - started:.1f} s")
    # Half of the questions come first, untimed: the words of an office's day are mostly known.
    for complaint in later[_ASKED:]:
        router.suggest(complaint)
    _time("with evidence and precedents", later[:_ASKED], router.suggest)
    _time("without", later[:_ASKED], lambda complaint: router.suggest(complaint, evidence=False))


def _time(name: str, complaints: list[Complaint], ask: Callable[[Complaint], object]) -> None:
    taken = []
    for complaint in complaints:
        started = time.perf_counter()
        ask(complaint)
        taken.append(time.perf_counter() - started)
    median, worst = np.quantile(taken, (0.5, 0.99)) * 1000
    _print(f"{name}: p50 {median:.2f} ms, p99 {worst:.2f} ms")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


if __name__ == "__main__":
    main(Path(sys.argv[1]))
