"""The demonstration: a sample office's desk, filled with invented complaints of the last weeks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib.resources import as_file
from typing import TYPE_CHECKING

from pydantic import SecretStr
from sqlalchemy import func, select

import data
from data.exports.open import open_export
from model.from_export import complaint_of
from model.office.register import slug
from model.versions.office_home import Office
from service.jobs.deadlines import read_deadlines
from service.jobs.intake import Intake, Source
from service.ledger.complaints import Complaints
from service.ledger.database import Database, open_ledger
from service.ledger.decisions import Decision, Decisions
from service.ledger.tables import StoredComplaint
from service.operations.options import settings_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from sqlalchemy.orm import Session

    from data.exports.open import ExportRow
    from model.router import Router
    from service.settings import Settings

# The newest rows of a sample office; its demonstration model doesn't learn from them.
DEMONSTRATION_ROWS = 90
_WAITING = 36
_WAITING_DAYS = 4
_DECIDED_DAYS = 26
# Invented handling times, for the dashboard.
_SECONDS = (14.0, 22.0, 31.0, 38.0, 47.0, 65.0, 120.0)
_OFFICER = "petugas.contoh"


def demonstration_settings(office: str, port: int | None, home: Path | None) -> Settings:
    """Settings that serve a sample office on this machine only, with a database of its own."""
    settings = settings_for(office=office, host="127.0.0.1", port=port, home=home)
    database = (settings.home / f"sample-{office}.db").resolve()
    return settings.model_copy(update={"database_url": SecretStr(f"sqlite:///{database}"), "demonstration": True})


def fill_desk(settings: Settings) -> None:
    """Fill an empty ledger with a sample office's newest rows: the last 36 wait, the others are decided."""
    place = Office(settings.home, settings.office)
    router, _ = place.load_champion(settings.signing_key.get_secret_value())
    database = Database(open_ledger(settings.ledger_url), settings.office)
    intake = Intake(settings, read_deadlines(place.own_folder), database)
    with database.session() as session:
        if not session.scalar(select(func.count()).select_from(StoredComplaint)):
            _Desk(session, intake, router).fill(_newest_rows(settings.office))
    database.engine.dispose()


class _Desk:
    def __init__(self, session: Session, intake: Intake, router: Router) -> None:
        self._complaints = Complaints(session, intake.settings.office)
        self._decisions = Decisions(session, intake.settings.office)
        self._intake = intake
        self._router = router
        self._now = datetime.now(intake.settings.zone)

    def fill(self, rows: list[ExportRow]) -> None:
        decided, waiting = rows[:-_WAITING], rows[-_WAITING:]
        for i, row in enumerate(decided):
            self._enter_decided(row, self._moment(_DECIDED_DAYS, _WAITING_DAYS, i / len(decided)))
        for i, row in enumerate(waiting):
            self._enter(row, self._moment(_WAITING_DAYS, 0, i / len(waiting)))

    def _moment(self, days_from: float, days_to: float, share: float) -> datetime:
        return self._now - timedelta(days=days_from + (days_to - days_from) * share)

    def _enter(self, row: ExportRow, received: datetime) -> StoredComplaint:
        complaint = replace(complaint_of(row), received_at=received)
        return self._intake.suggest_and_enter(self._router, self._complaints, complaint, Source("upload"))

    def _enter_decided(self, row: ExportRow, received: datetime) -> None:
        stored = self._enter(row, received)
        fields: Mapping[str, str] = row.fields
        unit = self._router.units.find(fields.get("unit", ""))
        name = fields.get("category", "")
        category = self._router.categories.find(name)
        decision = Decision(
            unit_id=unit.id if unit else "",
            category_id=category.id if category else slug(name),
            type=fields.get("type", ""),
            outcome=fields.get("outcome", ""),
            officer=_OFFICER,
            seconds=_SECONDS[len(row.fields.get("text", "")) % len(_SECONDS)],
        )
        entry = self._decisions.decide(stored, decision)
        stored.stored_at = received.astimezone(UTC).replace(tzinfo=None)
        entry.decided_at = stored.stored_at + timedelta(hours=5)


def _newest_rows(office: str) -> list[ExportRow]:
    with as_file(data.sample_office(office)) as folder:
        rows = list(open_export(folder / "complaints.csv").rows())
    return sorted(rows, key=lambda row: row.fields.get("received_at", ""))[-DEMONSTRATION_ROWS:]
