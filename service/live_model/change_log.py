"""Which model version answers, as an event that the administrator reads."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from service.ledger.audit import record_event
from service.ledger.tables import AuditEvent

if TYPE_CHECKING:
    from service.ledger.database import Database

logger = logging.getLogger(__name__)

_ACTION = "model_change"


class ModelChanges:
    """Enters an event when another version answers than the last one that an event named."""

    def __init__(self, database: Database, office: str) -> None:
        self._database = database
        self._office = office
        # Another version is met in the middle of a request, whose own transaction the event must not wait for.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="model-changes")

    def record(self, version: str) -> None:
        """Enter it soon; whoever is being answered doesn't wait."""
        self._pool.submit(self._enter, version)

    def close(self) -> None:
        self._pool.shutdown(wait=True)

    def _enter(self, version: str) -> None:
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
            logger.warning("That version %s answers now was not entered: %s", version, type(error).__name__)
