"""Record a change of the model version in the audit log."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.ledger.access.audit import record_event
from service.ledger.tables import AuditEvent

if TYPE_CHECKING:
    from service.ledger.database import Database

logger = logging.getLogger(__name__)

_ACTION = "model_change"


class ModelChanges:
    """Records an event when the version differs from the latest recorded version."""

    def __init__(self, database: Database, office: str) -> None:
        self._database = database
        self._office = office
        # The change is noticed within a request; its transaction would block the event, so a thread writes the event.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="model-changes")

    def record(self, version: str) -> None:
        """Record a version in the background, without delaying the request."""
        self._pool.submit(self._write, version)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _write(self, version: str) -> None:
        last = (
            select(AuditEvent.subject)
            .where(AuditEvent.office == self._office, AuditEvent.action == _ACTION)
            .order_by(AuditEvent.id.desc())
            .limit(1)
        )
        try:
            with self._database.session() as session:
                if session.scalar(last) != version:
                    record_event(session, self._office, "pilah", _ACTION, version)
        except SQLAlchemyError as error:
            logger.warning("The change to version %s was not recorded: %s", version, type(error).__name__)
