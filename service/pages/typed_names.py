"""Names typed into the search fields of a decision: the units and categories that they resemble or name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz, process, utils

from service.errors import TypedNameUnclear

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.router import Router
    from service.pages.frame.session import SentForm
    from service.settings import Settings

_MOST_MATCHES = 7
_LEAST_LIKENESS = 55


def units_in_force(router: Router, settings: Settings) -> dict[str, list[str]]:
    """Unit id → full name and abbreviations, for the units in force today."""
    today = settings.today()
    return {unit.id: [unit.name, *unit.abbreviations] for unit in router.units if unit.valid_on(today)}


def best_matches(typed: str, choices: dict[str, list[str]]) -> list[tuple[str, str]]:
    """Ids and full names, best match first; an exact match always comes first."""
    query = utils.default_process(typed)
    if not query:
        return []
    names = [(utils.default_process(name), choice) for choice, spellings in choices.items() for name in spellings]
    matches = process.extract(
        query, [name for name, _ in names], scorer=_likeness, score_cutoff=_LEAST_LIKENESS, limit=40
    )
    best = dict.fromkeys(names[index][1] for _, _, index in matches)
    return [(choice, choices[choice][0]) for choice in list(best)[:_MOST_MATCHES]]


def _likeness(typed: str, name: str, **_: object) -> float:
    if typed == name:
        return 101.0
    # A name with the typed text inside beats a merely similar name.
    contains = 30.0 if f" {typed}" in f" {name}" else 0.0
    return min(100.0, 0.7 * fuzz.WRatio(typed, name) + contains)


def categories_in_force(router: Router, settings: Settings) -> dict[str, list[str]]:
    """Category id → the name that tells the category apart and its other names, for the categories in force today."""
    today, categories = settings.today(), router.categories
    return {
        category.id: list(dict.fromkeys((categories.shown_name(category.id), category.name, *category.abbreviations)))
        for category in categories
        if category.valid_on(today)
    }


def named_in(form: SentForm, search_field: str, kind: str, choices: Mapping[str, Sequence[str]]) -> str:
    """The id that the text in a search field names; blank for a blank field.

    A text whose matches were offered before doesn't count again: the user has chosen one of the matches.

    Raises:
        TypedNameUnclear: the text names nothing, or several choices.
    """
    typed = form.get(search_field, 200)
    if not typed or typed == form.get(f"{search_field}_ditawarkan", 200):
        return ""
    named = _named(typed, choices)
    if len(named) != 1:
        raise TypedNameUnclear(f"pages.typed-{kind}-{'several' if named else 'unknown'}", search_field)
    return named[0]


def _named(typed: str, choices: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids with exactly the typed name, otherwise the ids whose name contains the typed words in this order."""
    exact = _letters(typed)
    same = [choice for choice, names in choices.items() if exact in map(_letters, (choice, *names))]
    if same or not exact:
        return same
    words = f" {utils.default_process(typed)} "
    return [
        choice
        for choice, names in choices.items()
        if any(words in f" {utils.default_process(name)} " for name in names)
    ]


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))
