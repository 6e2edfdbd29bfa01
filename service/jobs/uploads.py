"""Exports that officers hand over: read in the background, row by row, resumed after a crash, then deleted.

Every portion of rows is entered together with the count of rows done, in one transaction, so that nothing is entered
twice and nothing is skipped, whenever the process ends.
"""

from __future__ import annotations

import hashlib
import logging
import os
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from itertools import islice
from threading import Event
from typing import TYPE_CHECKING, BinaryIO

from sqlalchemy import or_, select, update

from data.errors import ColumnMissing, FileUnreadable, PilahError
from data.exports.open import Limits, open_export
from data.ids import time_ordered_id
from data.messages import Language
from model.complaint import without_personal_data
from model.from_export import complaint_of, problem_of, was_returned
from model.office.units import slug
from service.contract.schemas import SuggestionOut, clean
from service.errors import StorageFull, UploadRefused
from service.jobs.intake import Intake, Source
from service.ledger.audit import record_event
from service.ledger.complaints import Complaints
from service.ledger.database import UNAVAILABLE, as_utc, now
from service.ledger.decisions import INTAKE_SYSTEM, Decision, Decisions
from service.ledger.tables import StoredComplaint, Upload
from service.observability.process_metrics import count_suggestion

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy.orm import Session

    from data.exports.open import ExportRow
    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion
    from service.ledger.database import Database
    from service.live_model.champion import Champion

logger = logging.getLogger(__name__)

# What the reader of exports takes, .xls aside: it can't be measured before it is read.
SUFFIXES = (".xlsx", ".ods", ".csv", ".tsv", ".txt", ".parquet", ".jsonl")
_PORTION = 50
_CLAIM_LASTS = timedelta(seconds=30)
_CLAIM_AGAIN_SECONDS = 5
_MOST_PROBLEMS_LISTED = 1_000
_MOST_UNKNOWN_UNITS = 50
_COPIED_AT_ONCE = 1 << 20
_CLOSED = ("ditutup", "diarsipkan", "selesai", "terblokir")


@dataclass
class Summary:
    """What became of the rows.

    `decided`: waited here and was decided in the intake system; `recorded`: was decided
    before it came; `agreed` and `differed`: decided here too, with the same or another unit.
    """

    new: int = 0
    recorded: int = 0
    closed: int = 0
    decided: int = 0
    agreed: int = 0
    differed: int = 0
    returned: int = 0
    revised: int = 0
    unchanged: int = 0
    unread: int = 0
    problems: list[tuple[int, str]] = field(default_factory=list)
    unknown_units: list[str] = field(default_factory=list)

    def note_problem(self, row: int, reason: str) -> None:
        self.unread += 1
        if len(self.problems) < _MOST_PROBLEMS_LISTED:
            self.problems.append((row, reason))

    def note_unknown_unit(self, name: str) -> None:
        if name not in self.unknown_units and len(self.unknown_units) < _MOST_UNKNOWN_UNITS:
            self.unknown_units.append(name)


