"""Retraining from the page: exports are handed over, checked and learned from, each by a `pilah` process of its own.

Which run is under way is known by the office's turn (model.versions.training_lock), which its process holds for as long as it lives; how
far it is, by the file in which it tells it. Both are there after this service was started anew, and another worker sees
the same. A run whose process is gone without having said how it ended was interrupted.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import select, update

from data.ids import time_ordered_id
from model.versions.office_home import Office
from model.versions.training_lock import TrainingLock, acquire_training_lock, lock_holder
from service.contract.schemas import clean
from service.errors import RunStateConflict, StorageFull, UploadRefused
from service.jobs.subprocesses import start_behind
from service.jobs.uploads import SUFFIXES
from service.ledger.audit import record_event
from service.ledger.database import now
from service.ledger.tables import TrainingRun

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from sqlalchemy.orm import Session

    from service.ledger.database import Database
    from service.settings import Settings

logger = logging.getLogger(__name__)

MOST_FILES = 12
# What can't be gone on with by doing the same again: other files are needed.
_FILES_AT_FAULT = frozenset({"FileUnreadable", "ColumnMissing", "HistoryUnusable"})
_WATCHED_EVERY_SECONDS = 1.0
_OPEN_FOR = timedelta(days=7)
_KEPT_FOR = timedelta(days=30)
_COPIED_AT_ONCE = 1 << 20
_UNUSUAL = re.compile(r"[^\w .()+-]+")
_LONGEST_NAME = 120


class State(StrEnum):
    """Where a run is."""

    RECEIVED = "received"
    CHECKING = "checking"
    CHECKED = "checked"
    TRAINING = "training"
    TRAINED = "trained"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    CANCELLED = "cancelled"


class Step(StrEnum):
    """The process of a run."""

    CHECK = "check"
    TRAIN = "train"


RUNNING = (State.CHECKING, State.TRAINING)
ENDED = (State.TRAINED, State.CANCELLED)
_WHILE = {Step.CHECK: State.CHECKING, Step.TRAIN: State.TRAINING}
_AFTER = {Step.CHECK: State.CHECKED, Step.TRAIN: State.TRAINED}
_STOPPED = (State.FAILED, State.INTERRUPTED)
_MAY_START = {
    Step.CHECK: (State.RECEIVED, State.CHECKED, *_STOPPED),
    Step.TRAIN: (State.CHECKED, *_STOPPED),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the process of a run told last; see training/commands/progress_file.py."""

    stage: str = "starting"
    done: int = 0
    total: int | None = None
    rows: int | None = None
    error: Mapping[str, str] | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """A process that is to be started, and the turn that it will have."""

    run_id: str
    step: Step
    turn: TrainingLock
    by: str


