"""Push a unit back for near-duplicates of a text that the unit returned."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from model.language.near_duplicates import NEAR_DUPLICATE_FROM, shingle_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from model.ranking.types import RankedUnit

# The highest probability of a unit that returned the text, as a share of the best other unit's.
_SHARE_OF_BEST = 0.5


class ReturnedTexts:
    """Returned texts by shingle codes, with the units that returned them.

    A classifier may rank the wrong unit first in spite of a counter-example. An officer who has seen a letter come back
    must not be offered the same unit for the next copy. Kept copies count against returned copies: with as many returned
    as kept, the unit is pushed back.
    """

    def __init__(self, wrong: Iterable[tuple[str, str]] = (), right: Iterable[tuple[str, str]] = ()) -> None:
        """Both are pairs of a text and the id of a unit. Texts too short to be told apart are left out."""
        self._votes: list[tuple[str, int]] = []
        self._sizes: list[int] = []
        self._by_code: dict[int, list[int]] = {}
        for text, unit_id in wrong:
            self._add(text, unit_id, 1)
        returned_by = {unit_id for unit_id, _ in self._votes}
        # Only a copy of a returned text counts; all are found before any is added.
        kept = [
            (text, unit_id)
            for text, unit_id in right
            if unit_id in returned_by and any(self._votes[i][0] == unit_id for i in self._alike(shingle_codes(text)))
        ]
        for text, unit_id in kept:
            self._add(text, unit_id, -1)

    def units_that_returned(self, text: str) -> frozenset[str]:
        """The ids of the units that returned copies of a text."""
        if not self._votes:
            return frozenset()
        sums: Counter[str] = Counter()
        returned_by = set()
        for i in self._alike(shingle_codes(text)):
            unit_id, vote = self._votes[i]
            sums[unit_id] += vote
            if vote > 0:
                returned_by.add(unit_id)
        return frozenset(unit_id for unit_id in returned_by if sums[unit_id] >= 0)

    def _add(self, text: str, unit_id: str, vote: int) -> None:
        codes = shingle_codes(text)
        if not codes:
            return
        for code in codes:
            self._by_code.setdefault(code, []).append(len(self._votes))
        self._votes.append((unit_id, vote))
        self._sizes.append(len(codes))

    def _alike(self, codes: frozenset[int]) -> Iterator[int]:
        """The numbers of near-duplicate texts."""
        shared = Counter(i for code in codes for i in self._by_code.get(code, ()))
        for i, count in shared.items():
            if count >= NEAR_DUPLICATE_FROM * (len(codes) + self._sizes[i] - count):
                yield i


def pushed_back(ranked: Sequence[RankedUnit], returned_by: frozenset[str]) -> tuple[RankedUnit, ...]:
    """The ranking with units that returned the text behind the best other unit."""
    others = [unit for unit in ranked if not {unit.unit_id, unit.replaces} & returned_by]
    if not others or len(others) == len(ranked):
        return tuple(ranked)
    most = _SHARE_OF_BEST * others[0].probability
    lowered = [
        unit._replace(probability=min(unit.probability, most)) if {unit.unit_id, unit.replaces} & returned_by else unit
        for unit in ranked
    ]
    return tuple(sorted(lowered, key=lambda unit: -unit.probability))


def without_returned(ranked: Sequence[RankedUnit], returned_by: frozenset[str]) -> tuple[RankedUnit, ...]:
    """The ranking without units that returned this complaint; the others share their probability.

    The ranking stays where no other unit is known.
    """
    others = [unit for unit in ranked if not {unit.unit_id, unit.replaces} & returned_by]
    if not others or len(others) == len(ranked):
        return tuple(ranked)
    left = 1 - sum(unit.probability for unit in ranked if unit not in others)
    total = max(left, sum(unit.probability for unit in others))
    return tuple(unit._replace(probability=unit.probability / total) for unit in others)
