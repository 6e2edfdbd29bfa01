"""The retraining commands: each parses, calls one function, and prints."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar
from rich.table import Table

from data.errors import ColumnMissing, PilahError
from data.exports import open_writer
from model.artifact import read_card, write_text
from model.complaint import Complaint
from model.drift import Baseline, check, too_few
from model.history import read_history
from model.registry import Office
from model.turn import training_turn
from model.units import COLUMNS, as_rows
from training import rules_commands
from training.evaluate import Evaluation, Scores, evaluate
from training.fit import Recipe
from training.options import Home, OfficeName, ProgressFile, SigningKey, home_folder
from training.predicting import predict_file
from training.progress import told_in
from training.reading import Reading, read_exports
from training.train import Trained, remove_unfinished, steps_of, train
from training.watching import observe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from model.suggestion import Suggestion
    from training.progress import Progress

    Advance = Callable[[int], None]

out = Console(soft_wrap=True)
err = Console(stderr=True)

TextColumnName = Annotated[str | None, typer.Option("--text", help="Header of the column with the citizen's text.")]
UnitColumnName = Annotated[
    str | None, typer.Option("--unit", help="Header of the column with the unit that was responsible.")
]
CategoryColumnName = Annotated[str | None, typer.Option("--category", help="Header of the column with the category.")]
DateColumnName = Annotated[str | None, typer.Option("--date", help="Header of the column with the date of arrival.")]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", help="Any other column, as field=header, such as village=Desa. May be given several times."),
]

_TIMEZONE = "Asia/Jakarta"
_UNITS_PRINTED = 15
_LITTLE_CONFIDENCE = 0.3


def train_command(
    files: Annotated[
        list[Path], typer.Argument(help="Exports: CSV, TSV, XLSX, Parquet or JSON Lines; one or several.")
    ],
    office: OfficeName,
    text: TextColumnName = None,
    unit: UnitColumnName = None,
    category: CategoryColumnName = None,
    date: DateColumnName = None,
    mapped: Mapped = None,
    promise: Annotated[
        float, typer.Option(min=0.5, max=0.99, help="Precision that a suggestion called confident must keep.")
    ] = 0.90,
    random_split: Annotated[
        bool, typer.Option("--random-split", help="Also measure on a random split. It flatters: the future is known.")
    ] = False,
    progress: ProgressFile = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Learn from labelled exports, measure on the newest fifth, and write a model version.

    The first version of an office becomes its champion, which answers; a later one with `pilah promote`. Rows that are
    not learned from are counted by reason and written to dropped.csv beside the model.

    Example: pilah train 2024.xlsx 2025.xlsx --office kota
    """
    place = Office(home_folder(home), office)
    columns = _columns(text, unit, category, date, mapped)
    with told_in(progress) as told, training_turn(place):
        remove_unfinished(place)
        told.stage("reading")
        with _progress("reading", None, told) as advance:
            reading = read_exports(files, columns=columns, timezone=_TIMEZONE, progress=advance)
        _print_understood(reading)
        total = steps_of(len(reading.rows), has_champion=place.champion() is not None, random_split=random_split)
        told.stage("training", total, rows=len(reading.rows))
        with _progress("training", total, told) as advance:
            trained = train(
                place,
                reading,
                Recipe(promise=promise),
                random_split=random_split,
                signing_key=signing_key,
                step=lambda _, rows: advance(rows),
            )
        told.stage("writing", version=trained.version)
    _print_trained(place, trained)


def predict_command(
    what: Annotated[str, typer.Argument(help="A complaint's text, or a file of complaints.")],
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None,
        typer.Option("--out", help="Where to write the file with suggestions: .csv .tsv .xlsx .parquet .jsonl"),
    ] = None,
    text: TextColumnName = None,
    mapped: Mapped = None,
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
    columns = _columns(text, None, None, None, mapped)
    with _progress("suggesting", None) as advance:
        count = predict_file(router, source, target, columns=columns, progress=advance)
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
    reading = read_exports([file], columns=_columns(text, unit, category, date, mapped), timezone=_TIMEZONE)
    _print_understood(reading)
    last = card["data"]["to"]
    later = [row for row in reading.rows if last is None or row.received_at.isoformat() > last]
    if len(later) < len(reading.rows):
        out.print(
            f"Warning: {len(reading.rows) - len(later)} of {len(reading.rows)} rows are not later than the rows this model "
            f"learned from (up to {last[:10]}): where it has seen them, these figures flatter it.",
            style="yellow",
        )
    evaluation = evaluate(router, reading.rows, read_history(place.history_folder))
    out.print(_table([(f"model {router.version}", evaluation)]))
    _print_promise(evaluation)
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
    reading = read_exports([file], columns=_columns(text, unit, category, date, mapped), timezone=_TIMEZONE)
    _print_understood(reading)
    baseline, recent = Baseline.from_dict(card["drift"]), observe(router, reading.rows)
    if problem := too_few(baseline, recent):
        out.print(problem)
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
        out.print(f"{alarm.kind} ({alarm.signal}, sejak {alarm.since:%Y-%m-%d}): {alarm.message}", markup=False)
    if alarms:
        raise typer.Exit(2)
    out.print("Tidak ada alarm: pengaduan dan keputusan masih seperti pada data uji model.")


