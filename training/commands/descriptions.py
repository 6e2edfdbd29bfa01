"""`pilah units test` and `pilah categories test`: try changed names and descriptions on past complaints."""

from __future__ import annotations

import json
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from data.errors import PilahError
from data.exports.open import open_writer
from model.history.rows import history_file, read_history
from model.office.categories import read_categories
from model.office.register import Register
from model.office.register_file import Wording, reworded
from model.office.units import read_units
from model.versions.artifact import load
from model.versions.office_home import Office
from training.commands.options import Home, OfficeName, SigningKey, home_folder
from training.commands.output import new_table, print_rich, say
from training.simulation.descriptions import ChangedFirst, OfficeLists, try_categories, try_units

if TYPE_CHECKING:
    from rich.table import Table

    from model.history.rows import LabelledComplaint
    from training.simulation.descriptions import DescriptionTrial

_CHANGES_PRINTED = 20
_ENTRIES_PRINTED = 12
Entries = TypeVar("Entries", bound=Register[Any])

NewName = Annotated[
    str | None, typer.Option("--name", help="Another name to try; the present one stays among the other names.")
]
OtherNames = Annotated[
    str | None, typer.Option("--abbreviations", help="Other names and abbreviations to try, separated by semicolons.")
]
NewDescription = Annotated[str | None, typer.Option("--description", help="Another description to try.")]
ChangesFile = Annotated[
    Path | None, typer.Option("--out", help="Where to write every row with another first suggestion: .csv or .xlsx")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures and the changed rows as one JSON object.")]


def units_test_command(
    office: OfficeName = "kumham",
    units: Annotated[Path | None, typer.Option("--units", help="Another units.csv to try.")] = None,
    unit: Annotated[str, typer.Option("--unit", help="Id or name of a unit to try other words for.")] = "",
    name: NewName = None,
    abbreviations: OtherNames = None,
    description: NewDescription = None,
    target: ChangesFile = None,
    as_json: AsJson = False,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Try changed names and descriptions of units on the last year's rows, and list the first suggestions that change.

    A file or a unit's words are compared with the office's present units; without either, the office's units.csv with what
    the champion has learned. The trial learns from older rows than those it tries. Nothing is saved.
    """
    place = Office(home_folder(home), office)
    learned, present = _lists(place, signing_key)
    before, after = present.units, present.units
    if units is not None:
        after = after.updated_by(read_units(units))
    elif unit:
        after = _with_words(after, unit, name, abbreviations, description)
    else:
        before = learned.units
    trial = try_units(_past_rows(place), replace(present, units=before), replace(present, units=after))
    _print(trial, "unit", target, as_json=as_json)


def categories_test_command(
    office: OfficeName = "kumham",
    categories: Annotated[Path | None, typer.Option("--categories", help="Another categories.csv to try.")] = None,
    category: Annotated[str, typer.Option("--category", help="Id or name of a category to try other words for.")] = "",
    name: NewName = None,
    abbreviations: OtherNames = None,
    description: NewDescription = None,
    target: ChangesFile = None,
    as_json: AsJson = False,
    home: Home = None,
    signing_key: SigningKey = "",
) -> None:
    """Try changed names and descriptions of categories, as `pilah units test` does those of units."""
    place = Office(home_folder(home), office)
    learned, present = _lists(place, signing_key)
    before, after = present.categories, present.categories
    if categories is not None:
        after = after.updated_by(read_categories(categories))
    elif category:
        after = _with_words(after, category, name, abbreviations, description)
    else:
        before = learned.categories
    trial = try_categories(_past_rows(place), replace(present, categories=before), replace(present, categories=after))
    _print(trial, "category", target, as_json=as_json)


def _past_rows(place: Office) -> list[LabelledComplaint]:
    """The champion's rows; none in an office that began without a history."""
    folder = place.history_folder
    return read_history(folder) if history_file(folder).is_file() else []


def _lists(place: Office, signing_key: str) -> tuple[OfficeLists, OfficeLists]:
    """The units and categories as the champion has learned them, and as the office has them now."""
    champion = place.champion()
    if champion is None:
        raise place.model_missing()
    router, _ = load(place.versions_folder / champion, signing_key)
    present = OfficeLists(router.units.updated_by(place.units()), router.categories.updated_by(place.categories()))
    return OfficeLists(router.units, router.categories), present


def _with_words(
    register: Entries, entry: str, name: str | None, abbreviations: str | None, description: str | None
) -> Entries:
    found = register[entry] if entry in register else register.find(entry)
    if found is None:
        raise PilahError("training.entry-unknown", name=entry)
    words = Wording.of(found)
    if name is not None:
        words = replace(words, name=name)
    if abbreviations is not None:
        words = replace(words, abbreviations=tuple(filter(None, map(str.strip, abbreviations.split(";")))))
    if description is not None:
        words = replace(words, description=description)
    return reworded(register, found.id, words.keeping(found.name))


def _print(trial: DescriptionTrial, kind: str, target: Path | None, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(trial), ensure_ascii=False, indent=1))
        return
    if not trial.rows:
        say("trial-without-rows", warning=True)
        return
    say(
        "trial",
        rows=trial.rows,
        learned=trial.learned,
        changed=len(trial.changes),
        became_right=trial.became_right,
        became_wrong=trial.became_wrong,
        right_before=trial.right_before,
        right_after=trial.right_after,
    )
    if trial.changes:
        print_rich(_table(trial, kind))
    for change in trial.changes[:_CHANGES_PRINTED]:
        say("trial-change", **asdict(change))
    if target is not None:
        with open_writer(target, [field.name for field in fields(ChangedFirst)]) as writer:
            for change in trial.changes:
                writer.write(asdict(change))
        say("rule-changes-written", count=len(trial.changes), target=target)
    elif len(trial.changes) > _CHANGES_PRINTED:
        say("more-rule-changes", count=len(trial.changes) - _CHANGES_PRINTED)


def _table(trial: DescriptionTrial, kind: str) -> Table:
    table = new_table(kind, "gained", "lost")
    for entry_id, gained, lost in trial.by_entry()[:_ENTRIES_PRINTED]:
        table.add_row(trial.names[entry_id], str(gained), str(lost))
    return table
