"""The notice after a decision, with a button to undo the decision."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from service.ledger.database import now
from service.ledger.tables import StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from service.dependencies import Transaction
    from service.ledger.access.accounts import SignedInUser
    from service.ledger.names import Names

# The script removes the notice after ten seconds; slow networks need a little more.
_SHOWN_FOR = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class UndoNotice:
    """A recent decision of the user as a sentence."""

    decision_id: str
    sentence: str


def undo_notice_of(transaction: Transaction, decision_id: str, user: SignedInUser, names: Names) -> UndoNotice | None:
    """The notice of the user's own recent decision; None for an old, undone or foreign decision."""
    decision = transaction.session.get(StoredDecision, decision_id) if decision_id else None
    if decision is None or decision.undone_at or decision.officer != user.name:
        return None
    if decision.decided_at < now() - _SHOWN_FOR:
        return None
    complaint = transaction.session.get_one(StoredComplaint, decision.complaint_id)
    destination = "dicatat tanpa unit"
    if decision.unit_id:
        destination = f"diteruskan ke {names.unit(decision.unit_id)}"
    elif decision.category_id:
        destination = f"diberi kategori {names.category(decision.category_id)}"
    others = _decided_together(transaction, decision)
    also = f" dan {others} yang hampir sama" if others else ""
    return UndoNotice(decision.id, f"Pengaduan {complaint.reference_id}{also} {destination}.")


def _decided_together(transaction: Transaction, decision: StoredDecision) -> int:
    """The number of further standing decisions from the same step."""
    if decision.together is None:
        return 0
    query = select(func.count()).where(
        StoredDecision.together == decision.id, StoredDecision.id != decision.id, StoredDecision.undone_at.is_(None)
    )
    return transaction.session.scalar(query) or 0
