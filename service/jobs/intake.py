"""Enter masked complaints into the ledger, with suggestions and deadlines."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from model.complaint import Complaint, without_personal_data
from model.suggestion import NoticeCode
from service.contract.suggestion_schemas import NoticeOut, SuggestionOut
from service.ledger.complaints import Arrival, Complaints, to_complaint
from service.ledger.database import as_utc
from service.ledger.returns import Returns
from service.ledger.tables import StoredComplaint
from service.observability.process_metrics import count_suggestion

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session

    from model.router import Router
    from model.suggestion import Suggestion
    from service.jobs.deadlines import Deadlines
    from service.ledger.database import Database
    from service.settings import Settings


# These notices are about the request, which the ledger doesn't keep: a text is stored masked.
_NOTICES_OF_REQUEST = (NoticeCode.PERSONAL_DATA_MASKED, NoticeCode.UNKNOWN_FIELD)


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a complaint: api, upload, typed or letter; `status` is the intake system's."""

    name: str
    status: str = ""
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Intake:
    """Enters the complaints of one office."""

    settings: Settings
    deadlines: Deadlines
    database: Database

    def suggest_and_enter(
        self, router: Router, complaints: Complaints, complaint: Complaint, source: Source
    ) -> StoredComplaint:
        """Make a suggestion for a complaint with a reference, and enter both."""
        known = self.with_returns([complaint], complaints.system)[0]
        suggestion = router.suggest(known, today=self.settings.today())
        answer = SuggestionOut.of(suggestion, self.settings.zone)
        count_suggestion(answer.status)
        return self.enter(complaints, complaint, suggestion, answer, source)

    def enter(
        self,
        complaints: Complaints,
        complaint: Complaint,
        suggestion: Suggestion,
        answer: SuggestionOut,
        source: Source,
    ) -> StoredComplaint:
        """Enter a complaint, masked, with the answer as sent."""
        masked = without_personal_data(complaint).complaint
        arrival = self._arrival(masked, source)
        return complaints.add_suggestion(masked, suggestion, answer.model_dump(mode="json"), arrival)

    def enter_without_suggestion(self, complaints: Complaints, complaint: Complaint, source: Source) -> StoredComplaint:
        """Enter a complaint, masked; the background renewal suggests once there is a model."""
        masked = without_personal_data(complaint).complaint
        return complaints.add(masked, self._arrival(masked, source))

    def _arrival(self, masked: Complaint, source: Source) -> Arrival:
        received = (masked.received_at or datetime.now(self.settings.zone)).astimezone(self.settings.zone).date()
        return Arrival(
            source=source.name,
            forward_by=self.deadlines.forward_by(received),
            settle_by=self.deadlines.settle_by(received, masked.type),
            intake_status=source.status,
            extra=source.extra,
        )

    def set_received(self, stored: StoredComplaint, received_at: datetime) -> None:
        """Correct the moment of arrival, and the deadlines that are counted from it."""
        stored.received_at = as_utc(received_at)
        _set_deadlines(stored, self.settings, self.deadlines)

    def with_returns(self, complaints: Sequence[Complaint], system: str) -> list[Complaint]:
        """Complaints of a system with the units that returned them, as the ledger knows at this moment."""
        with self.database.reading() as session:
            return Returns(session, self.settings.office).with_returns(complaints, [system] * len(complaints))

    def suggest_again(self, router: Router, session: Session, stored: StoredComplaint) -> None:
        """Make a newer suggestion for a stored complaint within a transaction, for example after a return."""
        office = self.settings.office
        complaint = Returns(session, office).with_returns([to_complaint(stored)], [stored.system])[0]
        self.renew(Complaints(session, office), stored, router.suggest(complaint, today=self.settings.today()))

    def renew(self, complaints: Complaints, stored: StoredComplaint, suggestion: Suggestion) -> None:
        """Enter a newer suggestion for a stored complaint, with the earlier notices about the request."""
        answer = SuggestionOut.of(suggestion, self.settings.zone)
        before = complaints.suggestion_of(stored)
        notices = [NoticeOut.model_validate(notice) for notice in before.answer.get("notices", ())] if before else []
        kept = [notice for notice in notices if notice.code in _NOTICES_OF_REQUEST]
        renewed = answer.model_copy(update={"notices": [*kept, *answer.notices]})
        complaints.set_suggestion(stored, suggestion, renewed.model_dump(mode="json"))


def recount_deadlines(session: Session, settings: Settings, deadlines: Deadlines) -> None:
    """Recompute the deadlines of waiting complaints, since the office's calendar may have changed."""
    waiting = session.scalars(
        select(StoredComplaint).where(StoredComplaint.office == settings.office, StoredComplaint.waiting)
    )
    for entry in waiting:
        _set_deadlines(entry, settings, deadlines)


def _set_deadlines(entry: StoredComplaint, settings: Settings, deadlines: Deadlines) -> None:
    received = entry.received_at.replace(tzinfo=UTC).astimezone(settings.zone).date()
    entry.forward_by = deadlines.forward_by(received)
    entry.settle_by = deadlines.settle_by(received, entry.fields.get("type", ""))
