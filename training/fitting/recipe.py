"""The recipe of a training: every setting that decides the fit."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from model.language.features import ComplaintFeatures
from model.ranking.calibration import DEFAULT_PROMISE
from model.ranking.sample_weights import ACCEPTANCE_WEIGHT, CORRECTION_WEIGHT, WRONG_WEIGHT, Trust
from model.ranking.types import Parts
from training.dataset.sampling import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Recipe:
    """Everything that decides how a model is made from rows; kept in the card, so that it can be repeated.

    `max_rows`: of more rows the newest and the newest of each label are learned from; 0 for no bound.
    """

    promise: float = DEFAULT_PROMISE
    stemming: bool = True
    colloquial: bool = True
    pairs: bool = True
    characters: tuple[int, int] | None = (3, 5)
    stop_words: bool = False
    families: bool = True
    names: bool = True
    bayes: bool = True
    recency: bool = True
    together: bool = True
    addressed: bool = True
    asked: bool = True
    correction_weight: float = CORRECTION_WEIGHT
    acceptance_weight: float = ACCEPTANCE_WEIGHT
    wrong_weight: float = WRONG_WEIGHT
    max_rows: int = MOST_ROWS

    @classmethod
    def from_card(cls, stored: Mapping[str, Any]) -> Recipe:
        """The recipe that a card keeps; what a later Pilah added has its default, but a model of before had no bound."""
        known = {name.name: stored[name.name] for name in fields(cls) if name.name in stored}
        if known.get("characters"):
            known["characters"] = tuple(known["characters"])
        return cls(**({"max_rows": 0} | known))

    def learned_of(self, n_rows: int) -> int:
        """How many of so many rows are learned from."""
        return min(n_rows, self.max_rows or n_rows)

    def features(self) -> ComplaintFeatures:
        """The transformer that this recipe asks for, not yet fitted."""
        return ComplaintFeatures(
            stemming=self.stemming,
            colloquial=self.colloquial,
            pairs=self.pairs,
            characters=self.characters,
            stop_words=self.stop_words,
        )

    def trust(self) -> Trust:
        """How much a row teaches, by how its label came about."""
        return Trust(self.correction_weight, self.acceptance_weight, self.wrong_weight)

    def parts(self) -> Parts:
        """The parts of the ranking that this recipe asks for."""
        return Parts(**{part.name: getattr(self, part.name) for part in fields(Parts)})
