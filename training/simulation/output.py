"""A replay as a table and as files: the curve as SVG, every stretch as CSV, every figure as JSON."""

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
from training.simulation.learning_curve import draw

if TYPE_CHECKING:
    from pathlib import Path

    from training.fitting.recipe import Recipe
    from training.simulation.officers import ReplayResult, SimulatedRun

_COLUMNS = ("from", "line", "officer_error", "complaints", "unit_right", "new_unit_right", "accepted_wrong")


out = Console(soft_wrap=True)


def print_replayed(replayed: ReplayResult) -> None:
    """What was replayed, and one line a model."""
    out.print(
        f"Learned {replayed.start_rows} rows, then answered {len(replayed.lines[0].judged)} from "
        f"{replayed.stream_from:%Y-%m-%d} to {replayed.stream_to:%Y-%m-%d}, {replayed.new_rows} of them of units that "
        "first appear there."
    )
    table = Table("line", "unit right", "of new units", "among first three", "category right", "wrong ones accepted")
    for line in replayed.lines:
        shares = (line.share(), line.share(new_only=True), line.top_3, line.category_share)
        table.add_row(
            line.name,
            *("-" if share is None else f"{share:.3f}" for share in shares),
            "-" if line.error is None else str(sum(row.slipped for row in line.judged)),
        )
    out.print(table)


def write_replay(folder: Path, replayed: ReplayResult, recipe: Recipe) -> None:
    """Write replay.svg, replay.csv and replay.json; no text and no id of any complaint is in them."""
    write_text(folder / "replay.svg", draw(replayed))
    write_text(folder / "replay.csv", _as_csv(replayed))
    figures = json.dumps(as_figures(replayed, recipe), ensure_ascii=False, indent=1)
    write_text(folder / "replay.json", figures + "\n")


def as_figures(replayed: ReplayResult, recipe: Recipe) -> dict[str, Any]:
    """Everything that is needed to repeat the replay, and what came out."""
    return {
        "plan": asdict(replayed.plan),
        "recipe": asdict(recipe),
        "start_rows": replayed.start_rows,
        "stream_rows": len(replayed.lines[0].judged),
        "stream_from": replayed.stream_from.isoformat(),
        "stream_to": replayed.stream_to.isoformat(),
        "rows_of_new_units": replayed.new_rows,
        "lines": [
            {
                "name": line.name,
                "officer_error": line.error,
                "unit_top_1": line.share(),
                "unit_top_3": line.top_3,
                "new_unit_top_1": line.share(new_only=True),
                "category_top_1": line.category_share,
                "accepted_wrong": sum(row.slipped for row in line.judged),
            }
            for line in replayed.lines
        ],
    }


def _as_csv(replayed: ReplayResult) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for line in replayed.lines:
        for week in replayed.weeks:
            writer.writerow(_stretch(replayed, line, week))
    return written.getvalue()


def _stretch(replayed: ReplayResult, line: SimulatedRun, week: int) -> tuple[object, ...]:
    only = range(week, week + 1)
    rows = [row for row in line.judged if row.week == week]
    return (
        f"{replayed.stream_from + timedelta(days=week * replayed.plan.days):%Y-%m-%d}",
        line.name,
        "" if line.error is None else line.error,
        len(rows),
        _rounded(line.share(only)),
        _rounded(line.share(only, new_only=True)),
        sum(row.slipped for row in rows),
    )


def _rounded(share: float | None) -> str:
    return "" if share is None else f"{share:.4f}"
