"""The retraining commands: each parses, calls one function, and prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from data.errors import PilahError
from data.exports.open import open_writer
from data.files import write_text
from data.messages import message, terminal_language
from model.complaint import Complaint
from model.drift.baseline import Baseline
from model.drift.check import check, too_few
from model.history.rows import read_history
from model.office.units import COLUMNS, as_rows
from model.versions.office_home import Office
from model.versions.training_lock import training_lock_held
from training.batch.predict_file import predict_file
from training.checking.corrections_file import read_corrections
from training.commands import rules, versions
from training.commands.check import check_command
from training.commands.options import (
    TIMEZONE,
    AcceptanceWeight,
    By,
    CategoryColumnName,
    Cluster,
    CorrectionFiles,
    CorrectionWeight,
    DateColumnName,
    Home,
    Mapped,
    MaxRows,
    OfficeName,
    ProgressFile,
    SigningKey,
    TextColumnName,
    UnitColumnName,
    WrongWeight,
    columns_named,
    home_folder,
    user_here,
)
from training.commands.output import print_promise, print_trained, print_understood, table_of
from training.commands.progress_bar import progress_bar
from training.commands.progress_file import told_in
from training.commands.watch import watch_command
from training.dataset.ledger_rows import past_rows, with_ledger
from training.dataset.read import read_exports
from training.dataset.sampling import MOST_ROWS, require_room
from training.evaluation.drift import observe
from training.evaluation.metrics import evaluate
from training.fitting.recipe import Recipe
from training.fitting.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT, WRONG_WEIGHT
from training.pipeline import remove_unfinished, steps_of, train
from training.simulation.officers import Plan, fits_of, replay
from training.simulation.output import print_replayed, write_replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from model.suggestion import Suggestion

    # How the ledger's decisions come to be a file: the service's part, given to the command by pilah.py.
    WriteDecisions = Callable[[Office], AbstractContextManager[Path]]

out = Console(soft_wrap=True)


def train_command(
    context: typer.Context,
    office: OfficeName,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Exports: CSV, TSV, XLSX, Parquet or JSON Lines; one or several.")
    ] = None,
    *,
    from_ledger: Annotated[
        bool,
        typer.Option("--from-ledger", help="Learn from what officers decided too; without files, beside the history."),
    ] = False,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    corrections: CorrectionFiles = None,
    promise: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="Precision that a suggestion called confident must keep.")
    ] = 0.90,
    random_split: Annotated[
        bool, typer.Option("--random-split", help="Also measure on a random split. It flatters: the future is known.")
    ] = False,
    correction_weight: CorrectionWeight = CORRECTION_WEIGHT,
    acceptance_weight: AcceptanceWeight = ACCEPTANCE_WEIGHT,
    wrong_weight: WrongWeight = WRONG_WEIGHT,
    max_rows: MaxRows = MOST_ROWS,
    progress: ProgressFile = None,
    cluster: Cluster = "",
    by: By = "",
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Learn from labelled exports, measure on the newest fifth, and write a model version.

    The first version of an office becomes its champion, which answers; a later one with `pilah promote`. Rows that are
    not learned from are counted by reason and written to dropped.csv beside the model.

    Examples: pilah train 2024.xlsx 2025.xlsx --office kota; pilah train --from-ledger --office kota
    """
    if not files and not from_ledger:
        raise PilahError("What to learn from? Name an export: pilah train FILE, or say --from-ledger, or both.")
    if corrections and not files:
        raise PilahError("What was mended are rows of files: name those files too.")
    place = Office(home_folder(home), office)
    columns = columns_named(text, unit, category, date, mapped)
    recipe = Recipe(
        promise=promise,
        correction_weight=correction_weight,
        acceptance_weight=acceptance_weight,
        wrong_weight=wrong_weight,
        max_rows=max_rows,
    )
    with told_in(progress) as told, training_lock_held(place):
        mended = read_corrections(corrections or ())
        remove_unfinished(place)
        told.stage("reading")
        with progress_bar("reading", None, told) as advance:
            if files:
                reading = read_exports(files, columns=columns, timezone=TIMEZONE, corrections=mended, progress=advance)
            else:
                reading = past_rows(place)
            if from_ledger:
                write_decisions: WriteDecisions = context.obj
                with write_decisions(place) as decisions:
                    reading = with_ledger(reading, decisions)
        print_understood(reading)
        total = steps_of(
            len(reading.rows), recipe, has_champion=place.champion() is not None, random_split=random_split
        )
        told.stage("training", total, rows=len(reading.rows))
        with progress_bar("training", total, told) as advance:
            trained = train(
                place,
                reading,
                recipe,
                random_split=random_split,
                signing_key=signing_key,
                by=by or user_here(),
                cluster=cluster,
                step=lambda _, rows: advance(rows),
            )
        told.stage("writing", version=trained.version)
    print_trained(place, trained)


