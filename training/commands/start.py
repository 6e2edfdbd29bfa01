"""`pilah start`: a first version from the office's units and categories alone, before any complaint is labelled."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import Annotated

import typer

from data.errors import PilahError
from model.versions.office_home import Office
from model.versions.training_lock import training_lock_held
from training.commands.options import By, Home, OfficeName, ProgressFile, SigningKey, home_folder, user_here
from training.commands.output import print_shortcomings, say
from training.commands.progress_file import progress_in
from training.starting import NATIONAL, copy_categories, copy_units, start_office


def start_command(
    office: OfficeName,
    units: Annotated[
        Path | None, typer.Option("--units", help="units.csv: at least the columns id and name, better a description.")
    ] = None,
    categories: Annotated[
        str,
        typer.Option("--categories", help=f'categories.csv, or "{NATIONAL}" for the tree of SP4N-LAPOR!.'),
    ] = "",
    progress: ProgressFile = None,
    by: By = "",
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Make an office's first version from its units and categories alone, without a labelled complaint.

    The files become offices/NAME/units.csv and categories.csv under the home; without an option the files that are there
    already are used. No suggestion is called confident. Once some complaints are decided, `pilah train --from-ledger` learns
    from the decisions.

    Example: pilah start --office kabupaten --units units.csv --categories national
    """
    place = Office(home_folder(home), office)
    with progress_in(progress) as report, training_lock_held(place):
        if place.champion() is not None:
            raise PilahError("commands.office-started", office=office)
        if units is not None:
            copy_units(place, units)
        if categories:
            copy_categories(place, categories)
        report.stage("first-version")
        started = start_office(place, by=by or user_here(), signing_key=signing_key)
        report.stage("writing", version=started.version)
    print_shortcomings(started.plan)
    say("office-started-with", units=started.plan.units_by_name, categories=started.plan.categories_by_name)
    say("version-written", version=started.version, folder=place.versions_folder / started.version)
    say("office-next-steps", office=office)
