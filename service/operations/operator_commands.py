"""What an operator asks of an installation from the command line."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from data.errors import PilahError
from service.operations.backup import back_up
from service.operations.doctor import Finding, Level, examine, worst
from service.operations.restore import restore
from service.settings import Settings, read_settings, unknown_variables, variable

OfficeName = Annotated[str | None, typer.Option("--office", help="Which office; PILAH_OFFICE, else kumham.")]
Home = Annotated[Path | None, typer.Option("--home", help="PILAH_HOME, else a per-user folder.")]


def add_operator_commands(app: typer.Typer) -> None:
    """Add the commands of this file to the `pilah` command."""
    app.command("settings")(settings_command)
    app.command("doctor")(doctor_command)
    app.command("backup")(backup_command)
    app.command("restore")(restore_command)


def settings_command(office: OfficeName = None, home: Home = None) -> None:
    """Every setting with its value, a star where it isn't the default, and what it is for. Secrets are not shown."""
    settings = read_settings_for(office, home)
    for field, about in Settings.model_fields.items():
        star = "*" if field in settings.model_fields_set else " "
        typer.echo(f"{star} {variable(field)}={settings.shown(field)}\n    {about.description}")
    for unknown in unknown_variables():
        typer.echo(f"{unknown.name} is no setting and counts for nothing. Was {unknown.nearest} meant?", err=True)


def doctor_command(
    office: OfficeName = None,
    home: Home = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For a program to read.")] = False,
) -> None:
    """Look whether this installation is as it should be. Exit status 1 where something is a problem."""
    try:
        findings = examine(read_settings_for(office, home))
    except PilahError as error:
        findings = [Finding("settings", Level.PROBLEM, str(error))]
    level = worst(findings)
    if as_json:
        typer.echo(json.dumps({"status": level, "findings": [asdict(finding) for finding in findings]}, indent=1))
    else:
        for finding in findings:
            typer.echo(f"{finding.level:<7}  {finding.about:<8}  {finding.found}")
            if finding.advice:
                typer.echo(f"{'':<19}{finding.advice}")
    raise typer.Exit(int(level is Level.PROBLEM))


def backup_command(
    file: Annotated[Path, typer.Argument(help="The file to write, such as pilah-2026-11-26.tar.gz.")],
    home: Home = None,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="Take the place of a file of that name.")] = False,
) -> None:
    """Write models, history, the offices' own files and the whole ledger into one file, while Pilah goes on working."""
    written = back_up(read_settings_for(None, home), file, replace=replace)
    typer.echo(f"{file}: {written.files} files and {written.rows:,} rows of the ledger, {written.bytes:,} bytes.")


def restore_command(
    file: Annotated[Path, typer.Argument(help="What `pilah backup` wrote, on SQLite or PostgreSQL.")],
    home: Home = None,
    *,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Restore over what is there: folders are kept beside, the ledger is replaced."),
    ] = False,
) -> None:
    """Bring an installation back, into an empty home and database. Stop the service first."""
    restored = restore(file, read_settings_for(None, home), replace=replace)
    typer.echo(f"{restored.files} files and {restored.rows:,} rows of the ledger are back.")
    for version in restored.foreign:
        typer.echo(f"Model {version} was made with other library versions and can't answer here: train again.")


def read_settings_for(office: str | None, home: Path | None) -> Settings:
    """The settings, with what a command was told before what the environment says."""
    given = {"office": office, "home": home}
    return read_settings(**{name: value for name, value in given.items() if value is not None})
