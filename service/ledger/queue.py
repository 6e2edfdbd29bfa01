"""What waits, what was decided, and where an officer goes next: the ledger as lists."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement
    from sqlalchemy.orm import Session

ROWS_OF_PAGE = 50
WITHOUT_UNIT = "-"
_EXCERPT_CHARACTERS = 240


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the waiting complaints are meant; an empty one doesn't narrow. `WITHOUT_UNIT` stands for no unit at all."""

    unit: str = ""
    status: str = ""
    search: str = ""
    group: str = ""
    late_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """Which complaints of a period are meant, decided or not; `start` inclusive, `end` exclusive, both UTC.

    `unit` is the newest suggestion's, `suggested` the one that stood first when it was decided.
    `by` "decided" lists the decisions of the period that the dashboard counts, one line each. `unsettled`: forwarded and
    not known to be settled, whenever that was; `overdue_on` narrows it to those that should have been by that day.
    """

    start: datetime
    end: datetime
    verdict: str = ""
    unit: str = ""
    suggested: str = ""
    decided: str = ""
    returned: bool = False
    by: str = "received"
    search: str = ""
    unsettled: bool = False
    overdue_on: date | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """How much waits: in all, late, by the status of the suggestion, and by its unit, the most frequent first."""

    total: int
    late: int
    statuses: dict[str, int]
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list."""

    id: str
    reference_id: str
    title: str
    excerpt: str
    received_at: datetime
    forward_by: date
    confidential: bool
    waiting: bool
    type: str
    unit_id: str
    category_id: str
    unit_status: str
    confidence: float
    group_id: str
    group_size: int
    decided_unit_id: str = ""
    verdict: str = ""


class Queue:
    """The lists of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def page(self, filters: Filters, number: int) -> tuple[list[Row], int]:
        """A page of what waits, the nearest deadline first, and how many there are; one line for each group."""
        where = self._where(filters)
        count = self._session.scalar(select(func.count()).select_from(StoredComplaint).where(*where)) or 0
        query = (
            select(*_columns(), self._group_size())
            .where(*where)
            .order_by(*_order())
            .limit(ROWS_OF_PAGE)
            .offset((number - 1) * ROWS_OF_PAGE)
        )
        return [_row(found) for found in self._session.execute(query)], count

    def neighbour(self, complaint: StoredComplaint, filters: Filters, *, forward: bool) -> str | None:
        """The id of the complaint after or before this one in the same list; None at its end."""
        key = tuple_(*_order())
        here = tuple_(complaint.forward_by, complaint.settle_by, complaint.id)
        order = _order() if forward else [column.desc() for column in _order()]
        query = (
            select(StoredComplaint.id)
            .where(*self._where(filters), key > here if forward else key < here)
            .order_by(*order)
            .limit(1)
        )
        found: str | None = self._session.scalar(query)
        return found

    def first(self, filters: Filters) -> str | None:
        """The id of the first complaint of a list."""
        query = select(StoredComplaint.id).where(*self._where(filters)).order_by(*_order())
        found: str | None = self._session.scalar(query.limit(1))
        return found

    def waiting_similar(self, complaint: StoredComplaint) -> list[str]:
        """The ids of the other waiting complaints of its group."""
        query = select(StoredComplaint.id).where(
            StoredComplaint.office == self._office,
            StoredComplaint.group_id == complaint.group_id,
            StoredComplaint.waiting,
            StoredComplaint.id != complaint.id,
        )
        return list(self._session.scalars(query))

    def load(self, today: date) -> Load:
        """What waits, counted once over an index that holds all it needs."""
        query = (
            select(
                StoredComplaint.unit_status,
                StoredComplaint.unit_id,
                func.count(),
                func.sum(case((StoredComplaint.forward_by < today, 1), else_=0)),
            )
            .where(StoredComplaint.office == self._office, StoredComplaint.waiting)
            .group_by(StoredComplaint.unit_id, StoredComplaint.unit_status)
        )
        found = self._session.execute(query).all()
        statuses: Counter[str] = Counter()
        units: Counter[str] = Counter()
        for status, unit_id, count, _ in found:
            statuses[status] += count
            if unit_id:
                units[unit_id] += count
        return Load(
            total=statuses.total(),
            late=sum(late for *_, late in found),
            statuses=dict(statuses),
            units=tuple(sorted(units.items(), key=lambda item: (-item[1], item[0]))),
        )

    def cases(self, filters: CaseFilters, number: int) -> tuple[list[Row], int]:
        """A page of a period's complaints, the newest first, and how many there are."""
        decision = StoredDecision
        chosen = and_(decision.complaint_id == StoredComplaint.id, _chosen(filters))
        where = self._cases_where(filters)
        base = select(func.count()).select_from(StoredComplaint).outerjoin(decision, chosen).where(*where)
        count = self._session.scalar(base) or 0
        query = (
            base.with_only_columns(*_columns(), _one(), decision.unit_id, decision.verdict)
            .order_by(StoredComplaint.received_at.desc(), StoredComplaint.id.desc())
            .limit(ROWS_OF_PAGE)
            .offset((number - 1) * ROWS_OF_PAGE)
        )
        return [_row(found) for found in self._session.execute(query)], count

    def _cases_where(self, filters: CaseFilters) -> list[ColumnElement[bool]]:
        where: list[ColumnElement[bool]] = [StoredComplaint.office == self._office]
        if filters.unsettled:
            where += [StoredDecision.unit_id != "", StoredComplaint.settled_at.is_(None)]
        else:
            moment: Any = StoredDecision.decided_at if filters.by == "decided" else StoredComplaint.received_at
            where += [moment >= filters.start, moment < filters.end]
        if filters.overdue_on:
            where.append(StoredComplaint.settle_by < filters.overdue_on)
        if filters.verdict:
            where.append(StoredDecision.verdict == filters.verdict)
        if filters.unit:
            where.append(StoredComplaint.unit_id == filters.unit)
        if filters.suggested:
            where.append(_suggested_when_decided(filters.suggested))
        if filters.decided:
            where.append(StoredDecision.unit_id == filters.decided)
        if filters.returned:
            where.append(StoredDecision.returned_at.is_not(None))
        if filters.search:
            where.append(_contains(filters.search))
        return where

    def _where(self, filters: Filters) -> list[ColumnElement[bool]]:
        where: list[ColumnElement[bool]] = [StoredComplaint.office == self._office, and_(StoredComplaint.waiting)]
        if filters.unit:
            where.append(StoredComplaint.unit_id == filters.unit.removeprefix(WITHOUT_UNIT))
        if filters.status:
            where.append(StoredComplaint.unit_status == filters.status)
        if filters.search:
            where.append(_contains(filters.search))
        if filters.late_on:
            where.append(StoredComplaint.forward_by < filters.late_on)
        if filters.group:
            where.append(StoredComplaint.group_id == filters.group)
        else:
            where.append(~self._one_of_its_group_stands_before())
        return where

    def _one_of_its_group_stands_before(self) -> ColumnElement[bool]:
        """Not so for whoever its group is named after; of the others the first, where that one waits no more."""
        other = aliased(StoredComplaint)
        before = exists().where(
            other.office == self._office,
            other.group_id == StoredComplaint.group_id,
            other.waiting,
            or_(
                other.id == other.group_id,
                tuple_(other.forward_by, other.settle_by, other.id) < tuple_(*_order()),
            ),
        )
        return and_(StoredComplaint.group_id != StoredComplaint.id, before)

    def _group_size(self) -> ColumnElement[int]:
        other = aliased(StoredComplaint)
        return (
            select(func.count())
            .where(other.office == self._office, other.group_id == StoredComplaint.group_id, other.waiting)
            .scalar_subquery()
        )


