"""How far a long command is, in a file for whoever started it: always one whole JSON object, whenever it is read.

{"stage": "reading", "done": 120, "total": null, "rows": 120, "started_at": "2026-11-23T03:10:00+00:00",
 "error": null, "version": null}

`stage` ends as "done" or "failed"; a process that dies leaves another there. `error` is {"kind", "message"}: the
class of the error, and the sentence that the command line shows. A file beside it with `.stop` after its name ends
the command: that reaches it in another container too, and after whoever started it was started anew.
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

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EVERY_SECONDS = 0.4
_STOP_LOOKED_FOR_SECONDS = 0.5
# What a shell says of a process that was terminated.
_STOPPED = 143


class Progress:
    """Tells what is being done; without a file it tells nobody."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._written_at = 0.0
        self._told: dict[str, Any] = {
            "stage": "starting",
            "done": 0,
            "total": None,
            "rows": None,
            "started_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "error": None,
            "version": None,
        }
        self._write()

    def stage(self, name: str, total: int | None = None, **known: Any) -> None:  # noqa: ANN401 - JSON values
        """A new part begins; `known` may give rows or version."""
        self._told |= {"stage": name, "done": 0, "total": total, **known}
        self._write()

    def advance(self, count: int) -> None:
        """So much more of this part is done; written at most a few times a second."""
        self._told["done"] += count
        if time.monotonic() - self._written_at > _EVERY_SECONDS:
            self._write()

    def failed(self, kind: str, message: str) -> None:
        self.stage("failed", error={"kind": kind, "message": message})

    def _write(self) -> None:
        if self._path is not None:
            write_text(self._path, json.dumps(self._told, ensure_ascii=False))
            self._written_at = time.monotonic()


@contextmanager
def told_in(path: Path | None) -> Iterator[Progress]:
    """Progress that ends as "done" when the block ends well, and with the error when one of Pilah's ends it."""
    progress = Progress(path)
    if path is not None:
        threading.Thread(target=_end_when_asked, args=(path.with_name(path.name + ".stop"),), daemon=True).start()
    try:
        yield progress
    except PilahError as error:
        progress.failed(type(error).__name__, str(error))
        raise
    except Exception as bug:
        # The message of a bug may hold a text; its class can't.
        progress.failed("Bug", type(bug).__name__)
        raise
    progress.stage("done")


def _end_when_asked(stop: Path) -> None:
    # The fits run in threads that can't be interrupted: what isn't renamed into place yet is as if it never was.
    while not stop.exists():
        time.sleep(_STOP_LOOKED_FOR_SECONDS)
    os._exit(_STOPPED)
