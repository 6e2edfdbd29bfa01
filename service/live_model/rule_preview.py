"""What a rule would have changed on the complaints that the ledger holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from model.complaint import Complaint, Location
from model.office.rules import Rules
from model.suggestion import CategoryCandidate
from service.ledger.tables import StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from model.office.rules import Rule
    from model.router import Router

# The newest so many are looked at: enough to judge a rule by, and a page that does not keep its reader waiting.
MOST_LOOKED_AT = 2_000
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A complaint that the rule speaks of; never a confidential one."""

    id: str
    reference_id: str
    decided: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What the rule would have done on the newest complaints, `looked_at` of them.

    It `fits` so many; it `changes` those whose first unit it takes away; in those that the unit got and `kept` it is wrong.
    """

    looked_at: int
    fits: int
    changes: int
    kept: int
    examples: tuple[Example, ...]


def preview(session: Session, office: str, rule: Rule, router: Router, today: date) -> Preview:
    """The rule tried on the newest complaints; of one that was revised, on its newest text."""
    labels = {label.id: label.name for label in router.category_labels}
    names = {unit.id: unit.name for unit in router.units}
    alone = Rules((rule,), router.units)
    seen: set[str] = set()
    fits = changes = kept = 0
    examples: list[Example] = []
    for complaint, decided in session.execute(_newest(office)):
        if complaint.reference_id in seen:
            continue
        seen.add(complaint.reference_id)
        category = complaint.category_id
        said = CategoryCandidate(category, labels.get(category, category), 1.0) if category else None
        if not alone.matching(_complaint(complaint), said, today):
            continue
        fits += 1
        if rule.unit_id not in {complaint.unit_id, decided}:
            continue
        changes += complaint.unit_id == rule.unit_id
        kept += decided == rule.unit_id
        if not complaint.confidential and len(examples) < _EXAMPLES:
            examples.append(Example(complaint.id, complaint.reference_id, names.get(decided, decided or "")))
    return Preview(len(seen), fits, changes, kept, tuple(examples))


def _newest(office: str) -> Select[StoredComplaint, str]:
    return (
        select(StoredComplaint, StoredDecision.unit_id)
        .outerjoin(
            StoredDecision,
            and_(StoredDecision.complaint_id == StoredComplaint.id, StoredDecision.undone_at.is_(None)),
        )
        .where(StoredComplaint.office == office)
        .order_by(StoredComplaint.received_at.desc(), StoredComplaint.revision.desc(), StoredComplaint.id)
        .limit(MOST_LOOKED_AT)
    )


def _complaint(stored: StoredComplaint) -> Complaint:
    places = stored.fields.get("location", {})
    return Complaint(
        stored.text,
        title=stored.title,
        location=Location(*(places.get(name, "") for name in ("province", "regency", "district", "village"))),
        requested_unit=stored.fields.get("requested_unit", ""),
    )
