"""Print a replay as a table; write its curve as SVG, each period as CSV and all figures as JSON."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.table import Table

from data.files import write_text
from data.messages import message, terminal_language
from training.simulation.learning_curve import draw

if TYPE_CHECKING:
    from pathlib import Path

    from training.fitting.recipe import Recipe
    from training.simulation.officers import ReplayResult, SimulatedRun

_COLUMNS = ("from", "line", "officer_error", "complaints", "unit_right", "new_unit_right", "accepted_wrong")
_PRINTED = ("model", "unit-right", "new-unit-right", "among-three", "category-right", "accepted-wrong")

out = Console(soft_wrap=True)


def print_replayed(replayed: ReplayResult) -> None:
    """Print the replayed rows and the figures of each model, in the language of the command line."""
    language = terminal_language()
    told = message(
        "training.replayed",
        language,
        start=replayed.start_rows,
        answered=len(replayed.runs[0].answers),
        first=f"{replayed.stream_from:%Y-%m-%d}",
        last=f"{replayed.stream_to:%Y-%m-%d}",
        new=replayed.new_rows,
    )
    out.print(told)
    table = Table(*(message(f"training.replay-{name}", language) for name in _PRINTED))
    for run in replayed.runs:
        shares = (run.share(), run.share(new_only=True), run.top_3, run.category_share)
        frozen = run.error is None
        table.add_row(
            message("training.replay-frozen" if frozen else "training.replay-learning", language, error=run.error),
            *("-" if share is None else f"{share:.3f}" for share in shares),
            "-" if frozen else str(sum(row.slipped for row in run.answers)),
        )
    out.print(table)


def write_replay(folder: Path, replayed: ReplayResult, recipe: Recipe) -> None:
    """Write replay.svg, replay.csv and replay.json, without a text or an id of a complaint."""
    write_text(folder / "replay.svg", draw(replayed))
    write_text(folder / "replay.csv", _as_csv(replayed))
    figures = json.dumps(as_figures(replayed, recipe), ensure_ascii=False, indent=1)
    write_text(folder / "replay.json", figures + "\n")


def as_figures(replayed: ReplayResult, recipe: Recipe) -> dict[str, Any]:
    """The settings to repeat the replay, and its figures."""
    return {
        "plan": asdict(replayed.plan),
        "recipe": asdict(recipe),
        "start_rows": replayed.start_rows,
        "stream_rows": len(replayed.runs[0].answers),
        "stream_from": replayed.stream_from.isoformat(),
        "stream_to": replayed.stream_to.isoformat(),
        "rows_of_new_units": replayed.new_rows,
        "lines": [
            {
                "name": run.name,
                "officer_error": run.error,
                "unit_top_1": run.share(),
                "unit_top_3": run.top_3,
                "new_unit_top_1": run.share(new_only=True),
                "category_top_1": run.category_share,
                "accepted_wrong": sum(row.slipped for row in run.answers),
            }
            for run in replayed.runs
        ],
    }


def _as_csv(replayed: ReplayResult) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for run in replayed.runs:
        for week in replayed.weeks:
            writer.writerow(_period(replayed, run, week))
    return written.getvalue()


def _period(replayed: ReplayResult, run: SimulatedRun, week: int) -> tuple[object, ...]:
    only = range(week, week + 1)
    rows = [row for row in run.answers if row.week == week]
    return (
        f"{replayed.stream_from + timedelta(days=week * replayed.plan.days):%Y-%m-%d}",
        run.name,
        "" if run.error is None else run.error,
        len(rows),
        _rounded(run.share(only)),
        _rounded(run.share(only, new_only=True)),
        sum(row.slipped for row in rows),
    )


def _rounded(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
