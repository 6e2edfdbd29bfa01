"""`pilah promote`: make a version the champion where it is not significantly worse."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from data.messages import Language
from model.versions.office_home import Office
from training.commands.options import By, Home, OfficeName, Reason, SigningKey, home_folder, user_here
from training.commands.output import say
from training.evaluation.promotion import NotPromoted, promote, sentence

if TYPE_CHECKING:
    from training.evaluation.promotion import Verdict

VersionName = Annotated[str, typer.Argument(help="The version that shall answer from now on; see pilah models.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the comparison and the outcome as one JSON object.")]


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
    """Make a version the champion, which answers, unless it is significantly worse on the newest rows.

    The service loads the new champion without a restart. Compared are top-1 and top-3 of unit and category, and each
    unit with at least 30 rows. Example: pilah promote 20261126-101502-3f9c2a --office kota
    """
    place = Office(home_folder(home), office)
    try:
        promoted = promote(place, version, by=by or user_here(), reason=reason, force=force, signing_key=signing_key)
    except NotPromoted as error:
        if not as_json:
            raise
        _print_json(error.verdict, promoted=False)
        raise typer.Exit(1) from None
    if as_json:
        _print_json(promoted.verdict, promoted=True, change=asdict(promoted.change))
        return
    _print_verdict(promoted.verdict)
    say("promoted", office=office, version=version, before=promoted.change.before or "-")


def _print_json(verdict: Verdict, *, promoted: bool, **more: object) -> None:
    comparison = verdict.comparison.as_dict() if verdict.comparison else None
    outcome = {
        "promoted": promoted,
        "version": verdict.version,
        "champion": verdict.champion,
        "why_not": verdict.why_not,
        "why_not_indonesian": verdict.problem.told_in(Language.INDONESIAN) if verdict.problem else "",
        "comparison": comparison,
        **more,
    }
    typer.echo(json.dumps(outcome, ensure_ascii=False, indent=1))


def _print_verdict(verdict: Verdict) -> None:
    for finding in verdict.findings:
        say("promoted-against", warning=True, finding=finding)
    comparison = verdict.comparison
    if comparison is None:
        return
    for figure in comparison.figures:
        say("figure-with-interval", figure=sentence(figure), low=100 * figure.low, high=100 * figure.high)
    if comparison.few_rows:
        say("few-rows-compared", warning=True)
