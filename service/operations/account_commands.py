"""`pilah users`, `pilah keys`, `pilah retain`: what an operator does to the ledger from the command line."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.errors import PilahError
from model.versions.office_home import Office
from service.ledger.accounts import open_accounts
from service.ledger.database import Database, open_ledger
from service.ledger.retention import retain
from service.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from service.ledger.accounts import Accounts
    from service.settings import Settings

users = typer.Typer(help="Who may sign in to an office's pages.", no_args_is_help=True)
keys = typer.Typer(help="Keys for the systems that call an office's API.", no_args_is_help=True)

_BY = "command line"
OfficeName = Annotated[str | None, typer.Option("--office", help="Which office; PILAH_OFFICE, else kumham.")]
Home = Annotated[Path | None, typer.Option("--home", help="PILAH_HOME, else a per-user folder.")]
Role = Annotated[str, typer.Option("--role", help="officer, supervisor or administrator.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]


@users.command("add")
def add_user(name: Name, role: Role = "officer", office: OfficeName = None, home: Home = None) -> None:
    """Let somebody sign in. The password is asked for, or read from the first line of what is piped in."""
    password = _password()
    with _accounts(_settings(office, home)) as accounts:
        accounts.add_user(name, role, password, _BY)
    typer.echo(f"{name} may sign in as {role}.")


@users.command("list")
def list_users(office: OfficeName = None, home: Home = None) -> None:
    """Everybody who may or might sign in."""
    with _accounts(_settings(office, home)) as accounts:
        for user in accounts.users():
            typer.echo("\t".join((user.name, user.role, *(["disabled"] if user.disabled_at else []))))


@users.command("password")
def set_password(name: Name, office: OfficeName = None, home: Home = None) -> None:
    """Give somebody a new password; whoever is signed in with the old one is signed out."""
    password = _password()
    with _accounts(_settings(office, home)) as accounts:
        accounts.set_password(name, password, _BY)
    typer.echo(f"{name} has a new password.")


@users.command("role")
def set_role(name: Name, role: Role, office: OfficeName = None, home: Home = None) -> None:
    """Give somebody another role."""
    with _accounts(_settings(office, home)) as accounts:
        accounts.set_role(name, role, _BY)
    typer.echo(f"{name} is {role} now.")


@users.command("disable")
def disable_user(name: Name, office: OfficeName = None, home: Home = None) -> None:
    """Let somebody sign in no more; what they decided stays."""
    with _accounts(_settings(office, home)) as accounts:
        accounts.disable(name, _BY)
    typer.echo(f"{name} may sign in no more.")


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="The system that the key is for.")],
    office: OfficeName = None,
    home: Home = None,
) -> None:
    """Make a key for a system. It is printed once and kept as a hash."""
    with _accounts(_settings(office, home)) as accounts:
        secret = accounts.add_key(name, _BY)
    typer.echo(secret)


@keys.command("list")
def list_keys(office: OfficeName = None, home: Home = None) -> None:
    """Every key by its id, its system and its first characters."""
    with _accounts(_settings(office, home)) as accounts:
        for key in accounts.api_keys():
            typer.echo("\t".join((key.id, f"{key.hint}...", key.name, *(["revoked"] if key.revoked_at else []))))


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="Its id, from `pilah keys list`.")],
    office: OfficeName = None,
    home: Home = None,
) -> None:
    """Let a key count no more, a second from now at the latest."""
    with _accounts(_settings(office, home)) as accounts:
        accounts.revoke_key(key_id, _BY)
    typer.echo("Revoked.")


def retain_command(
    days: Annotated[int | None, typer.Option("--days", min=1, help="PILAH_RETENTION_DAYS otherwise.")] = None,
    office: OfficeName = None,
    home: Home = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only.")] = False,
) -> None:
    """Delete what came in longer ago than the office may keep it, from the ledger and from the history."""
    settings = _settings(office, home)
    days = days or settings.retention_days
    if not days:
        raise PilahError("For how long does the office keep complaints? Say --days N, or set PILAH_RETENTION_DAYS.")
    database = Database(open_ledger(settings.ledger_url), settings.office)
    outcome = retain(database, Office(settings.home, settings.office), days, delete_them=not dry_run)
    database.engine.dispose()
    done = "would be deleted" if dry_run else "deleted"
    typer.echo(f"{outcome.complaints} complaints of the ledger and {outcome.history_rows} rows of the history {done}.")
    if outcome.still_waiting:
        typer.echo(f"{outcome.still_waiting} older complaints still wait for a decision and are kept.")


def _settings(office: str | None, home: Path | None) -> Settings:
    given = {"office": office, "home": home}
    return read_settings(**{name: value for name, value in given.items() if value is not None})


@contextmanager
def _accounts(settings: Settings) -> Iterator[Accounts]:
    database = Database(open_ledger(settings.ledger_url), settings.office)
    try:
        with open_accounts(database) as accounts:
            yield accounts
    finally:
        database.engine.dispose()


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