class Retraining:
    """The runs of one office."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.office = Office(settings.home, settings.office)
        self._database = database
        self._settings = settings
        self._folder = settings.home / "trainings" / settings.office
        self._closing = Event()
        self._watchers: list[Thread] = []

    # What there is

    def find(self, run_id: str) -> TrainingRun | None:
        """A run as it is at this moment."""
        run = self.read(run_id)
        if run is not None and run.state in RUNNING and self.holder() != run.id:
            self._settle(run)
            run = self.read(run_id)
        return run

    def read(self, run_id: str) -> TrainingRun | None:
        """A run as it was entered last; for who has a transaction open that writes."""
        with self._database.reading() as session:
            run = session.get(TrainingRun, run_id)
            if run is None or run.office != self.office.name:
                return None
            session.expunge(run)
            return run

    def newest(self, count: int) -> list[TrainingRun]:
        """The latest runs, each as it is at this moment."""
        with self._database.reading() as session:
            query = (
                select(TrainingRun.id)
                .where(TrainingRun.office == self.office.name)
                .order_by(TrainingRun.created_at.desc(), TrainingRun.id.desc())
                .limit(count)
            )
            ids = session.scalars(query).all()
        return [run for run_id in ids if (run := self.find(run_id)) is not None]

    def told(self, run: TrainingRun) -> Told:
        """What its process told last, nothing before it has told anything."""
        try:
            read = json.loads(self._progress_file(run.id, Step(run.step)).read_text(encoding="utf-8"))
            return Told(**{name: read[name] for name in Told.__slots__ if read.get(name) is not None})
        except (OSError, ValueError, TypeError, AttributeError):
            return Told()

    def holder(self) -> str | None:
        """Who trains or checks at this moment: a run's id or a process of the command line, None where nobody does."""
        return lock_holder(self.office)

    def check_page(self, run: TrainingRun) -> Path | None:
        return _if_there(self._folder / run.id / "check.html")

    def check_workbook(self, run: TrainingRun) -> Path | None:
        return _if_there(self._folder / run.id / "check.xlsx")

    def log_file(self, run: TrainingRun) -> Path:
        """What its processes printed."""
        return self._folder / run.id / "log"

    def can_go_on(self, run: TrainingRun) -> bool:
        """Whether its next step can be taken, or the one that stopped once more: what was handed over is still there."""
        waiting = {State.RECEIVED, State.CHECKED, *_STOPPED}
        return run.state in waiting and (not run.files or self._exports(run.id).is_dir())

    # What is done

    def receive(
        self,
        session: Session,
        files: Sequence[tuple[str, BinaryIO]],
        *,
        columns: Mapping[str, str],
        from_ledger: bool,
        by: str,
    ) -> TrainingRun:
        """Keep the exports where only this user can read them, and enter a run; without files there is nothing to check.

        Raises:
            UploadRefused: a file is of a kind that isn't read; nothing is kept.
            StorageFull: there is no room for them; nothing is kept.
        """
        self._forget_old(session)
        names = names_here([name for name, _ in files])
        run_id = time_ordered_id()
        folder = self._exports(run_id)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / run_id).mkdir(mode=0o700)
            folder.mkdir()
            for name, (_, source) in zip(names, files, strict=True):
                _copy(source, folder / name)
        except (OSError, StorageFull):
            shutil.rmtree(self._folder / run_id, ignore_errors=True)
            raise StorageFull from None
        run = TrainingRun(
            id=run_id,
            office=self.office.name,
            started_by=by,
            created_at=now(),
            changed_at=now(),
            state=State.RECEIVED if files else State.CHECKED,
            step=Step.CHECK,
            files=names,
            options={"columns": dict(columns), "write_units": False},
            from_ledger=from_ledger,
            corrections="",
            error={},
            version="",
        )
        session.add(run)
        session.flush()
        record_event(session, self.office.name, by, "training_files", run_id)
        return run

    def add_corrections(
        self, session: Session, run: TrainingRun, name: str, source: BinaryIO, *, write_units: bool
    ) -> None:
        """Keep the mended workbook of the check, in the place of an earlier one; `begin` the check to have it read.

        Raises:
            UploadRefused: it is no workbook.
            RunStateConflict: the run is at work, or has ended.
            StorageFull: there is no room for it.
        """
        if not name.lower().endswith(".xlsx"):
            raise UploadRefused("The corrections are the workbook of the check: an .xlsx file.")
        if run.state not in _MAY_START[Step.CHECK] or not self._exports(run.id).is_dir():
            raise RunStateConflict("The training isn't where corrections can be taken: it is at work, or has ended.")
        _copy(source, self._corrections(run.id))
        options = {**run.options, "write_units": write_units}
        session.execute(
            update(TrainingRun)
            .where(TrainingRun.id == run.id)
            .values(corrections=clean(name)[-_LONGEST_NAME:], options=options)
        )

    def begin(self, session: Session, run: TrainingRun, step: Step, by: str) -> Start:
        """Take the office's turn for a step of a run; `launch` starts it once the transaction has ended.

        Raises:
            TrainingBusy: somebody else has the turn.
            RunStateConflict: the run isn't where this step can be taken.
        """
        if not self.can_go_on(run):
            raise RunStateConflict("The training has ended, is at work, or what was handed over is gone. Look again.")
        turn = acquire_training_lock(self.office, run.id)
        try:
            self._change(session, run, _MAY_START[step], state=_WHILE[step], step=step, error={})
            for path in self._told_and_stop(run.id, step):
                path.unlink(missing_ok=True)
        except BaseException:
            turn.release()
            raise
        record_event(session, self.office.name, by, f"training_{step}", run.id)
        return Start(run.id, step, turn, by)

    def launch(self, start: Start) -> None:
        """Start the process of a step that was begun."""
        run = self.read(start.run_id)
        child = None
        with start.turn:
            if run is not None:
                try:
                    child = start_behind(self._command(run, start), self._settings, self.log_file(run), start.turn)
                except OSError as error:
                    # Nobody holds the turn then, and the run counts as interrupted.
                    logger.error("Training process can't be started: %s", error.strerror)  # noqa: TRY400 - no trace
        self._watch(start.run_id, child)

    def cancel(self, session: Session, run: TrainingRun, by: str) -> None:
        """End a run, whatever it is at, and delete what was handed over.

        Raises:
            RunStateConflict: it has ended.
        """
        going = tuple(state for state in State if state not in ENDED)
        was_running = run.state in RUNNING
        self._change(session, run, going, state=State.CANCELLED)
        record_event(session, self.office.name, by, "training_cancelled", run.id)
        if was_running:
            # Its process reads this within a second, wherever it runs; the folder goes once it is gone.
            self._told_and_stop(run.id, Step(run.step))[1].touch()
            shutil.rmtree(self._exports(run.id), ignore_errors=True)
        else:
            shutil.rmtree(self._folder / run.id, ignore_errors=True)

    def resume(self) -> None:
        """Take up what an earlier process of this service left: what goes on is watched, what died is said to have."""
        with self._database.session() as session:
            self._forget_old(session)
            query = select(TrainingRun.id).where(TrainingRun.office == self.office.name, TrainingRun.state.in_(RUNNING))
            ids = session.scalars(query).all()
        for run_id in ids:
            self._watch(run_id, None)

    def close(self) -> None:
        """Watch no more; what runs goes on."""
        self._closing.set()
        for watcher in self._watchers:
            watcher.join()

    # Behind the scenes

    def _command(self, run: TrainingRun, start: Start) -> list[str | Path]:
        folder = self._folder / run.id
        command: list[str | Path] = [start.step.value, *(self._exports(run.id) / name for name in run.files)]
        command += ["--office", self.office.name, "--progress", self._progress_file(run.id, start.step)]
        command += [f"--{option}={header}" for option, header in run.options["columns"].items()]
        if run.corrections:
            command += ["--corrections", self._corrections(run.id)]
        if start.step is Step.CHECK:
            command += ["--write-units"] if run.corrections and run.options["write_units"] else []
            return [*command, "--html", folder / "check.html", "--out", folder / "check.xlsx"]
        command += ["--from-ledger"] if run.from_ledger else []
        return [*command, f"--by={start.by}"]

    def _watch(self, run_id: str, child: subprocess.Popen[bytes] | None) -> None:
        self._watchers = [watcher for watcher in self._watchers if watcher.is_alive()]
        watcher = Thread(target=self._watched, args=(run_id, child), name=f"training-{run_id}", daemon=True)
        self._watchers.append(watcher)
        watcher.start()

    def _watched(self, run_id: str, child: subprocess.Popen[bytes] | None) -> None:
        """Wait for the end of a run's process, so that its files go as soon as they aren't needed."""
        while lock_holder(self.office) == run_id or (child is not None and child.poll() is None):
            if self._closing.wait(_WATCHED_EVERY_SECONDS):
                if child is not None:
                    # It outlives this application; where the process itself goes on, somebody has to see it end.
                    Thread(target=child.wait, daemon=True).start()
                return
        run = self.find(run_id)
        if run is not None and run.state == State.CANCELLED:
            shutil.rmtree(self._folder / run_id, ignore_errors=True)

    def _settle(self, run: TrainingRun) -> None:
        """Enter how a run's process ended, unless somebody else has."""
        step = Step(run.step)
        told = self.told(run)
        values: dict[str, Any] = {"state": State.INTERRUPTED}
        # The sentence names a file by its path, of which only the name is anybody's business.
        exports = f"{self._exports(run.id)}/"
        if told.stage == "done":
            values = {"state": _AFTER[step], "version": told.version}
        elif told.error:
            error = {name: str(told.error.get(name, "")).replace(exports, "") for name in ("kind", "message")}
            values = {"state": State.FAILED, "error": error}
        with suppress(RunStateConflict), self._database.session() as session:
            self._change(session, run, (_WHILE[step],), **values)
            if values["state"] == State.TRAINED:
                record_event(session, self.office.name, run.started_by, "training_done", told.version)
            if values["state"] == State.TRAINED or values.get("error", {}).get("kind") in _FILES_AT_FAULT:
                shutil.rmtree(self._exports(run.id), ignore_errors=True)

    def _change(self, session: Session, run: TrainingRun, from_states: Sequence[State], **values: object) -> None:
        """Change a run that nobody has changed since it was read.

        Raises:
            RunStateConflict: somebody has, or it isn't in one of these states.
        """
        changed = session.execute(
            update(TrainingRun)
            .where(
                TrainingRun.id == run.id,
                TrainingRun.office == self.office.name,
                TrainingRun.state.in_(from_states),
                TrainingRun.changed_at == run.changed_at,
            )
            .values(changed_at=now(), **values)
            .returning(TrainingRun.id)
        ).scalar()
        if changed is None:
            raise RunStateConflict(
                "The training isn't where this can be done: it has gone on, or has ended. Look again."
            )

    def _forget_old(self, session: Session) -> None:
        """Delete what was handed over and then left lying, and what lies in folders that no run needs."""
        for run in session.scalars(
            select(TrainingRun).where(
                TrainingRun.office == self.office.name,
                TrainingRun.state.in_((State.RECEIVED, State.CHECKED, *_STOPPED)),
                TrainingRun.changed_at < now() - _OPEN_FOR,
            )
        ):
            run.state = State.CANCELLED
            run.error = {"kind": "Expired", "message": ""}
            run.changed_at = now()
            shutil.rmtree(self._folder / run.id, ignore_errors=True)
        session.flush()
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            known = session.get(TrainingRun, folder.name)
            old = time.time() - folder.stat().st_mtime > _KEPT_FOR.total_seconds()
            if old and (known is None or known.state in ENDED):
                shutil.rmtree(folder, ignore_errors=True)

    def _exports(self, run_id: str) -> Path:
        return self._folder / run_id / "exports"

    def _corrections(self, run_id: str) -> Path:
        return self._folder / run_id / "corrections.xlsx"

    def _progress_file(self, run_id: str, step: Step) -> Path:
        return self._folder / run_id / f"{step}.json"

    def _told_and_stop(self, run_id: str, step: Step) -> tuple[Path, Path]:
        progress = self._progress_file(run_id, step)
        return progress, progress.with_name(progress.name + ".stop")


