"""Rank categories again for a chosen unit, and units for a chosen category."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from model.suggestion import Given
from service.contract.suggestion_schemas import SuggestionOut
from service.ledger.complaints import to_complaint
from service.pages.frame.context import router_of
from service.pages.frame.suggestion_view import category_ranking, unit_ranking

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fastapi import Request

    from service.ledger.names import Names
    from service.ledger.tables import StoredComplaint
    from service.pages.frame.session import SentForm
    from service.pages.frame.suggestion_view import RankingView, SuggestionView

# The radio button that chooses no unit.
NO_UNIT = "-"


@dataclass(frozen=True, slots=True)
class Following:
    """Unit id → the categories for it, and category id → the units for it."""

    categories: dict[str, RankingView] = field(default_factory=dict)
    units: dict[str, RankingView] = field(default_factory=dict)


def following(
    request: Request, complaint: StoredComplaint, units: Sequence[str] = (), categories: Sequence[str] = ()
) -> Following:
    """The rankings for each unit and category; empty without a model, and in an office with units or categories alone."""
    router = router_of(request)
    if router is None or not router.has_units or not len(router.categories):
        return Following()
    units = [unit_id for unit_id in dict.fromkeys(units) if unit_id in router.units]
    categories = [category_id for category_id in dict.fromkeys(categories) if category_id in router.categories]
    given = [*(Given(unit_id=unit_id) for unit_id in units), *(Given(category_id=each) for each in categories)]
    if not given:
        return Following()
    state = request.app.state
    known = state.intake.with_returns([to_complaint(complaint)], complaint.system)[0]
    suggested = router.suggest_given(known, given, evidence=False, matters=False, today=state.settings.today())
    answers = [SuggestionOut.of(suggestion, state.settings.zone) for suggestion in suggested]
    return Following(
        dict(zip(units, map(category_ranking, answers[: len(units)]), strict=True)),
        dict(zip(categories, map(unit_ranking, answers[len(units) :]), strict=True)),
    )


@dataclass(frozen=True, slots=True)
class Lists:
    """The two lists of the decision's form, their checked entries, and the rankings for each entry.

    `for_unit` and `for_category` name an officer's choice behind a list, blank for Pilah's own suggestion.
    `categories_for` is the unit's id behind the list of categories.
    """

    units: RankingView | None
    categories: RankingView | None
    unit: str
    category: str
    categories_for: str
    for_unit: str
    for_category: str
    following: Following


def lists_of(
    request: Request, complaint: StoredComplaint, view: SuggestionView | None, chosen: Mapping[str, str], names: Names
) -> Lists:
    """The lists for a refused form's choices, or for Pilah's suggestion before any choice."""
    if view is None:
        return Lists(None, None, chosen.get("unit", ""), chosen.get("kategori", ""), "", "", "", Following())
    own_units, own_categories = ([each.id for each in side.candidates] for side in (view.units, view.categories))
    unit, category = chosen.get("unit", ""), chosen.get("kategori", "")
    followed = Following()
    if complaint.waiting or chosen:
        followed = following(request, complaint, [*own_units, unit], [*own_categories, category])
    first_unit = own_units[0] if own_units else ""
    for_unit = unit if unit in followed.categories and unit != first_unit else ""
    for_category = category if not unit and category in followed.units else ""
    units = followed.units[for_category] if for_category else view.units
    categories = followed.categories[for_unit] if for_unit else view.categories
    return Lists(
        units,
        categories,
        unit if chosen else units.in_advance,
        category if category or (chosen and not for_unit) else categories.in_advance,
        for_unit or first_unit,
        names.unit(for_unit) if for_unit else "",
        names.category(for_category) if for_category else "",
        followed,
    )


def is_left_over(form: SentForm, unit_id: str) -> bool:
    """Whether the page preselected the form's category for another unit than the officer's.

    Forms from other clients name no unit behind the categories, and are never left over.
    """
    ranked_for, in_advance = form.get("kategori_untuk"), form.get("kategori_awal")
    other = bool(unit_id) and unit_id not in {NO_UNIT, ranked_for}
    return bool(ranked_for) and other and bool(in_advance) and form.get("kategori") == in_advance