def models_command(office: OfficeName = "kumham", home: Home = None) -> None:
    """List the model versions of an office with their figures by time; the champion is marked."""
    place = Office(home_folder(home), office)
    champion = place.champion()
    table = Table("", "version", "trained on rows", "up to", "unit top-1", "top-3", "category top-1", "top-3")
    for version in place.versions():
        card = read_card(place.versions_folder / version)
        figures = card["evaluation"]
        table.add_row(
            "champion" if version == champion else "",
            version,
            str(card["data"]["rows"]),
            str(card["data"]["to"])[:10],
            *(
                _share(figures[label][name]) if figures[label] else "-"
                for label in ("unit", "category")
                for name in ("top_1", "top_3")
            ),
        )
    if not place.versions():
        out.print(f"Office {office} has no model yet. Make one with: pilah train FILE --office {office}")
        return
    out.print(table)


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


def promote_command(
    version: Annotated[str, typer.Argument(help="The version that shall answer from now on; see pilah models.")],
    office: OfficeName = "kumham",
    home: Home = None,
) -> None:
    """Make a version the champion: the one that answers."""
    place = Office(home_folder(home), office)
    before = place.champion()
    place.promote(version)
    out.print(f"Champion of {office}: {version} (before: {before or 'none'}).")


def add_commands(app: typer.Typer) -> None:
    """Put the retraining commands on the `pilah` command."""
    app.command("train")(train_command)
    app.command("predict")(predict_command)
    app.command("evaluate")(evaluate_command)
    app.command("drift")(drift_command)
    app.command("models")(models_command)
    app.command("units")(units_command)
    app.command("promote")(promote_command)
    app.add_typer(rules_commands.app, name="rules")


def _columns(
    text: str | None, unit: str | None, category: str | None, date: str | None, mapped: list[str] | None
) -> dict[str, str]:
    named = {"text": text, "unit": unit, "category": category, "received_at": date}
    columns = {field: header for field, header in named.items() if header is not None}
    for pair in mapped or ():
        field, equals, header = pair.partition("=")
        if not equals or not field or not header:
            raise ColumnMissing(f"--map {pair}: write field=header, such as --map village=Desa")
        columns[field.strip()] = header.strip()
    return columns


def _looks_like_file(source: Path) -> bool:
    try:
        return source.is_file()
    except OSError:  # a long text is no possible file name
        return False


