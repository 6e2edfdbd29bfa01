"""The audit log: who did what, when."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from service.ledger.database import now
from service.ledger.tables import AuditEvent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy.orm import Session


def record_event(session: Session, office: str, actor: str, action: str, subject: str) -> None:
    """Add an event; `subject` is a name or an id, never a complaint's text."""
    session.add(AuditEvent(office=office, at=now(), actor=actor, action=action, subject=subject))


def newest(session: Session, office: str, most: int) -> Sequence[AuditEvent]:
    """The newest events of an office, newest first."""
    query = select(AuditEvent).where(AuditEvent.office == office).order_by(AuditEvent.id.desc()).limit(most)
    return session.scalars(query).all()
