"""Choose how much the units' names and descriptions weigh, on rows held out of a ranking: docs/decisions/0047."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from model.ranking.linear import NameWeight
from training.fitting.linear import fit_linear_ranker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

# The usual weight, which rows that say nothing about names leave as it is, and others beside it. A unit without rows has
# nothing but its name, so that none weighs less than the usual.
_USUAL = NameWeight(0.6)
_CANDIDATES = [
    _USUAL,
    *(
        NameWeight(always, without_rows)
        for always, without_rows in product((0.0, 0.3, 0.6, 1.2), (0.0, 1.0, 2.0, 4.0))
        if always + without_rows > _USUAL.always
    ),
]
# With fewer rows the choice would be chance, and the names have to speak.
_FEWEST_ROWS = 10
_WITHOUT_CHOICE = NameWeight(1.2, 3.0)
# The newest rows: enough for a choice among fourteen, and a small part of a training's time.
_MOST_ROWS = 1_500
# A smaller gain in mean reciprocal rank is chance: on Surabaya it cost five points of later rows.
_LEAST_GAIN = 0.03
# From here on the last third is held out, as in use; of fewer rows each is held out once.
_FEWEST_IN_ORDER = 300
_FOLDS = 4


@dataclass(frozen=True, slots=True)
class NamedUnits:
    """Rows with topics, and the names of every topic.

    `rows` has shape (n, n_features), oldest first, with n `topics` and `weights`; `every` topic may be without rows; `names`
    gives the features of topics' names and descriptions.
    """

    rows: csr_matrix
    topics: Sequence[str]
    weights: NDArray[np.float64]
    every: Sequence[str]
    names: Callable[[Sequence[str]], csr_matrix]


def choose_name_weight(named: NamedUnits) -> NameWeight:
    """The candidate with the best mean reciprocal rank of the right topics on held-out rows, if clearly better than usual.

    The rank, because the few rows with a topic that no other row has would decide about a likelihood.
    """
    n_rows = min(len(named.topics), _MOST_ROWS)
    if n_rows < _FEWEST_ROWS:
        return _WITHOUT_CHOICE
    first = len(named.topics) - n_rows
    folds = list(_folds(n_rows))
    sums = [_reciprocal_ranks(named, first + learned, first + held_out) for learned, held_out in folds]
    ranks = np.sum(sums, axis=0) / sum(len(held_out) for _, held_out in folds)
    best = int(ranks.argmax())
    return _CANDIDATES[best] if ranks[best] >= ranks[0] + _LEAST_GAIN else _USUAL


def _folds(n_rows: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """The numbers of the rows to learn from, and of the rows held out."""
    numbers = np.arange(n_rows)
    if n_rows >= _FEWEST_IN_ORDER:
        cut = n_rows * 2 // 3
        yield numbers[:cut], numbers[cut:]
        return
    for held_out in np.array_split(numbers, _FOLDS):
        yield np.setdiff1d(numbers, held_out), held_out


def _reciprocal_ranks(named: NamedUnits, learned: NDArray[np.intp], held_out: NDArray[np.intp]) -> NDArray[np.float64]:
    """The sum of 1 / rank of the right topics, for each candidate."""
    own = [named.topics[i] for i in learned]
    ranker = fit_linear_ranker(
        named.rows[learned], own, row_weights=named.weights[learned], bayes=True, unseen=named.every
    )
    n_rows = Counter(own)
    margins = ranker.margins(named.rows[held_out]).astype(np.float64)
    by_name = (named.rows[held_out] @ named.names(ranker.labels).T).toarray()
    numbers = {topic: i for i, topic in enumerate(ranker.labels)}
    right = [numbers[named.topics[i]] for i in held_out]

    def gain(candidate: NameWeight) -> float:
        scores = margins + by_name * np.array([candidate.of(n_rows[topic]) for topic in ranker.labels])
        of_right = scores[np.arange(len(right)), right]
        better = (scores > of_right[:, None]).sum(axis=1)
        return float((1 / (1 + better)).sum())

    return np.array([gain(candidate) for candidate in _CANDIDATES])
