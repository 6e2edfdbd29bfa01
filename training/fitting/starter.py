"""Teach the first models of an office by invented complaints, which count for less with each row of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

import data
from model.language.vocabulary import Document

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from numpy.typing import NDArray

# Chosen on development slices: docs/decisions/0046.
_WEIGHT = 0.3
_FADED_AT_ROWS = 500
# Fewer rows don't tell the common words from the rare.
_FEWEST_OWN_TEXTS = 50


def common_texts(n_rows: int) -> list[Document]:
    """The invented complaints as documents of the vocabulary, for an office with too few rows of its own."""
    return [Document(one.text) for one in data.starter_examples()] if n_rows < _FEWEST_OWN_TEXTS else []


@dataclass(frozen=True, slots=True)
class StarterExamples:
    """Documents with their category ids, and a weight for each beside the mean weight 1 of the office's own rows."""

    documents: Sequence[Document]
    categories: Sequence[str]
    weights: NDArray[np.float64]

    @classmethod
    def of(cls, categories: Collection[str], n_rows: int) -> StarterExamples:
        """The examples of the office's categories, for an office with `n_rows` rows of its own; none from 500 rows on.

        Without rows of its own the examples weigh 1.
        """
        weight = _WEIGHT * (1 - n_rows / _FADED_AT_ROWS) if n_rows else 1.0
        taught = [one for one in data.starter_examples() if one.category in categories] if weight > 0 else []
        return cls(
            [Document(one.text) for one in taught],
            [one.category for one in taught],
            np.full(len(taught), weight),
        )
