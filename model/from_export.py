"""Convert a row of an export to a complaint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.dates import parse_date
from data.messages import Sentence
from model.complaint import HIDDEN_TEXT, LONGEST_TEXT, Complaint, Location
from model.privacy.mask import mask
from model.returned_status import means_returned

if TYPE_CHECKING:
    from data.exports.open import ExportRow

_LONGEST_DATE = 60
_HIDDEN = "…"


def complaint_of(row: ExportRow) -> Complaint:
    """The complaint in a row of an export."""
    fields = row.fields
    return Complaint(
        text=fields.get("text", ""),
        reference_id=fields.get("id", ""),
        received_at=parse_date(fields.get("received_at", "")),
        title=fields.get("title", ""),
        channel=fields.get("channel", ""),
        location=Location(*(fields.get(name, "") for name in ("province", "regency", "district", "village"))),
        type=fields.get("type", ""),
        reporter_category=fields.get("reporter_category", ""),
        requested_unit=fields.get("requested_unit", ""),
        anonymous=fields.get("anonymous", "") == "true",
        confidential=fields.get("confidential", "") == "true",
    )


def unread_date(row: ExportRow) -> str:
    """The date of receipt as written where it can't be read, masked and shortened; blank otherwise."""
    written = row.fields.get("received_at", "")
    if not written or parse_date(written) is not None:
        return ""
    # A wrong column may hold anything.
    return _HIDDEN if row.fields.get("confidential", "") == "true" else mask(written).text[:_LONGEST_DATE]


def problem_of(row: ExportRow) -> Sentence | None:
    """The reason why a row can't be answered, or None."""
    text = row.fields.get("text", "")
    if row.problem:
        return row.problem
    if not text.strip():
        return Sentence("exports.text-missing")
    if is_hidden(row):
        return Sentence("exports.text-hidden")
    return Sentence("exports.text-too-long", most=LONGEST_TEXT) if len(text) > LONGEST_TEXT else None


def is_hidden(row: ExportRow) -> bool:
    """Whether an export of Pilah hid the text, since the complaint is confidential."""
    return row.fields.get("confidential", "") == "true" and row.fields.get("text", "") == HIDDEN_TEXT


def was_returned(row: ExportRow) -> bool:
    """Whether the status says that the unit wasn't responsible."""
    return means_returned(row.fields.get("status", ""))
