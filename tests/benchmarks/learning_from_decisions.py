"""What learning from decisions brings, and with which weights: docs/decisions/0010.

Usage: python tests/benchmarks/learning_from_decisions.py choose SURABAYA.csv LAPORGUB.csv
       python tests/benchmarks/learning_from_decisions.py choose-changed SURABAYA.csv
       python tests/benchmarks/learning_from_decisions.py plain HISTORY.csv
       python tests/benchmarks/learning_from_decisions.py changed SURABAYA.csv

`choose` and `choose-changed` replay the first half of the first history from its first quarter, and ask on the first
80 % of the second whether a returned row is worth teaching as wrong: the halves that are reported stay unseen. `plain` and
`changed` replay the second half, the latter with units that are reassigned from a date on. Categories and character n-grams
are left out, which makes it five times as fast; `pilah replay` replays with everything.
"""

from __future__ import annotations

import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from model.office.units import Units
from tests.benchmarks.ablation import without_characters
from training.dataset.read import read_exports
from training.evaluation.metrics import evaluate
from training.fitting.fit import Outcomes, assemble, fit_ranking
from training.fitting.recipe import Recipe
from training.fitting.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT
from training.simulation.officers import Plan, replay
from training.simulation.output import write_replay

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from training.simulation.officers import ReplayResult, SimulatedRun

# Acceptance and correction, beside 1 for a row of an export.
WEIGHTS = ((1.0, 1.0), (0.5, 1.0), (1.0, 2.0), (0.5, 2.0), (0.5, 4.0))
WEIGHTS_CHANGED = ((1.0, 1.0), (0.5, 2.0), (0.5, 4.0), (0.25, 4.0))
WRONG_WEIGHTS = (0.0, 0.5, 1.0, 2.0)
CHANGED_FIRST = datetime(2022, 5, 1)  # noqa: DTZ001 - the export's own clock
CHANGED_SECOND = datetime(2022, 10, 1)  # noqa: DTZ001
LARGEST = 5
NEW_UNIT = "Dinas Baru"
WITHIN = 0.03
LEVEL_WEEKS = 8
WINDOW_WEEKS = 2


def reassigned(rows: Sequence[LabelledComplaint], start: datetime, moves: dict[str, str]) -> list[LabelledComplaint]:
    """From `start` on, another unit decides what the old one did."""
    return [
        replace(row, unit=moves[row.unit]) if row.received_at >= start and row.unit in moves else row for row in rows
    ]


def moves_of(rows: Sequence[LabelledComplaint]) -> dict[str, str]:
    """The five largest units hand on to each other in a ring, and the sixth becomes a new unit."""
    largest = [unit for unit, _ in Counter(row.unit for row in rows if row.unit).most_common(LARGEST + 1)]
    return dict(pairwise([*largest[:LARGEST], largest[0]])) | {largest[LARGEST]: NEW_UNIT}


def weeks_until_back(line: SimulatedRun, replayed: ReplayResult, changed: int) -> tuple[float, int | None]:
    """The level before the change, and the weeks from it until two weeks in a row are within three points of that level."""
    # The week in which the change falls is neither before nor after it.
    level = line.share(range(max(0, changed - 1 - LEVEL_WEEKS), changed - 1)) or 0.0
    for week in range(changed, replayed.weeks[-1] - WINDOW_WEEKS + 2):
        share = line.share(range(week, week + WINDOW_WEEKS))
        if share is not None and share >= level - WITHIN:
            return level, week - changed
    return level, None


def print_changed(rows: Sequence[LabelledComplaint], start: datetime, recipe: Recipe, plan: Plan, name: str) -> float:
    """One line a model; gives the last one's share of right first units from the change on."""
    cut = round(len(rows) * plan.start_share)
    midnight = rows[cut].received_at.replace(hour=0, minute=0, second=0, microsecond=0)
    changed = (start - midnight).days // plan.days + 1
    moves = moves_of(rows[:cut])
    replayed = replay(reassigned(rows, start, moves), Units([]), recipe, plan)
    for line in replayed.runs:
        level, weeks = weeks_until_back(line, replayed, changed)
        first, third = (line.share(range(changed + at, changed + at + 4)) or 0 for at in (0, 8))
        moved = [_share(line, set(moves.values()), range(changed + at, changed + at + 4)) for at in (0, 4, 8)]
        say(
            f"| {name} | {line.name} | {level:.3f} | {'never' if weeks is None else weeks} | {first:.3f} | {third:.3f} | "
            f"{' '.join(f'{share:.3f}' for share in moved)} | {line.share(range(changed, 999)) or 0:.4f} |"
        )
    return replayed.runs[-1].share(range(changed, 999)) or 0.0


def _share(line: SimulatedRun, units: set[str], weeks: range) -> float:
    right = [
        row.unit_right for row in line.answers if row.unit in units and row.week in weeks and row.unit_right is not None
    ]
    return sum(right) / len(right) if right else float("nan")


