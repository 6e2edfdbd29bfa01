"""Properties of the choice of how much units' names weigh."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from training.fitting.name_weight import NamedUnits, choose_name_weight

if TYPE_CHECKING:
    from collections.abc import Sequence

N_TOPICS = 12
TOPICS = [f"unit-{i:02}" for i in range(N_TOPICS)]


def office(n_rows: int, *, telling: bool) -> NamedUnits:
    """Rows of one feature, which names the right topic where names are `telling`, and another topic elsewhere."""
    chosen = np.random.default_rng(0).integers(0, N_TOPICS, n_rows)
    features = np.zeros((n_rows, 2 * N_TOPICS))
    features[np.arange(n_rows), chosen] = 1.0
    named = (np.arange(N_TOPICS) + (0 if telling else 1)) % N_TOPICS

    def names(topics: Sequence[str]) -> csr_matrix:
        described = np.zeros((len(topics), 2 * N_TOPICS))
        described[np.arange(len(topics)), [named[TOPICS.index(topic)] for topic in topics]] = 1.0
        return csr_matrix(described)

    return NamedUnits(csr_matrix(features), [TOPICS[i] for i in chosen], np.ones(n_rows), TOPICS, names)


def test_names_weigh_where_they_tell_a_unit_without_rows() -> None:
    assert choose_name_weight(office(24, telling=True)).of(0) > 0


@pytest.mark.parametrize("n_rows", [24, 300])
def test_misleading_names_weigh_as_little_as_possible(n_rows: int) -> None:
    weight = choose_name_weight(office(n_rows, telling=False))
    assert weight.of(n_rows) < 0.7


def test_a_unit_without_rows_keeps_a_name_whatever_the_rows_say() -> None:
    assert choose_name_weight(office(300, telling=False)).of(0) >= 0.6


def test_the_names_speak_where_hardly_a_row_does() -> None:
    assert choose_name_weight(office(3, telling=False)).of(0) > 1
