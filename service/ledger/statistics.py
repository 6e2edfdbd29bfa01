"""Statistics for supervisors: volume, agreement, corrections, returns and overdue complaints."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import aliased

from model.drift.baseline import Observation
from model.suggestion import Status
from service.ledger.decisions import INTAKE_SYSTEM, Verdict
from service.ledger.lists.queue import was_hasty, was_made
from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy.orm import Session

_MOST_CORRECTIONS = 10
# Medians are over the newest decisions of the period.
_MOST_TIMED = 20_000
_MOST_OBSERVED = 5_000


@dataclass(frozen=True, slots=True)
class Week:
    """The number of complaints received and decided in the week from `monday`."""

    monday: date
    received: int
    decided: int


@dataclass(frozen=True, slots=True)
class Correction:
    """The number of times when officers chose `decided` instead of `suggested`."""

    suggested: str
    decided: str
    count: int


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Two units that both returned the same complaint or near-duplicates, and the number of such complaints."""

    first: str
    second: str
    count: int


@dataclass(frozen=True, slots=True)
class UnitLoad:
    """The complaints waiting for a unit (as suggested), and forwarded but unsettled; overdue complaints apart."""

    unit: str
    waiting: int
    waiting_late: int
    forwarded: int
    forwarded_late: int


@dataclass(frozen=True, slots=True)
class PeriodStatistics:
    """The statistics of a period; a median is None where nothing was measured."""

    received: int
    verdicts: dict[str, int]
    returned: int
    weeks: tuple[Week, ...]
    corrections: tuple[Correction, ...]
    returned_units: tuple[tuple[str, int], ...]
    disagreements: tuple[Disagreement, ...]
    loads: tuple[UnitLoad, ...]
    median_seconds: float | None
    median_hours: float | None
    hasty: int

    @property
    def decided(self) -> int:
        return sum(self.verdicts.values())


