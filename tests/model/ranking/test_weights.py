from __future__ import annotations

from typing import TYPE_CHECKING

import joblib
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse import random as random_sparse

from model.ranking import weights as weights_module
from model.ranking.weights import Weights
from model.versions.office_home import Office
from training.fitting.fit import fit_ranking
from training.fitting.recipe import Recipe
from training.sample_office import sample_rows

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from model.complaint import Complaint
    from model.ranking.ranker import Ranking


def _matrix(seed: int, n_labels: int) -> NDArray[np.float64]:
    """Weights of labels, as many of them next to nothing as machines leave."""
    chance = np.random.default_rng(seed)
    thin = np.where(chance.random((n_labels, 80)) < 0.2, 1.0, 0.001)
    weights: NDArray[np.float64] = chance.normal(size=(n_labels, 80)) * thin
    return weights


def _of(matrix: NDArray[np.float64], *, thin: bool = True) -> Weights:
    return Weights.of_blocks(iter((matrix[:3], matrix[3:])), matrix.shape[1], len(matrix), thin=thin)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(4, 12))
def test_the_sparse_form_scores_as_the_array_does(seed: int, n_labels: int) -> None:
    matrix = _matrix(seed, n_labels)
    rows = csr_matrix(random_sparse(6, 80, density=0.3, format="csr", random_state=seed), dtype=np.float32)
    dense = _of(matrix)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(weights_module, "_DENSE_BYTES", 0)
        sparse = _of(matrix)
    assert isinstance(dense.matrix, np.ndarray)
    assert isinstance(sparse.matrix, csr_matrix)
    assert 8 * sparse.matrix.nnz < 4 * matrix.size
    assert np.abs(dense.scores(rows) - rows @ matrix.T).max() < 1e-5
    # What was left out is smaller than the threshold in each feature of a row.
    left_out = np.asarray(abs(rows).sum(axis=1)) * 0.002
    assert (np.abs(sparse.scores(rows) - dense.scores(rows)) <= left_out + 1e-5).all()
    columns = np.arange(80)
    for label in range(n_labels):
        assert np.abs(dense.of(columns, label) - matrix[label]).max() < 1e-6
        assert np.abs(sparse.of(columns, label) - matrix[label]).max() <= 0.002
        kept = np.abs(matrix[label]) >= 0.003
        assert np.allclose(sparse.of(columns, label)[kept], matrix[label][kept], atol=1e-6)


def test_weights_that_are_not_thin_stay_an_array_and_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights_module, "_DENSE_BYTES", 0)
    matrix = _matrix(5, 6)
    assert np.abs(np.asarray(_of(matrix, thin=False).matrix) - matrix.T).max() < 1e-6


@pytest.mark.parametrize("bytes_of_array", [0, 2**30])
def test_stored_weights_are_mapped_in_either_form(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bytes_of_array: int
) -> None:
    monkeypatch.setattr(weights_module, "_DENSE_BYTES", bytes_of_array)
    made = _of(_matrix(1, 8))
    joblib.dump(made, tmp_path / "weights.joblib")
    loaded = joblib.load(tmp_path / "weights.joblib", mmap_mode="r")
    rows = csr_matrix(np.eye(80, dtype=np.float32))
    assert isinstance(loaded.matrix, csr_matrix) == (bytes_of_array == 0)
    assert (loaded.scores(rows) == made.scores(rows)).all()
    assert (loaded.of(np.arange(80), 3) == made.of(np.arange(80), 3)).all()
    assert type(loaded.of(np.arange(3), 0)) is np.ndarray


def test_a_ranking_of_sparse_weights_ranks_as_one_of_arrays(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    rows = sample_rows("kota")[:240]
    learned, asked = rows[:200], [row.complaint for row in rows[200:]]
    units = Office(tmp_path, "kota").units()
    dense, _ = fit_ranking(learned, units, Recipe())
    monkeypatch.setattr(weights_module, "_DENSE_BYTES", 0)
    sparse, _ = fit_ranking(learned, units, Recipe())
    assert sparse.categories is not None
    assert isinstance(sparse.categories.weights.matrix, csr_matrix)
    assert len(sparse.categories.weights.of(np.arange(4), 0)) == 4
    pairs = list(zip(_first_of(sparse, asked), _first_of(dense, asked), strict=True))
    assert sum(one == other for one, other in pairs) >= 0.9 * len(pairs)


def _first_of(ranking: Ranking, asked: Sequence[Complaint]) -> list[tuple[str, str]]:
    return [(ranked.units[0].unit_id, ranked.categories[0][0]) for ranked in ranking.rank_many(asked)]
