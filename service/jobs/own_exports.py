"""Rows of Pilah's own exports, uploaded again: an unchanged row says nothing that the ledger doesn't know."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING

from data.exports.cells import cell_text
from data.exports.open import without_cut_note
from model.complaint import without_personal_data
from model.from_export import is_hidden, was_returned
from model.office.register import slug
from service.contract.field_types import clean
from service.ledger.database import as_utc

if TYPE_CHECKING:
    from data.exports.rows import ExportRow
    from model.complaint import Complaint
    from model.office.units import Units
    from model.router import Router
    from service.ledger.tables import StoredComplaint, StoredDecision

_SIGNATURE = frozenset(("suggested_unit", "suggested_category", "suggestion_status"))
_REFERENCES = ("reference_id", "Tracking ID")


def is_own(row: ExportRow) -> bool:
    """Whether Pilah's ledger wrote the row."""
    return row.values.keys() >= _SIGNATURE


def own_reference(row: ExportRow) -> str:
    """The reference as the ledger wrote it, for example "12.0"; blank where Pilah didn't write the row."""
    if not is_own(row):
        return ""
    return next((_cell(row, header) for header in _REFERENCES if header in row.values), "")


def is_older_revision(row: ExportRow, stored: StoredComplaint) -> bool:
    """Whether the row shows a revision that a newer one has replaced."""
    revision = _cell(row, "revision") if is_own(row) else ""
    return revision.isdecimal() and int(revision) < stored.revision


def is_same_text(row: ExportRow, complaint: Complaint, stored: StoredComplaint) -> bool:
    """Whether the row has the stored text: masked already, masked now, or hidden; spaces don't count."""
    if is_hidden(row):
        return True
    words = stored.text.split()
    beginning = without_cut_note(complaint.text) if is_own(row) else None
    if beginning is not None:
        return " ".join(words).startswith(" ".join(beginning.split()))
    return words in (complaint.text.split(), without_personal_data(complaint).complaint.text.split())


def is_known_decision(row: ExportRow, stored: StoredComplaint, router: Router) -> bool:
    """Whether the row's decision was read from the ledger, and not changed in the file."""
    return is_own(row) and any(_is_exported(row, entry, router) for entry in stored.decisions)


def _is_exported(row: ExportRow, entry: StoredDecision, router: Router) -> bool:
    if was_returned(row) and entry.returned_at is None:
        return False
    decided_at = _moment(_cell(row, "decided_at"))
    if decided_at is not None and decided_at != entry.decided_at.replace(microsecond=0):
        return False
    return _has_unit_of(row, entry, router.units) and (router.has_units or _has_category_of(row, entry, router))


def _has_category_of(row: ExportRow, entry: StoredDecision, router: Router) -> bool:
    written = row.fields.get("category", "")
    category = router.categories.find_row(written, row.fields.get("category_id", "")) if written else None
    return entry.category_id == (category.id if category else slug(written))


def _has_unit_of(row: ExportRow, entry: StoredDecision, units: Units) -> bool:
    written = row.fields.get("unit", "")
    unit = units.find(written)
    name = units[entry.unit_id].name if entry.unit_id in units else entry.unit_id
    return written == name or entry.unit_id == (unit.id if unit else slug(written))


def _moment(written: str) -> datetime | None:
    with suppress(ValueError):
        return as_utc(datetime.fromisoformat(written))
    return None


def _cell(row: ExportRow, header: str) -> str:
    return clean(cell_text(row.values.get(header))).strip()
