"""Uploaded exports: read in the background in batches of rows, resumed after a crash, then deleted.

A batch of rows and the count of rows done are committed together: whenever the process ends, no row is entered twice or
skipped. A child process reads the file within limits. Each try is counted until a batch is entered: a file that ends its
reader twice is given up. A long file gives way to the next one after a while, and goes on afterwards.
"""

from __future__ import annotations

import logging
import time
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import asdict
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import or_, select, update

from data.errors import PilahError
from data.ids import time_ordered_id
from service.jobs.reading.rows import ReaderEnded, RowReader
from service.jobs.received_files import base_name, export_suffix, store
from service.jobs.upload_rows import RowBatch, RowWriter, Summary
from service.ledger.access.audit import record_event
from service.ledger.complaints import Complaints
from service.ledger.database import UNAVAILABLE, now
from service.ledger.tables import Upload

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy.orm import Session

    from data.exports.rows import ExportRow
    from model.router import Router
    from service.jobs.intake import Intake
    from service.ledger.database import Database
    from service.live_model.champion import Champion

logger = logging.getLogger(__name__)

_BATCH_ROWS = 50
_CLAIM_EXPIRES_AFTER = timedelta(seconds=30)
_RETRY_SECONDS = 5
_OPEN_STATES = ("queued", "reading")
_MOST_TRIES = 2
# How long a file is read while others wait.
SLICE_SECONDS = 20.0


class _Cancelled(Exception):
    """An officer cancelled the upload, or a different process took it over."""


class _Interrupted(Exception):
    """The process is closing, or a different upload has its turn."""


