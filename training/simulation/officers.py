"""Replay a history in order of time: simulated officers decide, and a model learns from the decisions.

A frozen model answers the same complaints for comparison. The officers accept a share of the wrong first suggestions, and
the model learns the wrong decisions too. Accuracy is always measured against the history's own label, never
against the decision of a simulated officer.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from model.complaint import is_date
from model.office.categories import NO_CATEGORIES
from training.dataset.split import FEWEST_ROWS
from training.errors import HistoryUnusable
from training.evaluation.predictions import decided_category
from training.fitting.fit import Outcomes, assemble, fit_ranking, has_labelled_units
from training.fitting.sample_weights import ACCEPTED, CHANGED

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.router import Router
    from model.suggestion import Suggestion
    from training.fitting.recipe import Recipe

    Step = Callable[[int], None]

FROZEN = "never learns"


@dataclass(frozen=True)
class Plan:
    """The settings of a replay: share learned beforehand, days between fits, error rates of the officers.

    An error rate of 0.1: the officer accepts one in ten wrong first suggestions.
    """

    start_share: float = 0.5
    days: int = 7
    errors: tuple[float, ...] = (0.0, 0.1, 0.2)
    seed: int = 0


_USUAL = Plan()


@dataclass(frozen=True, slots=True)
class SimulatedAnswer:
    """The outcome of one replayed complaint.

    `unit_right` and `category_right` are None without a label in the history. `new`: no row before the replay has the
    unit. `slipped`: the officer accepted a wrong unit.
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
    """The answers of one model along the replay; `error` is None for the model that never learns."""

    name: str
    error: float | None
    answers: tuple[SimulatedAnswer, ...]

    def share(self, weeks: range | None = None, *, new_only: bool = False) -> float | None:
        """The share of right first units, over all weeks or some; None without a scored complaint."""
        right = [
            row.unit_right
            for row in self.answers
            if row.unit_right is not None and (not new_only or row.new) and (weeks is None or row.week in weeks)
        ]
        return _mean(right)

    @property
    def top_3(self) -> float | None:
        """The share of complaints with the right unit among the first three."""
        return _mean([row.in_first_three for row in self.answers if row.unit_right is not None])

    @property
    def category_share(self) -> float | None:
        """The share of right first categories."""
        return _mean([row.category_right for row in self.answers if row.category_right is not None])


@dataclass(frozen=True)
class ReplayResult:
    """The runs of one replay over the same complaints; the model that never learns comes first."""

    plan: Plan
    start_rows: int
    stream_from: datetime
    stream_to: datetime
    runs: tuple[SimulatedRun, ...]
    weeks: tuple[int, ...] = field(default=())

    @property
    def new_rows(self) -> int:
        """The number of replayed complaints whose unit no row before the replay has."""
        return sum(row.new for row in self.runs[0].answers)


def replay(
    rows: Sequence[LabelledComplaint],
    office_units: Units,
    recipe: Recipe,
    plan: Plan = _USUAL,
    *,
    office_categories: Categories = NO_CATEGORIES,
    step: Step = lambda fits: None,
) -> ReplayResult:
    """Learn from the first share of the rows, then answer the rest week by week; `rows` are oldest first.

    The models are fitted and answer as in a training, without calibration, since no confidence is read. `step` is called
    after each fit.

    Raises:
        HistoryUnusable: too few rows to learn from or to replay, no unit in the rows before the replay, or no dates.
    """
    cut = round(len(rows) * plan.start_share)
    start, stream = rows[:cut], rows[cut:]
    if min(len(start), len(stream)) < FEWEST_ROWS or not has_labelled_units(start):
        raise HistoryUnusable("training.replay-too-short", before=len(start), stream=len(stream), fewest=FEWEST_ROWS)
    if not is_date(stream[0].received_at):
        raise HistoryUnusable("training.replay-undated")
    first = _router(start, office_units, office_categories, recipe)
    step(1)
    weeks = _weeks(stream, plan.days)
    known = {unit.id for row in start if row.unit and not row.returned and (unit := first.units.find(row.unit))}
    rng = random.Random(plan.seed)  # noqa: S311 - a simulation is no secret
    # A fixed random number for each complaint: errors at a rate of 10 % are also errors at 20 %.
    draws = {id(row): rng.random() for row in stream}

    def learning(error: float) -> SimulatedRun:
        simulation = _Simulation(office_units, office_categories, recipe, known, error, draws)
        return SimulatedRun(f"learns, {error:.0%} error", error, simulation.run(start, weeks, first, step))

    frozen = _Simulation(office_units, office_categories, recipe, known, 0.0, draws).answer_all(weeks, first)
    # Fits release the interpreter's lock: two runs use two cores.
    with ThreadPoolExecutor(max_workers=2) as pool:
        learned = list(pool.map(learning, plan.errors))
    return ReplayResult(
        plan,
        len(start),
        stream[0].received_at,
        stream[-1].received_at,
        (SimulatedRun(FROZEN, None, frozen), *learned),
        tuple(number for number, _ in weeks),
    )


