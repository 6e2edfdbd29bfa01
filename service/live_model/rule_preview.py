"""Preview a rule on the newest complaints of the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import and_, select

from model.office.rules import Rules
from model.suggestion import CategoryCandidate
from service.ledger.complaints import to_complaint
from service.ledger.tables import StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from datetime import date

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

    from model.office.categories import Categories
    from model.office.rules import Rule
    from model.router import Router

# Enough complaints to judge a rule by, and few enough for a fast page.
MOST_COMPLAINTS = 2_000
_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Example:
    """A complaint that the rule applies to; never a confidential one."""

    id: str
    reference_id: str
    decided: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The effect of a rule on the newest complaints, `complaints` in number.

    `matches`: the rule applies; `changes`: it removes the suggested unit; `wrong`: the unit was decided and kept.
    """

    complaints: int
    matches: int
    changes: int
    wrong: int
    examples: tuple[Example, ...]


def preview(session: Session, office: str, rule: Rule, router: Router, today: date) -> Preview:
    """Try a rule on the newest complaints, each in its newest revision."""
    categories = router.categories
    names = {unit.id: unit.name for unit in router.units}
    rules = Rules((rule,), router.units)
    seen: set[str] = set()
    matches = changes = wrong = 0
    examples: list[Example] = []
    for complaint, decided in session.execute(_newest(office)):
        if complaint.reference_id in seen:
            continue
        seen.add(complaint.reference_id)
        suggested = _suggested_category(complaint.category_id, categories)
        if not rules.matching(to_complaint(complaint), suggested, today):
            continue
        matches += 1
        if rule.unit_id not in {complaint.unit_id, decided}:
            continue
        changes += complaint.unit_id == rule.unit_id
        wrong += decided == rule.unit_id
        if not complaint.confidential and len(examples) < _EXAMPLES:
            examples.append(Example(complaint.id, complaint.reference_id, names.get(decided, decided or "")))
    return Preview(len(seen), matches, changes, wrong, tuple(examples))


def _suggested_category(category_id: str, categories: Categories) -> CategoryCandidate | None:
    if not category_id:
        return None
    name = categories.shown_name(category_id) if category_id in categories else category_id
    return CategoryCandidate(category_id, name, 1.0)


def _newest(office: str) -> Select[StoredComplaint, str]:
    return (
        select(StoredComplaint, StoredDecision.unit_id)
        .outerjoin(
            StoredDecision,
            and_(StoredDecision.complaint_id == StoredComplaint.id, StoredDecision.undone_at.is_(None)),
        )
        .where(StoredComplaint.office == office)
        .order_by(StoredComplaint.received_at.desc(), StoredComplaint.revision.desc(), StoredComplaint.id)
        .limit(MOST_COMPLAINTS)
    )
