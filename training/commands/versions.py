"""Which versions an office has, which one answers, and how that changes."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from model.versions.artifact import read_card
from model.versions.office_home import Office
from model.versions.promotions import Action, champion_changes
from training.commands.options import By, Home, OfficeName, SigningKey, home_folder, user_here
from training.evaluation.promotion import NotPromoted, promote, rollback, sentence

if TYPE_CHECKING:
    from model.versions.promotions import ChampionChange
    from training.evaluation.promotion import Verdict

out = Console(soft_wrap=True)

VersionName = Annotated[str, typer.Argument(help="The version that shall answer from now on; see pilah models.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the log of promotions.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print what was found and done as one JSON object.")]

_DONE = {Action.FIRST: "first", Action.PROMOTE: "promoted", Action.ROLLBACK: "rolled back to"}


def models_command(office: OfficeName = "kumham", home: Home = None) -> None:
    """List the model versions of an office with their figures by time, and every change of the champion."""
    place = Office(home_folder(home), office)
    champion = place.champion()
    table = Table("", "version", "trained on rows", "up to", "unit top-1", "top-3", "category top-1", "top-3")
    for version in place.versions():
        card = read_card(place.versions_folder / version)
        figures = card["evaluation"]
        table.add_row(
            "champion" if version == champion else "",
            version,
            str(card["data"]["rows"]),
            str(card["data"]["to"])[:10],
            *(
                _share(figures[label][name]) if figures[label] else "-"
                for label in ("unit", "category")
                for name in ("top_1", "top_3")
            ),
        )
    if not place.versions():
        out.print(f"Office {office} has no model yet. Make one with: pilah train FILE --office {office}")
        return
    out.print(table)
    for change in champion_changes(place):
        out.print(_line(change), markup=False, highlight=False)


def promote_command(
    version: VersionName,
    office: OfficeName = "kumham",
    force: Annotated[
        bool, typer.Option("--force", help="Promote although it is worse, or can't be compared; needs --reason.")
    ] = False,
    reason: Reason = "",
    by: By = "",
    as_json: AsJson = False,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Make a version the champion, the one that answers, where it is not worse beyond noise on the newest rows.

    The service takes it up by itself. Compared are top-1 and top-3 of unit and category, and each unit with at least 30
    rows. Example: pilah promote 20261126-101502-3f9c2a --office kota
    """
    place = Office(home_folder(home), office)
    try:
        promoted = promote(place, version, by=by or user_here(), reason=reason, force=force, signing_key=signing_key)
    except NotPromoted as error:
        if not as_json:
            raise
        typer.echo(json.dumps({"promoted": False, **_as_dict(error.verdict)}, ensure_ascii=False, indent=1))
        raise typer.Exit(1) from None
    if as_json:
        found = {"promoted": True, **_as_dict(promoted.verdict), "change": asdict(promoted.change)}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=1))
        return
    _print_verdict(promoted.verdict)
    out.print(f"Champion of {office}: {version} (before: {promoted.change.before or 'none'}).")


def rollback_command(
    office: OfficeName = "kumham",
    reason: Reason = "",
    by: By = "",
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Let the version answer again that did before the champion. Each rollback takes one promotion back."""
    place = Office(home_folder(home), office)
    change = rollback(place, by=by or user_here(), reason=reason, signing_key=signing_key)
    out.print(f"Champion of {office}: {change.version} again (before: {change.before}).")


def add_commands(app: typer.Typer) -> None:
    """Put these commands on the `pilah` command."""
    app.command("models")(models_command)
    app.command("promote")(promote_command)
    app.command("rollback")(rollback_command)


def _print_verdict(verdict: Verdict) -> None:
    for finding in verdict.findings:
        out.print(f"Promoted against: {finding}", markup=False, style="yellow")
    comparison = verdict.comparison
    if comparison is None:
        return
    for figure in comparison.figures:
        out.print(
            f"{sentence(figure)}; 95 % between {100 * figure.low:+.1f} and {100 * figure.high:+.1f} points",
            markup=False,
        )
    if comparison.few_rows:
        out.print("So few rows could be compared that even a clear loss might not show.", style="yellow")


def _as_dict(verdict: Verdict) -> dict[str, object]:
    return {
        "version": verdict.version,
        "champion": verdict.champion,
        "why_not": verdict.why_not,
        "comparison": verdict.comparison.as_dict() if verdict.comparison else None,
    }


def _line(change: ChampionChange) -> str:
    by = f" by {change.by}" if change.by else ""
    forced = " against the comparison" if change.forced else ""
    reason = f": {change.reason}" if change.reason else ""
    return f"{change.at[:16].replace('T', ' ')} UTC  {_DONE[change.action]} {change.version}{by}{forced}{reason}"


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"
