"""Rows of an uploaded export: read as complaints, suggested, and entered or reconciled with the ledger."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from data.exports.headers import admin_title
from data.messages import Language, Sentence
from model.closed_status import means_closed
from model.complaint import HIDDEN_TEXT, without_personal_data
from model.from_export import complaint_of, is_hidden, problem_of, unread_date, was_returned
from model.office.register import slug
from model.office.several_units import units_in
from model.privacy.mask import mask
from model.returned_status import may_mean_returned
from service.contract.field_types import clean
from service.contract.suggestion_schemas import SuggestionOut
from service.jobs.intake import Intake, Source
from service.jobs.own_exports import is_known_decision, is_older_revision, is_own, is_same_text, own_reference
from service.ledger.complaints import Complaints
from service.ledger.database import as_utc, now
from service.ledger.decisions import INTAKE_SYSTEM, Decision, Decisions, as_known_type
from service.ledger.lists.search import index_complaint
from service.ledger.names import keep_outside_name
from service.observability.process_metrics import count_suggestion

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy.orm import Session

    from data.exports.rows import ExportRow
    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion
    from service.ledger.tables import StoredComplaint

_MOST_PROBLEMS_LISTED = 1_000
_MOST_UNKNOWN_UNITS = 50
_MOST_UNCLEAR_STATUSES = 50
_LONGEST_STATUS = 100
_LONGEST_TITLE = 2_000
_MONTHS = 12
# Sheet and row number.
_Place = tuple[str, int]


@dataclass
class Summary:
    """The numbers of rows by result.

    `decided`: waited here, decided in the intake system; `recorded`: decided before arrival; `agreed` and `differed`:
    decided here too, with the same or a different unit; `told_apart`: new under the number of another complaint.
    `problems` are places with reasons; `unread_dates` of them have a date that can't be read, and `undated` complaints,
    which have none, count as received at the upload. `unclear_statuses` counts the decisions by a status that resembles a
    return without being one. `sheets` counts the rows of each sheet of a workbook, and
    `unread_sheets` hold no complaints. `date_order` is the order of day and month that the officer named, and `redated` counts
    the complaints of earlier uploads whose day it corrected.
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
    told_apart: int = 0
    unread: int = 0
    unread_dates: int = 0
    undated: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)
    unknown_units: list[str] = field(default_factory=list)
    sheets: dict[str, int] = field(default_factory=dict)
    unread_sheets: list[str] = field(default_factory=list)
    date_notices: list[str] = field(default_factory=list)
    text_candidates: list[str] = field(default_factory=list)
    adjustments: list[str] = field(default_factory=list)
    several_units: int = 0
    unclear_statuses: dict[str, int] = field(default_factory=dict)
    date_order: str = ""
    redated: int = 0

    def add_problem(self, place: str, reason: str) -> None:
        self.unread += 1
        if len(self.problems) < _MOST_PROBLEMS_LISTED:
            self.problems.append((place, reason))

    def add_unknown_unit(self, name: str) -> None:
        if name not in self.unknown_units and len(self.unknown_units) < _MOST_UNKNOWN_UNITS:
            self.unknown_units.append(name)

    def add_unclear_status(self, status: str) -> None:
        if status in self.unclear_statuses or len(self.unclear_statuses) < _MOST_UNCLEAR_STATUSES:
            self.unclear_statuses[status] = self.unclear_statuses.get(status, 0) + 1

    def count_sheets(self, rows: list[ExportRow], unread_sheets: list[str]) -> None:
        for row in rows:
            if row.sheet:
                self.sheets[row.sheet] = self.sheets.get(row.sheet, 0) + 1
        self.unread_sheets = unread_sheets


