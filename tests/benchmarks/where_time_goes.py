"""The time of each step of a suggestion, without the time of nested steps.

Usage: python -m tests.benchmarks.where_time_goes HISTORY.csv

Trains on the oldest 80 % and suggests for the newest 500 complaints one by one, without evidence. Before that, the rest of
the newest fifth fills the memory of known words. The figures include about a microsecond of measurement for each step.
"""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table

from model import router
from model.language import features
from model.office.units import Units
from model.ranking import ranker
from tests.benchmarks.histories import history
from training.fitting.fit import assemble, fit_ranking, outcomes_of
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.complaint import Complaint
    from model.router import Router

_MEASURED = 500


class Stopwatch:
    """Measures the time of wrapped functions."""

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self.steps: dict[str, None] = {}
        self._nested: list[float] = []

    def wrap(self, owner: Any, names: str, step: str) -> None:
        """Wrap functions of an object or a module; their time counts for a step, and steps keep this order."""
        self.steps[step] = None
        for name in names.split():
            setattr(owner, name, self._measured(getattr(owner, name), step))

    def _measured(self, work: Callable[..., Any], step: str) -> Callable[..., Any]:
        def measured(*arguments: Any, **named: Any) -> Any:
            self._nested.append(0.0)
            began = time.perf_counter()
            try:
                return work(*arguments, **named)
            finally:
                seconds = time.perf_counter() - began
                self.own[step] += seconds - self._nested.pop()
                if self._nested:
                    self._nested[-1] += seconds

        return measured


def main(source: Path) -> None:
    """Print the median of each step, and of a whole suggestion without measurement of steps."""
    measured_router, later = _router(source)
    earlier, newest = later[:-_MEASURED], later[-_MEASURED:]
    suggest = partial(measured_router.suggest, evidence=False)
    for complaint in earlier:
        suggest(complaint)
    first, again = _median(suggest, newest), _median(suggest, newest)
    stopwatch = _wrap_steps(measured_router)
    steps = []
    for complaint in newest:
        stopwatch.own.clear()
        suggest(complaint)
        steps.append(dict(stopwatch.own))
    table = Table("step", "median, µs", "mean, µs")
    for name in stopwatch.steps:
        times = np.array([step.get(name, 0.0) for step in steps]) * 1e6
        table.add_row(name, f"{np.median(times):.0f}", f"{times.mean():.0f}")
    table.add_row("the whole, first time", f"{first:.0f}", "")
    table.add_row("the whole, second time", f"{again:.0f}", "")
    Console(width=100).print(table)


def _router(source: Path) -> tuple[Router, list[Complaint]]:
    """A router without past complaints, and the complaints after its training rows."""
    rows = history(source)
    cut = round(len(rows) * 0.8)
    recipe, learned, later = Recipe(), rows[:cut], rows[cut:]
    learned_ranking, units = fit_ranking(learned, Units([]), recipe)
    outcomes = outcomes_of(learned_ranking, units, later[:-_MEASURED])
    return assemble("", learned_ranking, units, outcomes, recipe, learned), [row.complaint for row in later]


def _median(suggest: Callable[[Complaint], object], complaints: list[Complaint]) -> float:
    times = []
    for complaint in complaints:
        began = time.perf_counter()
        suggest(complaint)
        times.append(time.perf_counter() - began)
    return float(np.median(times)) * 1e6


def _wrap_steps(measured_router: Router) -> Stopwatch:
    stopwatch, ranking = Stopwatch(), measured_router._ranking  # noqa: SLF001 - the steps are private
    stopwatch.wrap(router, "without_personal_data", "masking")
    stopwatch.wrap(ranker, "document", "words of the text, addressees")
    stopwatch.wrap(ranking.features, "rows_and_known_shares _rows", "features counted and weighted")
    stopwatch.wrap(features, "counted row_keys sparse_matrix", "features counted and weighted")
    stopwatch.wrap(ranking.features, "_pair_keys", "pairs of words")
    for linear in (ranking.topics, ranking.categories):
        if linear is not None:
            stopwatch.wrap(linear.weights, "scores", "products with the weights")
            stopwatch.wrap(linear, "probabilities", "distributions, joined")
    if ranking._mutual is not None:  # noqa: SLF001
        stopwatch.wrap(ranking._mutual, "join", "distributions, joined")  # noqa: SLF001
    stopwatch.wrap(ranker, "_best_first pushed_back", "order")
    stopwatch.wrap(ranking, "_rank_chunk _categories", "order")
    stopwatch.wrap(ranking, "_units_in_force _best_units _with_successors", "units, and the places of families")
    stopwatch.wrap(measured_router, "suggest_many _suggestion", "the suggestion built")
    return stopwatch


if __name__ == "__main__":
    main(Path(sys.argv[1]))
