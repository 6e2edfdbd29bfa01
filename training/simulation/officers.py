"""A history replayed in order of time as if officers decided each complaint, the model learning from them every week.

Beside the model that learns stands the one that never does: the model of the start, which answers the whole stream.
Officers err where the model errs: a share of its wrong first suggestions they accept, and the model learns that too.
What is measured is always the history's own label, never what a simulated officer wrote.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from training.dataset.split import FEWEST_ROWS
from training.errors import HistoryUnusable
from training.fitting.fit import Outcomes, assemble, fit_ranking, taught
from training.fitting.sample_weights import ACCEPTED, CHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from model.history.rows import LabelledComplaint
    from model.office.units import Units
    from model.router import Router
    from model.suggestion import Suggestion
    from training.fitting.recipe import Recipe

    Step = Callable[[int], None]

FROZEN = "never learns"


@dataclass(frozen=True)
class Plan:
    """What is learned before the stream begins, how often the model learns again, and how often officers err.

    An error of 0.1: of ten complaints whose first suggestion is wrong, one is decided as suggested.
    """

    start_share: float = 0.5
    days: int = 7
    errors: tuple[float, ...] = (0.0, 0.1, 0.2)
    seed: int = 0


_USUAL = Plan()


@dataclass(frozen=True, slots=True)
class SimulatedAnswer:
    """How one complaint of the stream was answered.

    `unit_right` and `category_right` are None where the history has no right answer; `new` says that no row of the
    start had its unit. `slipped`: the officer accepted a wrong unit.
    """

    week: int
    unit: str
    unit_right: bool | None
    in_first_three: bool
    category_right: bool | None
    new: bool
    slipped: bool = False


@dataclass(frozen=True)
class SimulatedRun:
    """One model along the stream; `error` is None for the one that never learns."""

    name: str
    error: float | None
    judged: tuple[SimulatedAnswer, ...]

    def share(self, weeks: range | None = None, *, new_only: bool = False) -> float | None:
        """Share of first suggestions with the right unit, over all weeks or some; None without any."""
        right = [
            row.unit_right
            for row in self.judged
            if row.unit_right is not None and (not new_only or row.new) and (weeks is None or row.week in weeks)
        ]
        return sum(right) / len(right) if right else None

    @property
    def top_3(self) -> float | None:
        """Share of complaints whose right unit was among the first three."""
        found = [row.in_first_three for row in self.judged if row.unit_right is not None]
        return sum(found) / len(found) if found else None

    @property
    def category_share(self) -> float | None:
        """Share of first categories that were right."""
        right = [row.category_right for row in self.judged if row.category_right is not None]
        return sum(right) / len(right) if right else None


@dataclass(frozen=True)
class ReplayResult:
    """The lines of one replay over the same stream, the one that never learns first."""

    plan: Plan
    start_rows: int
    stream_from: datetime
    stream_to: datetime
    lines: tuple[SimulatedRun, ...]
    weeks: tuple[int, ...] = field(default=())

    @property
    def new_rows(self) -> int:
        """How many complaints of the stream belong to a unit that no row of the start had."""
        return sum(row.new for row in self.lines[0].judged)


def replay(
    rows: Sequence[LabelledComplaint],
    office_units: Units,
    recipe: Recipe,
    plan: Plan = _USUAL,
    *,
    step: Step = lambda fits: None,
) -> ReplayResult:
    """Learn from the first share of the rows, then answer the rest week by week; `rows` are oldest first.

    Every model comes from the one way, `fit_ranking` and `assemble`, and answers by `Router.suggest_many`. No confidence
    is asked for, so none is calibrated. `step` is called after each fit.

    Raises:
        HistoryUnusable: too few rows to learn from or to replay, or none that names a unit.
    """
    cut = round(len(rows) * plan.start_share)
    start, stream = rows[:cut], rows[cut:]
    if min(len(start), len(stream)) < FEWEST_ROWS or not taught(start):
        raise HistoryUnusable("training.replay-too-short", before=len(start), stream=len(stream), fewest=FEWEST_ROWS)
    first = _router(start, office_units, recipe)
    step(1)
    weeks = _weeks(stream, plan.days)
    known = {unit.id for row in start if row.unit and not row.returned and (unit := first.units.find(row.unit))}
    rng = random.Random(plan.seed)  # noqa: S311 - a simulation is no secret
    # One draw a complaint, whatever the model says: an officer who errs at 10 % errs on the same complaints at 20 %.
    draws = {id(row): rng.random() for row in stream}

    def learning(error: float) -> SimulatedRun:
        simulation = _Simulation(office_units, recipe, known, error, draws)
        return SimulatedRun(f"learns, {error:.0%} error", error, simulation.run(start, weeks, first, step))

    frozen = _Simulation(office_units, recipe, known, 0.0, draws).judge_all(weeks, first)
    # liblinear works without the interpreter's lock, so two lines share both cores.
    with ThreadPoolExecutor(max_workers=2) as pool:
        lines = list(pool.map(learning, plan.errors))
    return ReplayResult(
        plan,
        len(start),
        stream[0].received_at,
        stream[-1].received_at,
        (SimulatedRun(FROZEN, None, frozen), *lines),
        tuple(number for number, _ in weeks),
    )


def fits_of(rows: Sequence[LabelledComplaint], plan: Plan) -> int:
    """How many fits a replay takes: what the calls of `step` add up to."""
    weeks = _weeks(rows[round(len(rows) * plan.start_share) :], plan.days)
    return 1 + len(plan.errors) * max(len(weeks) - 1, 0)


def _weeks(stream: Sequence[LabelledComplaint], days: int) -> list[tuple[int, list[LabelledComplaint]]]:
    """The stream in stretches of so many days, numbered from 0; a stretch without any complaint is left out."""
    if not stream:
        return []
    midnight = stream[0].received_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        (number, list(rows))
        for number, rows in groupby(stream, key=lambda row: (row.received_at - midnight).days // days)
    ]


def _router(rows: Sequence[LabelledComplaint], office_units: Units, recipe: Recipe) -> Router:
    ranking, units = fit_ranking(rows, office_units, recipe)
    return assemble("", ranking, units, Outcomes([], []), recipe, rows)


@dataclass(frozen=True)
class _Simulation:
    """Officers who err at one rate, and the model that they teach."""

    office_units: Units
    recipe: Recipe
    known: set[str]
    error: float
    draws: dict[int, float]

    def run(
        self,
        start: Sequence[LabelledComplaint],
        weeks: Sequence[tuple[int, list[LabelledComplaint]]],
        router: Router,
        step: Step,
    ) -> tuple[SimulatedAnswer, ...]:
        """Answer each week with what was decided before it."""
        decided, judged = list(start), list[SimulatedAnswer]()
        for position, (number, rows) in enumerate(weeks):
            if position:
                router = _router(decided, self.office_units, self.recipe)
                step(1)
            for row, suggestion in zip(rows, _answers(router, rows), strict=True):
                taught_row = self._decide(router, row, suggestion)
                slipped = not row.returned and bool(row.unit) and taught_row.unit != row.unit
                judged.append(replace(self._judge(router, number, row, suggestion), slipped=slipped))
                decided.append(taught_row)
        return tuple(judged)

    def judge_all(
        self, weeks: Sequence[tuple[int, list[LabelledComplaint]]], router: Router
    ) -> tuple[SimulatedAnswer, ...]:
        """Answer every week with the same model."""
        return tuple(
            self._judge(router, number, row, suggestion)
            for number, rows in weeks
            for row, suggestion in zip(rows, _answers(router, rows), strict=True)
        )

    def _judge(self, router: Router, week: int, row: LabelledComplaint, suggestion: Suggestion) -> SimulatedAnswer:
        scored = bool(row.unit) and not row.returned
        unit = router.units.find(row.unit)
        right = unit.id if unit else f"\0{row.unit}"
        suggested = [candidate.id for candidate in suggestion.units[:3]]
        return SimulatedAnswer(
            week,
            row.unit,
            suggested[:1] == [right] if scored else None,
            scored and right in suggested,
            _same_category(row, suggestion) if row.category else None,
            scored and right not in self.known,
        )

    def _decide(self, router: Router, row: LabelledComplaint, suggestion: Suggestion) -> LabelledComplaint:
        """The row as the officer leaves it, with the verdict that the ledger would derive."""
        if row.returned or not row.unit or not suggestion.units:
            return row
        unit = router.units.find(row.unit)
        same_unit = unit is not None and unit.id == suggestion.units[0].id
        same_category = not row.category or _same_category(row, suggestion)
        if same_unit and same_category:
            return replace(row, verdict=ACCEPTED)
        if self.draws[id(row)] < self.error:
            category = suggestion.categories[0].name if row.category and suggestion.categories else row.category
            # The unit as the history spells it, where it is the same: one unit, one spelling.
            return replace(
                row, unit=row.unit if same_unit else suggestion.units[0].name, category=category, verdict=ACCEPTED
            )
        wrong = () if same_unit else (suggestion.units[0].name,)
        return replace(row, verdict=CHANGED, wrong_units=wrong)


def _answers(router: Router, rows: Sequence[LabelledComplaint]) -> list[Suggestion]:
    return router.suggest_many([row.complaint for row in rows], evidence=False)


def _same_category(row: LabelledComplaint, suggestion: Suggestion) -> bool:
    return bool(suggestion.categories) and suggestion.categories[0].name == row.category