def fits_of(rows: Sequence[LabelledComplaint], plan: Plan) -> int:
    """The number of fits of a replay, which is the number of calls of `step`."""
    weeks = _weeks(rows[round(len(rows) * plan.start_share) :], plan.days)
    return 1 + len(plan.errors) * max(len(weeks) - 1, 0)


def _weeks(stream: Sequence[LabelledComplaint], days: int) -> list[tuple[int, list[LabelledComplaint]]]:
    """The rows in periods of so many days, numbered from 0; a period without a complaint is left out."""
    if not stream:
        return []
    midnight = stream[0].received_at.replace(hour=0, minute=0, second=0, microsecond=0)
    return [
        (number, list(rows))
        for number, rows in groupby(stream, key=lambda row: (row.received_at - midnight).days // days)
    ]


def _router(
    rows: Sequence[LabelledComplaint], office_units: Units, office_categories: Categories, recipe: Recipe
) -> Router:
    ranking, units = fit_ranking(rows, office_units, recipe, office_categories)
    return assemble("", ranking, units, Outcomes([], []), recipe, rows)


@dataclass(frozen=True)
class _Simulation:
    """Officers with an error rate, and the model learning from the decisions."""

    office_units: Units
    office_categories: Categories
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
        """Answer each week with a model that learned the decisions before it."""
        decided, answers = list(start), list[SimulatedAnswer]()
        for position, (number, rows) in enumerate(weeks):
            if position:
                router = _router(decided, self.office_units, self.office_categories, self.recipe)
                step(1)
            for row, suggestion in zip(rows, _suggestions(router, rows), strict=True):
                taught_row = self._decide(router, row, suggestion)
                slipped = not row.returned and bool(row.unit) and taught_row.unit != row.unit
                answers.append(replace(self._answer(router, number, row, suggestion), slipped=slipped))
                decided.append(taught_row)
        return tuple(answers)

    def answer_all(
        self, weeks: Sequence[tuple[int, list[LabelledComplaint]]], router: Router
    ) -> tuple[SimulatedAnswer, ...]:
        """Answer every week with the same model."""
        return tuple(
            self._answer(router, number, row, suggestion)
            for number, rows in weeks
            for row, suggestion in zip(rows, _suggestions(router, rows), strict=True)
        )

    def _answer(self, router: Router, week: int, row: LabelledComplaint, suggestion: Suggestion) -> SimulatedAnswer:
        scored = bool(row.unit) and not row.returned
        unit = router.units.find(row.unit)
        right = unit.id if unit else f"\0{row.unit}"
        suggested = [candidate.id for candidate in suggestion.units[:3]]
        return SimulatedAnswer(
            week,
            row.unit,
            suggested[:1] == [right] if scored else None,
            scored and right in suggested,
            _same_category(router, row, suggestion) if row.category else None,
            scored and right not in self.known,
        )

    def _decide(self, router: Router, row: LabelledComplaint, suggestion: Suggestion) -> LabelledComplaint:
        """The row as decided by the officer, with the verdict that the ledger derives."""
        if row.returned or not row.unit or not suggestion.units:
            return row
        unit = router.units.find(row.unit)
        same_unit = unit is not None and unit.id == suggestion.units[0].id
        same_category = not row.category or _same_category(router, row, suggestion)
        if same_unit and same_category:
            return replace(row, verdict=ACCEPTED)
        if self.draws[id(row)] < self.error:
            category = suggestion.categories[0].name if row.category and suggestion.categories else row.category
            # The same unit keeps the history's spelling.
            return replace(
                row, unit=row.unit if same_unit else suggestion.units[0].name, category=category, verdict=ACCEPTED
            )
        wrong = () if same_unit else (suggestion.units[0].name,)
        return replace(row, verdict=CHANGED, wrong_units=wrong)


def _mean(right: Sequence[bool]) -> float | None:
    return sum(right) / len(right) if right else None


def _suggestions(router: Router, rows: Sequence[LabelledComplaint]) -> list[Suggestion]:
    return router.suggest_many([row.complaint for row in rows], evidence=False)


def _same_category(router: Router, row: LabelledComplaint, suggestion: Suggestion) -> bool:
    return bool(suggestion.categories) and suggestion.categories[0].id == decided_category(router, row)
