"""Replace candidates of a suggestion by a known unit, category, type or outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from model.notices import ABOUT_FIRST_UNIT
from model.suggestion import CategoryCandidate, NamedConfidence, Status, UnitCandidate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.office.categories import Categories
    from model.office.units import Units
    from model.suggestion import Given, Suggestion


def with_known(
    suggestion: Suggestion, given: Given, units: Units, categories: Categories, copies: Sequence[UnitCandidate]
) -> Suggestion:
    """The suggestion with each known label as the only candidate.

    Track record, evidence and rules are left out beside a known unit: they concern a unit chosen by Pilah. `copies` belong
    to the known unit.
    """
    if given.unit_id or given.category_id:
        suggestion = replace(suggestion, track_record=None)
    if given.unit_id:
        unit = units[given.unit_id]
        suggestion = replace(
            suggestion,
            units=(UnitCandidate(unit.id, unit.code, unit.name, 1.0, in_set=True),),
            unit_status=Status.CONFIDENT,
            copies=tuple(copies),
            rule=None,
            model_unit=None,
            evidence=(),
            sentence=None,
            notices=tuple(notice for notice in suggestion.notices if notice.code not in ABOUT_FIRST_UNIT),
        )
    if given.category_id:
        known = CategoryCandidate(given.category_id, categories.shown_name(given.category_id), 1.0, in_set=True)
        suggestion = replace(suggestion, categories=(known,), category_status=Status.CONFIDENT)
    if given.type:
        suggestion = replace(suggestion, types=(NamedConfidence(given.type, 1.0),))
    if given.outcome:
        suggestion = replace(suggestion, outcomes=(NamedConfidence(given.outcome, 1.0),))
    return suggestion