class Statistics:
    """The statistics of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def of_period(
        self, start: datetime, end: datetime, today: date, zone_shift: timedelta, *, has_units: bool = True
    ) -> PeriodStatistics:
        """The statistics from `start` until before `end`, both UTC; weeks begin in the office's zone.

        Without units the corrections are those of categories.
        """
        corrections = self._corrections(start, end, has_units=has_units)
        return PeriodStatistics(
            received=self._received(start, end),
            verdicts=self._verdicts(start, end),
            returned=self._returned(start, end),
            weeks=self._weeks(start, end, zone_shift),
            corrections=corrections,
            returned_units=self._returned_units(start, end),
            disagreements=self._disagreements(start, end),
            loads=self._loads(today),
            hasty=self._hasty(start, end),
            **self._times(start, end),
        )

    def observations(self, since: datetime) -> list[Observation]:
        """Suggestions since a time with decisions, for the drift alarms."""
        query = (
            select(
                StoredComplaint.received_at,
                StoredComplaint.unit_id,
                StoredComplaint.category_id,
                StoredComplaint.confidence,
                StoredComplaint.unit_status,
                StoredComplaint.known_share,
                (StoredComplaint.title != "").label("has_title"),
                StoredComplaint.fields,
                StoredDecision.unit_id.label("decided_unit_id"),
                StoredDecision.category_id.label("decided_category_id"),
            )
            .outerjoin(
                StoredDecision,
                and_(StoredDecision.complaint_id == StoredComplaint.id, StoredDecision.undone_at.is_(None)),
            )
            .where(
                StoredComplaint.office == self._office,
                StoredComplaint.received_at >= since,
                StoredComplaint.suggestion_id.is_not(None),
                # Decisions made before Pilah saw the complaint say nothing about a suggestion.
                func.coalesce(StoredDecision.verdict, "") != Verdict.RECORDED,
            )
            .order_by(StoredComplaint.received_at.desc())
            .limit(_MOST_OBSERVED)
        )
        return [
            Observation(
                received_at=row.received_at,
                unit_id=row.unit_id,
                category_id=row.category_id,
                confidence=row.confidence,
                status=Status(row.unit_status),
                known_share=row.known_share,
                blank=_blank(row.fields, has_title=row.has_title),
                decided_unit_id=row.decided_unit_id or "",
                decided_category_id=row.decided_category_id or "",
            )
            for row in self._session.execute(query)
        ]

    def _received(self, start: datetime, end: datetime) -> int:
        query = select(func.count()).where(
            StoredComplaint.office == self._office,
            StoredComplaint.received_at >= start,
            StoredComplaint.received_at < end,
        )
        return self._session.scalar(query) or 0

    def _verdicts(self, start: datetime, end: datetime) -> dict[str, int]:
        query = (
            self._decisions(select(StoredDecision.verdict, func.count()), start, end)
            .where(was_made())
            .group_by(StoredDecision.verdict)
        )
        found = dict(self._session.execute(query).all())
        return {verdict: found.get(verdict, 0) for verdict in (Verdict.ACCEPTED, Verdict.CHANGED, Verdict.REJECTED)}

    def _hasty(self, start: datetime, end: datetime) -> int:
        query = self._decisions(select(func.count()), start, end).where(was_made(), was_hasty())
        return self._session.scalar(query) or 0

    def _returned(self, start: datetime, end: datetime) -> int:
        query = self._decisions(select(func.count()), start, end).where(StoredDecision.returned_at.is_not(None))
        return self._session.scalar(query) or 0

    def _returned_units(self, start: datetime, end: datetime) -> tuple[tuple[str, int], ...]:
        query = (
            self._decisions(select(StoredDecision.unit_id, func.count()), start, end)
            .where(StoredDecision.returned_at.is_not(None))
            .group_by(StoredDecision.unit_id)
            .order_by(func.count().desc(), StoredDecision.unit_id)
            .limit(_MOST_CORRECTIONS)
        )
        return tuple((unit, count) for unit, count in self._session.execute(query))

    def _disagreements(self, start: datetime, end: datetime) -> tuple[Disagreement, ...]:
        """Pairs of units, most frequent first; the second return of a pair may be of any time."""
        complaint, other = aliased(StoredComplaint), aliased(StoredDecision)
        group = func.count(func.distinct(complaint.group_id))
        query = (
            self._decisions(select(StoredDecision.unit_id, other.unit_id, group), start, end)
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            .join(
                other,
                and_(
                    other.office == self._office,
                    other.returned_at.is_not(None),
                    other.unit_id != StoredDecision.unit_id,
                ),
            )
            .join(complaint, and_(complaint.id == other.complaint_id, complaint.group_id == StoredComplaint.group_id))
            .where(StoredDecision.returned_at.is_not(None))
            .group_by(StoredDecision.unit_id, other.unit_id)
        )
        counts: dict[tuple[str, str], int] = {}
        for first, second, count in self._session.execute(query):
            pair = min(first, second), max(first, second)
            # A pair with one return of the period appears once, with both twice.
            counts[pair] = max(counts.get(pair, 0), count)
        ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(Disagreement(*pair, count) for pair, count in ordered[:_MOST_CORRECTIONS])

    def _corrections(self, start: datetime, end: datetime, *, has_units: bool) -> tuple[Correction, ...]:
        suggested = StoredSuggestion.unit_id if has_units else StoredSuggestion.category_id
        decided = StoredDecision.unit_id if has_units else StoredDecision.category_id
        query = (
            self._decisions(select(suggested, decided, func.count()), start, end)
            .join(StoredSuggestion, StoredSuggestion.id == StoredDecision.suggestion_id)
            .where(was_made(), StoredDecision.verdict == Verdict.CHANGED, suggested != decided)
            .group_by(suggested, decided)
            .order_by(func.count().desc(), suggested, decided)
            .limit(_MOST_CORRECTIONS)
        )
        return tuple(Correction(*found) for found in self._session.execute(query))

    def _times(self, start: datetime, end: datetime) -> dict[str, float | None]:
        query = (
            self._decisions(
                select(StoredDecision.seconds, StoredDecision.decided_at, StoredComplaint.stored_at), start, end
            )
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            # Decisions of the intake system took no time here.
            .where(StoredDecision.undone_at.is_(None), StoredDecision.officer != INTAKE_SYSTEM)
            .order_by(StoredDecision.decided_at.desc())
            .limit(_MOST_TIMED)
        )
        found = list(self._session.execute(query))
        seconds = [row[0] for row in found if row[0] is not None]
        hours = [(decided - stored).total_seconds() / 3600 for _, decided, stored in found]
        return {
            "median_seconds": median(seconds) if seconds else None,
            "median_hours": median(hours) if hours else None,
        }

    def _weeks(self, start: datetime, end: datetime, zone_shift: timedelta) -> tuple[Week, ...]:
        received = self._by_week(
            select(StoredComplaint.received_at).where(
                StoredComplaint.office == self._office,
                StoredComplaint.received_at >= start,
                StoredComplaint.received_at < end,
            ),
            zone_shift,
        )
        decided = self._by_week(
            self._decisions(select(StoredDecision.decided_at), start, end).where(was_made()),
            zone_shift,
        )
        weeks, monday = [], _monday(start + zone_shift)
        while datetime.combine(monday, time()) < end + zone_shift:
            weeks.append(Week(monday, received[monday], decided[monday]))
            monday += timedelta(days=7)
        return tuple(weeks)

    def _by_week(self, query: Any, zone_shift: timedelta) -> Counter[date]:  # noqa: ANN401 - a query of one column
        return Counter(_monday(moment + zone_shift) for moment in self._session.scalars(query))

    def _loads(self, today: date) -> tuple[UnitLoad, ...]:
        waiting = self._session.execute(
            select(
                StoredComplaint.unit_id,
                func.count(),
                func.sum(case((StoredComplaint.forward_by < today, 1), else_=0)),
            )
            .where(StoredComplaint.office == self._office, StoredComplaint.waiting)
            .group_by(StoredComplaint.unit_id)
        )
        forwarded = self._session.execute(
            select(
                StoredDecision.unit_id,
                func.count(),
                func.sum(case((StoredComplaint.settle_by < today, 1), else_=0)),
            )
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            .where(
                StoredDecision.office == self._office,
                StoredDecision.undone_at.is_(None),
                StoredDecision.unit_id != "",
                StoredComplaint.settled_at.is_(None),
            )
            .group_by(StoredDecision.unit_id)
        )
        by_unit: dict[str, list[int]] = {}
        for unit, count, late in waiting:
            by_unit.setdefault(unit, [0, 0, 0, 0])[:2] = [count, late]
        for unit, count, late in forwarded:
            by_unit.setdefault(unit, [0, 0, 0, 0])[2:] = [count, late]
        loads = [UnitLoad(unit, *numbers) for unit, numbers in by_unit.items()]
        return tuple(
            sorted(
                loads,
                key=lambda load: (-load.waiting_late - load.forwarded_late, -load.waiting - load.forwarded, load.unit),
            )
        )

    def _decisions(self, query: Any, start: datetime, end: datetime) -> Any:  # noqa: ANN401 - any select
        return query.select_from(StoredDecision).where(
            StoredDecision.office == self._office, StoredDecision.decided_at >= start, StoredDecision.decided_at < end
        )


def _monday(moment: datetime) -> date:
    return moment.date() - timedelta(days=moment.weekday())


def _blank(fields: dict[str, Any], *, has_title: bool) -> frozenset[str]:
    """The blank fields, among the fields of `observation_of` in model/drift/baseline.py."""
    location = fields.get("location", {})
    values = {"channel": fields.get("channel", ""), **location, "title": "x" if has_title else ""}
    return frozenset(name for name, value in values.items() if not value.strip())