def replay_command(
    files: Annotated[list[Path], typer.Argument(help="Labelled exports, as for pilah train.")],
    office: OfficeName,
    target: Annotated[
        Path | None, typer.Option("--out", help="Folder for replay.svg, replay.csv and replay.json.")
    ] = None,
    start: Annotated[
        float, typer.Option(min=0.05, max=0.95, help="The oldest share of the rows, learned before the replay begins.")
    ] = Plan.start_share,
    days: Annotated[int, typer.Option(min=1, help="After how many days the model learns again.")] = Plan.days,
    error: Annotated[
        list[float] | None,
        typer.Option(min=0.0, max=1.0, help="Share of wrong first suggestions that officers accept; several times."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Which complaints the officers err on.")] = Plan.seed,
    correction_weight: CorrectionWeight = CORRECTION_WEIGHT,
    acceptance_weight: AcceptanceWeight = ACCEPTANCE_WEIGHT,
    wrong_weight: WrongWeight = WRONG_WEIGHT,
    max_rows: MaxRows = MOST_ROWS,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    home: Home = None,
) -> None:
    """Replay a history as if officers decided each complaint, the model learning again every week, and draw its curve.

    Beside it stands the model that never learns. Officers err too: by default never, in 10 % and in 20 % of the wrong
    suggestions. Nothing of the office changes.

    Example: pilah replay 2024.xlsx 2025.xlsx --office kota --out replay
    """
    place = Office(home_folder(home), office)
    reading = read_exports(files, columns=columns_named(text, unit, category, date, mapped), timezone=TIMEZONE)
    print_understood(reading)
    plan = Plan(start, days, tuple(error) if error else Plan.errors, seed)
    recipe = Recipe(
        correction_weight=correction_weight,
        acceptance_weight=acceptance_weight,
        wrong_weight=wrong_weight,
        max_rows=max_rows,
    )
    require_room(reading.rows, max_rows)
    with progress_bar("replaying", fits_of(reading.rows, plan)) as advance:
        replayed = replay(reading.rows, place.units(), recipe, plan, step=advance)
    print_replayed(replayed)
    if target is not None:
        write_replay(target, replayed, recipe)
        out.print(f"Curve and figures written to {target}.")


def predict_command(
    what: Annotated[str, typer.Argument(help="A complaint's text, or a file of complaints.")],
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the file with suggestions: .csv .tsv .xlsx .parquet .jsonl"),
    ] = None,
    text: TextColumnName = None,
    mapped: Mapped = None,
    cluster: Cluster = "",
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Suggest the unit and the category for one text, or for every row of a file.

    Examples: pilah predict "lampu jalan mati depan pasar" --office kota; pilah predict new.xlsx --office kota --out suggested.xlsx
    """
    router, _ = Office(home_folder(home), office).load_champion(signing_key, precedents=False)
    source = Path(what)
    if target is None:
        if _looks_like_file(source):
            raise PilahError(f"{source} is a file: say where to write the suggestions, such as --out suggested.csv")
        _print_suggestion(router.suggest(Complaint(what)))
        return
    columns = columns_named(text, None, None, None, mapped)
    with progress_bar("suggesting", None) as advance:
        count = predict_file(router, source, target, columns=columns, cluster=cluster, progress=advance)
    out.print(f"{count} rows written to {target} with model {router.version}.")


def evaluate_command(
    file: Annotated[Path, typer.Argument(help="A labelled export that the model has not learned from.")],
    office: OfficeName,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    report: Annotated[
        Path | None, typer.Option("--out", help="Where to write every figure, per unit too, as JSON.")
    ] = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Measure the champion on labelled rows, best on months later than those it learned from."""
    place = Office(home_folder(home), office)
    router, card = place.load_champion(signing_key, precedents=False)
    reading = read_exports([file], columns=columns_named(text, unit, category, date, mapped), timezone=TIMEZONE)
    print_understood(reading)
    last = card["data"]["to"]
    later = [row for row in reading.rows if last is None or row.received_at.isoformat() > last]
    if len(later) < len(reading.rows):
        out.print(
            f"Warning: {len(reading.rows) - len(later)} of {len(reading.rows)} rows are not later than the rows this model "
            f"learned from (up to {last[:10]}): where it has seen them, these figures flatter it.",
            style="yellow",
        )
    evaluation = evaluate(router, reading.rows, read_history(place.history_folder))
    out.print(table_of([(f"model {router.version}", evaluation)]))
    print_promise(evaluation)
    if report is not None:
        write_text(report, json.dumps(evaluation.as_dict(), ensure_ascii=False, indent=1) + "\n")
        out.print(f"Every figure written to {report}.")


def drift_command(
    file: Annotated[Path, typer.Argument(help="A recent export, labelled or not.")],
    office: OfficeName,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Say whether the latest complaints, or the decisions on them, are no longer those that the champion was measured on.

    The last eight weeks of the file are compared with the champion's own test slice. Exit status 2 where an alarm rings.
    """
    place = Office(home_folder(home), office)
    router, card = place.load_champion(signing_key, precedents=False)
    reading = read_exports([file], columns=columns_named(text, unit, category, date, mapped), timezone=TIMEZONE)
    print_understood(reading)
    baseline, recent = Baseline.from_dict(card["drift"]), observe(router, reading.rows)
    if problem := too_few(baseline, recent):
        out.print(problem.told_in(terminal_language()))
        return
    names = {unit.id: unit.name for unit in router.units} | {label.id: label.name for label in router.category_labels}
    alarms = check(
        baseline,
        recent,
        known_units={unit.id for unit in router.units},
        known_categories={label.id for label in router.category_labels},
        names=names,
    )
    for alarm in alarms:
        told = alarm.message.told_in(terminal_language())
        out.print(f"{alarm.kind} ({alarm.signal}, {alarm.since:%Y-%m-%d}): {told}", markup=False)
    if alarms:
        raise typer.Exit(2)
    out.print(message("drift.none", terminal_language()))


def units_command(
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None, typer.Option("--out", help="Where to write a units.csv with every unit and family found.")
    ] = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Show the unit families that the champion found, and write every unit as a units.csv to be mended.

    The file goes to offices/NAME/units.csv under the home when it is right; what it says goes before what is found.
    """
    router, _ = Office(home_folder(home), office).load_champion(signing_key, precedents=False)
    table = Table("family", "units", "for example")
    for family, members in sorted(router.families.items(), key=lambda item: -len(item[1])):
        table.add_row(family, str(len(members)), ", ".join(router.units[member].name for member in members[:3]))
    out.print(table)
    if target is not None:
        with open_writer(target, COLUMNS) as writer:
            for row in as_rows(router.units):
                writer.write(dict(row))
        out.print(f"{len(router.units)} units written to {target}.")


def add_commands(app: typer.Typer) -> None:
    """Put the retraining commands on the `pilah` command."""
    app.command("check")(check_command)
    app.command("train")(train_command)
    app.command("replay")(replay_command)
    app.command("predict")(predict_command)
    app.command("evaluate")(evaluate_command)
    app.command("drift")(drift_command)
    app.command("watch")(watch_command)
    app.command("units")(units_command)
    versions.add_commands(app)
    app.add_typer(rules.app, name="rules")


def _looks_like_file(source: Path) -> bool:
    try:
        return source.is_file()
    except OSError:  # a long text is no possible file name
        return False


def _print_suggestion(suggestion: Suggestion) -> None:
    out.print(f"Saran, bukan keputusan. Status: {suggestion.status} (model {suggestion.version})", markup=False)
    for unit in suggestion.units:
        out.print(f"  {unit.confidence:6.1%}  {unit.name}", markup=False)
    out.print(f"Kategori ({suggestion.category_status}):")
    for category in suggestion.categories:
        out.print(f"  {category.confidence:6.1%}  {category.name}", markup=False)