def _columns() -> list[Any]:
    return [
        StoredComplaint.id,
        StoredComplaint.reference_id,
        StoredComplaint.title,
        func.substr(StoredComplaint.text, 1, _EXCERPT_CHARACTERS),
        StoredComplaint.received_at,
        StoredComplaint.forward_by,
        StoredComplaint.confidential,
        StoredComplaint.waiting,
        StoredComplaint.fields,
        StoredComplaint.unit_id,
        StoredComplaint.category_id,
        StoredComplaint.unit_status,
        StoredComplaint.confidence,
        StoredComplaint.group_id,
    ]


def _chosen(filters: CaseFilters) -> ColumnElement[bool]:
    """Which of a complaint's decisions a list is about; in figures.py the same ones are counted."""
    if filters.returned:
        return StoredDecision.returned_at.is_not(None)
    return counts() if filters.by == "decided" else StoredDecision.undone_at.is_(None)


def counts() -> ColumnElement[bool]:
    """A decision counts unless it was taken back: one that a unit returned was made all the same."""
    return or_(StoredDecision.undone_at.is_(None), StoredDecision.returned_at.is_not(None))


def _suggested_when_decided(unit_id: str) -> ColumnElement[bool]:
    return exists().where(
        StoredSuggestion.id == StoredDecision.suggestion_id,
        StoredSuggestion.unit_id == unit_id.removeprefix(WITHOUT_UNIT),
    )


def _one() -> ColumnElement[int]:
    return literal(1)


def _order() -> list[Any]:
    return [StoredComplaint.forward_by, StoredComplaint.settle_by, StoredComplaint.id]


def _contains(words: str) -> ColumnElement[bool]:
    return or_(
        StoredComplaint.reference_id == words,
        and_(
            # What is in no list isn't found by guessing at it either.
            ~StoredComplaint.confidential,
            or_(
                StoredComplaint.title.icontains(words, autoescape=True),
                StoredComplaint.text.icontains(words, autoescape=True),
            ),
        ),
    )


def _row(found: Any) -> Row:  # noqa: ANN401 - a result row of SQLAlchemy's, whose columns are named above
    rest = found[15:] if len(found) > 15 else ("", "")  # noqa: PLR2004 - the columns above and the group's size
    return Row(
        id=found[0],
        reference_id=found[1],
        title=found[2],
        # A confidential text is opened by whoever decides on it, and is in no list.
        excerpt="" if found[6] else " ".join(found[3].split()),
        received_at=found[4],
        forward_by=found[5],
        confidential=found[6],
        waiting=found[7],
        type=found[8].get("type", ""),
        unit_id=found[9] or "",
        category_id=found[10] or "",
        unit_status=found[11] or "unsure",
        confidence=found[12] or 0.0,
        group_id=found[13],
        group_size=found[14],
        decided_unit_id=rest[0] or "",
        verdict=rest[1] or "",
    )
