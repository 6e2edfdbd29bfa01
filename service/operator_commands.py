"""What an operator asks of an installation from the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.settings import Settings, read_settings, unknown_variables, variable

OfficeName = Annotated[str | None, typer.Option("--office", help="Which office; PILAH_OFFICE, else kumham.")]
Home = Annotated[Path | None, typer.Option("--home", help="PILAH_HOME, else a per-user folder.")]


def add_operator_commands(app: typer.Typer) -> None:
    """Add the commands of this file to the `pilah` command."""
    app.command("settings")(settings_command)


def settings_command(office: OfficeName = None, home: Home = None) -> None:
    """Every setting with its value, a star where it isn't the default, and what it is for. Secrets are not shown."""
    settings = read_settings_for(office, home)
    for field, about in Settings.model_fields.items():
        star = "*" if field in settings.model_fields_set else " "
        typer.echo(f"{star} {variable(field)}={settings.shown(field)}\n    {about.description}")
    for unknown in unknown_variables():
        typer.echo(f"{unknown.name} is no setting and counts for nothing. Was {unknown.nearest} meant?", err=True)


def read_settings_for(office: str | None, home: Path | None) -> Settings:
    """The settings, with what a command was told before what the environment says."""
    given = {"office": office, "home": home}
    return read_settings(**{name: value for name, value in given.items() if value is not None})
