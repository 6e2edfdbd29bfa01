"""Every question to the ledger and every entry in it. Nothing here commits: one request is one transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from data.errors import PilahError
from model.router import time_ordered_id
from service.ledger.tables import AuditEvent, StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from model.complaint import Complaint
    from model.suggestion import Suggestion


class UnknownComplaint(PilahError):
    """The ledger holds no such complaint or suggestion."""


class AlreadyDecided(PilahError):
    """A decision stands on this revision of the complaint."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided: ids of the office's units and categories; no unit means that none of the office's is responsible."""

    unit_id: str
    category_id: str = ""
    type: str = ""
    outcome: str = ""
    copies: tuple[str, ...] = ()
    reason: str = ""
    officer: str = ""
    seconds: float | None = None


class Ledger:
    """The ledger of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def add_suggestion(self, complaint: Complaint, suggestion: Suggestion, answer: dict[str, Any]) -> StoredComplaint:
        """Enter a suggestion under its complaint; text that changed since is a new revision, which waits instead.

        `complaint` is the masked one, `answer` the suggestion as it leaves the service.
        """
        newest = self._newest(complaint.reference_id)
        if newest is None or (newest.text, newest.title) != (complaint.text, complaint.title):
            newest = self._add_revision_once(complaint, newest)
        first = suggestion.units[0] if suggestion.units else None
        entry = StoredSuggestion(
            id=suggestion.suggestion_id,
            complaint_id=newest.id,
            model=suggestion.version,
            unit_id=first.id if first else "",
            category_id=suggestion.categories[0].id if suggestion.categories else "",
            unit_status=suggestion.unit_status,
            confidence=first.confidence if first else 0.0,
            created_at=_now(),
            answer=answer,
        )
        self._session.add(entry)
        self._session.flush()
        return newest

    def complaint(self, any_id: str) -> StoredComplaint:
        """The newest revision by the intake system's reference or Pilah's own id.

        Raises:
            UnknownComplaint: there is none.
        """
        found = self._session.scalars(
            select(StoredComplaint)
            .where(
                StoredComplaint.office == self._office,
                or_(StoredComplaint.reference_id == any_id, StoredComplaint.id == any_id),
            )
            .order_by(StoredComplaint.revision.desc())
            .limit(1)
        ).first()
        if found is None:
            raise UnknownComplaint("The ledger holds no complaint with this id. Send it to POST /v1/predictions first.")
        return found

    def complaint_of_suggestion(self, suggestion_id: str) -> StoredComplaint:
        """The complaint that a suggestion was made for.

        Raises:
            UnknownComplaint: the suggestion was never stored.
        """
        entry = self._session.get(StoredSuggestion, suggestion_id)
        if entry is None:
            raise UnknownComplaint(
                "The ledger holds no such suggestion. Only a complaint with a reference_id is stored, unless store=false."
            )
        return self.complaint(entry.complaint_id)

    def waiting(self, limit: int = 100) -> list[StoredComplaint]:
        """What waits for a decision, the oldest first."""
        query = (
            select(StoredComplaint)
            .where(StoredComplaint.office == self._office, StoredComplaint.waiting)
            .order_by(StoredComplaint.received_at, StoredComplaint.id)
            .limit(limit)
        )
        return list(self._session.scalars(query))

    def decide(self, complaint: StoredComplaint, decision: Decision) -> StoredDecision:
        """Enter a decision; the complaint waits no more.

        Raises:
            AlreadyDecided: another decision stands.
        """
        suggestion = complaint.suggestions[-1] if complaint.suggestions else None
        entry = StoredDecision(
            id=time_ordered_id(),
            complaint_id=complaint.id,
            suggestion_id=suggestion.id if suggestion else None,
            **{**asdict(decision), "copies": list(decision.copies)},
            verdict=_verdict(suggestion, decision),
            decided_at=_now(),
            return_reason="",
        )
        try:
            with self._session.begin_nested():
                self._session.add(entry)
        except IntegrityError:
            raise AlreadyDecided(
                "This complaint was decided by somebody else in the meantime. Read it again before you change anything."
            ) from None
        complaint.waiting = False
        self._note(decision.officer, "decision", complaint.id)
        self._session.flush()
        return entry

    def undo(self, decision_id: str, officer: str) -> None:
        """Take a decision back: it stays to be seen, and its complaint waits again.

        Raises:
            UnknownComplaint: there is no such decision that stands.
        """
        entry = self._session.get(StoredDecision, decision_id)
        if entry is None or entry.undone_at is not None:
            raise UnknownComplaint("There is no such decision to take back.")
        entry.undone_at = _now()
        self._session.execute(
            update(StoredComplaint).where(StoredComplaint.id == entry.complaint_id).values(waiting=True)
        )
        self._note(officer, "undo", entry.complaint_id)
        self._session.flush()

    def record_return(self, complaint: StoredComplaint, reason: str, officer: str) -> StoredDecision:
        """A unit sent the complaint back as not its own: the decision stays, counts as misrouted, and it waits again.

        Raises:
            UnknownComplaint: no decision stands that could be returned.
        """
        standing = [entry for entry in complaint.decisions if entry.undone_at is None]
        if not standing:
            raise UnknownComplaint("No decision stands on this complaint, so none can be returned.")
        entry = standing[0]
        # It no longer stands, so that a second decision can; both are kept.
        entry.returned_at = entry.undone_at = _now()
        entry.return_reason = reason
        complaint.waiting = True
        self._note(officer, "return", complaint.id)
        self._session.flush()
        return entry

    def _newest(self, reference_id: str) -> StoredComplaint | None:
        return self._session.scalars(
            select(StoredComplaint)
            .where(StoredComplaint.office == self._office, StoredComplaint.reference_id == reference_id)
            .order_by(StoredComplaint.revision.desc())
            .limit(1)
        ).first()

    def _add_revision_once(self, complaint: Complaint, before: StoredComplaint | None) -> StoredComplaint:
        """The revision, also where the same complaint arrived twice at once: the first to come has entered it."""
        try:
            with self._session.begin_nested():
                return self._add_revision(complaint, before)
        except IntegrityError:
            entered = self._newest(complaint.reference_id)
            if entered is None:
                raise
            return entered

    def _add_revision(self, complaint: Complaint, before: StoredComplaint | None) -> StoredComplaint:
        if before is not None:
            before.waiting = False
        location = complaint.location
        entry = StoredComplaint(
            id=time_ordered_id(),
            office=self._office,
            reference_id=complaint.reference_id,
            revision=before.revision + 1 if before else 1,
            received_at=_utc(complaint.received_at),
            stored_at=_now(),
            waiting=True,
            title=complaint.title,
            text=complaint.text,
            confidential=complaint.confidential,
            fields={
                "channel": complaint.channel,
                "type": complaint.type,
                "location": asdict(location),
                "reporter_category": complaint.reporter_category,
                "requested_unit": complaint.requested_unit,
                "attachments": complaint.attachments,
                "anonymous": complaint.anonymous,
            },
        )
        self._session.add(entry)
        self._session.flush()
        return entry

    def _note(self, actor: str, action: str, subject: str) -> None:
        self._session.add(AuditEvent(office=self._office, at=_now(), actor=actor, action=action, subject=subject))


def _verdict(suggestion: StoredSuggestion | None, decision: Decision) -> str:
    if not decision.unit_id:
        return "rejected"
    if suggestion is None:
        return "changed"
    same_category = decision.category_id in {"", suggestion.category_id}
    return "accepted" if decision.unit_id == suggestion.unit_id and same_category else "changed"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _utc(moment: datetime | None) -> datetime:
    if moment is None:
        return _now()
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
