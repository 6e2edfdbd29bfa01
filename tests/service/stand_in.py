"""A stand-in for the `pilah` process, for tests of running processes.

It writes a progress file like `pilah train --progress` (tests/training/commands/test_progress_file.py tests the real
file), then acts on STAND_IN_DOES: "hang" until stopped, "fail", "die" without a message, "refuse" a promotion, otherwise succeed.
"""

from __future__ import annotations

import itertools
import json
import os
import sys
import time
from pathlib import Path

VERSION = "20261123-101502-3f9c2a"
FAILURE = {"kind": "ColumnMissing", "message": "no column for the text", "indonesian": "tidak ada kolom isi"}


def main(command: str, *arguments: str) -> int:
    """Log the arguments, act, and return the exit status."""
    if command == "promote":
        return _promote()
    sys.stdout.write("\t".join((command, *arguments)) + "\n")
    sys.stdout.flush()
    given = dict(itertools.pairwise(arguments))
    progress = Path(given["--progress"])
    state = {"stage": "training", "done": 3, "total": 10, "rows": 7, "error": None, "version": None}
    _write_progress(progress, state)
    does = os.environ["STAND_IN_DOES"]
    if does == "hang":
        while not progress.with_name(progress.name + ".stop").exists():
            time.sleep(0.05)
        return 143
    if does == "fail":
        _write_progress(progress, state | {"stage": "failed", "error": FAILURE})
        return 1
    if does == "die":
        return 9
    if command == "check":
        Path(given["--html"]).write_text("<!doctype html><title>Periksa</title><p>seratus baris", encoding="utf-8")
        Path(given["--out"]).write_bytes(b"PK")
    _write_progress(progress, state | {"stage": "done", "version": None if command == "check" else VERSION})
    return 0


def _promote() -> int:
    """Answer like `pilah promote --json`: STAND_IN_DOES "refuse" finds the version worse."""
    promoted = os.environ["STAND_IN_DOES"] != "refuse"
    sys.stdout.write(json.dumps({"promoted": promoted, "comparison": {}, "why_not": "", "why_not_indonesian": ""}))
    return 0 if promoted else 1


def _write_progress(path: Path, state: dict[str, object]) -> None:
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(state), encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
