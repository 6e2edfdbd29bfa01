"""Complaints and suggestions in the ledger. The functions don't commit: a request is a transaction."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, select, update
from sqlalchemy.exc import IntegrityError

from data.ids import time_ordered_id
from model.complaint import Complaint, Location
from model.history.reused_numbers import is_same_complaint, possible_references
from model.language.near_duplicates import NEAR_DUPLICATE_FROM, duplicate_keys, resemblance
from model.suggestion import NoticeCode
from service.errors import UnknownComplaint
from service.ledger.database import as_utc, now
from service.ledger.lists.search import index_complaint
from service.ledger.tables import DuplicateKey, StoredComplaint, StoredSuggestion

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

    from model.suggestion import Suggestion


@dataclass(frozen=True, slots=True)
class Arrival:
    """The source and deadlines of a new complaint; `extra` holds further fields of a paper letter."""

    source: str
    forward_by: date
    settle_by: date
    intake_status: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


# A new complaint is compared with the newest complaints that share a near-duplicate key.
_MOST_COMPARED = 20


class Complaints:
    """The complaints of one office, within one transaction.

    A reference belongs to the system that sent it: two systems may number their complaints alike. `system` is blank for
    the desk, for uploads, and for calls without a key.
    """

    def __init__(self, session: Session, office: str, system: str = "") -> None:
        self._session = session
        self._office = office
        self.system = system

    def of_system(self, system: str) -> Complaints:
        """The complaints as a system knows them."""
        return Complaints(self._session, self._office, system)

    def add(self, complaint: Complaint, arrival: Arrival) -> StoredComplaint:
        """Enter a masked complaint without a suggestion; a repeated text is not entered twice."""
        return self._revision_with_text_of(complaint, arrival)

    def add_suggestion(
        self, complaint: Complaint, suggestion: Suggestion, answer: dict[str, Any], arrival: Arrival
    ) -> StoredComplaint:
        """Enter a suggestion and, for a new or changed text, a new revision of the complaint.

        `complaint` is masked; `answer` is the suggestion as sent. An identical answer, as in a retry, is not entered
        twice.
        """
        newest = self._revision_with_text_of(complaint, arrival)
        self.set_suggestion(newest, suggestion, answer)
        self._session.flush()
        return newest

    def set_suggestion(self, complaint: StoredComplaint, suggestion: Suggestion, answer: dict[str, Any]) -> None:
        """Enter a suggestion as the newest of a complaint; earlier suggestions are kept."""
        complaint.suggested_with = suggestion.basis
        complaint.was_returned = any(notice.code == NoticeCode.RETURNED_BY_UNIT for notice in suggestion.notices)
        before = self.suggestion_of(complaint)
        if before is not None and _same_answer(before.answer, answer):
            return
        first = suggestion.units[0] if suggestion.units else None
        entry = StoredSuggestion(
            id=suggestion.suggestion_id,
            complaint_id=complaint.id,
            model=suggestion.version,
            unit_id=first.id if first else "",
            category_id=suggestion.categories[0].id if suggestion.categories else "",
            unit_status=suggestion.status,
            confidence=suggestion.confidence,
            created_at=now(),
            answer=answer,
        )
        self._session.add(entry)
        complaint.suggestion_id = entry.id
        complaint.unit_id, complaint.category_id = entry.unit_id, entry.category_id
        complaint.unit_status, complaint.confidence = entry.unit_status, entry.confidence
        complaint.known_share = suggestion.known_share

    def outdate_group(self, complaint: StoredComplaint) -> None:
        """Call for new suggestions for a complaint and its waiting near-duplicates, for example after a return."""
        self._session.flush()
        self._session.execute(
            update(StoredComplaint)
            .where(
                StoredComplaint.office == self._office,
                StoredComplaint.group_id == complaint.group_id,
                StoredComplaint.waiting,
            )
            .values(suggested_with="")
        )

    def get(self, any_id: str) -> StoredComplaint:
        """A revision by Pilah's id, otherwise the newest revision by the intake system's reference.

        Raises:
            UnknownComplaint: the ledger has no such complaint.
        """
        return self._by_id(any_id) or self.of_reference(any_id)

    def of_reference(self, reference_id: str) -> StoredComplaint:
        """The newest revision by the intake system's reference, otherwise a revision by Pilah's id.

        Raises:
            UnknownComplaint: the ledger has no such complaint.
        """
        return self._found(self.newest(reference_id) or self._of_only_system(reference_id) or self._by_id(reference_id))

    def _by_id(self, complaint_id: str) -> StoredComplaint | None:
        return self._newest(StoredComplaint.id == complaint_id)

    def _found(self, complaint: StoredComplaint | None) -> StoredComplaint:
        if complaint is None:
            raise UnknownComplaint("ledger.unknown-complaint")
        return complaint

    def of_suggestion(self, suggestion_id: str) -> StoredComplaint:
        """The complaint of a suggestion.

        Raises:
            UnknownComplaint: the suggestion was never stored.
        """
        entry = self._session.get(StoredSuggestion, suggestion_id)
        if entry is None:
            raise UnknownComplaint("ledger.unknown-suggestion")
        return self.get(entry.complaint_id)

    def suggestion_of(self, complaint: StoredComplaint) -> StoredSuggestion | None:
        """The newest suggestion."""
        return self._session.get(StoredSuggestion, complaint.suggestion_id) if complaint.suggestion_id else None

    def suggestions_of(self, complaints: Sequence[StoredComplaint]) -> list[StoredSuggestion]:
        """The newest suggestions of complaints."""
        ids = [complaint.suggestion_id for complaint in complaints if complaint.suggestion_id]
        return list(self._session.scalars(select(StoredSuggestion).where(StoredSuggestion.id.in_(ids))))

    def newest(self, reference_id: str) -> StoredComplaint | None:
        """The newest revision by reference: the system's own complaint, otherwise the one that no system has sent.

        Without a system also the complaint of the only system that sent this reference.
        """
        of_reference = StoredComplaint.reference_id == reference_id
        for system in dict.fromkeys((self.system, "")):
            if entry := self._newest(and_(of_reference, StoredComplaint.system == system)):
                return entry
        return None if self.system else self._of_only_system(reference_id)

    def standing_of(self, complaint: Complaint, sheet: str = "") -> tuple[str, StoredComplaint | None]:
        """The reference under which a masked complaint stands or can be entered, and its newest revision.

        A number of a clearly different complaint gets a second key: many offices number their complaints anew each month,
        or on each `sheet` of a workbook.
        """
        free = ""
        # Under the last reference, with a key of the text, stands this very text.
        for reference in possible_references(complaint, sheet):
            revisions = self._revisions(reference)
            systems = {revision.system for revision in revisions if _is_revised(revision, complaint)}
            if systems:
                return reference, _newest_of_one(revisions, systems)
            # It may stand under a later key: it came without a sheet, or before the earlier key was free.
            free = free or ("" if revisions else reference)
        return free or reference, None

    def _revisions(self, reference_id: str) -> Sequence[StoredComplaint]:
        """All revisions under a reference, newest first; a system sees its own and those that no system has sent."""
        query = select(StoredComplaint).where(
            StoredComplaint.office == self._office, StoredComplaint.reference_id == reference_id
        )
        if self.system:
            query = query.where(StoredComplaint.system.in_((self.system, "")))
        return self._session.scalars(query.order_by(StoredComplaint.revision.desc())).all()

    def _of_only_system(self, reference_id: str) -> StoredComplaint | None:
        """The newest revision, if a single system has this reference: of two systems none is guessed."""
        of_reference = and_(StoredComplaint.office == self._office, StoredComplaint.reference_id == reference_id)
        systems = self._session.scalars(select(StoredComplaint.system).where(of_reference).distinct().limit(2)).all()
        return self._newest(of_reference) if len(systems) == 1 else None

    def _adopt(self, complaint: StoredComplaint) -> None:
        """Give a complaint that no system has sent yet, such as an uploaded one, to the system that sends it now."""
        if self.system and not complaint.system:
            self._session.execute(
                update(StoredComplaint).where(*self.same_complaint(complaint)).values(system=self.system)
            )

    def same_complaint(self, complaint: StoredComplaint) -> tuple[ColumnElement[bool], ...]:
        """The conditions for all revisions of a complaint."""
        return (
            StoredComplaint.office == self._office,
            StoredComplaint.reference_id == complaint.reference_id,
            StoredComplaint.system == complaint.system,
        )

    def lock(self, complaint: StoredComplaint) -> None:
        """Wait until no other transaction changes this revision; it is then read again."""
        self._session.refresh(complaint, ("waiting",), with_for_update=True)

    def is_newest(self, complaint: StoredComplaint) -> bool:
        """Whether no newer revision of a complaint exists."""
        newer = exists().where(*self.same_complaint(complaint), StoredComplaint.revision > complaint.revision)
        return not self._session.scalar(select(newer))

    def wait_again(self, complaint: StoredComplaint) -> None:
        """Let a complaint wait after its decision was undone or returned; of an older revision only the newest waits."""
        self.lock(complaint)
        if self.is_newest(complaint):
            complaint.waiting = True

    def ids_of(self, texts: Mapping[str, str]) -> dict[str, str]:
        """The newest revision's id by reference, for complaints of this ledger that aren't confidential.

        `texts` has the text of each reference, or a part of it: the reference may be another complaint's here.
        """
        query = select(StoredComplaint.reference_id, StoredComplaint.id, StoredComplaint.text).where(
            StoredComplaint.office == self._office,
            StoredComplaint.reference_id.in_(list(texts)),
            ~StoredComplaint.confidential,
        )
        return {
            reference: complaint_id
            for reference, complaint_id, text in self._session.execute(query.order_by(StoredComplaint.revision))
            if is_same_complaint(Complaint(texts[reference]), Complaint(text))
        }

    def _newest(self, condition: ColumnElement[bool]) -> StoredComplaint | None:
        query = select(StoredComplaint).where(StoredComplaint.office == self._office, condition)
        return self._session.scalars(query.order_by(StoredComplaint.revision.desc()).limit(1)).first()

    def _revision_with_text_of(self, complaint: Complaint, arrival: Arrival) -> StoredComplaint:
        """The newest revision if it has the complaint's text, otherwise a new revision.

        A simultaneous request may enter its revision first: with the same text that revision is the answer, with
        another text the next revision follows it.
        """
        # The number first: a revision entered between the two reads then has this number already, and conflicts.
        last = self._last_number(complaint.reference_id)
        newest = self._newest_to_revise(complaint)
        while newest is None or _words(newest.title, newest.text) != _words(complaint.title, complaint.text):
            try:
                with self._session.begin_nested():
                    return self._add_revision(complaint, arrival, newest, last + 1)
            except IntegrityError:
                before, last = last, self._last_number(complaint.reference_id)
                if last == before:
                    raise
                newest = self._newest_to_revise(complaint)
        self._adopt(newest)
        return newest

    def _newest_to_revise(self, complaint: Complaint) -> StoredComplaint | None:
        """The newest revision of a complaint. A caller's own reference always means its own complaint.

        A complaint from elsewhere under the same reference is taken for the same one unless it is clearly different.
        """
        newest = self.newest(complaint.reference_id)
        if newest is None or newest.system == self.system or _is_revised(newest, complaint):
            return newest
        return None

    def _last_number(self, reference_id: str) -> int:
        """The last number of a revision. Systems with the same reference share the numbers."""
        last = select(func.max(StoredComplaint.revision)).where(
            StoredComplaint.office == self._office, StoredComplaint.reference_id == reference_id
        )
        return self._session.scalar(last) or 0

    def _add_revision(
        self, complaint: Complaint, arrival: Arrival, before: StoredComplaint | None, number: int
    ) -> StoredComplaint:
        if before is not None:
            self._adopt(before)
            # A statement, also where the revision isn't known to wait: a simultaneous undo is waited for.
            self._session.execute(update(StoredComplaint).where(StoredComplaint.id == before.id).values(waiting=False))
        keys = duplicate_keys(complaint.text)
        entry_id = time_ordered_id()
        entry = StoredComplaint(
            id=entry_id,
            office=self._office,
            reference_id=complaint.reference_id,
            system=(before.system if before else "") or self.system,
            revision=number,
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
            group_id=self._group_of_revision(complaint, before) or self._group_of(complaint.text, keys) or entry_id,
            fields=_fields(complaint) | arrival.extra,
        )
        self._session.add(entry)
        self._session.flush()
        self._session.add_all(DuplicateKey(complaint_id=entry_id, key=key, office=self._office) for key in keys)
        index_complaint(self._session, entry)
        self._session.flush()
        return entry

    def _group_of_revision(self, complaint: Complaint, before: StoredComplaint | None) -> str:
        """The group of the revision before, blank for a clearly different text: decisions are made for a whole group."""
        return before.group_id if before and _is_revised(before, complaint) else ""

    def _group_of(self, text: str, keys: tuple[str, ...]) -> str:
        """The group of an earlier near-duplicate, or blank."""
        if not keys:
            return ""
        near = (
            select(DuplicateKey.complaint_id)
            .where(DuplicateKey.office == self._office, DuplicateKey.key.in_(keys))
            .group_by(DuplicateKey.complaint_id)
            .order_by(DuplicateKey.complaint_id.desc())
            .limit(_MOST_COMPARED)
        )
        candidates = self._session.execute(
            select(StoredComplaint.group_id, StoredComplaint.text).where(StoredComplaint.id.in_(near))
        )
        return next((group for group, other in candidates if resemblance(text, other) >= NEAR_DUPLICATE_FROM), "")


def to_complaint(stored: StoredComplaint) -> Complaint:
    """A stored complaint as the model reads it; `received_at` is UTC without an offset."""
    fields = stored.fields
    places = fields.get("location", {})
    return Complaint(
        stored.text,
        reference_id=stored.reference_id,
        received_at=stored.received_at,
        title=stored.title,
        channel=fields.get("channel", ""),
        location=Location(**{name: places.get(name, "") for name in Location.__slots__}),
        type=fields.get("type", ""),
        reporter_category=fields.get("reporter_category", ""),
        requested_unit=fields.get("requested_unit", ""),
        attachments=fields.get("attachments", 0),
        anonymous=bool(fields.get("anonymous", False)),
        confidential=stored.confidential,
    )


def _newest_of_one(revisions: Sequence[StoredComplaint], systems: set[str]) -> StoredComplaint | None:
    """The newest revision that no system has sent, or of the only system: of two systems none is guessed."""
    if "" not in systems and len(systems) > 1:
        return None
    system = "" if "" in systems else next(iter(systems))
    return next(revision for revision in revisions if revision.system == system)


def _is_revised(stored: StoredComplaint, complaint: Complaint) -> bool:
    """Whether a complaint is the stored one, perhaps revised."""
    received_at = as_utc(complaint.received_at) if complaint.received_at else None
    return is_same_complaint(to_complaint(stored), replace(complaint, received_at=received_at))


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
    """The words of a text; exports change spaces and line ends."""
    return f"{title} {text}".split()
