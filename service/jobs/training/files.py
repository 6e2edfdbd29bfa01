"""The folder of a training run: exports, corrections, the check's results, progress and log."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO

from service.errors import StorageFull
from service.jobs.received_files import store, stored_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from service.jobs.training.states import Step


@dataclass(frozen=True, slots=True)
class Progress:
    """The latest progress report of a process; see training/commands/progress_file.py."""

    stage: str = "starting"
    done: int = 0
    total: int | None = None
    rows: int | None = None
    error: Mapping[str, str] | None = None
    version: str = ""


class TrainingFiles:
    """The files of a run, readable by this user only."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.exports = folder / "exports"
        self.corrections = folder / "corrections.xlsx"
        self.check_page = folder / "check.html"
        self.check_workbook = folder / "check.xlsx"
        self.log = folder / "log"

    def receive(self, files: Sequence[tuple[str, BinaryIO]]) -> list[str]:
        """Store the exports of a new run; returns the stored names.

        Raises:
            UploadRefused: Pilah doesn't read files of this kind; nothing is kept.
            StorageFull: the disk is full or read-only; nothing is kept.
        """
        names = stored_names([name for name, _ in files])
        try:
            self.folder.parent.mkdir(parents=True, exist_ok=True)
            self.folder.mkdir(mode=0o700)
            self.exports.mkdir()
            for name, (_, source) in zip(names, files, strict=True):
                store(source, self.exports / name)
        except (OSError, StorageFull):
            self.delete()
            raise StorageFull from None
        return names

    def progress_file(self, step: Step) -> Path:
        """The progress report of a step."""
        return self.folder / f"{step}.json"

    def stop_file(self, step: Step) -> Path:
        """A file that ends the process of a step within a second."""
        return self.folder / f"{step}.json.stop"

    def progress(self, step: Step) -> Progress:
        """The progress of a step, or the initial progress before the first report."""
        try:
            read = json.loads(self.progress_file(step).read_text(encoding="utf-8"))
            return Progress(**{name: read[name] for name in Progress.__slots__ if read.get(name) is not None})
        except (OSError, ValueError, TypeError, AttributeError):
            return Progress()

    def delete_exports(self) -> None:
        """Delete the exports; the check's results and the log stay."""
        shutil.rmtree(self.exports, ignore_errors=True)

    def delete(self) -> None:
        """Delete the whole folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
