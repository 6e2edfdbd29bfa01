"""Fit a linear ranker: a support vector machine a label, the label's own name, and naive Bayes."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import diags
from sklearn.naive_bayes import MultinomialNB

from model.ranking.linear import LinearRanker, MutualEvidence, NameWeight
from model.ranking.weights import Weights
from training.fitting.sample_weights import weights_by_rarity
from training.fitting.working_set_svm import BLOCK, TOLERANCE, LabelledRows, fit_svms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from training.fitting.working_set_svm import CounterExamples

# Chosen on the first 80 % of the two measured histories (trained on 60 %, scored on the next 20 %): docs/decisions/0002
# and 0007.
REGULARISATION = 0.5
# The units' names weigh as the office's own rows say: training/fitting/name_weight.py, docs/decisions/0047.
CATEGORY_NAMES = NameWeight(0.6, 0.3, below=0.1)
MUTUAL_WEIGHT = 0.5
BAYES_WEIGHT = 0.01
_BAYES_SMOOTHING = 0.02
_PRIOR_OF_PAIR = 0.1


def fit_linear_ranker(
    rows: csr_matrix,
    labels: Sequence[str],
    *,
    row_weights: NDArray[np.float64] | None = None,
    names: Callable[[Sequence[str]], csr_matrix] | None = None,
    bayes: bool = False,
    name_weight: NameWeight = CATEGORY_NAMES,
    rarity_power: float = 0.0,
    unseen: Sequence[str] = (),
    counter_examples: CounterExamples | None = None,
    tolerance: float = TOLERANCE,
) -> LinearRanker:
    """Learn from rows of shape (n, n_features) and n labels; a single label is a constant.

    Without labels the ranker ranks nothing.

    A label has a linear support vector machine (Fan et al. 2008, liblinear). The features of the label's name are added
    to the weights, which helps most with few rows. With `bayes`, the log odds of a naive Bayes model are mixed in (Wang
    and Manning 2012, there as feature weights). A sum of linear models is linear: scoring costs no more.

    Args:
        rows: features.
        labels: a label for each row.
        row_weights: a weight for each row, by default 1.
        names: labels → the features of the labels' names.
        name_weight: the weight of a name, by the label's rows.
        rarity_power: how much more a row of a rare label weighs; 0 for no difference.
        bayes: whether naive Bayes is mixed in.
        unseen: labels without rows, scored by name only.
        counter_examples: further rows, known not to have a label.
        tolerance: liblinear's stopping tolerance.
    """
    distinct = tuple(sorted(set(labels)))
    every = (*distinct, *sorted(set(unseen) - set(distinct)))
    n_features = rows.shape[1]
    if len(every) <= 1:
        size = len(every)
        return LinearRanker(
            every, Weights(np.zeros((n_features, size), np.float32)), np.zeros(size, np.float32), name_weight
        )
    numbers = np.searchsorted(distinct, labels)
    counts = np.bincount(numbers, minlength=len(every))
    weights_of_rows = np.ones(len(labels)) if row_weights is None else row_weights
    if rarity_power and distinct:
        weights_of_rows = weights_of_rows * weights_by_rarity(counts[: len(distinct)], rarity_power)[numbers]
        weights_of_rows /= weights_of_rows.mean()
    learned = LabelledRows(rows, numbers, weights_of_rows, distinct, counter_examples)
    svms = fit_svms(learned, regularisation=REGULARISATION, tolerance=tolerance)
    odds, priors = _fit_naive_bayes(rows, numbers) if bayes and rows.nnz else (None, 0.0)
    name_weights = None
    if names is not None:
        name_weights = (diags(np.array([name_weight.of(rows) for rows in counts.tolist()])) @ names(every)).tocsr()
    intercepts: list[float] = []

    def blocks() -> Iterator[NDArray[np.float64]]:
        for block, block_intercepts in chain(svms, _zero_blocks(len(every) - len(distinct), n_features)):
            numbers_of_block = slice(len(intercepts), len(intercepts) + len(block))
            intercepts.extend(block_intercepts)
            if odds is not None:
                block[: len(odds[numbers_of_block])] += odds[numbers_of_block]
            if name_weights is not None:
                np.add(block, name_weights[numbers_of_block].toarray(), out=block)
            yield block

    # The odds of naive Bayes leave hardly a weight at zero.
    weights = Weights.of_blocks(blocks(), n_features, len(every), thin=odds is None)
    with_rows = np.array(intercepts[: len(distinct)]) + priors
    without_rows = np.full(len(every) - len(distinct), with_rows.min() - name_weight.below if distinct else 0.0)
    return LinearRanker(every, weights, np.concatenate((with_rows, without_rows)).astype(np.float32), name_weight)


def _fit_naive_bayes(rows: csr_matrix, numbers: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Naive Bayes' share of the weights, shape (n_labels, n_features), and of the intercepts."""
    likelihoods = MultinomialNB(alpha=_BAYES_SMOOTHING).fit(rows, numbers)
    odds = likelihoods.feature_log_prob_ - likelihoods.feature_log_prob_.mean(axis=0)
    return BAYES_WEIGHT * odds, BAYES_WEIGHT * likelihoods.class_log_prior_


def _zero_blocks(n_labels: int, n_features: int) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Weights and intercepts of labels without rows, a block at a time."""
    for start in range(0, n_labels, BLOCK):
        size = min(BLOCK, n_labels - start)
        yield np.zeros((size, n_features)), np.zeros(size)


def fit_mutual_evidence(
    units: Sequence[str], categories: Sequence[str], pairs: Sequence[tuple[str, str]]
) -> MutualEvidence:
    """Fit the joint factor of units and categories on the (unit, category) labels of rows with both.

    The factor of a pair is exp(w * PMI), PMI being the pair's pointwise mutual information in the history (Church and
    Hanks 1990), smoothed by a tenth of an expected row. A pair without rows sinks, without being impossible.
    """
    unit_numbers = {unit: i for i, unit in enumerate(units)}
    category_numbers = {category: i for i, category in enumerate(categories)}
    counts = np.zeros((len(units), len(categories)))
    for unit, category in pairs:
        counts[unit_numbers[unit], category_numbers[category]] += 1
    total = max(counts.sum(), 1.0)
    expected = np.outer(counts.sum(axis=1) + 0.5, counts.sum(axis=0) + 0.5) / total
    pmi = np.log((counts + _PRIOR_OF_PAIR * expected) / ((1 + _PRIOR_OF_PAIR) * expected))
    factor = np.exp(MUTUAL_WEIGHT * pmi)
    # A unit without rows is independent of categories. So is a category without rows, with the usual factor of a category.
    no_unit, no_category = counts.sum(axis=1) == 0, counts.sum(axis=0) == 0
    factor[:, no_category] = (
        (counts.sum(axis=1) @ factor[:, ~no_category] / total).mean() if not no_category.all() else 1
    )
    factor[no_unit] = 1
    return MutualEvidence(factor)
