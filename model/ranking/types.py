"""The ranking of one complaint: units, categories, types and outcomes with raw probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from model.suggestion import ResolvedBy


class RankedUnit(NamedTuple):
    """A unit, its raw probability, its topic's number, and the clue that told the unit from its family.

    `replaces`: the id of the learned unit, where that unit isn't in force on the complaint's day.
    """

    unit_id: str
    probability: float
    resolved_by: ResolvedBy
    topic: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of one complaint, best first; `known_share` of its words were seen in training."""

    units: tuple[RankedUnit, ...]
    categories: tuple[tuple[str, float], ...]
    known_share: float
    types: tuple[tuple[str, float], ...] = ()
    outcomes: tuple[tuple[str, float], ...] = ()
