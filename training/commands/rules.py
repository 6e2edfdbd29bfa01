"""`pilah rules`: check the office's rules.csv, and replay the rules over the history."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from data.exports.open import open_writer
from model.history.rows import read_history
from model.office.rules import Rules, read_rules
from model.versions.office_home import Office
from training.commands.options import Home, OfficeName, SigningKey, home_folder
from training.commands.output import label, new_table, print_rich, say
from training.simulation.rules import ChangedRow, RuleReplay, replay_rules

if TYPE_CHECKING:
    from rich.table import Table

    from model.router import Router

app = typer.Typer(help="The office's own rules in rules.csv.", no_args_is_help=True, add_completion=False)

RulesFile = Annotated[
    Path | None, typer.Option("--rules", help="Another file than the office's own rules.csv, to try it out.")
]
_CHANGES_PRINTED = 20


@app.command("check")
def check_rules_command(
    office: OfficeName = "kumham", rules: RulesFile = None, home: Home = None, signing_key: SigningKey = ""
) -> None:
    """Read the rules and report any error in them."""
    place = Office(home_folder(home), office)
    router, _ = place.load_champion(signing_key, precedents=False)
    say("rules-valid", count=len(_read(place, router, rules)))


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
    """Replay the rules over the office's history and list the rows that they would have changed.

    The model has learned from these rows, which flatters it: the figures are a lower bound of a rule's benefit.
    """
    place = Office(home_folder(home), office)
    router, _ = place.load_champion(signing_key, precedents=False)
    office_rules = _read(place, router, rules)
    # The champion applies its own rules; the replay compares with the model alone.
    without_rules = router.for_office(router.units, Rules((), router.units))
    replayed = replay_rules(without_rules, office_rules, read_history(place.history_folder))
    say("rules-replayed", rows=replayed.rows, version=router.version)
    print_rich(_table(office_rules, replayed))
    for change in replayed.changes[:_CHANGES_PRINTED]:
        say("rule-change", **asdict(change))
    if target is not None:
        _write(target, replayed.changes)
    elif len(replayed.changes) > _CHANGES_PRINTED:
        say("more-rule-changes", count=len(replayed.changes) - _CHANGES_PRINTED)


def _read(place: Office, router: Router, given: Path | None) -> Rules:
    return read_rules(given or place.rules_file, router.units)


def _table(rules: Rules, replayed: RuleReplay) -> Table:
    table = new_table("rule", "rule-action", "unit", "matched", "changed", "rule-right", "model-right", "both-wrong")
    for rule in rules:
        changed, right = replayed.changed[rule.id], replayed.rule_right[rule.id]
        model_right = replayed.model_right[rule.id]
        table.add_row(
            rule.id,
            rule.action,
            rule.unit_id,
            str(replayed.matched[rule.id] or label("never")),
            *map(str, (changed, right, model_right, changed - right - model_right)),
        )
    return table


def _write(target: Path, changes: list[ChangedRow]) -> None:
    with open_writer(target, [field.name for field in fields(ChangedRow)]) as writer:
        for change in changes:
            writer.write(asdict(change))
    say("rule-changes-written", count=len(changes), target=target)
