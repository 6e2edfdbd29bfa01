"""`pilah watch`: exports dropped into a folder come back beside themselves with suggestions."""

from __future__ import annotations

import time
from contextlib import closing, suppress
from pathlib import Path  # noqa: TC003 - Typer reads the annotations
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from data.errors import PilahError
from model.versions.office_home import Office
from training.batch.watched_folder import Outcome, WatchedFolder
from training.commands.options import Home, OfficeName, SigningKey, home_folder

if TYPE_CHECKING:
    from collections.abc import Callable

out = Console(soft_wrap=True)
err = Console(stderr=True, soft_wrap=True)


def watch_command(
    folder: Annotated[Path, typer.Argument(help="The folder that exports are dropped into.")],
    office: OfficeName,
    interval: Annotated[
        float, typer.Option(min=0.05, help="Seconds between two looks; a file that changed between them is left alone.")
    ] = 5.0,
    once: Annotated[bool, typer.Option("--once", help="Answer for what is there, and end.")] = False,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Watch a folder: an export dropped into it comes back beside it with suggestions.

    laporan.xlsx comes back as laporan.saran.xlsx, one that can't be read with its reason as laporan.xlsx.gagal.txt. Each
    comes back once, also where Pilah is killed on the way. Example: pilah watch /srv/masuk --office kota
    """
    with (
        closing(WatchedFolder(folder, Office(home_folder(home), office), signing_key)) as watched,
        suppress(KeyboardInterrupt),
    ):
        watched.look()
        if once:
            time.sleep(interval)
            if waits := answer_all(watched, _print):
                raise PilahError("; ".join(dict.fromkeys(waits)))
            return
        out.print(f"Watching {folder} for office {office} (stop with Ctrl-C)", markup=False)
        _keep_watching(watched, interval)


def _keep_watching(watched: WatchedFolder, interval: float) -> None:
    said: list[str] = []
    while True:
        time.sleep(interval)
        waits = list(dict.fromkeys(answer_all(watched, _print)))
        if waits != said:
            # Said once, and again when something else is in the way.
            err.print(*(f"error: {wait}" for wait in waits), sep="\n", markup=False)
            said = waits


def answer_all(watched: WatchedFolder, tell: Callable[[Outcome], None]) -> list[str]:
    """Bring back what is ready to; gives what keeps an export waiting."""
    waits = []
    for path in watched.look():
        try:
            outcome = watched.answer(path)
        except PilahError as error:
            waits.append(str(error))
            continue
        if outcome is not None:
            tell(outcome)
    return waits


def _print(outcome: Outcome) -> None:
    if outcome.failure:
        err.print(f"{outcome.export}: {outcome.failure} See {outcome.came_back}.", markup=False)
    else:
        out.print(f"{outcome.export}: {outcome.rows} rows in {outcome.came_back}.", markup=False)
