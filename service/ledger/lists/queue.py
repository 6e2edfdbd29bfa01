"""Lists of complaints: the queue, and the cases of a period."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, case, exists, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from service.ledger.lists.search import found_by
from service.ledger.tables import HASTY_BELOW_SECONDS, StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from datetime import date, datetime

    from sqlalchemy import ColumnElement, RowMapping
    from sqlalchemy.orm import Session

ROWS_OF_PAGE = 50
WITHOUT_UNIT = "-"
_EXCERPT_CHARACTERS = 240
_MOST_OWN_DECISIONS = 500


@dataclass(frozen=True, slots=True)
class Filters:
    """Filters of the queue; blank filters select everything. `WITHOUT_UNIT` selects suggestions without a unit."""

    unit: str = ""
    status: str = ""
    search: str = ""
    group: str = ""
    late_on: date | None = None


@dataclass(frozen=True, slots=True)
class CaseFilters:
    """Filters of the cases, decided or not, of a period; `start` inclusive, `end` exclusive, both UTC.

    `unit` is the newest suggestion's unit, `suggested` the suggested unit at the time of the decision. `by` "decided"
    lists the decisions on the dashboard. `unsettled`: forwarded and not known to be settled, in any
    period; `overdue_on` selects the cases due before that day; `hasty` the decisions made in less time than reading needs.
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
    hasty: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """The number of waiting complaints: all, overdue, by status and by unit of the suggestion, largest first."""

    total: int
    late: int
    statuses: dict[str, int]
    units: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A line of a list."""

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
    was_returned: bool
    decided_unit_id: str = ""
    decided_category_id: str = ""
    verdict: str = ""
    hasty: bool = False


class Queue:
    """The lists of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def page(self, filters: Filters, number: int) -> tuple[list[Row], int]:
        """A page of the queue, nearest deadline first, and the number of lines; a group has one line."""
        where = self._where(filters)
        count = self._session.scalar(select(func.count()).select_from(StoredComplaint).where(*where)) or 0
        query = (
            select(*_columns(), self._group_size().label("group_size"))
            .where(*where)
            .order_by(*_order())
            .limit(ROWS_OF_PAGE)
            .offset((number - 1) * ROWS_OF_PAGE)
        )
        return [_row(columns) for columns in self._session.execute(query).mappings()], count

    def complaints(self, filters: Filters) -> int:
        """The number of complaints behind the lines of a list: a line stands for a group."""
        query = select(func.count()).where(*self._where(filters, grouped=False))
        return self._session.scalar(query) or 0

    def neighbour(self, complaint: StoredComplaint, filters: Filters, *, forward: bool) -> str | None:
        """The id of the next or previous complaint of a list; None at the end."""
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
        """The ids of the waiting near-duplicates of a complaint."""
        query = select(StoredComplaint.id).where(
            StoredComplaint.office == self._office,
            StoredComplaint.group_id == complaint.group_id,
            StoredComplaint.waiting,
            StoredComplaint.id != complaint.id,
        )
        return list(self._session.scalars(query))

    def load(self, today: date) -> Load:
        """Count the waiting complaints, in a query answered by an index alone."""
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
        """A page of the cases, newest first, and their number."""
        decision = StoredDecision
        chosen = and_(decision.complaint_id == StoredComplaint.id, _chosen(filters))
        where = self._cases_where(filters)
        base = select(func.count()).select_from(StoredComplaint).outerjoin(decision, chosen).where(*where)
        count = self._session.scalar(base) or 0
        query = (
            base.with_only_columns(
                *_columns(),
                literal(1).label("group_size"),
                func.coalesce(decision.unit_id, "").label("decided_unit_id"),
                func.coalesce(decision.category_id, "").label("decided_category_id"),
                func.coalesce(decision.verdict, "").label("verdict"),
                case((was_hasty(), 1), else_=0).label("hasty"),
            )
            .order_by(StoredComplaint.received_at.desc(), StoredComplaint.id.desc())
            .limit(ROWS_OF_PAGE)
            .offset((number - 1) * ROWS_OF_PAGE)
        )
        return [_row(columns) for columns in self._session.execute(query).mappings()], count

    def decided_by(self, officer: str, since: datetime) -> list[tuple[StoredDecision, StoredComplaint]]:
        """An officer's decisions since a time, newest first, with their complaints; undone decisions too."""
        query = (
            select(StoredDecision, StoredComplaint)
            .join(StoredComplaint, StoredComplaint.id == StoredDecision.complaint_id)
            .where(
                StoredDecision.office == self._office,
                StoredDecision.decided_at >= since,
                StoredDecision.officer == officer,
            )
            .order_by(StoredDecision.decided_at.desc(), StoredDecision.id.desc())
            .limit(_MOST_OWN_DECISIONS)
        )
        return [(decision, complaint) for decision, complaint in self._session.execute(query)]

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
        if filters.hasty:
            where.append(was_hasty())
        if filters.search:
            where.append(found_by(filters.search, dialect=self._session.get_bind().dialect.name))
        return where

    def _where(self, filters: Filters, *, grouped: bool = True) -> list[ColumnElement[bool]]:
        where: list[ColumnElement[bool]] = [StoredComplaint.office == self._office, and_(StoredComplaint.waiting)]
        where += self._matches(StoredComplaint, filters)
        if filters.group:
            where.append(StoredComplaint.group_id == filters.group)
        elif grouped:
            where.append(~self._group_is_represented_by_another(filters))
        return where

    def _group_is_represented_by_another(self, filters: Filters) -> ColumnElement[bool]:
        """Whether a different complaint of the list represents the group: the first, else the nearest deadline."""
        other = aliased(StoredComplaint)
        represented = exists().where(
            other.office == self._office,
            other.group_id == StoredComplaint.group_id,
            other.waiting,
            *self._matches(other, filters),
            or_(
                other.id == other.group_id,
                tuple_(other.forward_by, other.settle_by, other.id) < tuple_(*_order()),
            ),
        )
        return and_(StoredComplaint.group_id != StoredComplaint.id, represented)

    def _matches(self, complaint: type[StoredComplaint], filters: Filters) -> list[ColumnElement[bool]]:
        """The conditions of a list, for a complaint or for another one of its group."""
        conditions = []
        if filters.unit:
            conditions.append(complaint.unit_id == filters.unit.removeprefix(WITHOUT_UNIT))
        if filters.status:
            conditions.append(complaint.unit_status == filters.status)
        if filters.late_on:
            conditions.append(complaint.forward_by < filters.late_on)
        if filters.search:
            dialect = self._session.get_bind().dialect.name
            conditions.append(found_by(filters.search, dialect=dialect, complaint=complaint))
        return conditions

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
        func.substr(StoredComplaint.text, 1, _EXCERPT_CHARACTERS).label("excerpt"),
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
        StoredComplaint.was_returned,
    ]


