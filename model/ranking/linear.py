"""A fitted linear estimator behind one typed method, and the joint ranking of two of them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.naive_bayes import MultinomialNB

from model.ranking.weights import Weights
from model.ranking.working_set_svm import BLOCK, TOLERANCE, Taught, separate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.ranking.working_set_svm import NotOf

# Chosen on the first 80 % of the two measured histories (trained on 60 %, scored on the next 20 %): docs/decisions/0002
# and 0007.
REGULARISATION = 0.5
SHARPNESS = 5.0
MUTUAL_WEIGHT = 0.5
NAME_WEIGHT = 0.6
BAYES_WEIGHT = 0.01
_BAYES_SMOOTHING = 0.02
_PRIOR_OF_PAIR = 0.1


def softmax(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each row of scores as a distribution; scipy's own takes longer to begin than this takes for one row."""
    powers: NDArray[np.float64] = scores - scores.max(axis=1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=1, keepdims=True)
    return powers


class LinearRanker:
    """Rows of features → a distribution over labels.

    One linear support vector machine a label (Fan et al. 2008, liblinear). A label's own name speaks for it too: the
    features of the name, taken as one more row, are added to its weights, which helps most where a label has few rows.
    Where asked, the log odds of a naive Bayes model are mixed in (as Wang and Manning 2012 do, there as feature weights).
    All three are linear, so they cost nothing when a text is scored. The margins become a distribution by a softmax.
    """

    def __init__(self, labels: tuple[str, ...], weights: Weights, intercepts: NDArray[np.float32]) -> None:
        self.labels = labels
        self.weights = weights
        self._intercepts = intercepts

    @classmethod
    def fit(
        cls,
        rows: csr_matrix,
        labels: Sequence[str],
        *,
        row_weights: NDArray[np.float64] | None = None,
        names: Callable[[Sequence[str]], csr_matrix] | None = None,
        bayes: bool = False,
        unseen: Sequence[str] = (),
        not_of: NotOf | None = None,
        tolerance: float = TOLERANCE,
    ) -> LinearRanker:
        """Learn from rows of shape (n, n_features) and n labels, at least one of them; a single label is a constant.

        `names` gives the rows of the labels' own names; `bayes` mixes naive Bayes in; `unseen` are labels without rows,
        which only their names speak for; `not_of` are further rows that a label is known not to fit; `tolerance` is
        liblinear's.
        """
        distinct = tuple(sorted(set(labels)))
        every = (*distinct, *sorted(set(unseen) - set(distinct)))
        n_features = rows.shape[1]
        if len(every) == 1:
            return cls(every, Weights(np.zeros((n_features, 1), np.float32)), np.zeros(1, np.float32))
        of = np.searchsorted(distinct, labels)
        taught = Taught(rows, of, np.ones(len(labels)) if row_weights is None else row_weights, distinct, not_of)
        machines = separate(taught, regularisation=REGULARISATION, tolerance=tolerance)
        odds, priors = _bayes(rows, of) if bayes else (None, 0.0)
        named = names(every) * NAME_WEIGHT if names is not None else None
        intercepts: list[float] = []

        def blocks() -> Iterator[NDArray[np.float64]]:
            for block, own in chain(machines, _without_rows(len(every) - len(distinct), n_features)):
                these = slice(len(intercepts), len(intercepts) + len(block))
                intercepts.extend(own)
                if odds is not None:
                    block[: len(odds[these])] += odds[these]
                if named is not None:
                    np.add(block, named[these].toarray(), out=block)
                yield block

        # The odds of naive Bayes leave hardly a weight at nothing.
        weights = Weights.of_blocks(blocks(), n_features, len(every), thin=odds is None)
        learned = np.array(intercepts[: len(distinct)]) + priors
        without_rows = np.full(len(every) - len(distinct), learned.min())
        return cls(every, weights, np.concatenate((learned, without_rows)).astype(np.float32))

    @property
    def least_intercept(self) -> float:
        """What a label without rows starts from."""
        return float(self._intercepts.min())

    def margins(self, rows: csr_matrix) -> NDArray[np.float32]:
        """Shape (n, n_labels)."""
        scores = self.weights.scores(rows)
        scores += self._intercepts
        return scores

    def probabilities(self, rows: csr_matrix) -> NDArray[np.float64]:
        """Shape (n, n_labels), rows sum to 1; not calibrated."""
        return softmax(self.margins(rows).astype(np.float64) * SHARPNESS)

    def weights_of(self, columns: NDArray[np.integer[Any]], label: int) -> NDArray[np.float32]:
        """The weights of these features for one label."""
        return self.weights.of(columns, label)


def _bayes(rows: csr_matrix, of: NDArray[np.intp]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """What naive Bayes adds to each label's weights, shape (n_labels, n_features), and to their intercepts."""
    likelihoods = MultinomialNB(alpha=_BAYES_SMOOTHING).fit(rows, of)
    odds = likelihoods.feature_log_prob_ - likelihoods.feature_log_prob_.mean(axis=0)
    return BAYES_WEIGHT * odds, BAYES_WEIGHT * likelihoods.class_log_prior_


def _without_rows(n_labels: int, n_features: int) -> Iterator[tuple[NDArray[np.float64], NDArray[np.float64]]]:
    """Blocks of labels that no machine knows."""
    for start in range(0, n_labels, BLOCK):
        size = min(BLOCK, n_labels - start)
        yield np.zeros((size, n_features)), np.zeros(size)


class MutualEvidence:
    """What a unit says of the category and the category of the unit, learned from how often they met.

    P(u, c | x) is taken as proportional to P(u | x) P(c | x) exp(w * PMI(u, c)), PMI being the pointwise mutual
    information of the pair in the history (Church and Hanks 1990), smoothed by a tenth of an expected row. A pair never seen
    sinks, without being impossible.
    """

    def __init__(self, units: Sequence[str], categories: Sequence[str], pairs: Sequence[tuple[str, str]]) -> None:
        """`pairs` are the (unit, category) labels of the rows that have both."""
        unit_at = {unit: i for i, unit in enumerate(units)}
        category_at = {category: i for i, category in enumerate(categories)}
        met = np.zeros((len(units), len(categories)))
        for unit, category in pairs:
            met[unit_at[unit], category_at[category]] += 1
        total = max(met.sum(), 1.0)
        expected = np.outer(met.sum(axis=1) + 0.5, met.sum(axis=0) + 0.5) / total
        pmi = np.log((met + _PRIOR_OF_PAIR * expected) / ((1 + _PRIOR_OF_PAIR) * expected))
        # A unit that no row has met says nothing of any category.
        pmi[met.sum(axis=1) == 0] = 0
        self._factor: NDArray[np.float64] = np.exp(MUTUAL_WEIGHT * pmi)

    def join(
        self, units: NDArray[np.float64], categories: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Both distributions, of shapes (n, n_units) and (n, n_categories), each in the light of the other."""
        joint_units, joint_categories = categories @ self._factor.T, units @ self._factor
        joint_units *= units
        joint_categories *= categories
        joint_units /= joint_units.sum(axis=1, keepdims=True)
        joint_categories /= joint_categories.sum(axis=1, keepdims=True)
        return joint_units, joint_categories
