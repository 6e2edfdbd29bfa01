"""The progress bar of a long command."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from training.commands.output import label

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from training.commands.progress_file import ProgressWriter

    Advance = Callable[[int], None]

err = Console(stderr=True)


@contextmanager
def progress_bar(stage: str, total: int | None, file: ProgressWriter | None = None) -> Iterator[Advance]:
    """A bar for one stage of a command, which writes to the progress file too. Only a terminal shows the bar."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task(label(f"stage-{stage}"), total=total)

        def advance(rows: int) -> None:
            bar.advance(task, rows)
            if file is not None:
                file.advance(rows)

        yield advance
