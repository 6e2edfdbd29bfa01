"""Options that several commands share."""

from __future__ import annotations

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
SigningKey = Annotated[str, typer.Option(envvar="PILAH_SIGNING_KEY", hidden=True)]


def home_folder(given: Path | None) -> Path:
    """The folder given, else the user's own."""
    return given if given is not None else user_data_path("pilah", appauthor=False)
