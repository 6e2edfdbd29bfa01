"""The ledger of a command: the command names the database, and only some commands may make one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from data.messages import terminal_message
from service.ledger.database import Database, open_existing_ledger, open_ledger

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.settings import Settings


def name_database(settings: Settings) -> None:
    """Print the database's URL without its password, to stderr: stdout is the command's result."""
    typer.echo(terminal_message("operations.ledger-opened", database=settings.shown("database_url")), err=True)


def existing_engine(settings: Settings) -> Engine:
    """The engine of an existing ledger, named and unchanged.

    Raises:
        PilahError: there is no ledger, or the database doesn't answer.
    """
    engine = open_existing_ledger(settings.ledger_url)
    name_database(settings)
    return engine


def existing_ledger(settings: Settings) -> Database:
    """An existing ledger, named and upgraded to the present schema.

    Raises:
        PilahError: there is no ledger, or the database doesn't answer.
    """
    existing_engine(settings).dispose()
    return Database(open_ledger(settings.ledger_url), settings.office)


def ledger(settings: Settings) -> Database:
    """The ledger, named, and made where there is none.

    Raises:
        PilahError: the database doesn't answer.
    """
    name_database(settings)
    return Database(open_ledger(settings.ledger_url), settings.office)
