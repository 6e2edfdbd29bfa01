from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from model.ranking.linear import NameWeight
from training.fitting.linear import fit_linear_ranker, fit_mutual_evidence
from training.fitting.sample_weights import weights_by_rarity

ROWS = csr_matrix([[1, 0, 0], [1, 0, 0], [0, 1, 0], [0, 1, 0]], dtype=np.float32)
LABELS = ["a", "a", "b", "b"]


def test_a_label_without_rows_is_ranked_by_its_name() -> None:
    def names(labels: object) -> csr_matrix:
        assert labels == ("a", "b", "c")
        return csr_matrix(np.eye(3, dtype=np.float32))

    ranker = fit_linear_ranker(ROWS, LABELS, names=names, unseen=["c", "a"])
    assert ranker.labels == ("a", "b", "c")
    assert ranker.probabilities(csr_matrix([[0, 0, 1]], dtype=np.float32))[0].argmax() == 2


def test_a_single_label_is_certain() -> None:
    ranker = fit_linear_ranker(ROWS, ["a"] * 4)
    assert (ranker.probabilities(ROWS) == 1).all()


def test_a_pair_without_rows_sinks_and_stays_possible() -> None:
    mutual = fit_mutual_evidence(["u", "v", "without rows"], ["c", "d"], [("u", "c")] * 5 + [("v", "d")] * 5)
    even = np.full((1, 3), 1 / 3), np.full((1, 2), 1 / 2)
    units, _ = mutual.join(even[0], np.array([[0.9, 0.1]]))
    assert units[0, 0] > units[0, 1] > 0
    _, categories = mutual.join(np.array([[0.0, 0.0, 1.0]]), even[1])
    assert np.allclose(categories, even[1])


def test_a_category_without_rows_keeps_its_place_among_the_others() -> None:
    units, categories = ["u", "v"], ["c", "d", "without rows"]
    mutual = fit_mutual_evidence(units, categories, [("u", "c")] * 5 + [("v", "d")] * 5)
    _, joined = mutual.join(np.array([[0.5, 0.5]]), np.array([[0.3, 0.3, 0.4]]))
    assert joined[0].argmax() == 2
    _, joined = mutual.join(np.array([[1.0, 0.0]]), np.array([[0.3, 0.3, 0.4]]))
    assert joined[0].argmax() == 0


def test_a_name_weighs_less_the_more_rows_its_label_has() -> None:
    def names(labels: object) -> csr_matrix:
        del labels
        return csr_matrix(np.eye(2, 3, dtype=np.float32))

    rows, labels = csr_matrix(np.vstack([ROWS.toarray()] * 5)), LABELS * 5
    falling = fit_linear_ranker(rows, labels, names=names, name_weight=NameWeight(0.2, 1.0))
    constant = fit_linear_ranker(rows, labels, names=names, name_weight=NameWeight(0.2))
    difference = falling.weights_of(np.array([0]), 0) - constant.weights_of(np.array([0]), 0)
    assert difference == pytest.approx(NameWeight(0, 1.0).of(10), abs=1e-6)
    assert NameWeight(0.2, 1.0).of(0) == pytest.approx(1.2)


def test_a_row_of_a_rare_label_weighs_more() -> None:
    weights = weights_by_rarity(np.array([100, 1]), 0.3)
    assert weights[1] / weights[0] == pytest.approx(100**0.3)
