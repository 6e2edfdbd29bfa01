"""What was just decided, with the way to take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from service.ledger.database import now
from service.ledger.tables import StoredComplaint, StoredDecision

if TYPE_CHECKING:
    from service.dependencies import Transaction
    from service.ledger.accounts import SignedInUser
    from service.ledger.names import Names

# The page offers it for ten seconds; slow networks get a little more.
_SHOWN_FOR = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class UndoNotice:
    """A decision of this user's that was entered a moment ago."""

    decision_id: str
    sentence: str


def undo_notice_of(transaction: Transaction, decision_id: str, user: SignedInUser, names: Names) -> UndoNotice | None:
    """The user's own fresh decision, None where it is older, undone, or somebody else's."""
    entry = transaction.session.get(StoredDecision, decision_id) if decision_id else None
    if entry is None or entry.undone_at or entry.officer != user.name or entry.decided_at < now() - _SHOWN_FOR:
        return None
    complaint = transaction.session.get_one(StoredComplaint, entry.complaint_id)
    went = f"diteruskan ke {names.unit(entry.unit_id)}" if entry.unit_id else "dicatat tanpa unit"
    others = _others(transaction, entry)
    also = f" dan {others} yang hampir sama" if others else ""
    return UndoNotice(entry.id, f"Pengaduan {complaint.reference_id}{also} {went}.")


def _others(transaction: Transaction, entry: StoredDecision) -> int:
    """How many decisions stand that were made along with it."""
    if entry.together is None:
        return 0
    query = select(func.count()).where(
        StoredDecision.together == entry.id, StoredDecision.id != entry.id, StoredDecision.undone_at.is_(None)
    )
    return transaction.session.scalar(query) or 0
