"""Output of the training commands on a terminal, in the terminal's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from data.messages import Language, Sentence, listing, terminal_language, terminal_message
from model.complaint import is_date
from training.dataset.corrections import correction_code

if TYPE_CHECKING:
    from rich.table import Table

    from model.versions.office_home import Office
    from training.batch.predict_file import Predicted
    from training.dataset.plan import TrainingPlan
    from training.dataset.read import LeftOut, Reading
    from training.evaluation.challenger import ChampionComparison
    from training.evaluation.metrics import Evaluation, Scores
    from training.pipeline import Trained

_UNITS_PRINTED = 15
_STATUSES_PRINTED = 5
_DATES_PRINTED = 5
_OFTEN_MISSED = 0.5
_LITTLE_CONFIDENCE = 0.3
_FIGURES = {
    "among-three": "top_3",
    "mean-over-labels": "macro_f1",
    "most-frequent": "majority",
    "called-confident": "confident_share",
    "confident-right": "confident_right",
    "calibration-error": "calibration_error",
}


def say(code: str, /, *, warning: bool = False, error: bool = False, **fields: object) -> None:
    """Print a sentence of data/messages/commands.toml: a warning in yellow, an error on stderr."""
    typer.secho(terminal_message(f"commands.{code}", **fields), err=error, fg="yellow" if warning else None)


def label(code: str) -> str:
    """A label of data/messages/commands.toml; blank for a blank code."""
    return terminal_message(f"commands.{code}") if code else ""


def new_table(*headers: str, title: str = "") -> Table:
    """An empty table whose headers and title are given by their codes."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - few commands print a table
    from rich.table import Table  # noqa: PLC0415

    # Narrow enough for a version and seven figures in 80 columns.
    return Table(*map(label, headers), title=label(title) or None, box=SIMPLE_HEAD, padding=0)


def print_rich(table: Table) -> None:
    """Print a table."""
    from rich.console import Console  # noqa: PLC0415 - few commands print a table

    Console(soft_wrap=True).print(table)


def share(value: float | None) -> str:
    """A share with three decimals, in the terminal's language; a dash for None."""
    if value is None:
        return "-"
    text = f"{value:.3f}"
    return text.replace(".", ",") if terminal_language() is Language.INDONESIAN else text


def print_predicted(predicted: Predicted) -> None:
    """Print the rows of each sheet where there are several, and what a person should know about the file."""
    by_sheet = predicted.by_sheet
    if len(by_sheet) > 1:
        counts = tuple(Sentence("commands.sheet-rows", sheet=sheet, rows=rows) for sheet, rows in by_sheet.items())
        say("sheets-read", sheets=counts)
    for notice in predicted.notices:
        say("notice", warning=True, notice=notice)


def print_reading(reading: Reading) -> None:
    """Print the files that were read, the rows to learn from, and the rows left out."""
    _print_files(reading)
    if reading.from_ledger:
        counts = reading.from_ledger.items()
        listed = [f"{count} {label('ledger-' + name.replace(' ', '-'))}" for name, count in counts]
        say("from-ledger", counts=", ".join(listed))
    _print_dates(reading)
    if reading.rows:
        _print_rows(reading)
    for correction, count in reading.corrected.items():
        say("corrected", count=count, correction=Sentence(correction_code(correction)))
    for kind, count in reading.told_apart.items():
        say(f"told-apart-by-{kind}", warning=True, count=count)
    for status, count in reading.unclear_statuses.most_common(_STATUSES_PRINTED):
        say("unclear-status", warning=True, status=status, count=count)
    _print_left_out(reading)


def _print_dates(reading: Reading) -> None:
    for said in reading.date_notices:
        say("file-notice", warning=True, file=said.file, notice=said.notice)
    if reading.in_order_of_file:
        say("blank-date-column" if reading.has_blank_dates else "no-date-column", warning=True)


def _print_left_out(reading: Reading) -> None:
    if reading.left_out:
        say("left-out", count=len(reading.left_out))
        for reason, count in reading.reasons(terminal_language()).items():
            say("left-out-reason", count=count, reason=reason)
    if unread := reading.unread_dates():
        say("unread-dates-written", warning=True, rows=listing([_date_written(row) for row in unread], _DATES_PRINTED))


def _date_written(row: LeftOut) -> str:
    sheet = row.source.sheet if row.source else ""
    place = Sentence("exports.row-of-sheet" if sheet else "exports.row", sheet=sheet, row=row.row)
    return f'{row.file}, {place.told_in(terminal_language())} "{row.date or "…"}"'


def _print_files(reading: Reading) -> None:
    for file in reading.files:
        columns = ", ".join(f"{field} = {header!r}" for field, header in file.columns.items())
        name = f"{file.path.name} ({file.sheet})" if file.sheet else file.path.name
        say("file-read", name=name, rows=file.rows, shape=file.shape, header_row=file.header_row)
        say("columns-read", columns=columns)
        for notice in file.adjustments:
            say("adjusted", warning=True, notice=notice)


def _print_rows(reading: Reading) -> None:
    dated = [row.received_at.date() for row in reading.rows if is_date(row.received_at)]
    say(
        "rows-to-learn" if dated else "rows-to-learn-undated",
        rows=len(reading.rows),
        first=dated[0] if dated else "",
        last=dated[-1] if dated else "",
        units=len({row.unit for row in reading.rows if row.unit}),
        categories=len({row.category for row in reading.rows if row.category}),
    )
    if returned := sum(row.returned for row in reading.rows):
        say("returned-rows", count=returned)


