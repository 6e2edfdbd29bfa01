from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from training.fitting.linear import fit_linear_ranker, fit_mutual_evidence

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
