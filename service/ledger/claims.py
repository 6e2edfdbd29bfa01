"""Claims on the background tasks of an office: one process at a time does a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import or_, select, update
from sqlalchemy.exc import IntegrityError

from service.ledger.database import now
from service.ledger.tables import BackgroundClaim

if TYPE_CHECKING:
    from datetime import timedelta

    from sqlalchemy.orm import Session


def claim_task(session: Session, office: str, task: str, holder: str, expires_after: timedelta) -> bool:
    """Claim a task for a process, or extend the claim; False while another process holds the claim."""
    expires_at = now() + expires_after
    mine = (BackgroundClaim.office == office, BackgroundClaim.task == task)
    claimed = session.execute(
        update(BackgroundClaim)
        .where(*mine, or_(BackgroundClaim.holder == holder, BackgroundClaim.expires_at < now()))
        .values(holder=holder, expires_at=expires_at)
        .returning(BackgroundClaim.holder)
    ).scalar()
    if claimed is not None:
        return True
    if session.scalar(select(BackgroundClaim.holder).where(*mine)) is not None:
        return False
    try:
        with session.begin_nested():
            session.add(BackgroundClaim(office=office, task=task, holder=holder, expires_at=expires_at))
    except IntegrityError:
        # Another process claimed the task at the same moment.
        return False
    return True