class RowBatch:
    """A batch of rows as complaints, with suggestions for new and changed complaints."""

    def __init__(
        self,
        rows: list[ExportRow],
        router: Router,
        intake: Intake,
        complaints: Complaints,
        *,
        date_is_named: bool = False,
    ) -> None:
        self._router = router
        self._turns_dates = date_is_named
        self._intake = intake
        self._settings = intake.settings
        self.problems: list[tuple[str, str]] = []
        self.unread_dates = 0
        self.several_units = 0
        self.complaints: list[tuple[ExportRow, Complaint]] = []
        self._without_suggestion: dict[_Place, Complaint] = {}
        for row in map(self._with_first_unit, rows):
            complaint = self._complaint(row)
            complaint = self._under_turned_date(complaints, row, complaint)
            _, stored = _standing_of(complaints, row, complaint)
            date_problem = None if stored else _date_problem(row)
            problem = problem_of(row) or date_problem
            # A hidden text says nothing, but the row of a known complaint may have a new decision.
            if problem and not (stored and is_hidden(row)):
                self.problems.append((row.place().told_in(Language.INDONESIAN), problem.told_in(Language.INDONESIAN)))
                self.unread_dates += problem is date_problem
                continue
            self.complaints.append((row, complaint))
            if stored is None or _is_revision(row, complaint, stored, self._router):
                self._without_suggestion[row.sheet, row.number] = complaint

    def suggestions(self) -> dict[_Place, Suggestion]:
        """The suggestions for new and changed complaints, by row: a reference may occur twice in a file."""
        if not self._without_suggestion:
            return {}
        known = self._intake.with_returns(list(self._without_suggestion.values()), "")
        made = self._router.suggest_many(known, today=self._settings.today())
        return dict(zip(self._without_suggestion, made, strict=True))

    def _with_first_unit(self, row: ExportRow) -> ExportRow:
        """The row with one unit: of several in a cell the first, and the others as copies."""
        unit, copies = row.fields.get("unit", ""), row.fields.get("copies", "")
        units = units_in(unit, lambda name: self._router.units.find(name) is not None)
        if len(units) <= 1:
            return row
        self.several_units += 1
        copied = "; ".join(name for name in (copies, *units[1:]) if name)
        return replace(row, fields={**row.fields, "unit": units[0], "copies": copied})

    def _complaint(self, row: ExportRow) -> Complaint:
        complaint = complaint_of(row)
        received = complaint.received_at
        if received is not None and received.tzinfo is None:
            received = received.replace(tzinfo=self._settings.zone)
        return replace(
            complaint,
            text=clean(complaint.text),
            title=clean(complaint.title)[:_LONGEST_TITLE],
            type=as_known_type(clean(complaint.type))[:500],
            reference_id=self._reference(row, complaint)[:500],
            received_at=received,
        )

    def _under_turned_date(self, complaints: Complaints, row: ExportRow, complaint: Complaint) -> Complaint:
        """The complaint under the number that Pilah made up when it read the date in the other order."""
        written = complaint_of(row)
        turned = _turned(written.received_at) if self._turns_dates else None
        if turned is None or complaint.reference_id != _made_up_reference(written):
            return complaint
        reference = _made_up_reference(replace(written, received_at=turned))
        stored = complaints.newest(reference)
        known = stored is not None and is_same_text(row, complaint, stored)
        return replace(complaint, reference_id=reference) if known else complaint

    def _reference(self, row: ExportRow, complaint: Complaint) -> str:
        return own_reference(row) or clean(complaint.reference_id).strip() or _made_up_reference(complaint)


