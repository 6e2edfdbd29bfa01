"""`pilah watch`: write suggestions beside every export that is dropped into a folder."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import PilahError
from data.messages import terminal_language
from model.versions.installation import zone_named
from model.versions.office_home import Office
from training.batch.watched_folder import WatchedFolder
from training.commands.options import TIMEZONE, DateOrderName, Home, OfficeName, SigningKey, Timezone, home_folder
from training.commands.output import print_predicted, say

if TYPE_CHECKING:
    from collections.abc import Callable

    from training.batch.watched_folder import Outcome


def watch_command(
    folder: Annotated[Path, typer.Argument(help="The folder for incoming exports.")],
    office: OfficeName,
    interval: Annotated[
        float,
        typer.Option(min=0.05, help="Seconds between two scans. A file that changed between them waits for the next."),
    ] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Process the exports in the folder, then exit.")] = False,
    date_order: DateOrderName = None,
    timezone: Timezone = TIMEZONE,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Watch a folder, and write suggestions beside every export that is dropped into it.

    laporan.xlsx gets laporan.saran.xlsx; an unreadable file gets laporan.xlsx.gagal.txt with the reason; where the result
    lacks something of the original, laporan.ods.catatan.txt says so. Each export is
    processed exactly once, even if Pilah is killed on the way. Example: pilah watch /srv/masuk --office kota
    """
    place, zone = Office(home_folder(home), office), zone_named(timezone)
    with (
        closing(WatchedFolder(folder, place, signing_key, zone, date_order)) as watched,
        suppress(KeyboardInterrupt),
    ):
        watched.scan()
        if once:
            time.sleep(interval)
            if problems := answer_all(watched, _print):
                raise problems[0]
            return
        say("watching", folder=folder, office=office)
        _keep_watching(watched, interval)


def _keep_watching(watched: WatchedFolder, interval: float) -> None:
    printed: list[str] = []
    while True:
        time.sleep(interval)
        problems = [problem.told_in(terminal_language()) for problem in answer_all(watched, _print)]
        if problems != printed:
            # Print a problem once, and again only after the list of problems changes.
            for problem in dict.fromkeys(problems):
                say("error", error=True, message=problem)
            printed = problems


def answer_all(watched: WatchedFolder, report: Callable[[Outcome], None]) -> list[PilahError]:
    """Process the exports that are ready, and return the problems that keep others waiting."""
    problems = []
    for path in watched.scan():
        try:
            outcome = watched.answer(path)
        except PilahError as error:
            problems.append(error)
            continue
        if outcome is not None:
            report(outcome)
    return problems


def _print(outcome: Outcome) -> None:
    if outcome.failure:
        say("export-failed", error=True, export=outcome.export, failure=outcome.failure, file=outcome.came_back)
    if (predicted := outcome.predicted) is not None:
        say("export-answered", export=outcome.export, rows=predicted.rows, file=outcome.came_back)
        print_predicted(predicted)
