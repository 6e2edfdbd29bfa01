"""Stands in for `pilah` where a test is about what becomes of its process, not about what it makes.

It tells its progress as `pilah train --progress` does (tests/training/commands/test_progress_file.py holds the real one to that), then
does what STAND_IN_DOES says: hang until it is stopped, end well, fail, or die without a word.
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
    """Do it; the answer is the exit status. What it was told goes to the log."""
    sys.stdout.write("\t".join((command, *arguments)) + "\n")
    sys.stdout.flush()
    given = dict(itertools.pairwise(arguments))
    progress = Path(given["--progress"])
    told = {"stage": "training", "done": 3, "total": 10, "rows": 7, "error": None, "version": None}
    _tell(progress, told)
    does = os.environ["STAND_IN_DOES"]
    if does == "hang":
        while not progress.with_name(progress.name + ".stop").exists():
            time.sleep(0.05)
        return 143
    if does == "fail":
        _tell(progress, told | {"stage": "failed", "error": FAILURE})
        return 1
    if does == "die":
        return 9
    if command == "check":
        Path(given["--html"]).write_text("<!doctype html><title>Periksa</title><p>seratus baris", encoding="utf-8")
        Path(given["--out"]).write_bytes(b"PK")
    _tell(progress, told | {"stage": "done", "version": VERSION if command == "train" else None})
    return 0


def _tell(path: Path, told: dict[str, object]) -> None:
    aside = path.with_suffix(".aside")
    aside.write_text(json.dumps(told), encoding="utf-8")
    aside.replace(path)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
