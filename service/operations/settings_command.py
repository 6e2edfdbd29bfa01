"""`pilah settings`: every setting with its value and purpose."""

from __future__ import annotations

import os

import typer

from data.messages import terminal_message
from data.settings_file import VARIABLE
from service.operations.options import Home, OfficeName, settings_for
from service.settings import Settings, unknown_variables, variable


def settings_command(office: OfficeName = None, home: Home = None) -> None:
    """List every setting with its value and purpose; a star marks values that aren't the default.

    Secrets are not shown.
    """
    settings = settings_for(office=office, home=home)
    if path := os.environ.get(VARIABLE):
        typer.echo(terminal_message("operations.settings-file", path=path), err=True)
    for name, field in Settings.model_fields.items():
        star = "*" if name in settings.model_fields_set else " "
        typer.echo(f"{star} {variable(name)}={settings.shown(name)}\n    {field.description}")
    for unknown in unknown_variables():
        typer.echo(terminal_message("operations.unknown-setting", **unknown._asdict()), err=True)
