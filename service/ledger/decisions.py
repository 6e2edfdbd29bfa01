"""Decisions on complaints: validation, verdict, and rows in the ledger, for the API, the pages and uploads.

The functions don't commit: a request is a transaction.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Literal

from rapidfuzz import process
from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from data.ids import time_ordered_id
from model.suggestion import Given
from service.errors import AlreadyDecided, DecisionInvalid, TextChanged, UnknownComplaint, UnknownName
from service.ledger.access.audit import record_event
from service.ledger.complaints import Complaints
from service.ledger.database import now
from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session

    from model.router import Router

# The officer of decisions made in the intake system and read from an export.
INTAKE_SYSTEM = "sistem asal"
_NEAREST_NAMES = 3


class Outcome(StrEnum):
    """The outcome of a complaint (tindak lanjut)."""

    HANDLE = "tangani"
    FORWARD = "limpahkan"
    INFORM = "tembusan"
    IN_COURT = "yudisial"
    NOT_OURS = "bukan kewenangan"
    INCOMPLETE = "minta kelengkapan"


# With these outcomes no unit of the office is responsible, or the unit is not known yet.
OUTCOMES_WITHOUT_UNIT = (Outcome.NOT_OURS, Outcome.INCOMPLETE, Outcome.IN_COURT)


class ComplaintType(StrEnum):
    """The types of a complaint (klasifikasi)."""

    SUPERVISORY = "pengaduan berkadar pengawasan"
    OTHER_COMPLAINT = "pengaduan tidak berkadar pengawasan"
    INFORMATION_REQUEST = "permintaan informasi"
    ASPIRATION = "aspirasi"


def as_known_type(written: str) -> str:
    """The type in its spelling here, whatever the case and spaces; any other type as written.

    >>> as_known_type("Pengaduan  Tidak Berkadar Pengawasan"), as_known_type("Aduan")
    ('pengaduan tidak berkadar pengawasan', 'Aduan')
    """
    plain = " ".join(written.split()).casefold()
    return plain if plain in list(ComplaintType) else written


class Verdict(StrEnum):
    """The relation of a decision to the suggestion. `recorded`: decided before Pilah saw the complaint."""

    ACCEPTED = "accepted"
    CHANGED = "changed"
    REJECTED = "rejected"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision by ids; with a blank `unit_id` no unit of the office is responsible.

    `keeps_category`: a blank category stands for the suggested one. `without_units`: the office has no units, and the
    category alone is decided.
    """

    unit_id: str
    category_id: str = ""
    type: str = ""
    outcome: str = ""
    copies: tuple[str, ...] = ()
    reason: str = ""
    officer: str = ""
    seconds: float | None = None
    caller: str = ""
    keeps_category: bool = False
    without_units: bool = False

    @property
    def is_rejection(self) -> bool:
        """Whether nobody of the office is responsible."""
        return self.outcome in OUTCOMES_WITHOUT_UNIT or not (self.unit_id or self.without_units)

    def agrees_with(self, entry: StoredDecision) -> bool:
        """Whether an entered decision names the same unit, or in an office without units the same category."""
        same_category = not self.without_units or entry.category_id == self.category_id
        return entry.unit_id == self.unit_id and same_category

    def columns(self) -> dict[str, Any]:
        """The values of the ledger's row."""
        values = asdict(self) | {"copies": list(self.copies)}
        del values["keeps_category"], values["without_units"]
        return values

    def repeats(self, entry: StoredDecision) -> bool:
        """Whether an entered decision is this one, sent before by the same caller; seconds don't count."""
        sent = replace(self, seconds=entry.seconds).columns()
        return all(getattr(entry, name) == value for name, value in sent.items())

    def with_category_of(self, suggestion: StoredSuggestion | None) -> Decision:
        """The decision with the suggested category, where it keeps that."""
        if suggestion is None or not self.keeps_category or self.is_rejection or self.category_id:
            return self
        return replace(self, category_id=suggestion.category_id)


