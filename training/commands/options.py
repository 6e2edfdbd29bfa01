"""Options that several commands share."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from data.errors import ColumnMissing
from data.exports.dates import DateOrder
from model.versions.installation import DEFAULT_TIMEZONE, home_folder, zone_named

__all__ = ["home_folder"]


def _known_timezone(name: str) -> str:
    """The name of a timezone, checked before the command does anything."""
    return zone_named(name).key


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
        help="JSON file for progress: stage, rows done, and at the end the version or the error. Create a file of the same "
        "name with .stop appended to end the command.",
    ),
]
CorrectionWeight = Annotated[
    float,
    typer.Option(min=0.01, max=100.0, help="Sample weight of a corrected suggestion; a row of an export has 1."),
]
AcceptanceWeight = Annotated[
    float,
    typer.Option(min=0.01, max=100.0, help="Sample weight of a suggestion accepted unchanged: officers tend to agree."),
]
WrongWeight = Annotated[
    float,
    typer.Option(
        min=0.0, max=100.0, help="Weight of a returned or rejected unit as a negative example; 0 turns this off."
    ),
]
MaxRows = Annotated[
    int,
    typer.Option(
        "--max-rows",
        min=0,
        help="Limit of the training rows: above it only the newest rows, and the newest of each label, are used; 0 uses all.",
    ),
]
Cluster = Annotated[
    str,
    typer.Option(
        "--cluster",
        metavar="ADDRESS",
        help="Dask scheduler whose workers do the work, such as tcp://10.0.0.5:8786. Default: this machine.",
        show_default=False,
    ),
]
SigningKey = Annotated[str, typer.Option(envvar="PILAH_SIGNING_KEY", hidden=True)]
By = Annotated[
    str, typer.Option("--by", help="Your name, for the log. Default: the user of this machine.", show_default=False)
]
Reason = Annotated[str, typer.Option("--reason", help="Reason for the change; kept in the log of promotions.")]

TextColumnName = Annotated[str | None, typer.Option("--text", help="Header of the column with the citizen's text.")]
UnitColumnName = Annotated[
    str | None, typer.Option("--unit", help="Header of the column with the unit that was responsible.")
]
CategoryColumnName = Annotated[str | None, typer.Option("--category", help="Header of the column with the category.")]
DateColumnName = Annotated[str | None, typer.Option("--date", help="Header of the column with the date of arrival.")]
DateOrderName = Annotated[
    DateOrder | None,
    typer.Option(
        "--date-order",
        help="Order of the numbers in dates such as 05/06/2024. Default: the order that the column fits.",
    ),
]
Mapped = Annotated[
    list[str] | None,
    typer.Option("--map", help="Any other column, as field=header, such as village=Desa. May be given several times."),
]
CorrectionFiles = Annotated[
    list[Path] | None,
    typer.Option(
        "--corrections", help="A corrected workbook of `pilah check`. May be given several times, oldest first."
    ),
]
Timezone = Annotated[
    str,
    typer.Option(
        "--timezone",
        envvar="PILAH_TIMEZONE",
        callback=_known_timezone,
        help="The office's timezone, in which the day of a complaint counts.",
    ),
]
TIMEZONE = DEFAULT_TIMEZONE


def user_here() -> str:
    """The user of this machine, for the log of promotions; blank if the machine has no name for the user."""
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
            raise ColumnMissing("commands.map-malformed", pair=pair)
        columns[field.strip()] = header.strip()
    return columns
