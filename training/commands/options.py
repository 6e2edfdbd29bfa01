"""Options that several commands share."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer
from platformdirs import user_data_path

from data.errors import ColumnMissing

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
    typer.Option(min=0.01, max=100.0, help="How much a corrected suggestion teaches, beside 1 for a row of an export."),
]
AcceptanceWeight = Annotated[
    float,
    typer.Option(
        min=0.01, max=100.0, help="How much a suggestion teaches that was accepted as it stood: officers tend to agree."
    ),
]
WrongWeight = Annotated[
    float,
    typer.Option(
        min=0.0, max=100.0, help="How much a returned or rejected unit is taught as wrong for its text; 0: not at all."
    ),
]
MaxRows = Annotated[
    int,
    typer.Option(
        "--max-rows",
        min=0,
        help="Of more rows than this only the newest, and the newest of each label, are learned from; 0: from all, however many.",
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Work on the workers of a Dask scheduler, such as tcp://10.0.0.5:8786. Default: on this machine.",
        show_default=False,
    ),
]
SigningKey = Annotated[str, typer.Option(envvar="PILAH_SIGNING_KEY", hidden=True)]
By = Annotated[
    str, typer.Option("--by", help="Who wants it, for the log. Default: the user of this machine.", show_default=False)
]

TextColumnName = Annotated[str | None, typer.Option("--text", help="Header of the column with the citizen's text.")]
UnitColumnName = Annotated[
    str | None, typer.Option("--unit", help="Header of the column with the unit that was responsible.")
]
CategoryColumnName = Annotated[str | None, typer.Option("--category", help="Header of the column with the category.")]
DateColumnName = Annotated[str | None, typer.Option("--date", help="Header of the column with the date of arrival.")]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", help="Any other column, as field=header, such as village=Desa. May be given several times."),
]
CorrectionFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--corrections", help="A workbook that `pilah check` wrote, mended. May be given several times, oldest first."
    ),
]
# Where a date has no offset, it is the office's own time.
TIMEZONE = "Asia/Jakarta"


def home_folder(given: Path | None) -> Path:
    """The folder given, else the user's own."""
    return given if given is not None else user_data_path("pilah", appauthor=False)


def user_here() -> str:
    """Who is at this machine, for the log of promotions; blank where the machine can't tell."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return ""


def columns_named(
    text: str | None, unit: str | None, category: str | None, date: str | None, mapped: list[str] | None
) -> dict[str, str]:
    """Field → header, as named on the command line.

    Raises:
        ColumnMissing: a pair isn't field=header.
    """
    named = {"text": text, "unit": unit, "category": category, "received_at": date}
    columns = {field: header for field, header in named.items() if header is not None}
    for pair in mapped or ():
        field, equals, header = pair.partition("=")
        if not equals or not field or not header:
            raise ColumnMissing(f"--map {pair}: write field=header, such as --map village=Desa")
        columns[field.strip()] = header.strip()
    return columns
