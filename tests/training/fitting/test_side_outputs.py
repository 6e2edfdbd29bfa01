from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from training.fitting.side_outputs import fit_side_output


@pytest.mark.parametrize("labels", [("aspirasi", "informasi"), ("aspirasi", "informasi", "pengaduan")])
def test_a_side_output_ranks_the_labels_of_its_rows_first(labels: tuple[str, ...]) -> None:
    of_rows = labels * 40
    rows = csr_matrix([[label == own for label in labels] for own in of_rows], dtype=np.float32)
    output = fit_side_output(rows, of_rows)
    assert output is not None
    for own, ranked in zip(of_rows, output.rank_many(rows), strict=True):
        assert ranked[0][0] == own
        assert abs(sum(probability for _, probability in ranked) - 1) < 1e-6


@pytest.mark.parametrize("labels", [["aspirasi"] * 60, ["aspirasi", "informasi"] * 10, [""] * 60])
def test_too_few_rows_or_a_single_label_make_no_side_output(labels: list[str]) -> None:
    assert fit_side_output(csr_matrix(np.eye(len(labels), dtype=np.float32)), labels) is None
