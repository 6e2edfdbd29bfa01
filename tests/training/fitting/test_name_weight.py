"""Properties of the choice of how much units' names weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from training.fitting.name_weight import NamedUnits, choose_name_weight

if TYPE_CHECKING:
    from collections.abc import Sequence

USUAL = 0.6


def office(n_rows: int, *, telling: bool) -> NamedUnits:
    """Rows of a large unit's word, every second one of a small unit with its own word too; no small unit has two rows.

    A name is the unit's own word where names are `telling`, and another unit's word elsewhere.
    """
    n_small = n_rows // 2
    topics = ["large", *(f"small-{number:03}" for number in range(n_small))]
    own_word = {topic: number for number, topic in enumerate(topics)}
    chosen = [topics[1 + row // 2] if row % 2 else "large" for row in range(n_rows)]
    features = np.zeros((n_rows, len(topics)))
    features[:, 0] = 0.6
    for row, topic in enumerate(chosen):
        features[row, own_word[topic]] = 1.0 if topic == "large" else 0.8

    def names(labels: Sequence[str]) -> csr_matrix:
        described = np.zeros((len(labels), len(topics)))
        for place, label in enumerate(labels):
            described[place, (own_word[label] + (0 if telling else 1)) % len(topics)] = 1.0
        return csr_matrix(described)

    return NamedUnits(csr_matrix(features), chosen, np.ones(n_rows), topics, names)


# Few rows are held out in turn, many by time.
@pytest.mark.parametrize("n_rows", [60, 320])
def test_names_that_tell_units_without_rows_weigh_more_than_usual(n_rows: int) -> None:
    assert choose_name_weight(office(n_rows, telling=True)).of(0) > 2 * USUAL


@pytest.mark.parametrize("n_rows", [60, 320])
def test_names_that_mislead_keep_the_usual_weight(n_rows: int) -> None:
    assert choose_name_weight(office(n_rows, telling=False)).of(0) == USUAL


def test_the_names_speak_where_hardly_a_row_does() -> None:
    assert choose_name_weight(office(4, telling=False)).of(0) > 2 * USUAL