class RowWriter:
    """Enters a batch of rows into the ledger, within one transaction, and counts them in a summary."""

    def __init__(self, session: Session, router: Router, intake: Intake, summary: Summary) -> None:
        self._session = session
        self._complaints = Complaints(session, intake.settings.office)
        self._decisions = Decisions(session, intake.settings.office)
        self._router = router
        self._intake = intake
        self._summary = summary

    def enter(self, batch: RowBatch, suggestions: dict[_Place, Suggestion]) -> None:
        """Enter new complaints and revisions, and reconcile known complaints with the export."""
        self._summary.several_units += batch.several_units
        for place, problem in batch.problems:
            self._summary.add_problem(place, problem)
        self._summary.unread_dates += batch.unread_dates
        for row, complaint in batch.complaints:
            reference, stored = _standing_of(self._complaints, row, complaint)
            suggestion = suggestions.get((row.sheet, row.number))
            if stored is not None and self._summary.date_order:
                self._correct_day(stored, complaint)
            # An earlier row of the file may have entered the same text.
            if suggestion is not None and (stored is None or _is_revision(row, complaint, stored, self._router)):
                self._summary.undated += stored is None and complaint.received_at is None
                self._summary.told_apart += stored is None and reference != complaint.reference_id
                entered = self._enter_complaint(row, complaint, suggestion, reference)
                self._enter_status(row, entered, is_new=stored is None, revised=stored is not None)
            elif stored is not None and not is_older_revision(row, stored):
                self._enter_status(row, stored, is_new=False, revised=False)
            else:
                self._summary.unchanged += 1

    def _correct_day(self, stored: StoredComplaint, complaint: Complaint) -> None:
        """Correct the day of a complaint whose date an earlier upload read in the other order."""
        before, turned = stored.received_at, _turned(complaint.received_at)
        if complaint.received_at is None or turned is None or before == as_utc(complaint.received_at):
            return
        if stored.source == "upload" and before == as_utc(turned):
            self._intake.set_received(stored, complaint.received_at)
            for decision in stored.decisions:
                if decision.decided_at == before:
                    decision.decided_at = stored.received_at
            self._summary.redated += 1

    def _enter_complaint(
        self, row: ExportRow, complaint: Complaint, suggestion: Suggestion, reference: str
    ) -> StoredComplaint:
        complaint, suggestion = replace(complaint, reference_id=reference), replace(suggestion, reference_id=reference)
        title = _intake_title(row)
        extra = {"intake_title": title} if title else {}
        source = Source("upload", row.fields.get("status", "")[:500], extra)
        answer = SuggestionOut.of(suggestion, self._intake.settings.zone)
        count_suggestion(answer.status)
        return self._intake.enter(self._complaints, complaint, suggestion, answer, source)

    def _enter_status(self, row: ExportRow, stored: StoredComplaint, *, is_new: bool, revised: bool) -> None:
        if is_known_decision(row, stored, self._router):
            self._summary.unchanged += 1
            return
        title = _intake_title(row)
        if title and not is_own(row) and title != stored.fields.get("intake_title"):
            stored.fields = {**stored.fields, "intake_title": title}
            index_complaint(self._session, stored)
        status = row.fields.get("status", "")
        stored.intake_status = status[:500] or stored.intake_status
        closed = means_closed(status)
        if closed and stored.settled_at is None:
            stored.settled_at = now()
        if _is_decided(row, self._router):
            self._enter_decision(row, stored, is_new=is_new)
        elif is_new and closed:
            stored.waiting = False
            self._summary.closed += 1
        elif is_new:
            self._summary.new += 1
        elif revised:
            self._summary.revised += 1
        else:
            self._summary.unchanged += 1

    def _enter_decision(self, row: ExportRow, stored: StoredComplaint, *, is_new: bool) -> None:
        decision = self._decision(row)
        returned = was_returned(row)
        if may_mean_returned(row.fields.get("status", "")):
            self._summary.add_unclear_status(mask(clean(row.fields["status"])).text[:_LONGEST_STATUS])
        if is_new:
            entry = self._decisions.decide(stored, decision, before_pilah=stored.received_at)
            if returned:
                entry.returned_at = entry.undone_at = as_utc(stored.received_at)
                entry.return_reason = _return_reason(row)
            self._summary.recorded += 1
        elif returned:
            self._enter_return(row, stored)
        else:
            result = self._decisions.reconcile(stored, decision)
            setattr(self._summary, result, getattr(self._summary, result) + 1)

    def _enter_return(self, row: ExportRow, stored: StoredComplaint) -> None:
        standing = self._decisions.standing(stored)
        # The return concerns the unit in the row, not a unit that was chosen since.
        if standing is None or standing.unit_id != self._unit_of(row):
            self._summary.unchanged += 1
            return
        self._decisions.record_return(stored, _return_reason(row), INTAKE_SYSTEM, decision_id=standing.id)
        self._summary.returned += 1

    def _decision(self, row: ExportRow) -> Decision:
        """The decision of the intake system; units, categories, types and outcomes may be unknown here."""
        fields = row.fields
        copies = (self._router.units.find(name) for name in fields.get("copies", "").split(";"))
        unit_id = self._unit_of(row)
        return Decision(
            unit_id=unit_id,
            copies=tuple(unit.id for unit in copies if unit and unit.id != unit_id),
            category_id=self._category_id(fields),
            without_units=not self._router.has_units,
            type=as_known_type(clean(fields.get("type", "")))[:500],
            outcome=fields.get("outcome", "")[:500],
            officer=INTAKE_SYSTEM,
        )

    def _unit_of(self, row: ExportRow) -> str:
        """The id of a row's unit; blank where the row names none, in an office without units."""
        name = row.fields.get("unit", "")
        if not name:
            return ""
        unit = self._router.units.find(name)
        if unit is not None:
            return unit.id
        self._summary.add_unknown_unit(name[:200])
        return self._made_id("unit", name)

    def _category_id(self, fields: Mapping[str, str]) -> str:
        name = fields.get("category", "")
        if not name:
            return ""
        category = self._router.categories.find_row(name, fields.get("category_id", ""))
        return category.id if category else self._made_id("category", name)

    def _made_id(self, kind: Literal["unit", "category"], name: str) -> str:
        """An id made from a name that the office doesn't know; the name is kept."""
        made_id = (slug(name) or kind)[:500]
        if made_id != name:
            masked = mask(clean(name)).text[:500]
            keep_outside_name(self._session, self._intake.settings.office, kind, made_id, masked)
        return made_id