def print_trained(office: Office, trained: Trained) -> None:
    """Print the figures of a new version beside those of the champion, and the next step."""
    _print_rows_used(trained)
    columns = [(f"{label('new')} {trained.version}", trained.evaluation)]
    if trained.champion is not None and trained.champion_version is not None:
        columns.append((f"{label('champion')} {trained.champion_version}", trained.champion))
    if trained.random_split is not None:
        columns.append((label("random-split"), trained.random_split))
    if trained.split.held_back:
        print_table(columns)
    if trained.champion_comparison is not None:
        _print_champion_comparison(trained.champion_comparison)
    print_promise(trained.evaluation)
    _print_often_missed(trained.evaluation)
    leaks = trained.leaks
    if leaks.addressed or leaks.routed:
        say(
            "addressees-in-texts",
            addressed=leaks.addressed,
            rows=leaks.rows,
            right=leaks.addressed_right,
            routed=leaks.routed,
        )
    say("version-written", version=trained.version, folder=office.versions_folder / trained.version)
    if trained.champion_version == trained.version:
        say("first-champion")
    else:
        say("champion-stays", champion=trained.champion_version, version=trained.version, office=office.name)


def _print_rows_used(trained: Trained) -> None:
    learned_of, split = trained.recipe.learned_of, trained.split
    if learned_of(trained.n_rows) < trained.n_rows:
        say("rows-sampled", warning=True, learned=learned_of(trained.n_rows), rows=trained.n_rows)
    print_shortcomings(trained.plan)
    if split.held_back:
        learned, before = learned_of(len(split.learned)), len(split.learned)
        say(
            "measured-by-row-order" if split.by_row_order else "measured-on",
            warning=split.by_row_order,
            held_out=len(split.held_back),
            first=split.held_back[0].received_at.date(),
            last=split.held_back[-1].received_at.date(),
            before=Sentence("commands.all-rows-before", rows=before)
            if learned == before
            else Sentence("commands.some-rows-before", learned=learned, rows=before),
        )
    if split.repeated:
        say("near-duplicates-moved", count=split.repeated)


def print_plan(plan: TrainingPlan) -> None:
    """Print what a training would learn from and measure on, and what its suggestions would lack."""
    say("would-train", rows=plan.rows, units=plan.units, categories=plan.categories)
    if plan.split.held_back:
        say("would-measure", rows=len(plan.split.held_back), labels=plan.measured())
    print_shortcomings(plan)


def print_shortcomings(plan: TrainingPlan) -> None:
    """Print what the suggestions lack and what is not measured."""
    for sentence in plan.shortcomings():
        say("shortcoming", warning=True, sentence=sentence)


def _print_champion_comparison(found: ChampionComparison) -> None:
    from training.evaluation.promotion import sentence  # noqa: PLC0415 - learns; only a training gets here

    if found.comparison is None:
        say("not-compared", warning=True, reason=found.baseline.why)
        return
    if found.baseline.rows_problem is not None:
        say("champion-rows-unreadable", warning=True, problem=found.baseline.rows_problem)
    say("compared-with", baseline=label(f"baseline-{found.baseline.measured}"))
    for figure in found.comparison.worse:
        say("worse-than-champion", warning=True, figure=sentence(figure))


def _print_often_missed(evaluation: Evaluation) -> None:
    missed = [unit for unit in evaluation.per_unit[:_UNITS_PRINTED] if unit.recall < _OFTEN_MISSED]
    if missed:
        units = (
            terminal_message("commands.missed-unit", name=unit.name, recall=unit.recall, rows=unit.rows)
            for unit in missed
        )
        say("often-missed", units=", ".join(units))


def print_table(columns: list[tuple[str, Evaluation]]) -> None:
    """Print figures by unit, family and category, one column for each evaluation."""
    table = new_table("", title="how-often-right")
    for name, _ in columns:
        table.add_column(name)
    for kind in ("unit", "family", "category"):
        scores: list[Scores | None] = [getattr(evaluation, kind) for _, evaluation in columns]
        table.add_row(f"[bold]{label(kind)}[/bold]", *map(_size, scores))
        if not any(scores):
            table.add_section()
            continue
        table.add_row(f"  {label('first-right')}", *map(_with_interval, scores))
        for row, figure in _FIGURES.items():
            values = [share(getattr(score, figure) if score else None) for score in scores]
            table.add_row(f"  {label(row)}", *values, end_section=figure == "calibration_error")
    print_rich(table)


def print_promise(evaluation: Evaluation) -> None:
    """Warn where few suggestions keep the promised precision."""
    for kind, scores in (("unit", evaluation.unit), ("category", evaluation.category)):
        if scores and scores.confident_share < _LITTLE_CONFIDENCE:
            say("little-confidence", warning=True, label=label(kind), share=scores.confident_share)


def _size(score: Scores | None) -> str:
    if score is None:
        return label("no-labels")
    return terminal_message("commands.rows-and-labels", rows=score.rows, labels=score.labels)


def _with_interval(score: Scores | None) -> str:
    return f"{share(score.top_1)} ({share(score.top_1_low)}-{share(score.top_1_high)})" if score else "-"