def names_here(given: Sequence[str]) -> list[str]:
    """What the files are called here: their own names, as the report will show them, each once and without a folder.

    Raises:
        UploadRefused: one is of a kind that isn't read.
    """
    names: list[str] = []
    for name in given:
        last = clean(name).replace("\\", "/").rsplit("/", 1)[-1]
        stem, dot, suffix = _UNUSUAL.sub("_", last).rstrip(" .").rpartition(".")
        if f"{dot}{suffix}".lower() not in SUFFIXES:
            raise UploadRefused(f"Only {', '.join(SUFFIXES)} are read here. Save the export as one of them.")
        unique = f"{stem[-_LONGEST_NAME:].lstrip('-. ') or 'berkas'}.{suffix.lower()}"
        while unique.lower() in map(str.lower, names):
            unique = f"{len(names) + 1}-{unique}"
        names.append(unique)
    return names


def _copy(source: BinaryIO, path: Path) -> None:
    """Write a file that only this user can read, whole or not at all.

    Raises:
        StorageFull: it can't be written.
    """
    aside = path.with_name(f".unfinished-{path.name}")
    try:
        with open(aside, "wb", opener=_private) as target:
            while part := source.read(_COPIED_AT_ONCE):
                target.write(part)
            target.flush()
            os.fsync(target.fileno())
        aside.replace(path)
    except OSError:
        aside.unlink(missing_ok=True)
        raise StorageFull from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _if_there(path: Path) -> Path | None:
    return path if path.is_file() else None
