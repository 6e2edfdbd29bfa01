"""`pilah evaluate`: measure the champion on labelled rows."""

from __future__ import annotations

import json
from datetime import date as day
from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import Annotated

import typer

from data.files import write_text
from model.complaint import is_date
from model.history.rows import read_history
from model.versions.office_home import Office
from training.commands import options
from training.commands.output import print_promise, print_reading, print_table, say
from training.dataset.read import read_exports
from training.evaluation.metrics import evaluate


def evaluate_command(
    file: Annotated[Path, typer.Argument(help="A labelled export that the model has not learned from.")],
    office: options.OfficeName,
    text: options.TextColumnName = None,
    unit: options.UnitColumnName = None,
    category: options.CategoryColumnName = None,
    date: options.DateColumnName = None,
    date_order: options.DateOrderName = None,
    mapped: options.Mapped = None,
    report: Annotated[
        Path | None, typer.Option("--out", help="Where to write every figure, per unit too, as JSON.")
    ] = None,
    timezone: options.Timezone = options.TIMEZONE,
    home: options.Home = None,
    signing_key: options.SigningKey = "",
) -> None:
    """Measure the champion on labelled rows, best on months later than its training rows."""
    place = Office(options.home_folder(home), office)
    router, card = place.load_champion(signing_key, precedents=False)
    columns = options.columns_named(text, unit, category, date, mapped)
    reading = read_exports(
        [file], columns=columns, date_order=date_order, timezone=timezone, categories=router.categories
    )
    print_reading(reading)
    last = card["data"]["to"]
    not_later = (
        sum(is_date(row.received_at) and row.received_at.isoformat() <= last for row in reading.rows) if last else 0
    )
    if not_later:
        to = day.fromisoformat(last[:10])
        say("rows-not-later", warning=True, count=not_later, rows=len(reading.rows), to=to)
    evaluation = evaluate(router, reading.rows, read_history(place.history_folder))
    print_table([(f"model {router.version}", evaluation)])
    print_promise(evaluation)
    if report is not None:
        write_text(report, json.dumps(evaluation.as_dict(), ensure_ascii=False, indent=1) + "\n")
        say("figures-written", target=report)