@dataclass(frozen=True, slots=True)
class DecisionRequest:
    """A decision as sent: units and the category by id, code or name.

    `keeps_category`: a blank category stands for the suggested one.
    """

    unit: str = ""
    category: str = ""
    type: str = ""
    outcome: str = ""
    copies: tuple[str, ...] = ()
    reason: str = ""
    officer: str = ""
    seconds: float | None = None
    caller: str = ""
    keeps_category: bool = False

    def resolve(self, router: Router) -> Decision:
        """The decision by ids. Repeated copies are dropped, and copies to the responsible unit.

        Raises:
            UnknownName: the unit, category, type or outcome is unknown.
            DecisionInvalid: unit and outcome contradict each other, or both are missing; in an office without units, the
                category is missing.
        """
        unit_id = _unit_id(router, "unit", self.unit) if self.unit else ""
        outcome = _member(Outcome, "outcome", self.outcome)
        if router.has_units:
            _check_outcome(unit_id, outcome)
        elif not (self.category or self.keeps_category or outcome in OUTCOMES_WITHOUT_UNIT):
            raise DecisionInvalid("ledger.category-missing")
        copies = dict.fromkeys(_unit_id(router, "copies", name) for name in self.copies if name)
        return Decision(
            unit_id=unit_id,
            category_id=_category_id(router, self.category) if self.category else "",
            type=_member(ComplaintType, "type", self.type),
            outcome=outcome,
            copies=tuple(copy for copy in copies if copy != unit_id),
            reason=self.reason,
            officer=self.officer,
            seconds=self.seconds,
            caller=self.caller,
            keeps_category=self.keeps_category,
            without_units=not router.has_units,
        )


