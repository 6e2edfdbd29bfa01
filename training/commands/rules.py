"""`pilah rules`: check what the office wrote in rules.csv, and see what it would have changed."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from data.exports.open import open_writer
from model.history.rows import read_history
from model.office.rules import Rules, read_rules
from model.versions.office_home import Office
from training.commands.options import Home, OfficeName, SigningKey, home_folder
from training.simulation.rules import ChangedRow, RuleReplay, replay_rules

if TYPE_CHECKING:
    from model.router import Router

out = Console(soft_wrap=True)
app = typer.Typer(help="The office's own rules in rules.csv.", no_args_is_help=True)

RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="Another file than the office's own rules.csv, to try it out.")
]
_CHANGES_PRINTED = 20


@app.command("check")
def check_rules_command(
    office: OfficeName = "kumham", rules: RulesFile = None, home: Home = None, signing_key: SigningKey = ""
) -> None:
    """Read the rules and say what can't be understood."""
    place = Office(home_folder(home), office)
    router, _ = place.load_champion(signing_key, precedents=False)
    out.print(f"{len(_rules(place, router, rules))} rules, all of them understood.")


@app.command("test")
def replay_command(
    office: OfficeName = "kumham",
    rules: RulesFile = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="Where to write every changed row: .csv or .xlsx")
    ] = None,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Replay the rules over the office's history and list what they would have changed.

    The model has learned from these rows, so its own share here flatters it: read the figures as a lower bound of what
    a rule brings.
    """
    place = Office(home_folder(home), office)
    router, _ = place.load_champion(signing_key, precedents=False)
    tried = _rules(place, router, rules)
    # The champion answers with its rules; the replay wants the model alone.
    alone = router.at_office(router.units, Rules((), router.units))
    found = replay_rules(alone, tried, read_history(place.history_folder))
    out.print(f"{found.rows} past complaints with a unit that kept them, model {router.version}.")
    out.print(_table(tried, found))
    for change in found.changes[:_CHANGES_PRINTED]:
        out.print(
            f"  {change.rule}: {change.by_model} → {change.by_rules} (decided: {change.decided}) {change.excerpt}",
            markup=False,
        )
    if target is not None:
        _write(target, found.changes)
    elif len(found.changes) > _CHANGES_PRINTED:
        out.print(f"  and {len(found.changes) - _CHANGES_PRINTED} more: write them all with --out changes.csv")


def _rules(place: Office, router: Router, given: Path | None) -> Rules:
    return read_rules(given or place.rules_file, router.units)


def _table(rules: Rules, found: RuleReplay) -> Table:
    table = Table("rule", "does", "unit", "matched", "changed", "rule right", "model right", "both wrong")
    for rule in rules:
        changed, right, model = found.changed[rule.id], found.rule_right[rule.id], found.model_right[rule.id]
        table.add_row(
            rule.id,
            rule.action,
            rule.unit_id,
            str(found.matched[rule.id]) if found.matched[rule.id] else "never",
            *map(str, (changed, right, model, changed - right - model)),
        )
    return table


def _write(target: Path, changes: list[ChangedRow]) -> None:
    with open_writer(target, [field.name for field in fields(ChangedRow)]) as writer:
        for change in changes:
            writer.write(asdict(change))
    out.print(f"{len(changes)} changed rows written to {target}.")
