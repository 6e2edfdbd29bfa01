"""Options that several commands share."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

OfficeName = Annotated[
    str, typer.Option("--office", envvar="PILAH_OFFICE", help="Which office's models: a-z, 0-9, - and _.")
]
Home = Annotated[
    Path | None,
    typer.Option(
        "--home", envvar="PILAH_HOME", help="Folder of models, history and database. Default: a per-user folder."
    ),
]
ProgressFile = Annotated[
    Path | None,
    typer.Option(
        "--progress",
        help="Keep telling in this JSON file how far it is, and at the end what it made or what was wrong. A file beside "
        "it with .stop after its name ends the command.",
    ),
]
CorrectionWeight = Annotated[
    float,
    typer.Option(min=0.0, max=100.0, help="How much a corrected suggestion teaches, beside 1 for a row of an export."),
]
AcceptanceWeight = Annotated[
    float,
    typer.Option(
        min=0.0, max=100.0, help="How much a suggestion teaches that was accepted as it stood: officers tend to agree."
    ),
]
WrongWeight = Annotated[
    float,
    typer.Option(
        min=0.0, max=100.0, help="How much a returned or rejected unit is taught as wrong for its text; 0: not at all."
    ),
]
SigningKey = Annotated[str, typer.Option(envvar="PILAH_SIGNING_KEY", hidden=True)]
By = Annotated[
    str, typer.Option("--by", help="Who wants it, for the log. Default: the user of this machine.", show_default=False)
]


def home_folder(given: Path | None) -> Path:
    """The folder given, else the user's own."""
    return given if given is not None else user_data_path("pilah", appauthor=False)


def user_here() -> str:
    """Who is at this machine, for the log of promotions; blank where the machine can't tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""
