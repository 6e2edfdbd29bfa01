"""The ranking of a complaint: units, categories, types and outcomes with raw probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from model.suggestion import ResolvedBy


class RankedUnit(NamedTuple):
    """A unit with raw probability, the number of the topic, and the kind of clue that resolved a family.

    `replaces`: the id of a learned unit that isn't in force on the complaint's day.
    """

    unit_id: str
    probability: float
    resolved_by: ResolvedBy
    topic: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of a complaint, best first; `known_share` is the share of words seen in training.

    `returned_by` are the units that returned a copy of the text, as learned in training.
    """

    units: tuple[RankedUnit, ...]
    categories: tuple[tuple[str, float], ...]
    known_share: float
    types: tuple[tuple[str, float], ...] = ()
    outcomes: tuple[tuple[str, float], ...] = ()
    returned_by: frozenset[str] = frozenset()
