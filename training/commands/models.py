"""`pilah models`: the versions of an office with their figures, and the log of promotions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from data.messages import terminal_message
from model.versions.artifact import read_card
from model.versions.office_home import Office
from model.versions.promotions import champion_changes
from model.versions.retention import removed_versions
from training.commands.options import Home, OfficeName, home_folder
from training.commands.output import label, new_table, print_rich, say, share

if TYPE_CHECKING:
    from model.versions.promotions import ChampionChange


def models_command(office: OfficeName = "kumham", home: Home = None) -> None:
    """List the model versions of an office with their figures, and every change of the champion.

    Versions of weekly trainings that were deleted since are named last.
    """
    place = Office(home_folder(home), office)
    versions = place.versions()
    if not versions:
        say("no-versions", office=office)
        return
    champion = place.champion()
    table = new_table("", "version", "training-rows", "up-to", "unit-top-1", "top-3", "category-top-1", "top-3")
    # The version is an argument of other commands, so it is never cut off; nor is the day.
    table.columns[1].no_wrap = table.columns[3].no_wrap = True
    for version in versions:
        card = read_card(place.versions_folder / version)
        figures = card["evaluation"]
        table.add_row(
            label("champion") if version == champion else "",
            version,
            str(card["data"]["rows"]),
            str(card["data"]["to"] or "-")[:10],
            *(
                share(figures[label][name] if figures[label] else None)
                for label in ("unit", "category")
                for name in ("top_1", "top_3")
            ),
        )
    print_rich(table)
    for change in champion_changes(place):
        typer.echo(_line(change))
    for removed in removed_versions(place):
        day, figure = removed.at[:16].replace("T", " "), share(removed.unit_top_1)
        say("version-removed", at=day, version=removed.version, unit_top_1=figure)


def _line(change: ChampionChange) -> str:
    done = terminal_message(f"commands.change-{change.action}", version=change.version)
    by = terminal_message("commands.change-by", by=change.by) if change.by else ""
    forced = terminal_message("commands.change-forced") if change.forced else ""
    reason = f": {change.reason}" if change.reason else ""
    return f"{change.at[:16].replace('T', ' ')} UTC  {done}{by}{forced}{reason}"
