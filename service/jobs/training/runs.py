"""Training runs started from the page: every step is a `pilah` process.

The process holds the office's training lock while running, and reports progress in a file. All workers see both, also
after a restart of the service. If the process ends without reporting an end, the run was interrupted.
"""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from threading import Event, Thread
from typing import TYPE_CHECKING, Any, BinaryIO

from sqlalchemy import select, update

from data.ids import time_ordered_id
from model.versions.office_home import Office
from model.versions.training_lock import TrainingLock, acquire_training_lock, lock_holder
from service.errors import RunStateConflict, UploadRefused
from service.jobs.received_files import base_name, store
from service.jobs.subprocesses import start_in_background
from service.jobs.training.files import TrainingFiles
from service.jobs.training.states import AFTER, DURING, ENDED, MAY_START, RUNNING, WAITING, State, Step
from service.ledger.access.audit import record_event
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
# The lists that an office starts with, by their names in its folder.
UNITS_LIST, CATEGORIES_LIST = "units.csv", "categories.csv"
# After these errors the same files would fail again, so the exports are deleted.
_ERRORS_OF_FILES = frozenset({"FileUnreadable", "ColumnMissing", "HistoryUnusable"})
_POLL_SECONDS = 1.0
_WAITING_RUN_EXPIRES_AFTER = timedelta(days=7)
_FOLDER_KEPT_FOR = timedelta(days=30)
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True)
class StepStart:
    """A step to start, with the training lock for the process."""

    run_id: str
    step: Step
    lock: TrainingLock
    by: str