class Uploads:
    """Receives exports and reads them in order in a background thread."""

    def __init__(self, database: Database, champion: Champion, intake: Intake) -> None:
        self._database = database
        self._champion = champion
        self._intake = intake
        self._office = intake.settings.office
        self._folder: Path = intake.settings.home / "uploads" / self._office
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="uploads")
        self._closing = Event()
        self._waiting: set[str] = set()

    def close(self) -> None:
        """Stop after the present batch; the rest is read at the next start."""
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def resume(self) -> None:
        """Continue the uploads that an earlier process left unfinished."""
        with self._database.session() as session:
            left = session.scalars(
                select(Upload.id).where(Upload.office == self._office, Upload.state.in_(_OPEN_STATES))
            ).all()
        for upload_id in left:
            self.start(upload_id)

    def receive(self, session: Session, file_name: str, source: BinaryIO, by: str, *, date_order: str = "") -> str:
        """Store a file, to be read after `start`; returns the upload's id.

        Raises:
            UploadRefused: Pilah doesn't read files with this suffix.
            StorageFull: the disk is full or read-only.
        """
        name = base_name(file_name)[-200:] or "berkas"
        upload_id = time_ordered_id()
        path = self._folder / f"{upload_id}{export_suffix(name)}"
        self._folder.mkdir(parents=True, exist_ok=True)
        store(source, path)
        session.add(
            Upload(
                id=upload_id,
                office=self._office,
                file_name=name,
                uploaded_by=by,
                created_at=now(),
                state="queued",
                done=0,
                summary=asdict(Summary(date_order=date_order)),
                error="",
            )
        )
        record_event(session, self._office, by, "upload", upload_id)
        return upload_id

    def cancel(self, session: Session, upload_id: str, by: str) -> bool:
        """Cancel an upload that isn't read to the end; the rows entered so far stay."""
        cancelled = session.execute(
            update(Upload)
            .where(Upload.id == upload_id, Upload.office == self._office, Upload.state.in_(_OPEN_STATES))
            .values(state="cancelled")
            .returning(Upload.id)
        ).scalar()
        if cancelled is None:
            return False
        record_event(session, self._office, by, "upload_cancelled", upload_id)
        return True

    def remove_file(self, upload_id: str) -> None:
        """Delete the file of an upload that has ended."""
        for path in self._folder.glob(f"{upload_id}.*"):
            path.unlink(missing_ok=True)

    def start(self, upload_id: str) -> None:
        """Queue a received upload for reading."""
        self._waiting.add(upload_id)
        # A pool that is shutting down takes nothing more: the next start continues.
        with suppress(RuntimeError):
            self._pool.submit(self._read, upload_id).add_done_callback(_log_bug)

    def _read(self, upload_id: str) -> None:
        """Read an upload until the end or the next one's turn, waiting for the ledger when necessary."""
        self._waiting.discard(upload_id)
        counts = True
        while not self._closing.is_set():
            try:
                ended = self._read_once(upload_id, counts=counts)
            except UNAVAILABLE:
                logger.warning("Upload %s waits for the ledger", upload_id)
                # That the ledger was away says nothing about the file.
                counts = False
                self._closing.wait(_RETRY_SECONDS)
            else:
                if not ended and not self._closing.is_set():
                    self.start(upload_id)
                return

    def _read_once(self, upload_id: str, *, counts: bool) -> bool:
        """Read until an end of any kind; False where the upload must be queued again."""
        # A different process may be reading the upload; if that process has died, the claim expires.
        tries = self._claim(upload_id, counts=counts)
        if tries is None:
            is_open = self._is_open(upload_id)
            if is_open:
                self._closing.wait(1 if self._waiting else _RETRY_SECONDS)
            return not is_open
        ended: tuple[str, str] | None = ("failed", "bug")
        try:
            ended = self._try(upload_id, tries)
        except _Cancelled:
            ended = None
            self.remove_file(upload_id)
        except _Interrupted:
            ended = None
            self._release(upload_id, tries=0)
        except PilahError as error:
            logger.warning("Upload %s waits for a model: %s", upload_id, type(error).__name__)
            ended = None
            self._release(upload_id, tries=0, error="no_model")
            self._closing.wait(_RETRY_SECONDS)
        except UNAVAILABLE:
            ended = None
            raise
        finally:
            if ended:
                self._end(upload_id, *ended)
        return ended is not None or not self._is_open(upload_id)

    def _try(self, upload_id: str, tries: int) -> tuple[str, str] | None:
        """Read a claimed upload; returns the final state and error, or None where the file may be tried once more."""
        path = next(self._folder.glob(f"{upload_id}.*"), None)
        if path is None:
            return "failed", "lost"
        if tries > _MOST_TRIES:
            # Two processes died while they read the file.
            return "failed", "reader_ended"
        try:
            return self._enter_all(upload_id, path)
        except ReaderEnded:
            logger.warning("Upload %s ended its reader", upload_id)
            if tries >= _MOST_TRIES:
                return "failed", "reader_ended"
            self._release(upload_id)
            return None

    def _claim(self, upload_id: str, *, counts: bool) -> int | None:
        """Claim an upload for this process, and count the tries; None while a different process renews a claim."""
        with self._database.session() as session:
            tries: int | None = session.execute(
                update(Upload)
                .where(
                    Upload.id == upload_id,
                    Upload.state.in_(_OPEN_STATES),
                    or_(
                        Upload.claimed_at.is_(None),
                        Upload.claimed_at < now() - _CLAIM_EXPIRES_AFTER,
                        Upload.state == "queued",
                    ),
                )
                .values(state="reading", claimed_at=now(), tries=Upload.tries + int(counts))
                .returning(Upload.tries)
            ).scalar()
        return tries

    def _renew_claim(self, upload_id: str) -> None:
        """Renew the claim while the reader is silent.

        Raises:
            _Cancelled: the upload was cancelled.
            _Interrupted: the process is closing.
        """
        if self._closing.is_set():
            raise _Interrupted
        with self._database.session() as session:
            renewed = session.execute(
                update(Upload)
                .where(Upload.id == upload_id, Upload.state == "reading")
                .values(claimed_at=now())
                .returning(Upload.id)
            ).scalar()
        if renewed is None:
            raise _Cancelled

    def _release(self, upload_id: str, **values: object) -> None:
        """Give up the claim, so that the upload is read again later."""
        with self._database.session() as session:
            session.execute(
                update(Upload)
                .where(Upload.id == upload_id, Upload.state == "reading")
                .values(state="queued", claimed_at=None, **values)
            )

    def _end(self, upload_id: str, state: str, error: str) -> None:
        with self._database.session() as session:
            session.execute(
                update(Upload)
                .where(Upload.id == upload_id, Upload.state.in_(_OPEN_STATES))
                .values(state=state, error=error)
            )
        self.remove_file(upload_id)

    def _is_open(self, upload_id: str) -> bool:
        with self._database.session() as session:
            return session.scalar(select(Upload.state).where(Upload.id == upload_id)) in _OPEN_STATES

    def _enter_all(self, upload_id: str, path: Path) -> tuple[str, str]:
        """Enter all rows; returns the final state and error.

        Raises:
            ReaderEnded: the child that reads the file ended early.
            _Cancelled: an officer cancelled the upload.
            _Interrupted: the rest is read later.
        """
        router = self._champion.current().router
        with self._database.reading() as session:
            upload = session.get_one(Upload, upload_id)
            done, date_order = upload.done, Summary(**upload.summary).date_order
        started = None
        with RowReader(path, done, date_order) as reader:
            for rows in reader.batches(_BATCH_ROWS, lambda: self._renew_claim(upload_id)):
                # Opening the file doesn't count: every turn enters rows.
                started = started or time.monotonic()
                self._enter(upload_id, rows, router, reader)
                if self._closing.is_set() or (self._waiting and time.monotonic() - started > SLICE_SECONDS):
                    raise _Interrupted
            self._keep_in_summary(upload_id, text_candidates=reader.text_candidates, adjustments=reader.adjustments)
            return ("failed", reader.fault) if reader.fault else ("done", "")

    def _keep_in_summary(self, upload_id: str, **sentences: list[str]) -> None:
        """Keep what is known after the last row."""
        if any(sentences.values()):
            with self._database.session() as session:
                upload = session.get_one(Upload, upload_id, with_for_update=True)
                upload.summary = {**upload.summary, **sentences}

    def _enter(self, upload_id: str, rows: list[ExportRow], router: Router, reader: RowReader) -> None:
        """Enter a batch of rows and the count of rows done in one transaction."""
        # Suggesting takes long, and a writing transaction blocks other writers: suggest before the transaction.
        with self._database.reading() as session:
            date_order = session.get_one(Upload, upload_id).summary.get("date_order", "")
            complaints = Complaints(session, self._office)
            batch = RowBatch(rows, router, self._intake, complaints, date_is_named=bool(date_order))
        suggestions = batch.suggestions()
        with self._database.session() as session:
            upload = session.get_one(Upload, upload_id, with_for_update=True)
            if upload.state != "reading":
                raise _Cancelled
            summary = Summary(**upload.summary)
            RowWriter(session, router, self._intake, summary).enter(batch, suggestions)
            summary.count_sheets(rows, reader.unread_sheets)
            summary.date_notices = reader.date_notices
            upload.summary = asdict(summary)
            upload.done += len(rows)
            upload.rows = reader.n_rows
            upload.claimed_at = now()
            # The file has proved readable so far.
            upload.tries, upload.error = 1, ""


def _log_bug(reading: Future[None]) -> None:
    """Log an unexpected exception, which the thread pool would swallow."""
    if not reading.cancelled() and (bug := reading.exception()):
        logger.error("An upload broke off", exc_info=bug)
