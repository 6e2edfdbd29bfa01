"""Options that the commands of an installation share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.settings import read_settings

if TYPE_CHECKING:
    from service.settings import Settings

OfficeName = Annotated[str | None, typer.Option("--office", help="Which office; PILAH_OFFICE, else kumham.")]
Home = Annotated[
    Path | None, typer.Option("--home", help="Folder of models and history; PILAH_HOME, else a per-user one.")
]


def settings_for(**options: object) -> Settings:
    """The settings of the environment, overridden by the options that were given."""
    return read_settings(**{name: value for name, value in options.items() if value is not None})
