"""`pilah users`, `pilah keys`: who may sign in, and which systems may call the API."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from data.messages import terminal_message
from service.ledger.access.accounts import open_accounts
from service.operations.opened_ledger import existing_ledger, ledger
from service.operations.options import Home, OfficeName, settings_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from service.ledger.access.accounts import Accounts

users = typer.Typer(help="Who may sign in to an office's pages.", no_args_is_help=True, add_completion=False)
keys = typer.Typer(help="Keys for the systems that call an office's API.", no_args_is_help=True, add_completion=False)

_BY = "command line"
Role = Annotated[str, typer.Option("--role", help="officer, supervisor or administrator.")]
Name = Annotated[str, typer.Argument(help="The name to sign in with.")]


@users.command("add")
def add_user(name: Name, role: Role = "officer", office: OfficeName = None, home: Home = None) -> None:
    """Add a user. The password is prompted for, or read from the first line of standard input."""
    password = _password()
    with _accounts(office, home, may_create=True) as accounts:
        accounts.add_user(name, role, password, _BY)
    typer.echo(terminal_message("operations.user-added", name=name, role=role))


@users.command("list")
def list_users(office: OfficeName = None, home: Home = None) -> None:
    """List the users with their roles, disabled users too."""
    with _accounts(office, home) as accounts:
        for user in accounts.users():
            typer.echo(
                "\t".join(
                    (user.name, user.role, *([terminal_message("operations.disabled")] if user.disabled_at else []))
                )
            )


@users.command("password")
def set_password(name: Name, office: OfficeName = None, home: Home = None) -> None:
    """Set a user's password, and sign the user out everywhere."""
    password = _password()
    with _accounts(office, home) as accounts:
        accounts.set_password(name, password, _BY)
    typer.echo(terminal_message("operations.password-set", name=name))


@users.command("role")
def set_role(name: Name, role: Role, office: OfficeName = None, home: Home = None) -> None:
    """Change a user's role."""
    with _accounts(office, home) as accounts:
        accounts.set_role(name, role, _BY)
    typer.echo(terminal_message("operations.role-set", name=name, role=role))


@users.command("disable")
def disable_user(name: Name, office: OfficeName = None, home: Home = None) -> None:
    """Disable a user, who can't sign in any more; the user's decisions stay."""
    with _accounts(office, home) as accounts:
        accounts.disable(name, _BY)
    typer.echo(terminal_message("operations.user-disabled", name=name))


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="The system that will use the key.")],
    office: OfficeName = None,
    home: Home = None,
) -> None:
    """Create a key for a system. It is printed once, and only its hash is stored."""
    with _accounts(office, home, may_create=True) as accounts:
        secret = accounts.add_key(name, _BY)
    typer.echo(secret)


@keys.command("list")
def list_keys(office: OfficeName = None, home: Home = None) -> None:
    """List the keys with their ids, systems and first characters."""
    with _accounts(office, home) as accounts:
        for key in accounts.api_keys():
            typer.echo(
                "\t".join(
                    (
                        key.id,
                        f"{key.hint}...",
                        key.name,
                        *([terminal_message("operations.revoked")] if key.revoked_at else []),
                    )
                )
            )


@keys.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(help="The key's id, from `pilah keys list`.")],
    office: OfficeName = None,
    home: Home = None,
) -> None:
    """Revoke a key, with effect after one second at the latest."""
    with _accounts(office, home) as accounts:
        accounts.revoke_key(key_id, _BY)
    typer.echo(terminal_message("operations.key-revoked"))


@contextmanager
def _accounts(office: str | None, home: Path | None, *, may_create: bool = False) -> Iterator[Accounts]:
    settings = settings_for(office=office, home=home)
    database = ledger(settings) if may_create else existing_ledger(settings)
    try:
        with open_accounts(database) as accounts:
            yield accounts
    finally:
        database.engine.dispose()


def _password() -> str:
    if sys.stdin.isatty():
        asked: str = typer.prompt(terminal_message("operations.password"), hide_input=True, confirmation_prompt=True)
        return asked
    return sys.stdin.readline().rstrip("\r\n")
