"""Uploaded exports: read in the background in batches of rows, resumed after a crash, then deleted.

A batch of rows and the count of rows done are committed together: whenever the process ends, no row is entered twice or
skipped.
"""

from __future__ import annotations

import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict
from datetime import timedelta
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import or_, select, update

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.open import Limits, open_export
from data.ids import time_ordered_id
from service.jobs.received_files import base_name, export_suffix, store
from service.jobs.upload_rows import RowBatch, RowWriter, Summary
from service.ledger.audit import record_event
from service.ledger.complaints import Complaints
from service.ledger.database import UNAVAILABLE, now
from service.ledger.tables import Upload

if TYPE_CHECKING:
    from collections.abc import Iterator
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

    def receive(self, session: Session, file_name: str, source: BinaryIO, by: str) -> str:
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
                summary=asdict(Summary()),
                error="",
            )
        )
        record_event(session, self._office, by, "upload", upload_id)
        return upload_id

    def start(self, upload_id: str) -> None:
        """Queue a received upload for reading."""
        self._pool.submit(self._read, upload_id).add_done_callback(_log_bug)

    def _read(self, upload_id: str) -> None:
        """Read an upload to the end, waiting for the ledger when necessary."""
        while not self._closing.is_set():
            try:
                self._read_once(upload_id)
            except UNAVAILABLE:
                logger.warning("Upload %s waits for the ledger", upload_id)
                self._closing.wait(_RETRY_SECONDS)
            else:
                return

    def _read_once(self, upload_id: str) -> None:
        # A different process may be reading the upload; if that process has died, the claim expires.
        while not self._claim(upload_id):
            if not self._is_open(upload_id) or self._closing.wait(_RETRY_SECONDS):
                return
        path = next(self._folder.glob(f"{upload_id}.*"), None)
        ended: tuple[str, str] | None = ("failed", "lost" if path is None else "bug")
        try:
            if path is not None:
                ended = self._enter_all(upload_id, path)
        except PilahError as error:
            ended = ("failed", _kind(error))
            logger.warning("Upload %s can't be read: %s", upload_id, type(error).__name__)
        except UNAVAILABLE:
            ended = None
            raise
        finally:
            if ended:
                self._update(upload_id, state=ended[0], error=ended[1])
                if path:
                    path.unlink(missing_ok=True)

    def _claim(self, upload_id: str) -> bool:
        """Claim an upload for this process; False while a different process renews a claim."""
        with self._database.session() as session:
            claimed = session.execute(
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
                .values(state="reading", claimed_at=now())
                .returning(Upload.id)
            ).scalar()
        return claimed is not None

    def _is_open(self, upload_id: str) -> bool:
        with self._database.session() as session:
            return session.scalar(select(Upload.state).where(Upload.id == upload_id)) in _OPEN_STATES

    def _enter_all(self, upload_id: str, path: Path) -> tuple[str, str] | None:
        """Enter all rows; returns the final state and error, or None if the process is closing."""
        router = self._champion.current().router
        export = open_export(path, limits=Limits(xls=False))
        with self._database.session() as session:
            upload = session.get_one(Upload, upload_id)
            upload.rows = export.n_rows
            done = upload.done
        for rows in _batches(export.rows(), done):
            if self._closing.is_set():
                self._update(upload_id, state="queued", claimed_at=None)
                return None
            self._enter(upload_id, rows, router)
        return "done", ""

    def _enter(self, upload_id: str, rows: list[ExportRow], router: Router) -> None:
        """Enter a batch of rows and the count of rows done in one transaction."""
        # Suggesting takes long, and a writing transaction blocks other writers: suggest before the transaction.
        with self._database.reading() as session:
            batch = RowBatch(rows, router, self._intake, Complaints(session, self._office))
        suggestions = batch.suggestions()
        with self._database.session() as session:
            upload = session.get_one(Upload, upload_id, with_for_update=True)
            summary = Summary(**upload.summary)
            RowWriter(session, router, self._intake, summary).enter(batch, suggestions)
            upload.summary = asdict(summary)
            upload.done += len(rows)
            upload.claimed_at = now()

    def _update(self, upload_id: str, **values: object) -> None:
        with self._database.session() as session:
            session.execute(update(Upload).where(Upload.id == upload_id).values(**values))


def _log_bug(reading: Future[None]) -> None:
    """Log an unexpected exception, which the thread pool would swallow."""
    if not reading.cancelled() and (bug := reading.exception()):
        logger.error("An upload broke off", exc_info=bug)


def _batches(rows: Iterator[ExportRow], done: int) -> Iterator[list[ExportRow]]:
    rest = islice(rows, done, None)
    while batch := list(islice(rest, _BATCH_ROWS)):
        yield batch


def _kind(error: PilahError) -> str:
    """The kind of an error for the page; the message may contain a path."""
    if isinstance(error, ColumnMissing):
        return "no_text_column"
    return "unreadable" if isinstance(error, FileUnreadable) else "no_model"
