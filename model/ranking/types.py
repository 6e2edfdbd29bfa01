"""What a ranking gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from model.suggestion import ResolvedBy


@dataclass(frozen=True, slots=True)
class Parts:
    """Which parts a ranking has; everything, unless a measurement leaves one out to see what it brings."""

    names: bool = True
    bayes: bool = True
    recency: bool = True
    together: bool = True
    addressed: bool = True
    asked: bool = True


class RankedUnit(NamedTuple):
    """A unit, its raw probability, and what told it from its family.

    `replaces`: the id of the unit that the model learned, where that one isn't in force on the complaint's day.
    """

    unit_id: str
    probability: float
    resolved_by: ResolvedBy
    topic: int
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of one complaint; `known` is whether the text shares any feature with what was learned."""

    units: tuple[RankedUnit, ...]
    categories: tuple[tuple[str, float], ...]
    known_share: float
    types: tuple[tuple[str, float], ...] = ()
    outcomes: tuple[tuple[str, float], ...] = ()