class TrainingRuns:
    """The training runs of one office."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.office = Office(settings.home, settings.office)
        self._database = database
        self._settings = settings
        self._folder = settings.home / "trainings" / settings.office
        self._closing = Event()
        self._watchers: list[Thread] = []

    # Reading

    def find(self, run_id: str) -> TrainingRun | None:
        """A run in the present state; the end of a process is recorded first."""
        run = self.read(run_id)
        if run is not None and run.state in RUNNING and self.lock_holder() != run.id:
            self._record_end(run)
            run = self.read(run_id)
        return run

    def read(self, run_id: str) -> TrainingRun | None:
        """A run as recorded last; for callers within a writing transaction."""
        with self._database.reading() as session:
            run = session.get(TrainingRun, run_id)
            if run is None or run.office != self.office.name:
                return None
            session.expunge(run)
            return run

    def newest(self, count: int) -> list[TrainingRun]:
        """The newest runs in the present state."""
        with self._database.reading() as session:
            query = (
                select(TrainingRun.id)
                .where(TrainingRun.office == self.office.name)
                .order_by(TrainingRun.created_at.desc(), TrainingRun.id.desc())
                .limit(count)
            )
            ids = session.scalars(query).all()
        return [run for run_id in ids if (run := self.find(run_id)) is not None]

    def files(self, run: TrainingRun) -> TrainingFiles:
        """The files of a run."""
        return self._files(run.id)

    def lock_holder(self) -> str | None:
        """The holder of the office's training lock: a run's id or a command's process; None if free."""
        return lock_holder(self.office)

    def can_go_on(self, run: TrainingRun) -> bool:
        """Whether a step of the run can start: the run waits, and the exports still exist."""
        return run.state in WAITING and (not run.files or self.files(run).exports.is_dir())

    # Changing

    def receive(
        self,
        session: Session,
        files: Sequence[tuple[str, BinaryIO]],
        *,
        columns: Mapping[str, str],
        from_ledger: bool,
        by: str,
    ) -> TrainingRun:
        """Store the exports and record a new run; a run without files skips the check.

        Raises:
            UploadRefused: Pilah doesn't read files of this kind; nothing is kept.
            StorageFull: the disk is full or read-only; nothing is kept.
        """
        options = {"columns": dict(columns), "write_units": False}
        state = State.RECEIVED if files else State.CHECKED
        run = self._add(session, files, step=Step.CHECK, state=state, options=options, from_ledger=from_ledger, by=by)
        record_event(session, self.office.name, by, "training_files", run.id)
        return run

    def receive_lists(
        self, session: Session, *, units: bytes | None, categories: bytes | None, national: bool, by: str
    ) -> TrainingRun:
        """Store the lists that an office starts with, and record a run that makes its first version of them.

        `national` takes SP4N-LAPOR!'s categories in place of a list. A missing list is that of the office's folder, if any.

        Raises:
            StorageFull: the disk is full or read-only; nothing is kept.
        """
        lists = {UNITS_LIST: units, CATEGORIES_LIST: categories}
        files = [(name, BytesIO(content)) for name, content in lists.items() if content is not None]
        options = {"national": national}
        return self._add(
            session, files, step=Step.START, state=State.RECEIVED, options=options, from_ledger=False, by=by
        )

    def add_corrections(
        self, session: Session, run: TrainingRun, name: str, source: BinaryIO, *, write_units: bool
    ) -> None:
        """Store the corrected workbook of the check for the next check, replacing an earlier workbook.

        Raises:
            UploadRefused: the file is no workbook.
            RunStateConflict: the run is running or has ended.
            StorageFull: the disk is full or read-only.
        """
        if not name.lower().endswith(".xlsx"):
            raise UploadRefused("ledger.corrections-no-workbook")
        files = self.files(run)
        if run.state not in MAY_START[Step.CHECK] or not files.exports.is_dir():
            raise RunStateConflict("ledger.run-takes-no-corrections")
        store(source, files.corrections)
        options = {**run.options, "write_units": write_units}
        session.execute(
            update(TrainingRun)
            .where(TrainingRun.id == run.id)
            .values(corrections=base_name(name)[-_LONGEST_NAME:], options=options)
        )

    def begin(self, session: Session, run: TrainingRun, step: Step, by: str) -> StepStart:
        """Record the start of a step and acquire the training lock; `launch` follows after the transaction.

        Raises:
            TrainingBusy: a different process holds the lock.
            RunStateConflict: the run's state doesn't allow this step.
        """
        if not self.can_go_on(run) or (step is Step.START) != (run.step == Step.START):
            raise RunStateConflict("ledger.run-cannot-go-on")
        lock = acquire_training_lock(self.office, run.id)
        try:
            self._change(session, run, MAY_START[step], state=DURING[step], step=step, error={})
            files = self.files(run)
            files.progress_file(step).unlink(missing_ok=True)
            files.stop_file(step).unlink(missing_ok=True)
        except BaseException:
            lock.release()
            raise
        record_event(session, self.office.name, by, f"training_{step}", run.id)
        return StepStart(run.id, step, lock, by)

    def launch(self, start: StepStart) -> None:
        """Start the process of a step."""
        run = self.read(start.run_id)
        child = None
        with start.lock:
            if run is not None:
                command = self._command(run, start)
                try:
                    child = start_in_background(command, self._settings, self.files(run).log, start.lock)
                except OSError as error:
                    # Leaving the block releases the lock, and the run counts as interrupted.
                    logger.error("Training process can't be started: %s", error.strerror)  # noqa: TRY400 - no trace
        self._watch(start.run_id, child)

    def cancel(self, session: Session, run: TrainingRun, by: str) -> None:
        """Cancel a run in any state and delete the exports.

        Raises:
            RunStateConflict: the run has ended.
        """
        going = tuple(state for state in State if state not in ENDED)
        files, was_running = self.files(run), run.state in RUNNING
        self._change(session, run, going, state=State.CANCELLED)
        record_event(session, self.office.name, by, "training_cancelled", run.id)
        if was_running:
            # The process stops within a second, on any worker; after the end the folder is deleted.
            files.stop_file(Step(run.step)).touch()
            files.delete_exports()
        else:
            files.delete()

    def resume(self) -> None:
        """At start: watch running processes, and record the end of ended processes."""
        with self._database.session() as session:
            self._delete_expired(session)
            query = select(TrainingRun.id).where(TrainingRun.office == self.office.name, TrainingRun.state.in_(RUNNING))
            ids = session.scalars(query).all()
        for run_id in ids:
            self._watch(run_id, None)

    def close(self) -> None:
        """Stop watching; running processes go on."""
        self._closing.set()
        for watcher in self._watchers:
            watcher.join()

    # Private

    def _files(self, run_id: str) -> TrainingFiles:
        return TrainingFiles(self._folder / run_id)

    def _add(
        self,
        session: Session,
        files: Sequence[tuple[str, BinaryIO]],
        *,
        step: Step,
        state: State,
        options: Mapping[str, Any],
        from_ledger: bool,
        by: str,
    ) -> TrainingRun:
        """Store a new run's files and record the run."""
        self._delete_expired(session)
        run_id = time_ordered_id()
        run = TrainingRun(
            id=run_id,
            office=self.office.name,
            started_by=by,
            created_at=now(),
            changed_at=now(),
            state=state,
            step=step,
            files=self._files(run_id).receive(files),
            options=dict(options),
            from_ledger=from_ledger,
            corrections="",
            error={},
            version="",
        )
        session.add(run)
        session.flush()
        return run

    def _command(self, run: TrainingRun, start: StepStart) -> list[str | Path]:
        files = self.files(run)
        if start.step is Step.START:
            return self._start_command(run, start, files)
        command: list[str | Path] = [start.step.value, *(files.exports / name for name in run.files)]
        command += ["--office", self.office.name, "--progress", files.progress_file(start.step)]
        command += [f"--{option}={header}" for option, header in run.options["columns"].items()]
        if run.corrections:
            command += ["--corrections", files.corrections]
        if start.step is Step.CHECK:
            command += ["--write-units"] if run.corrections and run.options["write_units"] else []
            return [*command, "--html", files.check_page, "--out", files.check_workbook]
        command += ["--from-ledger"] if run.from_ledger else []
        return [*command, f"--by={start.by}"]

    def _start_command(self, run: TrainingRun, start: StepStart, files: TrainingFiles) -> list[str | Path]:
        command: list[str | Path] = [
            "start",
            "--office",
            self.office.name,
            "--progress",
            files.progress_file(start.step),
        ]
        command += ["--units", files.exports / UNITS_LIST] if UNITS_LIST in run.files else []
        command += ["--categories", files.exports / CATEGORIES_LIST] if CATEGORIES_LIST in run.files else []
        command += ["--categories", "national"] if run.options["national"] else []
        return [*command, f"--by={start.by}"]

    def _watch(self, run_id: str, child: subprocess.Popen[bytes] | None) -> None:
        self._watchers = [watcher for watcher in self._watchers if watcher.is_alive()]
        watcher = Thread(target=self._wait_for_end, args=(run_id, child), name=f"training-{run_id}", daemon=True)
        self._watchers.append(watcher)
        watcher.start()

    def _wait_for_end(self, run_id: str, child: subprocess.Popen[bytes] | None) -> None:
        """Wait for a run's process, then record the end and delete unneeded files at once."""
        while self.lock_holder() == run_id or (child is not None and child.poll() is None):
            if self._closing.wait(_POLL_SECONDS):
                if child is not None:
                    # The child outlives this application; if this process goes on, a thread must reap the child.
                    Thread(target=child.wait, daemon=True).start()
                return
        run = self.find(run_id)
        if run is not None and run.state == State.CANCELLED:
            self.files(run).delete()

    def _record_end(self, run: TrainingRun) -> None:
        """Record the end of a run's process, unless a different worker has."""
        step, files = Step(run.step), self.files(run)
        progress = files.progress(step)
        values: dict[str, Any] = {"state": State.INTERRUPTED}
        if progress.stage == "done":
            values = {"state": AFTER[step], "version": progress.version}
        elif progress.error:
            # The message may contain the path of an export; show only the file's name.
            folder = f"{files.exports}/"
            fields = ("kind", "message", "indonesian")
            error = {name: str(progress.error.get(name, "")).replace(folder, "") for name in fields}
            values = {"state": State.FAILED, "error": error}
        with suppress(RunStateConflict), self._database.session() as session:
            self._change(session, run, (DURING[step],), **values)
            if values["state"] == State.TRAINED:
                record_event(session, self.office.name, run.started_by, "training_done", progress.version)
            if values["state"] == State.TRAINED or values.get("error", {}).get("kind") in _ERRORS_OF_FILES:
                files.delete_exports()

    def _change(self, session: Session, run: TrainingRun, from_states: Sequence[State], **values: object) -> None:
        """Change a run, unless a request has changed the run since the last read.

        Raises:
            RunStateConflict: a request has changed the run, or the state isn't among `from_states`.
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
            raise RunStateConflict("ledger.run-changed")

    def _delete_expired(self, session: Session) -> None:
        """Cancel runs after a week of waiting, and delete old folders of ended runs."""
        for run in session.scalars(
            select(TrainingRun).where(
                TrainingRun.office == self.office.name,
                TrainingRun.state.in_(WAITING),
                TrainingRun.changed_at < now() - _WAITING_RUN_EXPIRES_AFTER,
            )
        ):
            run.state = State.CANCELLED
            run.error = {"kind": "Expired", "message": ""}
            run.changed_at = now()
            self.files(run).delete()
        session.flush()
        for folder in self._folder.iterdir() if self._folder.is_dir() else ():
            run_or_none = session.get(TrainingRun, folder.name)
            old = time.time() - folder.stat().st_mtime > _FOLDER_KEPT_FOR.total_seconds()
            if old and (run_or_none is None or run_or_none.state in ENDED):
                self._files(folder.name).delete()