class Decisions:
    """The decisions of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office
        self._complaints = Complaints(session, office)

    def decide(
        self,
        complaint: StoredComplaint,
        decision: Decision,
        *,
        suggestion_id: str = "",
        before_pilah: datetime | None = None,
    ) -> StoredDecision:
        """Enter a decision; the complaint no longer waits. A caller's repeated decision is the first one.

        It follows the named suggestion, or the newest. `before_pilah` is the time of a decision made before Pilah saw the complaint, without a suggestion.

        Raises:
            AlreadyDecided: another decision stands.
            TextChanged: a newer revision of the complaint waits instead.
        """
        self._complaints.lock(complaint)
        suggestion = self._suggestion(complaint, suggestion_id) if before_pilah is None else None
        decision = decision.with_category_of(suggestion)
        standing = self.standing(complaint)
        if standing is not None and decision.repeats(standing):
            return standing
        if not self._complaints.is_newest(complaint):
            raise TextChanged("ledger.text-changed")
        entry = StoredDecision(
            office=self._office,
            id=time_ordered_id(),
            complaint_id=complaint.id,
            suggestion_id=suggestion.id if suggestion else None,
            **decision.columns(),
            verdict=_verdict(suggestion, decision) if before_pilah is None else Verdict.RECORDED,
            decided_at=before_pilah or now(),
            return_reason="",
        )
        try:
            with self._session.begin_nested():
                self._session.add(entry)
        except IntegrityError:
            raise AlreadyDecided("ledger.already-decided") from None
        complaint.waiting = False
        self._record(decision.officer, "decision", complaint)
        return entry

    def decide_with_similar(
        self, complaint: StoredComplaint, similar: Sequence[str], decision: Decision
    ) -> tuple[StoredDecision, int]:
        """Enter a decision on a complaint and on similar complaints; returns the entry and the number of similar ones.

        A similar complaint that was decided meanwhile keeps that decision.

        Raises:
            AlreadyDecided: a decision stands on the complaint itself; nothing is entered.
        """
        before = self.standing(complaint)
        entry = self.decide(complaint, decision)
        if entry is before:
            return entry, 0
        # The officer spent the seconds on the first complaint.
        repeated = replace(decision, seconds=None)
        entered = 0
        for other in similar:
            with suppress(AlreadyDecided):
                self.decide(self._complaints.get(other), repeated).together = entry.id
                entered += 1
        if entered:
            entry.together = entry.id
        self._session.flush()
        return entry, entered

    def reconcile(self, complaint: StoredComplaint, decision: Decision) -> Literal["decided", "agreed", "differed"]:
        """Enter a decision of the intake system; with a different unit it replaces the standing decision.

        In an office without units a different category does.
        """
        standing = self.standing(complaint)
        if standing is not None and decision.agrees_with(standing):
            return "agreed"
        if standing is not None:
            standing.undone_at = now()
            self._session.flush()
        self.decide(complaint, decision)
        return "differed" if standing is not None else "decided"

    def standing(self, complaint: StoredComplaint) -> StoredDecision | None:
        """The standing decision of a revision."""
        return self._session.scalars(
            select(StoredDecision).where(
                StoredDecision.complaint_id == complaint.id, StoredDecision.undone_at.is_(None)
            )
        ).first()

    def undo(self, decision_id: str, officer: str) -> StoredComplaint:
        """Undo a decision: the row is kept, and the complaint waits again.

        Raises:
            UnknownComplaint: no standing decision has this id.
        """
        entry = self._session.get(StoredDecision, decision_id)
        complaint = self._session.get(StoredComplaint, entry.complaint_id) if entry else None
        if complaint is None or complaint.office != self._office:
            raise UnknownComplaint("ledger.no-decision-to-undo")
        # Of two simultaneous requests, the condition lets only the first undo the decision.
        undone = self._session.execute(
            update(StoredDecision)
            .where(StoredDecision.id == decision_id, StoredDecision.undone_at.is_(None))
            .values(undone_at=now())
            .returning(StoredDecision.id)
        ).scalar()
        if undone is None:
            raise UnknownComplaint("ledger.no-decision-to-undo")
        self._complaints.wait_again(complaint)
        # A unit may have returned a near-duplicate in the meantime.
        complaint.suggested_with = ""
        self._record(officer, "undo", complaint)
        return complaint

    def undo_with_similar(self, decision_id: str, officer: str) -> StoredComplaint:
        """Undo a decision, also on the similar complaints; returns the complaint.

        Raises:
            UnknownComplaint: no standing decision has this id.
        """
        complaint = self.undo(decision_id, officer)
        others = select(StoredDecision.id).where(
            StoredDecision.together == decision_id, StoredDecision.undone_at.is_(None)
        )
        for other in self._session.scalars(others).all():
            self.undo(other, officer)
        return complaint

    def record_return(
        self, complaint: StoredComplaint, reason: str, officer: str, *, decision_id: str = "", revision: int = 0
    ) -> StoredDecision:
        """Record a unit's return: the decision is kept as misrouted, and the complaint waits again.

        The decision is the one named by id, or the only decision on the named revision, or on all revisions. A
        repeated return gives the returned decision.

        Raises:
            UnknownComplaint: no such decision stands.
            DecisionInvalid: the reason is blank, or a decision was returned before and another stands, so that the return must name its decision.
        """
        if not reason.strip():
            raise DecisionInvalid("ledger.return-reason-missing")
        made = self._not_undone(complaint, decision_id, revision)
        standing = [entry for entry in made if entry.undone_at is None]
        returned = [entry for entry in made if entry.undone_at is not None]
        if standing and returned:
            # A late retry of the first return must not mark the new decision.
            raise DecisionInvalid("ledger.return-names-no-decision")
        if not standing:
            if returned and returned[-1].return_reason == reason:
                return returned[-1]
            raise UnknownComplaint("ledger.no-decision-to-return")
        entry = standing[-1]
        # The returned decision no longer stands, so that a second decision can be entered.
        entry.returned_at = entry.undone_at = now()
        entry.return_reason = reason
        decided = self._session.get_one(StoredComplaint, entry.complaint_id)
        self._complaints.wait_again(decided)
        self._complaints.outdate_group(decided)
        self._record(officer, "return", decided)
        return entry

    def _not_undone(self, complaint: StoredComplaint, decision_id: str, revision: int) -> list[StoredDecision]:
        """The standing and returned decisions on a complaint, on all its revisions unless one is named, oldest first.

        They are locked until the transaction ends: of two simultaneous returns the second sees the first.
        """
        revisions = select(StoredComplaint.id).where(*self._complaints.same_complaint(complaint))
        if revision:
            revisions = revisions.where(StoredComplaint.revision == revision)
        query = select(StoredDecision).where(
            StoredDecision.complaint_id.in_(revisions),
            or_(StoredDecision.undone_at.is_(None), StoredDecision.returned_at.is_not(None)),
        )
        if decision_id:
            query = query.where(StoredDecision.id == decision_id)
        locked = query.order_by(StoredDecision.decided_at, StoredDecision.id).with_for_update()
        return list(self._session.scalars(locked.execution_options(populate_existing=True)))

    def _suggestion(self, complaint: StoredComplaint, suggestion_id: str) -> StoredSuggestion | None:
        if suggestion_id:
            return self._session.get(StoredSuggestion, suggestion_id)
        return self._complaints.suggestion_of(complaint)

    def _record(self, officer: str, action: str, complaint: StoredComplaint) -> None:
        record_event(self._session, self._office, officer, action, complaint.id)
        self._session.flush()


def given_by_id(router: Router, *, unit: str = "", category: str = "", kind: str = "", outcome: str = "") -> Given:
    """What a caller knows of a complaint, with the unit by id, code or name and the category by id or name.

    Raises:
        UnknownName: the unit, category, type or outcome is unknown.
    """
    return Given(
        unit_id=_unit_id(router, "unit", unit) if unit else "",
        category_id=_category_id(router, category) if category else "",
        type=_member(ComplaintType, "type", kind),
        outcome=_member(Outcome, "outcome", outcome),
    )


def _verdict(suggestion: StoredSuggestion | None, decision: Decision) -> Verdict:
    if decision.is_rejection:
        return Verdict.REJECTED
    if suggestion is None:
        return Verdict.CHANGED
    same_category = decision.category_id in {"", suggestion.category_id}
    return Verdict.ACCEPTED if decision.unit_id == suggestion.unit_id and same_category else Verdict.CHANGED


def _check_outcome(unit_id: str, outcome: str) -> None:
    """The outcome says whether a unit is responsible; without an outcome the unit says so.

    Raises:
        DecisionInvalid: unit and outcome contradict each other, or both are missing.
    """
    without_unit = ", ".join(OUTCOMES_WITHOUT_UNIT)
    if not unit_id and not outcome:
        raise DecisionInvalid("ledger.outcome-missing", outcomes=without_unit)
    if not unit_id and outcome not in OUTCOMES_WITHOUT_UNIT:
        raise DecisionInvalid("ledger.outcome-needs-unit", outcome=outcome, outcomes=without_unit)
    if unit_id and outcome in OUTCOMES_WITHOUT_UNIT:
        raise DecisionInvalid("ledger.outcome-has-no-unit", outcome=outcome)


def _unit_id(router: Router, field: str, name: str) -> str:
    unit = router.units.find(name) or next((unit for unit in router.units if unit.code == name), None)
    if unit is None:
        raise _unknown(field, name, [unit.name for unit in router.units])
    return unit.id


def _category_id(router: Router, name: str) -> str:
    category = router.categories.find(name)
    if category is None:
        raise _unknown("category", name, [router.categories.shown_name(known.id) for known in router.categories])
    return category.id


def _member(members: type[StrEnum], field: str, name: str) -> str:
    """The member with a name, ignoring case and spacing; blank for a blank name."""
    written = " ".join(name.split()).casefold()
    if written and written not in list(members):
        raise UnknownName(field, list(members))
    return written


def _unknown(field: str, name: str, known: list[str]) -> UnknownName:
    return UnknownName(field, [match for match, _, _ in process.extract(name, known, limit=_NEAREST_NAMES)])
