"""Which units have sent back a text nearly like this one: they are not suggested first for it again."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from model.language.near_duplicates import NEAR_DUPLICATE_FROM, shingle_codes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from model.ranking.types import RankedUnit

# How far behind the best other unit a refused one stands.
_BEHIND = 0.5


class Refusals:
    """Remembers texts by the codes of their shingles, with the units that were wrong for them.

    A machine that learns a text as wrong for a unit may still find that unit likeliest, where much else speaks for it. An
    officer who has seen a letter come back must not be offered the same unit for the next copy. Copies that the unit kept
    speak against those that it returned: it is refused from as many returned ones on.
    """

    def __init__(self, wrong: Iterable[tuple[str, str]], right: Iterable[tuple[str, str]]) -> None:
        """Both are pairs of a text and the id of a unit. Texts too short to be told apart are left out."""
        self._votes: list[tuple[str, int]] = []
        self._sizes: list[int] = []
        self._by_code: dict[int, list[int]] = {}
        for text, unit_id in wrong:
            self._remember(text, unit_id, 1)
        refused = {unit_id for unit_id, _ in self._votes}
        kept = [(text, unit_id) for text, unit_id in right if unit_id in refused]
        # Only a copy of what was refused speaks against it, found before any of them is remembered.
        speaking = [
            (text, unit_id)
            for text, unit_id in kept
            if any(self._votes[at][0] == unit_id for at in self._alike(shingle_codes(text)))
        ]
        for text, unit_id in speaking:
            self._remember(text, unit_id, -1)

    def __len__(self) -> int:
        return len(self._votes)

    def of(self, text: str) -> frozenset[str]:
        """The ids of the units that refuse a text."""
        if not self._votes:
            return frozenset()
        sums: Counter[str] = Counter()
        refused = set()
        for at in self._alike(shingle_codes(text)):
            unit_id, vote = self._votes[at]
            sums[unit_id] += vote
            if vote > 0:
                refused.add(unit_id)
        return frozenset(unit_id for unit_id in refused if sums[unit_id] >= 0)

    def _remember(self, text: str, unit_id: str, vote: int) -> None:
        codes = shingle_codes(text)
        if not codes:
            return
        for code in codes:
            self._by_code.setdefault(code, []).append(len(self._votes))
        self._votes.append((unit_id, vote))
        self._sizes.append(len(codes))

    def _alike(self, codes: frozenset[int]) -> Iterator[int]:
        shared = Counter(at for code in codes for at in self._by_code.get(code, ()))
        for at, count in shared.items():
            if count >= NEAR_DUPLICATE_FROM * (len(codes) + self._sizes[at] - count):
                yield at


NOTHING_REFUSED = Refusals((), ())


def pushed_back(ranked: Sequence[RankedUnit], refused: frozenset[str]) -> tuple[RankedUnit, ...]:
    """The ranking, best first, with each refused unit behind the best other one."""
    others = [unit for unit in ranked if not {unit.unit_id, unit.replaces} & refused]
    if not others or len(others) == len(ranked):
        return tuple(ranked)
    most = _BEHIND * others[0].probability
    back = [
        unit._replace(probability=min(unit.probability, most)) if {unit.unit_id, unit.replaces} & refused else unit
        for unit in ranked
    ]
    return tuple(sorted(back, key=lambda unit: -unit.probability))
