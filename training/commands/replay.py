"""`pilah replay`: replay a history as if officers decided each complaint, with weekly retraining."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import Annotated

import typer

from model.versions.office_home import Office
from training.commands import options
from training.commands.output import print_reading, say
from training.commands.progress_bar import progress_bar
from training.dataset.read import read_exports
from training.dataset.sampling import MOST_ROWS, require_room
from training.fitting.recipe import Recipe
from training.fitting.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT, WRONG_WEIGHT
from training.simulation.officers import Plan, fits_of, replay
from training.simulation.output import print_replayed, write_replay


def replay_command(
    files: Annotated[list[Path], typer.Argument(help="Labelled exports, as for pilah train.")],
    office: options.OfficeName,
    target: Annotated[
        Path | None, typer.Option("--out", help="Folder for replay.svg, replay.csv and replay.json.")
    ] = None,
    start: Annotated[
        float, typer.Option(min=0.05, max=0.95, help="Oldest share of the rows, learned before the replay begins.")
    ] = Plan.start_share,
    days: Annotated[int, typer.Option(min=1, help="Days between two trainings.")] = Plan.days,
    error: Annotated[
        list[float] | None,
        typer.Option(min=0.0, max=1.0, help="Share of wrong first suggestions that officers accept; several times."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed that picks the complaints on which officers err.")] = Plan.seed,
    correction_weight: options.CorrectionWeight = CORRECTION_WEIGHT,
    acceptance_weight: options.AcceptanceWeight = ACCEPTANCE_WEIGHT,
    wrong_weight: options.WrongWeight = WRONG_WEIGHT,
    max_rows: options.MaxRows = MOST_ROWS,
    text: options.TextColumnName = None,
    unit: options.UnitColumnName = None,
    category: options.CategoryColumnName = None,
    date: options.DateColumnName = None,
    date_order: options.DateOrderName = None,
    mapped: options.Mapped = None,
    timezone: options.Timezone = options.TIMEZONE,
    home: options.Home = None,
) -> None:
    """Replay a history with weekly retraining on officers' decisions, and draw the learning curve.

    A model that is never retrained is the baseline. Officers err too: by default never, in 10 % and in 20 % of the wrong
    suggestions. Nothing of the office changes.

    Example: pilah replay 2024.xlsx 2025.xlsx --office kota --out replay
    """
    place = Office(options.home_folder(home), office)
    columns, categories = options.columns_named(text, unit, category, date, mapped), place.categories()
    reading = read_exports(files, columns=columns, date_order=date_order, timezone=timezone, categories=categories)
    print_reading(reading)
    plan = Plan(start, days, tuple(error) if error else Plan.errors, seed)
    recipe = Recipe(
        correction_weight=correction_weight,
        acceptance_weight=acceptance_weight,
        wrong_weight=wrong_weight,
        max_rows=max_rows,
    )
    require_room(reading.rows, max_rows)
    with progress_bar("replaying", fits_of(reading.rows, plan)) as advance:
        replayed = replay(reading.rows, place.units(), recipe, plan, office_categories=categories, step=advance)
    print_replayed(replayed)
    if target is not None:
        write_replay(target, replayed, recipe)
        say("replay-written", target=target)
