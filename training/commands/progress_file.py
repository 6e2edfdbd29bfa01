"""The progress of a long command in a JSON file, for the process that started the command.

{"stage": "reading", "done": 120, "total": null, "rows": 120, "started_at": "2026-11-23T03:10:00+00:00",
 "error": null, "version": null}

The file is replaced whole at each write. `stage` ends as "done" or "failed"; another last stage means that the process
died. `error` is {"kind", "message", "indonesian"}: the class of the error and its sentence in both languages. A file of
the same name with `.stop` appended ends the command; it works across containers, and after a restart of the starter.
"""

from __future__ import annotations

import json
import os
import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data.errors import PilahError
from data.files import write_text
from data.messages import Language

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_WRITE_INTERVAL_SECONDS = 0.4
_STOP_POLL_SECONDS = 0.5
# The exit status that a shell reports for a terminated process (128 + SIGTERM).
_STOPPED = 143


class ProgressWriter:
    """Writes the progress of a command; does nothing without a path."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written_at = 0.0
        self._progress: dict[str, Any] = {
            "stage": "starting",
            "done": 0,
            "total": None,
            "rows": None,
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "error": None,
            "version": None,
        }
        self._write()

    def stage(self, name: str, total: int | None = None, **more: Any) -> None:  # noqa: ANN401 - JSON values
        """Begin a stage; `more` may give rows, version or error."""
        self._progress |= {"stage": name, "done": 0, "total": total, **more}
        self._write()

    def advance(self, count: int) -> None:
        """Count rows as done; written at most every 0.4 seconds."""
        self._progress["done"] += count
        if time.monotonic() - self._written_at > _WRITE_INTERVAL_SECONDS:
            self._write()

    def _write(self) -> None:
        if self._path is not None:
            write_text(self._path, json.dumps(self._progress, ensure_ascii=False))
            self._written_at = time.monotonic()


@contextmanager
def progress_in(path: Path | None) -> Iterator[ProgressWriter]:
    """A progress file that ends as "done" when the block succeeds, and as "failed" with the error otherwise."""
    progress = ProgressWriter(path)
    if path is not None:
        stop = path.with_name(path.name + ".stop")
        threading.Thread(target=_exit_on_stop_file, args=(stop,), daemon=True).start()
    try:
        yield progress
    except PilahError as error:
        indonesian = error.told_in(Language.INDONESIAN)
        failure = {"kind": type(error).__name__, "message": str(error), "indonesian": indonesian}
        progress.stage("failed", error=failure)
        raise
    except Exception as bug:
        # The message of a bug may hold a complaint's text; the name of its class can't.
        progress.stage("failed", error={"kind": "Bug", "message": type(bug).__name__})
        raise
    progress.stage("done")


def _exit_on_stop_file(stop: Path) -> None:
    # Threads that fit a model can't be interrupted. Exiting is safe: an unfinished version is not in place yet.
    while not stop.exists():
        time.sleep(_STOP_POLL_SECONDS)
    os._exit(_STOPPED)
