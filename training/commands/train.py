"""`pilah train`: learn from labelled exports, measure, and write a model version."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import PilahError
from model.versions.installation import zone_named
from model.versions.office_home import Office
from model.versions.training_lock import training_lock_held
from training.checking.corrections_file import read_corrections
from training.commands import options
from training.commands.output import print_reading, print_trained
from training.commands.progress_bar import progress_bar
from training.commands.progress_file import progress_in
from training.dataset.ledger_rows import past_rows, with_ledger
from training.dataset.read import read_exports
from training.dataset.sampling import MOST_ROWS
from training.fitting.recipe import Recipe
from training.fitting.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT, WRONG_WEIGHT
from training.pipeline import remove_unfinished, steps_of, train

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from contextlib import AbstractContextManager

    from data.exports.dates import DateOrder
    from training.commands.progress_file import ProgressWriter
    from training.dataset.corrections import Corrections
    from training.dataset.read import Reading

    # The service writes the ledger's decisions to a file; pilah.py hands the function over.
    WriteDecisions = Callable[[Office, str], AbstractContextManager[Path]]


def train_command(
    context: typer.Context,
    office: options.OfficeName,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports: CSV, TSV, XLSX, Parquet or JSON Lines; one or several.")
    ] = None,
    *,
    from_ledger: Annotated[
        bool,
        typer.Option("--from-ledger", help="Learn from officers' decisions too; without files, from the history."),
    ] = False,
    text: options.TextColumnName = None,
    unit: options.UnitColumnName = None,
    category: options.CategoryColumnName = None,
    date: options.DateColumnName = None,
    date_order: options.DateOrderName = None,
    mapped: options.Mapped = None,
    corrections: options.CorrectionFiles = None,
    promise: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="Precision that confident suggestions must keep.")
    ] = 0.90,
    random_split: Annotated[
        bool, typer.Option("--random-split", help="Also measure on a random split. It flatters: the future is known.")
    ] = False,
    correction_weight: options.CorrectionWeight = CORRECTION_WEIGHT,
    acceptance_weight: options.AcceptanceWeight = ACCEPTANCE_WEIGHT,
    wrong_weight: options.WrongWeight = WRONG_WEIGHT,
    max_rows: options.MaxRows = MOST_ROWS,
    progress: options.ProgressFile = None,
    cluster: options.Cluster = "",
    by: options.By = "",
    timezone: options.Timezone = options.TIMEZONE,
    home: options.Home = None,
    signing_key: options.SigningKey = "",
) -> None:
    """Learn from labelled exports, measure on the newest fifth, and write a model version.

    The first version of an office becomes its champion, the version that answers; promote later ones with `pilah
    promote`. Rows left out of the training are counted by reason and written to dropped.csv beside the model.

    Examples: pilah train 2024.xlsx 2025.xlsx --office kota; pilah train --from-ledger --office kota
    """
    if not files and not from_ledger:
        raise PilahError("commands.nothing-to-learn-from")
    if corrections and not files:
        raise PilahError("commands.corrections-without-files")
    place = Office(options.home_folder(home), office)
    columns = options.columns_named(text, unit, category, date, mapped)
    recipe = Recipe(
        promise=promise,
        correction_weight=correction_weight,
        acceptance_weight=acceptance_weight,
        wrong_weight=wrong_weight,
        max_rows=max_rows,
    )
    with progress_in(progress) as report, training_lock_held(place):
        mended = read_corrections(corrections or ())
        remove_unfinished(place)
        reading = _read(place, files, columns, date_order, timezone, mended, report)
        if from_ledger:
            write_decisions: WriteDecisions = context.obj
            with write_decisions(place, timezone) as decisions:
                reading = with_ledger(reading, decisions)
        print_reading(reading)
        has_champion = place.champion() is not None
        total = steps_of(len(reading.rows), recipe, has_champion=has_champion, random_split=random_split)
        report.stage("training", total, rows=len(reading.rows))
        with progress_bar("training", total, report) as advance:
            trained = train(
                place,
                reading,
                recipe,
                random_split=random_split,
                signing_key=signing_key,
                by=by or options.user_here(),
                cluster=cluster,
                step=lambda _, rows: advance(rows),
            )
        report.stage("writing", version=trained.version)
    print_trained(place, trained)


def _read(
    office: Office,
    files: Sequence[Path] | None,
    columns: Mapping[str, str],
    date_order: DateOrder | None,
    timezone: str,
    corrections: Corrections,
    report: ProgressWriter,
) -> Reading:
    """The rows of the files, or of the history where there are none."""
    report.stage("reading")
    with progress_bar("reading", None, report) as advance:
        if not files:
            return past_rows(office, zone_named(timezone))
        return read_exports(
            files,
            columns=columns,
            timezone=timezone,
            date_order=date_order,
            corrections=corrections,
            categories=office.categories(),
            progress=advance,
        )
