"""Decided complaints as training rows in a file: the only way from the ledger to a model."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from model.errors import ArtifactError
from model.history.rows import LabelledComplaint, history_file, read_history, write_rows
from model.versions.artifact import load
from model.versions.office_home import Office
from service.ledger.complaints import to_complaint
from service.ledger.database import Database, open_existing_ledger, open_ledger
from service.ledger.decisions import INTAKE_SYSTEM, Outcome, Verdict
from service.ledger.names import ledger_names
from service.ledger.tables import StoredComplaint, StoredDecision, StoredSuggestion

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from sqlalchemy.orm import Session

    from model.complaint import Complaint
    from service.ledger.names import Names
    from service.settings import Settings

_NOT_FOLLOWED = frozenset((Verdict.REJECTED, Verdict.CHANGED))
# With these outcomes the suggested unit was not wrong: the complaint is incomplete, or in court.
_NO_VERDICT_ON_UNIT = frozenset((Outcome.INCOMPLETE, Outcome.IN_COURT))
_ROWS_AT_ONCE = 500
_FILE = "decisions.parquet"


@contextmanager
def exported_training_rows(settings: Settings) -> Iterator[Path]:
    """A temporary file of the training rows, readable by this user only, deleted when the block ends.

    The file includes the masked text of confidential complaints, which only a training may read.
    """
    place = Office(settings.home, settings.office)
    # A training never makes a ledger: an empty one would teach nothing without a word.
    open_existing_ledger(settings.ledger_url).dispose()
    settings.home.mkdir(parents=True, exist_ok=True)
    database = Database(open_ledger(settings.ledger_url), settings.office)
    try:
        # A temporary folder has mode 700 from its creation.
        with TemporaryDirectory(prefix=".decisions-", dir=settings.home) as folder:
            path = Path(folder) / _FILE
            with database.reading() as session:
                names = _names(session, place, settings)
                rows = training_rows(session, settings.office, names, settings.zone)
            write_rows(path, rows)
            yield path
    finally:
        database.engine.dispose()


def training_rows(session: Session, office: str, names: Names, zone: ZoneInfo) -> list[LabelledComplaint]:
    """A row for every complaint with a standing or returned decision, from the newest decided revision.

    Undone decisions are left out. Times are in the office's zone, without an offset, as in a history.
    """
    query = (
        select(StoredComplaint)
        .where(StoredComplaint.office == office, StoredComplaint.decisions.any())
        .order_by(StoredComplaint.reference_id, StoredComplaint.revision)
        .options(selectinload(StoredComplaint.decisions))
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    found: dict[tuple[str, str], LabelledComplaint] = {}
    for complaint in session.scalars(query):
        row = _row(session, complaint, names, zone)
        if row is not None:
            found[complaint.system, complaint.reference_id] = row
    return sorted(found.values(), key=lambda row: row.received_at)


def _row(session: Session, complaint: StoredComplaint, names: Names, zone: ZoneInfo) -> LabelledComplaint | None:
    standing = next((entry for entry in complaint.decisions if entry.undone_at is None), None)
    returned = [entry for entry in complaint.decisions if entry.returned_at is not None]
    wrong = [entry.unit_id for entry in returned]
    if standing is not None:
        wrong.extend(_rejected_unit(session, standing))
        unit_id, decided_at = standing.unit_id, standing.decided_at
    elif returned:
        unit_id, decided_at = returned[-1].unit_id, returned[-1].returned_at or returned[-1].decided_at
    else:
        return None
    entry = standing or returned[-1]
    return LabelledComplaint(
        _complaint(complaint, entry.type, zone),
        unit=names.units.get(unit_id, unit_id),
        category=names.category(entry.category_id),
        outcome=entry.outcome,
        copies=tuple(map(names.unit, entry.copies)),
        returned=standing is None,
        verdict=_verdict(entry),
        wrong_units=tuple(names.units.get(one, one) for one in dict.fromkeys(wrong) if one and one != unit_id),
        decided_at=_local(decided_at, zone),
    )


def _verdict(decision: StoredDecision) -> str:
    # A decision of the intake system was made without Pilah's suggestion.
    return Verdict.RECORDED if decision.officer == INTAKE_SYSTEM else decision.verdict


def _rejected_unit(session: Session, decision: StoredDecision) -> Sequence[str]:
    """The suggested unit if the officer chose a different unit, or no unit of the office."""
    if _verdict(decision) not in _NOT_FOLLOWED or not decision.suggestion_id:
        return ()
    if not decision.unit_id and decision.outcome in _NO_VERDICT_ON_UNIT:
        return ()
    suggestion = session.get(StoredSuggestion, decision.suggestion_id)
    return (suggestion.unit_id,) if suggestion else ()


def _complaint(stored: StoredComplaint, decided_type: str, zone: ZoneInfo) -> Complaint:
    complaint = to_complaint(stored)
    received_at = _local(stored.received_at, zone)
    return replace(complaint, received_at=received_at, type=decided_type or complaint.type)


def _local(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _past_rows(place: Office) -> Sequence[LabelledComplaint]:
    """The rows of the history; none where it is missing or damaged, since a training needs no more than their names."""
    try:
        return read_history(place.history_folder) if history_file(place.history_folder).is_file() else []
    except ArtifactError:
        return []


def _names(session: Session, place: Office, settings: Settings) -> Names:
    """Names by the champion; by the history and units.csv where no champion can be read."""
    try:
        version = place.champion()
        key = settings.signing_key.get_secret_value()
        router = load(place.versions_folder / version, key)[0] if version else None
    except ArtifactError:
        router = None
    if router is not None:
        units = router.units.updated_by(place.units())
        categories = router.categories.updated_by(place.categories())
    else:
        rows = _past_rows(place)
        units = place.units().with_names([row.unit for row in rows if row.unit])
        categories = place.categories().with_names(row.category for row in rows if row.category)
    return ledger_names(session, settings.office, units, categories)
