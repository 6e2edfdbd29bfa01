"""Scheduled trainings of one office, and the decisions that the next one would learn."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select
from sqlalchemy.exc import IntegrityError

from service.ledger.decisions import Verdict
from service.ledger.tables import Learning, StoredComplaint, StoredDecision, StoredSuggestion, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy.orm import Session


class LearningOutcome(StrEnum):
    """The outcome of a scheduled training; KEPT: trained, and the version in use stays."""

    TRAINING = "training"
    PROMOTED = "promoted"
    KEPT = "kept"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class DecidedComplaint:
    """A complaint with the ids of the standing decision and of the suggestion decided on, by "unit" and "category"."""

    complaint: StoredComplaint
    decided: dict[str, str]
    suggested: dict[str, str]


class Learnings:
    """The scheduled trainings of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def find(self, occasion: str) -> Learning | None:
        """The training of an occasion; None before it began."""
        return self._session.get(Learning, (self._office, occasion))

    def add(
        self,
        occasion: str,
        began_at: datetime,
        outcome: LearningOutcome,
        *,
        decisions: int = 0,
        run_id: str = "",
        reason: dict[str, str] | None = None,
        figures: dict[str, Any] | None = None,
    ) -> bool:
        """Record the beginning or the skip of an occasion; False where another process was first."""
        learning = Learning(
            office=self._office,
            occasion=occasion,
            began_at=began_at,
            outcome=outcome,
            reason=reason or {},
            decisions=decisions,
            run_id=run_id,
            tries=1,
            version="",
            removed=[],
            figures=figures or {},
        )
        try:
            with self._session.begin_nested():
                self._session.add(learning)
        except IntegrityError:
            return False
        return True

    def any_began(self, after: datetime, until: datetime) -> bool:
        """Whether an occasion began between two moments."""
        query = select(Learning.occasion).where(
            Learning.office == self._office, Learning.began_at > after, Learning.began_at <= until
        )
        return self._session.scalars(query.limit(1)).first() is not None

    def unfinished(self) -> Sequence[Learning]:
        """Trainings without an outcome, oldest first."""
        query = select(Learning).where(Learning.office == self._office, Learning.outcome == LearningOutcome.TRAINING)
        return self._session.scalars(query.order_by(Learning.began_at)).all()

    def newest(self, most: int) -> Sequence[Learning]:
        """The newest scheduled trainings, newest first."""
        query = select(Learning).where(Learning.office == self._office)
        return self._session.scalars(query.order_by(Learning.began_at.desc(), Learning.occasion).limit(most)).all()

    def versions(self) -> set[str]:
        """The versions that scheduled trainings made."""
        query = select(Learning.version).where(Learning.office == self._office, Learning.version != "")
        return set(self._session.scalars(query))

    def shown_versions(self) -> set[str]:
        """The versions whose suggestion a waiting complaint shows."""
        query = (
            select(StoredSuggestion.model)
            .distinct()
            .join(StoredComplaint, StoredComplaint.suggestion_id == StoredSuggestion.id)
            .where(StoredComplaint.office == self._office, StoredComplaint.waiting)
        )
        return set(self._session.scalars(query))

    def decided(self, since: datetime, most: int) -> list[DecidedComplaint]:
        """The newest standing decisions on a suggestion since a moment, newest first."""
        query = (
            select(StoredComplaint, StoredDecision, StoredSuggestion)
            .join(StoredDecision, StoredDecision.complaint_id == StoredComplaint.id)
            .join(StoredSuggestion, StoredSuggestion.id == StoredDecision.suggestion_id)
            .where(
                StoredDecision.office == self._office,
                StoredDecision.decided_at > since,
                StoredDecision.undone_at.is_(None),
                StoredDecision.returned_at.is_(None),
                # Decisions made before Pilah saw the complaint say nothing about a suggestion.
                StoredDecision.verdict != Verdict.RECORDED,
            )
            .order_by(StoredDecision.decided_at.desc())
            .limit(most)
        )
        return [
            DecidedComplaint(
                complaint,
                {"unit": decision.unit_id, "category": decision.category_id},
                {"unit": suggestion.unit_id, "category": suggestion.category_id},
            )
            for complaint, decision, suggestion in self._session.execute(query)
        ]

    def with_figures(self) -> Sequence[Learning]:
        """The scheduled trainings with figures of the decisions before them, oldest first."""
        query = select(Learning).where(Learning.office == self._office, Learning.decisions > 0)
        rows = self._session.scalars(query.order_by(Learning.began_at))
        return [row for row in rows if row.figures]

    def learned_until(self, at_most: datetime) -> datetime | None:
        """The beginning of the newest finished training on the ledger, not after `at_most`: a clock may have jumped."""
        return self._session.scalar(
            select(func.max(TrainingRun.created_at)).where(
                TrainingRun.office == self._office,
                TrainingRun.from_ledger,
                TrainingRun.version != "",
                TrainingRun.created_at <= at_most,
            )
        )

    def decisions(self, since: datetime | None = None) -> int:
        """The number of decisions that were taken, undone or returned since a moment; without one, of those that stand."""
        query = select(func.count()).where(StoredDecision.office == self._office)
        if since is None:
            query = query.where(StoredDecision.undone_at.is_(None))
        else:
            changes = (StoredDecision.decided_at, StoredDecision.undone_at, StoredDecision.returned_at)
            query = query.where(or_(*(change > since for change in changes)))
        return self._session.scalar(query) or 0
