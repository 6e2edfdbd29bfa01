"""From labelled rows to a router: fit on earlier rows, measure on later rows, fit on all rows, assemble."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

from model.office.categories import NO_CATEGORIES
from model.ranking.side_outputs import Copies
from model.ranking.topics import day_of, in_force
from model.router import Router
from training.dataset.sampling import newest_rows
from training.fitting.calibration import Outcome, calibrate
from training.fitting.families import find_families
from training.fitting.ranker import fit_ranker, newest_day

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.calibration import Calibration
    from model.ranking.ranker import Ranking
    from model.ranking.types import Ranked
    from training.fitting.recipe import Recipe

Row = TypeVar("Row")

# Where the rows are cut: a ranking of the rows before a slice predicts the slice.
_CHAIN = (0.5, 0.75)


def units_known(rows: Sequence[LabelledComplaint], office_units: Units) -> Units:
    """The office's units and further units of the rows, with the families among all units."""
    units = office_units.with_names(list(dict.fromkeys(row.unit for row in rows if row.unit)))
    placed = [(unit.id, row.complaint) for row in rows if not row.returned and (unit := units.find(row.unit))]
    return units.with_memberships(find_families(units, placed))


def categories_known(rows: Sequence[LabelledComplaint], office_categories: Categories) -> Categories:
    """The office's categories and further categories of the rows."""
    return office_categories.with_names(row.category for row in rows if row.category)


@dataclass(frozen=True)
class Outcomes:
    """The results of suggestions on later rows, for unit and category."""

    units: list[Outcome]
    categories: list[Outcome]

    def __add__(self, other: Outcomes) -> Outcomes:
        return Outcomes(self.units + other.units, self.categories + other.categories)


def fit_ranking(
    rows: Sequence[LabelledComplaint],
    office_units: Units,
    recipe: Recipe,
    office_categories: Categories = NO_CATEGORIES,
) -> tuple[Ranking, Units]:
    """A ranking of the rows, or of the newest where the recipe has a bound, and the units as learned."""
    learned = newest_rows(rows, recipe.max_rows)
    units, categories = units_known(learned, office_units), categories_known(learned, office_categories)
    return fit_ranker(learned, units, categories, recipe.sample_weights()), units


def slices_of(rows: Sequence[Row]) -> list[tuple[Sequence[Row], Sequence[Row]]]:
    """Forward-chained pairs for the calibration: earlier rows to learn from, and the later slice to predict."""
    cuts = [round(len(rows) * share) for share in _CHAIN] + [len(rows)]
    return [(rows[:start], rows[start:end]) for start, end in pairwise(cuts)]


def predict_slice(
    earlier: Sequence[LabelledComplaint],
    later: Sequence[LabelledComplaint],
    office_units: Units,
    recipe: Recipe,
    office_categories: Categories = NO_CATEGORIES,
) -> Outcomes:
    """The results on the later rows of a ranking of the earlier rows."""
    if not has_labels(earlier):
        return Outcomes([], [])
    ranking, units = fit_ranking(earlier, office_units, recipe, office_categories)
    return outcomes_of(ranking, units, later)


def has_labels(rows: Sequence[LabelledComplaint]) -> bool:
    """Whether any row has a right unit or a category."""
    return has_labelled_units(rows) or any(row.category for row in rows)


def has_labelled_units(rows: Sequence[LabelledComplaint]) -> bool:
    """Whether any row has a right unit."""
    return any(row.unit and not row.returned for row in rows)


def outcomes_of(ranking: Ranking, units: Units, rows: Sequence[LabelledComplaint]) -> Outcomes:
    """The results of a ranking on held-out rows."""
    ranked = ranking.rank_many([row.complaint for row in rows])
    return ranked_outcomes(ranked, units, ranking.known_categories, rows)


def ranked_outcomes(
    ranked: Sequence[Ranked], units: Units, categories: Categories, rows: Sequence[LabelledComplaint]
) -> Outcomes:
    """The outcomes of rows that are ranked already; a row from before every unit in force has no outcome."""
    by_unit, by_category = [], []
    for row, answer in zip(rows, ranked, strict=True):
        if row.unit and not row.returned and answer.units:
            decided = units.find(row.unit)
            scores = {unit.unit_id: unit.probability for unit in answer.units}
            by_unit.append(_outcome(scores, decided.id if decided is not None else ""))
        if row.category and answer.categories:
            category = categories.find(row.category)
            right = in_force(category.id, categories, day_of(row.complaint, None)) if category is not None else ""
            by_category.append(_outcome(dict(answer.categories), right))
    return Outcomes(by_unit, by_category)


def assemble(
    version: str,
    ranking: Ranking,
    units: Units,
    outcomes: Outcomes,
    recipe: Recipe,
    rows: Sequence[LabelledComplaint],
) -> Router:
    """The router of a ranking that learned from `rows`, calibrated by outcomes on later rows."""
    calibrated = calibrations(outcomes, recipe)
    return Router(version, ranking, units, ranking.known_categories, *calibrated, _copies(rows, units))


def _copies(rows: Sequence[LabelledComplaint], units: Units) -> Copies:
    """The counts of copies, by units in force at the end of the history."""
    newest = newest_day(rows)

    def unit_in_force(name: str) -> str:
        unit = units.find(name)
        return in_force(unit.id, units, newest) if unit else ""

    in_charge = [
        (unit_id, [copied for name in row.copies if (copied := unit_in_force(name))])
        for row in rows
        if not row.returned and (unit_id := unit_in_force(row.unit))
    ]
    return Copies(in_charge)


def calibrations(outcomes: Outcomes, recipe: Recipe) -> tuple[Calibration, Calibration]:
    """The calibration of the unit and of the category."""
    return calibrate(outcomes.units, recipe.promise), calibrate(outcomes.categories, recipe.promise)


def _outcome(scores: Mapping[str, float], right: str) -> Outcome:
    """`scores` are of the candidates, best first."""
    labels = list(scores)
    second = scores[labels[1]] if len(labels) > 1 else 0.0
    return Outcome(scores[labels[0]], second, labels[0] == right, scores.get(right, 0.0))
