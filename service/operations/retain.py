"""`pilah retain`: delete complaints older than the retention period."""

from __future__ import annotations

from typing import Annotated

import typer

from data.errors import PilahError
from data.messages import terminal_message
from model.versions.office_home import Office
from service.ledger.retention import retain
from service.operations.opened_ledger import existing_ledger
from service.operations.options import Home, OfficeName, settings_for


def retain_command(
    days: Annotated[
        int | None, typer.Option("--days", min=1, help="Retention period in days; PILAH_RETENTION_DAYS otherwise.")
    ] = None,
    office: OfficeName = None,
    home: Home = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
) -> None:
    """Delete complaints older than the retention period, from the ledger and from the history."""
    settings = settings_for(office=office, home=home)
    days = days or settings.retention_days
    if not days:
        raise PilahError("operations.no-retention-period")
    database = existing_ledger(settings)
    outcome = retain(database, Office(settings.home, settings.office), days, delete_them=not dry_run)
    database.engine.dispose()
    code = "operations.retention-counted" if dry_run else "operations.retention-deleted"
    typer.echo(terminal_message(code, complaints=outcome.complaints, history_rows=outcome.history_rows))
    if outcome.still_waiting:
        typer.echo(terminal_message("operations.retention-waiting", count=outcome.still_waiting))
