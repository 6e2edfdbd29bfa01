"""What a training, and what was read for it, look like on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from training.evaluation.champion_baseline import BaselineModel
from training.evaluation.promotion import sentence

if TYPE_CHECKING:
    from model.versions.office_home import Office
    from training.dataset.read import Reading
    from training.evaluation.challenger import ChampionComparison
    from training.evaluation.metrics import Evaluation, Scores
    from training.pipeline import Trained

out = Console(soft_wrap=True)

_UNITS_PRINTED = 15
_LITTLE_CONFIDENCE = 0.3
_HOW = {
    BaselineModel.ITSELF: "the champion itself, which learned from nothing that new",
    BaselineModel.OWN_ROWS: "the champion's recipe, refitted on its own rows from before: the champion has seen later ones",
    BaselineModel.THESE_ROWS: "the champion's recipe, refitted on these rows: its own are gone",
    BaselineModel.ALIKE: "recipe and rows from before are the champion's own, so nothing differs here but what came since",
}


def print_understood(reading: Reading) -> None:
    for file in reading.files:
        columns = ", ".join(f"{field} = {header!r}" for field, header in file.columns.items())
        sheet = f", sheet {file.sheet}" if file.sheet else ""
        out.print(f"{file.path.name}{sheet}: {file.rows} rows, shape {file.shape}, header in row {file.header_row}")
        out.print(f"  columns: {columns}", markup=False)
    if reading.from_ledger:
        counts = ", ".join(f"{count} {name}" for name, count in reading.from_ledger.items())
        out.print(f"From the ledger: {counts}")
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
    for what, count in reading.corrected.items():
        out.print(f"Corrected: {count} {what}")
    if reading.left_out:
        out.print(f"Left out: {len(reading.left_out)} rows")
        for reason, count in reading.reasons.items():
            out.print(f"  {count}: {reason}", markup=False)


def print_trained(office: Office, trained: Trained) -> None:
    columns = [(f"new {trained.version}", trained.evaluation)]
    if trained.champion is not None and trained.champion_version is not None:
        columns.append((f"champion {trained.champion_version}", trained.champion))
    if trained.random_split is not None:
        columns.append(("random split (flattering)", trained.random_split))
    learned_of = trained.recipe.learned_of
    if learned_of(trained.n_rows) < trained.n_rows:
        out.print(
            f"Learned from {learned_of(trained.n_rows)} of {trained.n_rows} rows: the newest, and the newest of each label. "
            "All of them stay as past complaints; --max-rows moves the bound.",
            style="yellow",
        )
    held_back = trained.split.held_back
    out.print(
        f"Measured on the newest {len(held_back)} rows, {held_back[0].received_at:%Y-%m-%d} to {held_back[-1].received_at:%Y-%m-%d}, "
        f"after learning from {_of(learned_of(len(trained.split.learned)), len(trained.split.learned))} before them"
        + (f" ({trained.split.repeated} near-duplicates of older rows went there)" if trained.split.repeated else "")
    )
    out.print(table_of(columns))
    if trained.champion_comparison is not None:
        _print_champion_comparison(trained.champion_comparison)
    print_promise(trained.evaluation)
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


def _print_champion_comparison(found: ChampionComparison) -> None:
    if found.comparison is None:
        out.print(f"Not compared with the champion: {found.baseline.why}", markup=False, style="yellow")
        return
    out.print(f"Compared with: {_HOW[found.baseline.measured]}")
    for figure in found.comparison.worse:
        out.print(f"Worse beyond noise: {sentence(figure)}", markup=False, style="yellow")


def table_of(columns: list[tuple[str, Evaluation]]) -> Table:
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


def print_promise(evaluation: Evaluation) -> None:
    for label, scores in (("unit", evaluation.unit), ("category", evaluation.category)):
        if scores and scores.confident_share < _LITTLE_CONFIDENCE:
            out.print(
                f"By {label}, only {scores.confident_share:.0%} of the suggestions are confident: on this office's texts the "
                "promised precision can be kept on few rows. The rest are to be weighed by a person.",
                style="yellow",
            )


def _of(some: int, every: int) -> str:
    return f"the {every}" if some == every else f"{some} of the {every}"


def _with_interval(score: Scores | None) -> str:
    return f"{score.top_1:.3f} ({score.top_1_low:.3f}-{score.top_1_high:.3f})" if score else "-"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
