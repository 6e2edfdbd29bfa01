"""Where the time of one suggestion goes: each step's own time, without that of the steps inside it.

Usage: python -m tests.benchmarks.where_time_goes HISTORY.csv

Learns from the oldest 80 % and asks about the newest 500, one at a time, without evidence, after the rest of the newest fifth
has made most words known. Watching a step costs about a microsecond, which is in the figures.
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

_ASKED = 500


class Watch:
    """Takes the time of the functions that it is shown."""

    def __init__(self) -> None:
        self.own: dict[str, float] = defaultdict(float)
        self.steps: dict[str, None] = {}
        self._inside: list[float] = []

    def over(self, owner: Any, names: str, step: str) -> None:
        """Count what these functions of an object or a module take, under the name of a step; steps stand in this order."""
        self.steps[step] = None
        for name in names.split():
            setattr(owner, name, self._watched(getattr(owner, name), step))

    def _watched(self, work: Callable[..., Any], step: str) -> Callable[..., Any]:
        def watched(*given: Any, **named: Any) -> Any:
            self._inside.append(0.0)
            began = time.perf_counter()
            try:
                return work(*given, **named)
            finally:
                taken = time.perf_counter() - began
                self.own[step] += taken - self._inside.pop()
                if self._inside:
                    self._inside[-1] += taken

        return watched


def main(source: Path) -> None:
    """Print the median of each step, and of the whole without anybody watching."""
    asking, later = _router(source)
    earlier, newest = later[:-_ASKED], later[-_ASKED:]
    ask = partial(asking.suggest, evidence=False)
    for complaint in earlier:
        ask(complaint)
    first, again = _median(ask, newest), _median(ask, newest)
    watch = _watch_over(asking)
    steps = []
    for complaint in newest:
        watch.own.clear()
        ask(complaint)
        steps.append(dict(watch.own))
    table = Table("step", "median, µs", "mean, µs")
    for name in watch.steps:
        taken = np.array([found.get(name, 0.0) for found in steps]) * 1e6
        table.add_row(name, f"{np.median(taken):.0f}", f"{taken.mean():.0f}")
    table.add_row("the whole, asked for the first time", f"{first:.0f}", "")
    table.add_row("the whole, asked again", f"{again:.0f}", "")
    Console(width=100).print(table)


def _router(source: Path) -> tuple[Router, list[Complaint]]:
    """A router without past complaints, and the complaints that came after those it learned from."""
    rows = history(source)
    cut = round(len(rows) * 0.8)
    recipe, learned, later = Recipe(), rows[:cut], rows[cut:]
    learned_ranking, units = fit_ranking(learned, Units([]), recipe)
    outcomes = outcomes_of(learned_ranking, units, later[:-_ASKED])
    return assemble("", learned_ranking, units, outcomes, recipe, learned), [row.complaint for row in later]


def _median(ask: Callable[[Complaint], object], complaints: list[Complaint]) -> float:
    taken = []
    for complaint in complaints:
        began = time.perf_counter()
        ask(complaint)
        taken.append(time.perf_counter() - began)
    return float(np.median(taken)) * 1e6


def _watch_over(asking: Router) -> Watch:
    watch, ranked = Watch(), asking._ranking  # noqa: SLF001 - the steps are its own
    watch.over(router, "without_personal_data", "masking")
    watch.over(ranker, "document", "words of the text, addressees")
    watch.over(ranked.features, "rows_and_known_shares _rows", "features counted and weighed")
    watch.over(features, "counted row_keys sparse_matrix", "features counted and weighed")
    watch.over(ranked.features, "_pair_keys", "pairs of words")
    for linear in (ranked.topics, ranked.categories):
        if linear is not None:
            watch.over(linear.weights, "scores", "products with the weights")
            watch.over(linear, "probabilities", "distributions, joined")
    if ranked._mutual is not None:  # noqa: SLF001
        watch.over(ranked._mutual, "join", "distributions, joined")  # noqa: SLF001
    watch.over(ranker, "_best_first pushed_back", "order")
    watch.over(ranked, "_rank_chunk _categories", "order")
    watch.over(ranked, "_units_in_force _best_units _with_successors", "units, and the places of families")
    watch.over(asking, "rank_and_suggest _suggestion", "the suggestion built")
    return watch


if __name__ == "__main__":
    main(Path(sys.argv[1]))
