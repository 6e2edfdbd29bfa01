from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix, vstack
from sklearn.preprocessing import normalize
from sklearn.svm import LinearSVC

from training.fitting import working_set_svm
from training.fitting.linear import REGULARISATION, fit_linear_ranker
from training.fitting.working_set_svm import CounterExamples

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TIGHT = 1e-9
_LABELS = tuple("abcdefghi")


def _history(seed: int, n_rows: int, n_labels: int) -> tuple[csr_matrix, list[str], NDArray[np.float64]]:
    """Rows of unit length whose features lean to their label, so that most lie beyond the margins of others."""
    chance = np.random.default_rng(seed)
    of = np.concatenate((np.arange(n_labels), chance.choice(n_labels, n_rows - n_labels)))
    leaning = chance.random((n_labels, 60)) ** 4
    counts = chance.poisson(3 * leaning[of])
    counts[:, 0] += 1
    rows = csr_matrix(normalize(counts.astype(np.float64)), dtype=np.float32)
    return rows, [_LABELS[label] for label in of], chance.uniform(0.25, 2, n_rows)


@pytest.fixture(autouse=True)
def _working_sets_among_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(working_set_svm, "_FEW_ROWS", 0)


@settings(max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(20, 300), st.integers(3, 9))
def test_the_ranker_equals_scikit_learns_own_estimator(seed: int, n_rows: int, n_labels: int) -> None:
    rows, labels, weights = _history(seed, n_rows, n_labels)
    theirs = LinearSVC(C=REGULARISATION, random_state=0, tol=_TIGHT, max_iter=100_000)
    theirs.fit(rows, labels, sample_weight=weights)
    ranker = fit_linear_ranker(rows, labels, row_weights=weights, tolerance=_TIGHT)
    assert ranker.labels == tuple(theirs.classes_)
    each = np.arange(rows.shape[1])
    for label, expected in enumerate(theirs.coef_):
        assert np.abs(ranker.weights_of(each, label) - expected).max() < 1e-6
    # The sum of many terms in single precision is a little less exact than its terms.
    assert np.abs(ranker.margins(rows) - theirs.decision_function(rows)).max() < 5e-6


def test_each_of_two_labels_has_an_svm() -> None:
    rows, labels, weights = _history(1, 80, 2)
    theirs = LinearSVC(C=REGULARISATION, random_state=0, tol=_TIGHT, max_iter=100_000)
    theirs.fit(rows, labels, sample_weight=weights)
    margins = fit_linear_ranker(rows, labels, row_weights=weights, tolerance=_TIGHT).margins(rows)
    assert np.abs(margins[:, 1] - theirs.decision_function(rows)).max() < 5e-6
    assert np.abs(margins[:, 0] + margins[:, 1]).max() < 5e-6


def test_a_row_known_not_to_be_of_a_label_counts_against_it_alone() -> None:
    rows, labels, weights = _history(2, 200, 5)
    wrong = CounterExamples(rows[:3], ["b"] * 3, np.full(3, 2.0))
    ranker = fit_linear_ranker(rows, labels, row_weights=weights, counter_examples=wrong, tolerance=_TIGHT)
    without = fit_linear_ranker(rows, labels, row_weights=weights, tolerance=_TIGHT)
    theirs = LinearSVC(C=REGULARISATION, random_state=0, tol=_TIGHT, max_iter=100_000)
    is_b = [label == "b" for label in labels]
    theirs.fit(vstack((rows, wrong.rows)), is_b + [False] * 3, sample_weight=np.concatenate((weights, wrong.weights)))
    each = np.arange(rows.shape[1])
    assert np.abs(ranker.weights_of(each, 1) - theirs.coef_[0]).max() < 1e-6
    assert (ranker.weights_of(each, 0) == without.weights_of(each, 0)).all()


def test_labels_beyond_one_block_are_fitted_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rows, labels, weights = _history(3, 150, 7)
    whole = fit_linear_ranker(rows, labels, row_weights=weights).margins(rows)
    monkeypatch.setattr(working_set_svm, "BLOCK", 2)
    in_blocks = fit_linear_ranker(rows, labels, row_weights=weights).margins(rows)
    assert (in_blocks == whole).all()


def test_most_rows_are_outside_most_working_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    rows_of_fits: list[int] = []
    fit = LinearSVC.fit

    def counted(self: LinearSVC, rows: csr_matrix, *args: object, **named: object) -> LinearSVC:
        rows_of_fits.append(rows.shape[0])
        return fit(self, rows, *args, **named)

    monkeypatch.setattr(LinearSVC, "fit", counted)
    rows, labels, weights = _history(4, 2_000, 9)
    fit_linear_ranker(rows, labels, row_weights=weights)
    assert np.median(rows_of_fits) < 0.6 * rows.shape[0]
