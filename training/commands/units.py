"""`pilah units`: the unit families that the champion found, and a units.csv to edit."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import Annotated

import typer

from data.exports.open import open_writer
from model.office.units import COLUMNS, as_rows
from model.versions.office_home import Office
from training.commands.descriptions import units_test_command
from training.commands.options import Home, OfficeName, SigningKey, home_folder
from training.commands.output import new_table, print_rich, say

app = typer.Typer(
    help="Show the unit families that the champion found, and write every unit to a units.csv to edit.",
    invoke_without_command=True,
    add_completion=False,
)
app.command("test")(units_test_command)


@app.callback()
def units_command(
    context: typer.Context,
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None, typer.Option("--out", help="Where to write a units.csv with every unit and family found.")
    ] = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Show the unit families that the champion found, and write every unit to a units.csv to edit.

    Copy the edited file to offices/NAME/units.csv under the home. Its entries override the families that Pilah finds.
    """
    if context.invoked_subcommand is not None:
        return
    router, _ = Office(home_folder(home), office).load_champion(signing_key, precedents=False)
    table = new_table("family", "units", "for-example")
    for family, members in sorted(router.families.items(), key=lambda item: -len(item[1])):
        table.add_row(family, str(len(members)), ", ".join(router.units[member].name for member in members[:3]))
    print_rich(table)
    if target is not None:
        with open_writer(target, COLUMNS) as writer:
            for row in as_rows(router.units):
                writer.write(dict(row))
        say("units-written", count=len(router.units), target=target)