@contextmanager
def _progress(what: str, total: int | None, told: Progress | None = None) -> Iterator[Advance]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with ProgressBar(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(what, total=total)

        def advance(rows: int) -> None:
            bar.advance(task, rows)
            if told is not None:
                told.advance(rows)

        yield advance


def _print_understood(reading: Reading) -> None:
    for file in reading.files:
        columns = ", ".join(f"{field} = {header!r}" for field, header in file.columns.items())
        sheet = f", sheet {file.sheet}" if file.sheet else ""
        out.print(f"{file.path.name}{sheet}: {file.rows} rows, shape {file.shape}, header in row {file.header_row}")
        out.print(f"  columns: {columns}", markup=False)
    if reading.in_order_of_file:
        out.print(
            "No date column: the order of the rows stands for the order of time. Name one with --date.", style="yellow"
        )
    if reading.rows:
        first, last = reading.rows[0].received_at, reading.rows[-1].received_at
        units = len({row.unit for row in reading.rows if row.unit})
        categories = len({row.category for row in reading.rows if row.category})
        returned = sum(row.returned for row in reading.rows)
        out.print(
            f"To learn from: {len(reading.rows)} rows, {first:%Y-%m-%d} to {last:%Y-%m-%d}, {units} units, {categories} categories"
        )
        if returned:
            out.print(f"  {returned} of them came back as the wrong unit: they teach no unit, only their category")
    if reading.left_out:
        out.print(f"Left out: {len(reading.left_out)} rows")
        for reason, count in reading.reasons.items():
            out.print(f"  {count}: {reason}", markup=False)


def _print_trained(office: Office, trained: Trained) -> None:
    columns = [(f"new {trained.version}", trained.evaluation)]
    if trained.champion is not None and trained.champion_version is not None:
        columns.append((f"champion {trained.champion_version}", trained.champion))
    if trained.random_split is not None:
        columns.append(("random split (flattering)", trained.random_split))
    held_back = trained.split.held_back
    out.print(
        f"Measured on the newest {len(held_back)} rows, {held_back[0].received_at:%Y-%m-%d} to {held_back[-1].received_at:%Y-%m-%d}, "
        f"after learning from the {len(trained.split.learned)} before them"
        + (f" ({trained.split.repeated} near-duplicates of older rows went there)" if trained.split.repeated else "")
    )
    out.print(_table(columns))
    _print_promise(trained.evaluation)
    weakest = [unit for unit in trained.evaluation.per_unit[:_UNITS_PRINTED] if unit.recall < 0.5]  # noqa: PLR2004
    if weakest:
        out.print(
            "Often missed: " + ", ".join(f"{unit.name} ({unit.recall:.0%} of {unit.rows} found)" for unit in weakest),
            markup=False,
        )
    leaks = trained.leaks
    if leaks.addressed or leaks.routed:
        out.print(
            f"Addressees in the texts: {leaks.addressed} of {leaks.rows} rows ask a unit by name, {leaks.addressed_right} of "
            f"them the one that was decided; {leaks.routed} rows hold the trace of a past routing, which is blanked"
        )
    folder = office.versions_folder / trained.version
    out.print(f"Version {trained.version} written to {folder}")
    if trained.champion_version == trained.version:
        out.print("It is the office's first, and answers from now on.")
    else:
        out.print(
            f"Champion stays {trained.champion_version}. To change it: pilah promote {trained.version} --office {office.name}"
        )


def _table(columns: list[tuple[str, Evaluation]]) -> Table:
    table = Table("", *(name for name, _ in columns), title="How often the suggestion was right")
    for label in ("unit", "family", "category"):
        scores: list[Scores | None] = [getattr(evaluation, label) for _, evaluation in columns]
        table.add_row(
            f"[bold]{label}[/bold]",
            *(f"{score.rows} rows, {score.labels} labels" if score else "no labels" for score in scores),
        )
        table.add_row("  first suggestion right (top-1)", *(_with_interval(score) for score in scores))
        table.add_row("  among the first three (top-3)", *(_share(score.top_3) if score else "-" for score in scores))
        table.add_row("  mean over labels (macro-F1)", *(f"{score.macro_f1:.3f}" if score else "-" for score in scores))
        table.add_row("  always the most frequent one", *(_share(score.majority) if score else "-" for score in scores))
        table.add_row("  called confident", *(_share(score.confident_share) if score else "-" for score in scores))
        table.add_row("  of these right", *(_share(score.confident_right) if score else "-" for score in scores))
        table.add_row(
            "  calibration error (ECE)",
            *(f"{score.calibration_error:.3f}" if score else "-" for score in scores),
            end_section=True,
        )
    return table


def _print_promise(evaluation: Evaluation) -> None:
    for label, scores in (("unit", evaluation.unit), ("category", evaluation.category)):
        if scores and scores.confident_share < _LITTLE_CONFIDENCE:
            out.print(
                f"By {label}, only {scores.confident_share:.0%} of the suggestions are confident: on this office's texts the "
                "promised precision can be kept on few rows. The rest are to be weighed by a person.",
                style="yellow",
            )


def _with_interval(score: Scores | None) -> str:
    return f"{score.top_1:.3f} ({score.top_1_low:.3f}-{score.top_1_high:.3f})" if score else "-"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


def _print_suggestion(suggestion: Suggestion) -> None:
    out.print(f"Saran, bukan keputusan. Status: {suggestion.status} (model {suggestion.version})", markup=False)
    for unit in suggestion.units:
        out.print(f"  {unit.confidence:6.1%}  {unit.name}", markup=False)
    out.print(f"Kategori ({suggestion.category_status}):")
    for category in suggestion.categories:
        out.print(f"  {category.confidence:6.1%}  {category.name}", markup=False)
