"""Test whether a challenger is worse than the champion beyond noise, from the outcomes of both on the same rows.

For each figure the rows are resampled in pairs (Efron and Tibshirani 1993, chapter 16): only rows count where
exactly one model was right. The p-value is the share of resamples, centred on no difference, at or below the measured
difference. Every unit with enough rows is tested, with Holm's correction (1979) over the units; the four overall figures
are corrected separately.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from training.evaluation.row_outcomes import FIGURES, NOT_SCORED, RIGHT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from training.evaluation.row_outcomes import RowOutcomes

RESAMPLES = 10_000
SIGNIFICANT = 0.05
FEWEST_UNIT_ROWS = 30
# With fewer rows even a clear loss can hide in the noise, and a promotion has to say so.
FEWEST_ROWS = 100
_SEED = 0
_MIDDLE = (0.025, 0.975)


@dataclass(frozen=True, slots=True)
class Difference:
    """One figure of both models on `rows` rows, and the 95 % confidence interval of the difference.

    `p` is the p-value of "the challenger is not worse", `corrected` the same after Holm's correction.
    """

    name: str
    rows: int
    challenger: float
    champion: float
    difference: float
    low: float
    high: float
    p: float
    corrected: float

    @property
    def worse(self) -> bool:
        """Whether the challenger is worse beyond noise."""
        return self.difference < 0 and self.corrected < SIGNIFICANT


@dataclass(frozen=True)
class Comparison:
    """The overall figures, and top-1 of each unit with at least 30 rows, most rows first."""

    figures: tuple[Difference, ...]
    units: tuple[Difference, ...]

    @property
    def worse(self) -> tuple[Difference, ...]:
        """The figures that are worse beyond noise."""
        return tuple(figure for figure in (*self.figures, *self.units) if figure.worse)

    @property
    def few_rows(self) -> bool:
        """Whether the rows are too few to show a loss."""
        return max((figure.rows for figure in self.figures), default=0) < FEWEST_ROWS

    def as_dict(self) -> dict[str, Any]:
        """The comparison for the card."""
        return {
            "figures": [asdict(figure) | {"worse": figure.worse} for figure in self.figures],
            "units": [asdict(unit) | {"worse": unit.worse} for unit in self.units],
            "worse": bool(self.worse),
        }


def compare(challenger: RowOutcomes, champion: RowOutcomes, names: Mapping[str, str] | None = None) -> Comparison:
    """Compare both models on the same rows; `names` has the name of each unit's id."""
    generator = np.random.default_rng(_SEED)
    figures = [
        _difference(figure, challenger.of[figure], champion.of[figure], generator)
        for figure in FIGURES
        if _scored(challenger.of[figure], champion.of[figure]).any()
    ]
    units = np.array(challenger.units)
    first, other = challenger.of[FIGURES[0]], champion.of[FIGURES[0]]
    scored = _scored(first, other)
    ids, counts = np.unique(units[scored], return_counts=True)
    enough = [(str(unit), int(count)) for unit, count in zip(ids, counts, strict=True) if count >= FEWEST_UNIT_ROWS]
    by_unit = [
        _difference((names or {}).get(unit, unit), first[units == unit], other[units == unit], generator)
        for unit, _ in sorted(enough, key=lambda pair: -pair[1])
    ]
    return Comparison(_corrected(figures), _corrected(by_unit))


def holm(p_values: Sequence[float]) -> list[float]:
    """Holm's step-down correction: the k-th smallest of m p-values is multiplied by m - k + 1, keeping their order.

    >>> [round(p, 3) for p in holm([0.04, 0.01, 0.03])]
    [0.06, 0.03, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    corrected = np.zeros(len(p_values))
    largest = 0.0
    for rank, index in enumerate(order):
        largest = max(largest, min(1.0, p_values[index] * (len(p_values) - rank)))
        corrected[index] = largest
    return [float(p) for p in corrected]


def resampled(lost: int, won: int, rows: int, generator: np.random.Generator) -> NDArray[np.float64]:
    """The mean difference in each of 10,000 resamples of `rows` pairs.

    The counts of lost, won and equal pairs in a resample are multinomial: drawing the rows is unnecessary.
    """
    shares = (lost / rows, won / rows, max(0.0, 1 - lost / rows - won / rows))
    counts = generator.multinomial(rows, shares, size=RESAMPLES)
    differences: NDArray[np.float64] = (counts[:, 1] - counts[:, 0]) / rows
    return differences


def _difference(
    name: str, challenger: NDArray[np.int8], champion: NDArray[np.int8], generator: np.random.Generator
) -> Difference:
    scored = _scored(challenger, champion)
    first, other = challenger[scored] == RIGHT, champion[scored] == RIGHT
    rows, won, lost = len(first), int((first & ~other).sum()), int((~first & other).sum())
    difference = (won - lost) / rows
    means = resampled(lost, won, rows, generator)
    low, high = np.quantile(means, _MIDDLE)
    # A tolerance of a millionth of a row: equal sums of shares may differ in the last bit.
    at_least_as_low = int(np.sum(means - difference <= difference + 1e-6 / rows))
    p = (1 + at_least_as_low) / (1 + RESAMPLES)
    return Difference(
        name, rows, float(first.mean()), float(other.mean()), difference, float(low), float(high), p, corrected=p
    )


def _corrected(differences: Sequence[Difference]) -> tuple[Difference, ...]:
    corrected = holm([difference.p for difference in differences])
    return tuple(replace(difference, corrected=p) for difference, p in zip(differences, corrected, strict=True))


def _scored(challenger: NDArray[np.int8], champion: NDArray[np.int8]) -> NDArray[np.bool_]:
    both: NDArray[np.bool_] = (challenger != NOT_SCORED) & (champion != NOT_SCORED)
    return both