def _intake_title(row: ExportRow) -> str:
    """The title that the intake system's admin wrote, masked: shown, but never read by the model."""
    title = "" if row.fields.get("title", "") else admin_title(row.values)
    return "" if title == HIDDEN_TEXT else mask(clean(title)).text[:_LONGEST_TITLE]


def _return_reason(row: ExportRow) -> str:
    """The status of a returned row, with the reason that the export gives."""
    parts = (row.fields.get("status", ""), row.fields.get("reason", ""))
    return ": ".join(mask(clean(part)).text for part in parts if part.strip())[:2_000]


def _date_problem(row: ExportRow) -> Sentence | None:
    """A written date that can't be read: the complaint didn't arrive today."""
    written = unread_date(row)
    return Sentence("exports.date-unreadable", cell=clean(written)) if written else None


def _standing_of(complaints: Complaints, row: ExportRow, complaint: Complaint) -> tuple[str, StoredComplaint | None]:
    """The reference under which a row's complaint stands or can be entered, and its newest revision."""
    reference = complaint.reference_id
    newest = complaints.newest(reference)
    # A row that Pilah wrote has the reference with its second key.
    if newest is None or is_own(row) or is_same_text(row, complaint, newest):
        return reference, newest
    return complaints.standing_of(without_personal_data(complaint).complaint, row.sheet)


def _turned(moment: datetime | None) -> datetime | None:
    """The moment with day and month exchanged; None where that is no other day."""
    if moment is None or moment.day > _MONTHS or moment.day == moment.month:
        return None
    return moment.replace(month=moment.day, day=moment.month)


def _is_decided(row: ExportRow, router: Router) -> bool:
    """Whether a row has a decision: a unit, or in an office without units a category."""
    return bool(row.fields.get("unit", "") or (not router.has_units and row.fields.get("category", "")))


def _is_revision(row: ExportRow, complaint: Complaint, stored: StoredComplaint, router: Router) -> bool:
    """Whether the text changed before anybody decided."""
    if _is_decided(row, router) or not stored.waiting or is_older_revision(row, stored):
        return False
    return not is_same_text(row, complaint, stored)


def _made_up_reference(complaint: Complaint) -> str:
    """A made-up reference, equal for equal rows."""
    received = complaint.received_at.isoformat() if complaint.received_at else ""
    digest = hashlib.sha256(f"{received}\n{complaint.text}".encode("utf-8", "surrogatepass")).hexdigest()
    return f"tanpa-nomor-{digest[:16]}"