class Uploads:
    """Takes files in and reads them, one after the other, in a thread of its own."""

    def __init__(self, database: Database, champion: Champion, intake: Intake) -> None:
        self._database = database
        self._champion = champion
        self._intake = intake
        self._office = intake.settings.office
        self._folder: Path = intake.settings.home / "uploads" / self._office
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="uploads")
        self._closing = Event()

    def close(self) -> None:
        """End after the portion at hand; the rest is read at the next start."""
        self._closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def resume(self) -> None:
        """Go on with what an earlier process left unfinished."""
        with self._database.session() as session:
            left = session.scalars(
                select(Upload.id).where(Upload.office == self._office, Upload.state.in_(("queued", "reading")))
            ).all()
        for upload_id in left:
            self.start(upload_id)

    def receive(self, session: Session, file_name: str, source: BinaryIO, by: str) -> str:
        """Keep a file aside, to be read once it is started; gives the upload's id.

        Raises:
            UploadRefused: its suffix is none that is read.
            StorageFull: there is no room for it.
        """
        name = clean(file_name).replace("\\", "/").rsplit("/", 1)[-1][-200:] or "berkas"
        suffix = next((suffix for suffix in SUFFIXES if name.lower().endswith(suffix)), None)
        if suffix is None:
            raise UploadRefused(f"Only {', '.join(SUFFIXES)} are read here. Save the export as one of them.")
        upload_id = time_ordered_id()
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{upload_id}{suffix}"
        aside = path.with_name(f".unfinished-{path.name}")
        try:
            _copy(source, aside)
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise StorageFull from None
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
        """Read an upload that was received, as soon as those before it are read."""
        self._pool.submit(self._read, upload_id).add_done_callback(_log_bug)

    def _read(self, upload_id: str) -> None:
        """Read it to its end; while the ledger can't be reached, wait for it rather than leave a file lying."""
        while not self._closing.is_set():
            try:
                self._read_once(upload_id)
            except UNAVAILABLE:
                logger.warning("Upload %s waits for the ledger", upload_id)
                self._closing.wait(_CLAIM_AGAIN_SECONDS)
            else:
                return

    def _read_once(self, upload_id: str) -> None:
        # Another process may be at it, or may have died over it: only time tells.
        while not self._claim(upload_id):
            if not self._is_open(upload_id) or self._closing.wait(_CLAIM_AGAIN_SECONDS):
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
                self._end(upload_id, *ended)
                if path:
                    path.unlink(missing_ok=True)

    def _claim(self, upload_id: str) -> bool:
        """Whether this process is the one to read it: another that died has stopped renewing its claim."""
        with self._database.session() as session:
            claimed = session.execute(
                update(Upload)
                .where(
                    Upload.id == upload_id,
                    Upload.state.in_(("queued", "reading")),
                    or_(
                        Upload.claimed_at.is_(None), Upload.claimed_at < now() - _CLAIM_LASTS, Upload.state == "queued"
                    ),
                )
                .values(state="reading", claimed_at=now())
                .returning(Upload.id)
            ).scalar()
        return claimed is not None

    def _is_open(self, upload_id: str) -> bool:
        with self._database.session() as session:
            return session.scalar(select(Upload.state).where(Upload.id == upload_id)) in {"queued", "reading"}

    def _enter_all(self, upload_id: str, path: Path) -> tuple[str, str] | None:
        """How it ended; None where this process is about to, and another will go on."""
        router = self._champion.current().router
        export = open_export(path, limits=Limits(xls=False))
        with self._database.session() as session:
            upload = session.get_one(Upload, upload_id)
            upload.rows = export.n_rows
            done = upload.done
        for portion in _portions(export.rows(), done):
            if self._closing.is_set():
                self._let_go(upload_id)
                return None
            self._enter(upload_id, portion, router)
        return "done", ""

    def _let_go(self, upload_id: str) -> None:
        with self._database.session() as session:
            session.execute(update(Upload).where(Upload.id == upload_id).values(state="queued", claimed_at=None))

    def _enter(self, upload_id: str, rows: list[ExportRow], router: Router) -> None:
        """Enter a portion of rows and the count of rows done, both or neither."""
        # The suggestions are made before the transaction that writes, which others wait for.
        with self._database.reading() as session:
            portion = Portion(rows, router, self._intake, Complaints(session, self._office))
        suggestions = portion.suggestions()
        with self._database.session() as session:
            upload = session.get_one(Upload, upload_id, with_for_update=True)
            summary = Summary(**upload.summary)
            Entering(
                Complaints(session, self._office), Decisions(session, self._office), router, self._intake, summary
            ).enter(portion, suggestions)
            upload.summary = asdict(summary)
            upload.done += len(rows)
            upload.claimed_at = now()

    def _end(self, upload_id: str, state: str, error: str) -> None:
        with self._database.session() as session:
            session.execute(update(Upload).where(Upload.id == upload_id).values(state=state, error=error))


class Portion:
    """Some rows of an export, as complaints, and which of them need a suggestion."""

    def __init__(self, rows: list[ExportRow], router: Router, intake: Intake, complaints: Complaints) -> None:
        self._router = router
        self._settings = intake.settings
        self.problems = [
            (row.number, problem.told_in(Language.INDONESIAN)) for row in rows if (problem := problem_of(row))
        ]
        self.read = [(row, self._complaint(row)) for row in rows if not problem_of(row)]
        self._asked = [complaint for row, complaint in self.read if _needs_suggestion(complaints, row, complaint)]

    def suggestions(self) -> dict[str, Suggestion]:
        """The suggestion for each complaint that needs one, by its reference."""
        if not self._asked:
            return {}
        found = self._router.suggest_many(self._asked, today=self._settings.today())
        return {complaint.reference_id: made for complaint, made in zip(self._asked, found, strict=True)}

    def _complaint(self, row: ExportRow) -> Complaint:
        complaint = complaint_of(row)
        received = complaint.received_at
        if received is not None and received.tzinfo is None:
            received = received.replace(tzinfo=self._settings.zone)
        return replace(
            complaint,
            text=clean(complaint.text),
            title=clean(complaint.title)[:2_000],
            reference_id=clean(complaint.reference_id).strip()[:500] or _reference_of(complaint),
            received_at=received,
        )


def _needs_suggestion(complaints: Complaints, row: ExportRow, complaint: Complaint) -> bool:
    """Whether it is new, or its text changed while nobody has decided."""
    stored = complaints.newest(complaint.reference_id)
    if stored is None:
        return True
    if row.fields.get("unit", "") or not stored.waiting:
        return False
    return " ".join(stored.text.split()) != " ".join(without_personal_data(complaint).complaint.text.split())


