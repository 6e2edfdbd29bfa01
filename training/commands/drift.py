"""`pilah drift`: compare the latest complaints and decisions with the champion's test slice."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import Annotated

import typer

from data.messages import terminal_language, terminal_message
from model.complaint import is_date
from model.drift.baseline import Baseline
from model.drift.check import too_few
from model.versions.office_home import Office
from training.commands import options
from training.commands.output import print_reading, say
from training.dataset.read import read_exports
from training.evaluation.drift import drift_alarms, observe


def drift_command(
    file: Annotated[Path, typer.Argument(help="A recent export, labelled or not.")],
    office: options.OfficeName,
    text: options.TextColumnName = None,
    unit: options.UnitColumnName = None,
    category: options.CategoryColumnName = None,
    date: options.DateColumnName = None,
    date_order: options.DateOrderName = None,
    mapped: options.Mapped = None,
    timezone: options.Timezone = options.TIMEZONE,
    home: options.Home = None,
    signing_key: options.SigningKey = "",
) -> None:
    """Compare the latest complaints and decisions with the champion's test slice, and report drift.

    The latest complaints are those of the file's last eight weeks. Exit status 2 where an alarm rings.
    """
    place = Office(options.home_folder(home), office)
    router, card = place.load_champion(signing_key, precedents=False)
    columns = options.columns_named(text, unit, category, date, mapped)
    reading = read_exports(
        [file], columns=columns, date_order=date_order, timezone=timezone, categories=router.categories
    )
    print_reading(reading)
    if not any(is_date(row.received_at) for row in reading.rows):
        typer.echo(terminal_message("training.no-dates-to-compare"))
        return
    baseline, recent = Baseline.from_dict(card["drift"]), observe(router, reading.rows)
    if problem := too_few(baseline, recent):
        typer.echo(problem.told_in(terminal_language()))
        return
    alarms = drift_alarms(router, baseline, recent)
    for alarm in alarms:
        say("drift-alarm", kind=alarm.kind, signal=alarm.signal, since=alarm.since.date(), message=alarm.message)
    if alarms:
        raise typer.Exit(2)
    typer.echo(terminal_message("drift.none"))
