"""Plan a training: what it learns from and measures on, and what its suggestions will lack, before anything is fitted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.messages import Sentence
from training.dataset.sampling import require_room
from training.dataset.split import by_time
from training.errors import HistoryUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from data.errors import PilahError
    from model.office.categories import Categories
    from model.office.units import Units
    from training.dataset.read import Reading
    from training.dataset.split import Split


@dataclass(frozen=True)
class TrainingPlan:
    """The rows of a training and their labels.

    `units` and `categories` count the labels with rows; `units_by_name` and `categories_by_name` count further labels of
    the office's files, known by name alone.
    """

    rows: int
    split: Split
    units: int
    units_by_name: int
    categories: int
    categories_by_name: int

    @property
    def measured_units(self) -> int:
        """The number of held-out rows with a unit to measure on."""
        return sum(bool(row.unit) and not row.returned for row in self.split.held_back)

    @property
    def measured_categories(self) -> int:
        """The number of held-out rows with a category to measure on."""
        return sum(bool(row.category) for row in self.split.held_back)

    def measured(self) -> tuple[Sentence, ...]:
        """The number of held-out rows to measure on, for each label that a row has."""
        counts = {}
        if self.units:
            counts["unit"] = self.measured_units
        if self.categories:
            counts["category"] = self.measured_categories
        return tuple(Sentence(f"commands.would-measure-{label}", rows=count) for label, count in counts.items())

    def shortcomings(self) -> Iterator[Sentence]:
        """What the suggestions will lack, and what will not be measured."""
        if not self.units:
            named = self.units_by_name
            yield Sentence("training.units-by-name", count=named) if named else Sentence("training.no-units")
        elif self.units + self.units_by_name == 1:
            yield Sentence("training.one-unit")
        if not self.categories:
            named = self.categories_by_name
            yield Sentence("training.categories-by-name", count=named) if named else Sentence("training.no-categories")
        elif self.categories + self.categories_by_name == 1:
            yield Sentence("training.one-category")
        if self.split.unmeasured is not None:
            yield Sentence("training.nothing-measured", reason=self.split.unmeasured)
            return
        if self.units and not self.measured_units:
            yield Sentence("training.unit-unmeasured")
        if self.categories and not self.measured_categories:
            yield Sentence("training.category-unmeasured")


def plan_or_problem(
    reading: Reading, office_units: Units, office_categories: Categories, max_rows: int
) -> TrainingPlan | PilahError:
    """The plan of a training on a reading, or the error that the training would end with."""
    if reading.unreadable:
        return reading.unreadable[0].problem
    try:
        return plan_training(reading, office_units, office_categories, max_rows)
    except HistoryUnusable as error:
        return error


def plan_training(
    reading: Reading,
    office_units: Units,
    office_categories: Categories,
    max_rows: int,
    *,
    without_rows: bool = False,
) -> TrainingPlan:
    """The plan of a training on the rows of a reading, or `without_rows` on the office's units and categories alone.

    Raises:
        HistoryUnusable: no row has anything to teach, the rows have more labels than the bound of rows, or an office
            without rows lists neither units nor categories.
    """
    rows = reading.rows
    known_units = office_units.with_names(list(dict.fromkeys(row.unit for row in rows if row.unit)))
    known_categories = office_categories.with_names(row.category for row in rows if row.category)
    taught = {row.unit for row in rows if row.unit and not row.returned}
    units = {unit.id for name in taught if (unit := known_units.find(name))}
    named = {row.category for row in rows if row.category}
    categories = {category.id for name in named if (category := known_categories.find(name))}
    if without_rows and not len(known_units) + len(known_categories):
        raise HistoryUnusable("training.nothing-listed")
    if not rows and not without_rows:
        unread = len(reading.unread_dates())
        raise HistoryUnusable("training.no-dates" if unread else "training.no-rows", count=unread)
    if not units and not categories and not without_rows:
        raise HistoryUnusable("training.nothing-taught", rows=len(rows))
    require_room(rows, max_rows)
    return TrainingPlan(
        rows=len(rows),
        split=by_time(rows),
        units=len(units),
        units_by_name=len(known_units) - len(units),
        categories=len(categories),
        categories_by_name=len(known_categories) - len(categories),
    )
