"""Every question to the ledger and every entry in it. Nothing here commits: one request is one transaction."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from data.ids import time_ordered_id
from model.language.near_duplicates import NEAR_DUPLICATE_FROM, duplicate_keys, resemblance
from service.errors import AlreadyDecided, UnknownComplaint
from service.ledger.audit import note
from service.ledger.clock import as_utc, now
from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion, TextMark

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from sqlalchemy.orm import Session

    from model.complaint import Complaint
    from model.suggestion import Suggestion


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


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a complaint came in and until when it must go on; `extra` is what a paper letter has besides."""

    source: str
    forward_by: date
    settle_by: date
    intake_status: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


# The officer of a decision that was made in the intake system itself and came with an export.
OUTSIDE = "sistem asal"

# Of the complaints that share a mark with a new one, the newest so many are compared with it.
_MOST_COMPARED = 20


class Ledger:
    """The ledger of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def add_suggestion(
        self, complaint: Complaint, suggestion: Suggestion, answer: dict[str, Any], arrival: Arrival
    ) -> StoredComplaint:
        """Enter a suggestion under its complaint; text that changed since is a new revision, which waits instead.

        `complaint` is the masked one, `answer` the suggestion as it leaves the service. The same answer again, as to a
        caller that heard nothing and asks once more, is the suggestion that stands there already.
        """
        newest = self.newest(complaint.reference_id)
        if newest is None or _words(newest.title, newest.text) != _words(complaint.title, complaint.text):
            newest = self._add_revision_once(complaint, arrival, newest)
        before = self.suggestion_of(newest)
        if before is not None and _same_answer(before.answer, answer):
            return newest
        first = suggestion.units[0] if suggestion.units else None
        entry = StoredSuggestion(
            id=suggestion.suggestion_id,
            complaint_id=newest.id,
            model=suggestion.version,
            unit_id=first.id if first else "",
            category_id=suggestion.categories[0].id if suggestion.categories else "",
            unit_status=suggestion.unit_status,
            confidence=first.confidence if first else 0.0,
            created_at=now(),
            answer=answer,
        )
        self._session.add(entry)
        newest.suggestion_id = entry.id
        newest.unit_id, newest.category_id = entry.unit_id, entry.category_id
        newest.unit_status, newest.confidence = entry.unit_status, entry.confidence
        newest.known_share = suggestion.known_share
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

    def decide(
        self, complaint: StoredComplaint, decision: Decision, *, before_pilah: datetime | None = None
    ) -> StoredDecision:
        """Enter a decision; the complaint waits no more.

        `before_pilah` is when it was decided, where that was before Pilah saw the complaint: no suggestion was followed
        or changed then.

        Raises:
            AlreadyDecided: another decision stands.
        """
        suggestion = self.suggestion_of(complaint) if before_pilah is None else None
        entry = StoredDecision(
            office=self._office,
            id=time_ordered_id(),
            complaint_id=complaint.id,
            suggestion_id=suggestion.id if suggestion else None,
            **{**asdict(decision), "copies": list(decision.copies)},
            verdict=_verdict(suggestion, decision) if before_pilah is None else "recorded",
            decided_at=before_pilah or now(),
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
        note(self._session, self._office, decision.officer, "decision", complaint.id)
        self._session.flush()
        return entry

    def decide_all(
        self, complaint: StoredComplaint, alike: Sequence[str], decision: Decision
    ) -> tuple[StoredDecision, int]:
        """The same decision on a complaint and on those that are nearly the same: the first's entry, and how many others.

        One of the others that somebody decided in the meantime keeps that decision.

        Raises:
            AlreadyDecided: another decision stands on the complaint itself; then nothing is entered.
        """
        entry = self.decide(complaint, decision)
        # The time was taken over the one that was read.
        same = replace(decision, seconds=None)
        entered = 0
        for other in alike:
            with suppress(AlreadyDecided):
                self.decide(self.complaint(other), same).together = entry.id
                entered += 1
        if entered:
            entry.together = entry.id
        self._session.flush()
        return entry, entered

    def decide_from_outside(self, complaint: StoredComplaint, decision: Decision) -> str:
        """Enter what was decided in the intake system itself: "decided", "agreed" or "differed".

        A standing decision with another unit gives way and stays to be seen.
        """
        standing = self.standing(complaint)
        if standing is not None and standing.unit_id == decision.unit_id:
            return "agreed"
        if standing is not None:
            standing.undone_at = now()
            self._session.flush()
        self.decide(complaint, decision)
        return "differed" if standing is not None else "decided"

    def standing(self, complaint: StoredComplaint) -> StoredDecision | None:
        """The decision that stands on this revision."""
        return self._session.scalars(
            select(StoredDecision).where(
                StoredDecision.complaint_id == complaint.id, StoredDecision.undone_at.is_(None)
            )
        ).first()

    def suggestion_of(self, complaint: StoredComplaint) -> StoredSuggestion | None:
        """The newest suggestion."""
        return self._session.get(StoredSuggestion, complaint.suggestion_id) if complaint.suggestion_id else None

    def undo_all(self, decision_id: str, officer: str) -> StoredComplaint:
        """Take a decision back, with those that were made along with it and still stand; gives the first's complaint.

        Raises:
            UnknownComplaint: there is no such decision that stands.
        """
        complaint = self.undo(decision_id, officer)
        others = select(StoredDecision.id).where(
            StoredDecision.together == decision_id, StoredDecision.undone_at.is_(None)
        )
        for other in self._session.scalars(others).all():
            self.undo(other, officer)
        return complaint

    def undo(self, decision_id: str, officer: str) -> StoredComplaint:
        """Take a decision back: it stays to be seen, and its complaint waits again.

        Raises:
            UnknownComplaint: there is no such decision that stands.
        """
        entry = self._session.get(StoredDecision, decision_id)
        complaint = self._session.get(StoredComplaint, entry.complaint_id) if entry else None
        if entry is None or complaint is None or entry.undone_at is not None or complaint.office != self._office:
            raise UnknownComplaint("There is no such decision to take back.")
        # Only one of two that take it back at once finds it standing.
        taken = self._session.execute(
            update(StoredDecision)
            .where(StoredDecision.id == decision_id, StoredDecision.undone_at.is_(None))
            .values(undone_at=now())
            .returning(StoredDecision.id)
        ).scalar()
        if taken is None:
            raise UnknownComplaint("There is no such decision to take back.")
        complaint.waiting = True
        note(self._session, self._office, officer, "undo", complaint.id)
        self._session.flush()
        return complaint

    def record_return(self, complaint: StoredComplaint, reason: str, officer: str) -> StoredDecision:
        """A unit sent the complaint back as not its own: the decision stays, counts as misrouted, and it waits again.

        Raises:
            UnknownComplaint: no decision stands that could be returned.
        """
        entry = self.standing(complaint)
        if entry is None:
            raise UnknownComplaint("No decision stands on this complaint, so none can be returned.")
        # It no longer stands, so that a second decision can; both are kept.
        entry.returned_at = entry.undone_at = now()
        entry.return_reason = reason
        complaint.waiting = True
        note(self._session, self._office, officer, "return", complaint.id)
        self._session.flush()
        return entry

    def newest(self, reference_id: str) -> StoredComplaint | None:
        """The newest revision of the complaint that the intake system knows by this id."""
        return self._session.scalars(
            select(StoredComplaint)
            .where(StoredComplaint.office == self._office, StoredComplaint.reference_id == reference_id)
            .order_by(StoredComplaint.revision.desc())
            .limit(1)
        ).first()

    def _add_revision_once(
        self, complaint: Complaint, arrival: Arrival, before: StoredComplaint | None
    ) -> StoredComplaint:
        """The revision, also where the same complaint arrived twice at once: the first to come has entered it."""
        try:
            with self._session.begin_nested():
                return self._add_revision(complaint, arrival, before)
        except IntegrityError:
            entered = self.newest(complaint.reference_id)
            if entered is None:
                raise
            return entered

    def _add_revision(self, complaint: Complaint, arrival: Arrival, before: StoredComplaint | None) -> StoredComplaint:
        if before is not None:
            before.waiting = False
        found_by = duplicate_keys(complaint.text)
        entry_id = time_ordered_id()
        entry = StoredComplaint(
            id=entry_id,
            office=self._office,
            reference_id=complaint.reference_id,
            revision=before.revision + 1 if before else 1,
            received_at=as_utc(complaint.received_at) if complaint.received_at else now(),
            stored_at=now(),
            waiting=True,
            title=complaint.title,
            text=complaint.text,
            confidential=complaint.confidential,
            source=arrival.source,
            forward_by=arrival.forward_by,
            settle_by=arrival.settle_by,
            intake_status=arrival.intake_status,
            unit_id="",
            category_id="",
            unit_status="unsure",
            confidence=0.0,
            known_share=1.0,
            group_id=before.group_id if before else self._group_of(complaint.text, found_by) or entry_id,
            fields=_fields(complaint) | arrival.extra,
        )
        self._session.add(entry)
        self._session.flush()
        self._session.add_all(TextMark(complaint_id=entry_id, mark=mark, office=self._office) for mark in found_by)
        self._session.flush()
        return entry

    def _group_of(self, text: str, found_by: tuple[str, ...]) -> str:
        """The group of an earlier complaint with nearly the same text; blank where there is none."""
        if not found_by:
            return ""
        near = (
            select(TextMark.complaint_id)
            .where(TextMark.office == self._office, TextMark.mark.in_(found_by))
            .group_by(TextMark.complaint_id)
            .order_by(TextMark.complaint_id.desc())
            .limit(_MOST_COMPARED)
        )
        candidates = self._session.execute(
            select(StoredComplaint.group_id, StoredComplaint.text).where(StoredComplaint.id.in_(near))
        )
        return next((group for group, other in candidates if resemblance(text, other) >= NEAR_DUPLICATE_FROM), "")


def _fields(complaint: Complaint) -> dict[str, Any]:
    return {
        "channel": complaint.channel,
        "type": complaint.type,
        "location": asdict(complaint.location),
        "reporter_category": complaint.reporter_category,
        "requested_unit": complaint.requested_unit,
        "incident_date": complaint.incident_date.isoformat() if complaint.incident_date else None,
        "attachments": complaint.attachments,
        "anonymous": complaint.anonymous,
    }


def _same_answer(before: dict[str, Any], answer: dict[str, Any]) -> bool:
    return before | {"suggestion_id": ""} == answer | {"suggestion_id": ""}


def _words(title: str, text: str) -> list[str]:
    """What makes a text another one: an export writes the same text with other spaces and line ends."""
    return f"{title} {text}".split()


def _verdict(suggestion: StoredSuggestion | None, decision: Decision) -> str:
    if not decision.unit_id:
        return "rejected"
    if suggestion is None:
        return "changed"
    same_category = decision.category_id in {"", suggestion.category_id}
    return "accepted" if decision.unit_id == suggestion.unit_id and same_category else "changed"
