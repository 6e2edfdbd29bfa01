"""Delete complaints older than the office may keep, from the ledger and from the history of trainings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select

from model.history.index_files import write_indexed_history
from model.history.rows import history_file, read_history
from service.ledger.access.audit import record_event
from service.ledger.database import now
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from model.versions.office_home import Office
    from service.ledger.database import Database


@dataclass(frozen=True, slots=True)
class Retained:
    """The number of older complaints and history rows, and of older complaints that still wait."""

    complaints: int
    history_rows: int
    still_waiting: int


def retain(database: Database, office: Office, days: int, *, delete_them: bool) -> Retained:
    """Delete, or only count, complaints received more than `days` ago; waiting ones are never deleted."""
    oldest = now() - timedelta(days=days)
    older = (StoredComplaint.office == office.name, StoredComplaint.received_at < oldest)
    with database.session() as session:
        counts = [
            session.scalar(select(func.count()).where(*older, condition)) or 0
            for condition in (~StoredComplaint.waiting, StoredComplaint.waiting)
        ]
        if delete_them:
            # The database deletes the suggestions, decisions and duplicate keys of a complaint with it.
            session.execute(delete(StoredComplaint).where(*older, ~StoredComplaint.waiting))
            record_event(session, office.name, "retention", "deleted", str(counts[0]))
    history_rows = 0
    for folder in office.history_folders():
        # Versions share rows: the largest count of one folder is the number of complaints.
        history_rows = max(history_rows, _retain_history(folder, oldest, delete_them=delete_them))
    return Retained(counts[0], history_rows, counts[1])


def _retain_history(folder: Path, oldest: datetime, *, delete_them: bool) -> int:
    if not history_file(folder).is_file():
        return 0
    rows = read_history(folder)
    kept = [row for row in rows if row.received_at.replace(tzinfo=None) >= oldest]
    if delete_them and len(kept) < len(rows):
        write_indexed_history(folder, kept)
    return len(rows) - len(kept)
