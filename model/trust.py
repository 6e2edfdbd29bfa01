"""How much a row teaches, by how its label came about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.history import LabelledComplaint

# Chosen on earlier data than any that is reported: docs/decisions/0010.
CORRECTION_WEIGHT = 2.0
ACCEPTANCE_WEIGHT = 0.5
WRONG_WEIGHT = 1.0

CHANGED = "changed"
ACCEPTED = "accepted"


@dataclass(frozen=True, slots=True)
class Trust:
    """The weight of a row beside one whose label came with an export, which weighs 1.

    An officer who changed a suggestion has read the complaint; one who accepted it may have followed the machine
    (automation bias), and a model that learns from its own echo keeps its errors. `wrong` is the weight of a row as an
    example of what its unit does not do, where the unit returned it or was suggested and rejected.
    """

    correction: float = CORRECTION_WEIGHT
    acceptance: float = ACCEPTANCE_WEIGHT
    wrong: float = WRONG_WEIGHT

    def weights(self, rows: Sequence[LabelledComplaint]) -> NDArray[np.float64]:
        """Shape (n,)."""
        by_verdict = {CHANGED: self.correction, ACCEPTED: self.acceptance}
        return np.array([by_verdict.get(row.verdict, 1.0) for row in rows], dtype=np.float64)


USUAL_TRUST = Trust()