def print_lines(replayed: ReplayResult, name: str) -> None:
    """One line a model: right by unit, by new units, in the first three, by category."""
    for line in replayed.runs:
        new = line.share(new_only=True)
        say(
            f"| {name} | {line.name} | {line.share():.4f} | {'-' if new is None else f'{new:.3f}'} | {line.top_3:.4f} | "
            f"{line.category_share or 0:.4f} |"
        )


def choose(surabaya: Path) -> None:
    """Print every setting on earlier data."""
    first_half = _first_half(surabaya)
    say("| weights | line | unit top-1 | units that are new | top-3 | category |\n|---|---|---|---|---|---|")
    for acceptance, correction in WEIGHTS:
        plan = Plan(days=14, errors=(0.1, 0.2))
        print_lines(replay(first_half, Units([]), _recipe(acceptance, correction), plan), f"{acceptance}, {correction}")


def choose_changed(surabaya: Path) -> None:
    """Print every setting on a change in earlier data, and other lengths of the week."""
    first_half = _first_half(surabaya)
    say(
        "| weights | line | level before | weeks until back | first month | third month | moved units, by month | all from then on |"
    )
    shares = {
        weights: print_changed(first_half, CHANGED_FIRST, _recipe(*weights), Plan(errors=(0.1,)), str(weights))
        for weights in WEIGHTS_CHANGED
    }
    chosen = max(shares, key=shares.__getitem__)
    say(f"chosen {chosen[0]} {chosen[1]}")
    for days in (7, 14, 28):
        print_lines(replay(first_half, Units([]), _recipe(0.5, 2.0), Plan(days=days, errors=(0.1,))), f"{days} days")


def _first_half(surabaya: Path) -> list[LabelledComplaint]:
    rows = [replace(row, category="") for row in _read(surabaya)]
    return rows[: len(rows) // 2]


def _recipe(acceptance: float, correction: float) -> Recipe:
    """The recipe of one setting."""
    return Recipe(acceptance_weight=acceptance, correction_weight=correction)


def choose_wrong(laporgub: Path) -> None:
    """Learn from the first 60 % of a history with returned rows, score the next 20 %, by the weight of a wrong unit."""
    rows = _read(laporgub)
    learned, scored = rows[: round(len(rows) * 0.6)], rows[round(len(rows) * 0.6) : round(len(rows) * 0.8)]

    def measured(wrong: float) -> str:
        recipe = Recipe(wrong_weight=wrong)
        ranking, units = fit_ranking(learned, Units([]), recipe)
        router = assemble("", ranking, units, Outcomes([], []), recipe, learned)
        scores = evaluate(router, scored, learned).unit
        returned = [row for row in scored if row.returned]
        again = sum(
            unit is not None and suggestion.units[0].id == unit.id
            for row, suggestion in zip(
                returned, router.suggest_many([row.complaint for row in returned], evidence=False), strict=True
            )
            if (unit := units.find(row.unit))
        )
        assert scores is not None
        return (
            f"| wrong {wrong} | {scores.top_1:.3f} | {scores.top_3:.3f} | {scores.macro_f1:.3f} | "
            f"{again} of {len(returned)} returned rows suggested to the unit that returned them |"
        )

    with ThreadPoolExecutor(2) as pool:
        for line in pool.map(measured, WRONG_WEIGHTS):
            say(line)


def report(mode: str, path: Path, acceptance: float = ACCEPTANCE_WEIGHT, correction: float = CORRECTION_WEIGHT) -> None:
    """Print the half that is reported: `plain` as it was, or `changed`; by unit alone and by words, to be affordable."""
    rows = [replace(row, category="") for row in _read(path)]
    recipe = _recipe(acceptance, correction)
    if mode == "changed":
        say(
            "| case | line | level before | weeks until back | first month | third month | moved units, by month | all |"
        )
        print_changed(rows, CHANGED_SECOND, recipe, Plan(errors=(0.1,)), "second half")
        return
    replayed = replay(rows, Units([]), recipe, Plan())
    print_lines(replayed, path.parent.name)
    write_replay(Path(f"replay-{path.parent.name}"), replayed, recipe)


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - what the command is for


def _read(path: Path) -> list[LabelledComplaint]:
    return read_exports([path], columns={}, timezone="Asia/Jakarta").rows


if __name__ == "__main__":
    mode = sys.argv[1]
    if mode == "choose":
        choose_wrong(Path(sys.argv[3]))
        with without_characters():
            choose(Path(sys.argv[2]))
    elif mode == "choose-changed":
        with without_characters():
            choose_changed(Path(sys.argv[2]))
    else:
        with without_characters():
            report(mode, Path(sys.argv[2]), *map(float, sys.argv[3:]))
