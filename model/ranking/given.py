"""Rank one side of a complaint anew when the other is known: the categories for a unit, the units for a category."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.ranking.topics import topic_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.linear import MutualEvidence


@dataclass(frozen=True, slots=True)
class GivenEvidence:
    """What a known unit says about categories, and a known category about units; `mutual` is None without both.

    A unit or category that is new since the training speaks through those that it replaces, or says nothing.
    """

    mutual: MutualEvidence | None
    units: Units
    topics: Mapping[str, int]
    categories: Mapping[str, int]

    def by_category(self, alone: NDArray[np.float64], unit_id: str, office: Units) -> NDArray[np.float64]:
        """The probabilities of categories for a known unit, from those of the text alone; new categories come last."""
        if self.mutual is None or not unit_id:
            return alone
        numbers = self._topics_of([unit_id], office) or self._topics_of(office.predecessors_of(unit_id), office)
        return _reweighted(alone, len(self.categories), numbers, self.mutual.categories_given)

    def by_topic(self, alone: NDArray[np.float64], category_id: str, office: Categories) -> NDArray[np.float64]:
        """The probabilities of topics for a known category, from those of the text alone; new units come last."""
        if self.mutual is None or not category_id:
            return alone
        before = office.predecessors_of(category_id)
        numbers = [
            self.categories[each]
            for each in ([category_id] if category_id in self.categories else before)
            if each in self.categories
        ]
        return _reweighted(alone, len(self.topics), numbers, self.mutual.units_given)

    def _topics_of(self, unit_ids: Sequence[str], office: Units) -> list[int]:
        """The topics of units as learned, or of a new member of a learned family."""
        registers = [(unit_id, self.units if unit_id in self.units else office) for unit_id in unit_ids]
        topics = dict.fromkeys(topic_of(unit_id, register) for unit_id, register in registers)
        return [self.topics[topic] for topic in topics if topic in self.topics]


def _reweighted(
    alone: NDArray[np.float64],
    n_learned: int,
    numbers: Sequence[int],
    given: Callable[[NDArray[np.float64], Sequence[int]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """The distribution with the learned labels reweighted; a new label keeps its probability."""
    if not numbers:
        return alone
    learned = alone[:n_learned]
    return np.concatenate((given(learned, numbers) * learned.sum(), alone[n_learned:]))
