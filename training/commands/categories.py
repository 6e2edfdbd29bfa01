"""`pilah categories`: the categories that an office knows, and a categories.csv to edit."""

from __future__ import annotations

from collections import Counter
from pathlib import Path  # noqa: TC003 - Typer reads the annotations at run time
from typing import TYPE_CHECKING, Annotated

import typer

from data.exports.open import open_writer
from model.office.categories import COLUMNS, as_rows, national_categories
from model.versions.office_home import Office
from training.commands.descriptions import categories_test_command
from training.commands.options import Home, OfficeName, SigningKey, home_folder
from training.commands.output import new_table, print_rich, say

if TYPE_CHECKING:
    from model.office.categories import Categories

app = typer.Typer(
    help="Show the categories of the champion and of categories.csv, and write them to a categories.csv to edit.",
    invoke_without_command=True,
    add_completion=False,
)
app.command("test")(categories_test_command)


@app.callback()
def categories_command(
    context: typer.Context,
    office: OfficeName = "kumham",
    target: Annotated[
        Path | None, typer.Option("--out", help="Where to write a categories.csv with every category.")
    ] = None,
    national: Annotated[
        bool, typer.Option("--national", help="SP4N-LAPOR!'s category tree instead of the office's categories.")
    ] = False,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Show the categories of the champion and of categories.csv, and write them to a categories.csv to edit.

    Copy the edited file to offices/NAME/categories.csv under the home. A category that ends keeps its row, with valid_to and
    replaced_by; a renamed one keeps its id and the old name under abbreviations.
    """
    if context.invoked_subcommand is not None:
        return
    if national:
        categories = national_categories()
    else:
        categories = Office(home_folder(home), office).load_champion(signing_key, precedents=False)[0].categories
    table = new_table("parent", "categories", "for-example")
    for parent, names in sorted(_by_parent(categories).items(), key=lambda item: -len(item[1])):
        table.add_row(parent or "-", str(len(names)), ", ".join(names[:3]))
    print_rich(table)
    repeated = Counter(category.name for category in categories if len(categories.named(category.name)) > 1)
    if repeated:
        say("categories-of-one-name", count=len(repeated), names=", ".join(list(repeated)[:5]))
    if target is not None:
        with open_writer(target, COLUMNS) as writer:
            for row in as_rows(categories):
                writer.write(dict(row))
        say("categories-written", count=len(categories), target=target)


def _by_parent(categories: Categories) -> dict[str, list[str]]:
    names: dict[str, list[str]] = {}
    for category in categories:
        names.setdefault(categories.parent_name(category), []).append(category.name)
    return names
