"""A bar on the screen of whoever waits for a command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as ProgressBar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training.commands.progress_file import Progress

    Advance = Callable[[int], None]

err = Console(stderr=True)


@contextmanager
def progress_bar(what: str, total: int | None, told: Progress | None = None) -> Iterator[Advance]:
    """A bar for one part of a command; what it is given to advance goes to `told` too. Nothing is drawn into a file."""
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