@dataclass
class Entering:
    """Rows of an export on their way into the ledger, within one transaction."""

    complaints: Complaints
    decisions: Decisions
    router: Router
    intake: Intake
    summary: Summary

    def enter(self, portion: Portion, suggestions: dict[str, Suggestion]) -> None:
        for number, problem in portion.problems:
            self.summary.note_problem(number, problem)
        for row, complaint in portion.read:
            stored = self.complaints.newest(complaint.reference_id)
            # A reference that stands twice in a file was asked about once.
            suggestion = suggestions.pop(complaint.reference_id, None)
            if suggestion is not None:
                source = Source("upload", row.fields.get("status", "")[:500])
                answer = SuggestionOut.of(suggestion, self.intake.settings.zone)
                count_suggestion(answer.unit_status)
                entered = self.intake.enter(self.complaints, complaint, suggestion, answer, source)
                self._enter_outcome(row, entered, is_new=stored is None, revised=stored is not None)
            elif stored is not None:
                self._enter_outcome(row, stored, is_new=False, revised=False)

    def _enter_outcome(self, row: ExportRow, stored: StoredComplaint, *, is_new: bool, revised: bool) -> None:
        status = row.fields.get("status", "")
        stored.intake_status = status[:500] or stored.intake_status
        closed = any(word in status.lower() for word in _CLOSED)
        if closed and stored.settled_at is None:
            stored.settled_at = now()
        if row.fields.get("unit", ""):
            self._enter_decision(row, stored, is_new=is_new)
        elif is_new and closed:
            stored.waiting = False
            self.summary.closed += 1
        elif is_new:
            self.summary.new += 1
        elif revised:
            self.summary.revised += 1
        else:
            self.summary.unchanged += 1

    def _enter_decision(self, row: ExportRow, stored: StoredComplaint, *, is_new: bool) -> None:
        decision = self._decision(row)
        returned = was_returned(row)
        if is_new:
            entry = self.decisions.decide(stored, decision, before_pilah=stored.received_at)
            if returned:
                entry.returned_at = entry.undone_at = as_utc(stored.received_at)
                entry.return_reason = row.fields.get("status", "")
            self.summary.recorded += 1
        elif returned:
            self._enter_return(row, stored)
        else:
            how = self.decisions.reconcile(stored, decision)
            setattr(self.summary, how, getattr(self.summary, how) + 1)

    def _enter_return(self, row: ExportRow, stored: StoredComplaint) -> None:
        if self.decisions.standing(stored) is None:
            self.summary.unchanged += 1
            return
        self.decisions.record_return(stored, row.fields.get("status", ""), INTAKE_SYSTEM)
        self.summary.returned += 1

    def _decision(self, row: ExportRow) -> Decision:
        fields = row.fields
        categories = {label.name.casefold(): label.id for label in self.router.category_labels}
        category = fields.get("category", "")
        return Decision(
            unit_id=self._unit_id(fields["unit"]),
            category_id=(categories.get(category.casefold()) or slug(category))[:500] if category else "",
            type=fields.get("type", "")[:500],
            outcome=fields.get("outcome", "")[:500],
            officer=INTAKE_SYSTEM,
        )

    def _unit_id(self, name: str) -> str:
        unit = self.router.units.find(name)
        if unit is None:
            self.summary.note_unknown_unit(name[:200])
        return (unit.id if unit else slug(name) or "unit")[:500]


def _log_bug(reading: Future[None]) -> None:
    """The pool would keep a bug's trace to itself."""
    if not reading.cancelled() and (bug := reading.exception()):
        logger.error("An upload broke off", exc_info=bug)


def _copy(source: BinaryIO, target: Path) -> None:
    with target.open("wb") as file:
        while part := source.read(_COPIED_AT_ONCE):
            file.write(part)
        file.flush()
        os.fsync(file.fileno())


def _portions(rows: Iterator[ExportRow], done: int) -> Iterator[list[ExportRow]]:
    rest = islice(rows, done, None)
    while portion := list(islice(rest, _PORTION)):
        yield portion


def _reference_of(complaint: Complaint) -> str:
    """A reference for a row without one: the same row again gets the same."""
    received = complaint.received_at.isoformat() if complaint.received_at else ""
    digest = hashlib.sha256(f"{received}\n{complaint.text}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"tanpa-nomor-{digest[:16]}"


def _kind(error: PilahError) -> str:
    """What the page says about it, by name; the message itself may hold a path."""
    if isinstance(error, ColumnMissing):
        return "no_text_column"
    return "unreadable" if isinstance(error, FileUnreadable) else "no_model"
