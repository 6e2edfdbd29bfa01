"""Find waiting complaints with an outdated suggestion, and let a single process renew them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select

from service.ledger.claims import claim_task
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timedelta

    from sqlalchemy import Select
    from sqlalchemy.orm import Session

_TASK = "renewal"


class Renewal:
    """The outdated suggestions of one office, within one transaction."""

    def __init__(self, session: Session, office: str) -> None:
        self._session = session
        self._office = office

    def outdated(self, basis: str, most: int) -> Sequence[StoredComplaint]:
        """Waiting complaints with a suggestion on another basis, nearest deadline first."""
        return self._session.scalars(
            self._outdated(basis)
            .order_by(StoredComplaint.forward_by, StoredComplaint.settle_by, StoredComplaint.id)
            .limit(most)
        ).all()

    def any_outdated(self, basis: str) -> bool:
        """Whether a waiting complaint has a suggestion on another basis."""
        return self._session.scalars(self._outdated(basis).limit(1)).first() is not None

    def still_outdated(self, ids: Sequence[str], basis: str) -> Sequence[StoredComplaint]:
        """Lock the complaints of `ids` for this transaction, if still waiting with an outdated suggestion."""
        query = self._outdated(basis).where(StoredComplaint.id.in_(ids)).order_by(StoredComplaint.id)
        return self._session.scalars(query.with_for_update()).all()

    def claim(self, holder: str, expires_after: timedelta) -> bool:
        """Claim the renewal for a process, or extend the claim; False while another process holds the claim."""
        return claim_task(self._session, self._office, _TASK, holder, expires_after)

    def _outdated(self, basis: str) -> Select[StoredComplaint]:
        # Two ranges use the index; "not equal" can't.
        return select(StoredComplaint).where(
            StoredComplaint.office == self._office,
            StoredComplaint.waiting,
            or_(StoredComplaint.suggested_with < basis, StoredComplaint.suggested_with > basis),
        )