def _chosen(filters: CaseFilters) -> ColumnElement[bool]:
    """The condition for the decisions of a list, the same as in statistics.py."""
    if filters.returned:
        return StoredDecision.returned_at.is_not(None)
    return was_made() if filters.by == "decided" else StoredDecision.undone_at.is_(None)


def was_made() -> ColumnElement[bool]:
    """The condition for decisions made and not undone, including returned decisions."""
    return or_(StoredDecision.undone_at.is_(None), StoredDecision.returned_at.is_not(None))


def was_hasty() -> ColumnElement[bool]:
    """The condition for decisions made in less time than reading needs."""
    return StoredDecision.seconds < HASTY_BELOW_SECONDS


def _suggested_when_decided(unit_id: str) -> ColumnElement[bool]:
    return exists().where(
        StoredSuggestion.id == StoredDecision.suggestion_id,
        StoredSuggestion.unit_id == unit_id.removeprefix(WITHOUT_UNIT),
    )


def _order() -> list[Any]:
    return [StoredComplaint.forward_by, StoredComplaint.settle_by, StoredComplaint.id]


def _row(columns: RowMapping) -> Row:
    values = dict(columns)
    fields = values.pop("fields")
    values["type"] = fields.get("type", "")
    values["title"] = values["title"] or fields.get("intake_title", "")
    # A confidential text is shown on the complaint's page only.
    values["excerpt"] = "" if values["confidential"] else " ".join(values["excerpt"].split())
    values["hasty"] = bool(values.get("hasty"))
    return Row(**values)
