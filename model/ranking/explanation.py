"""Explain a suggested unit by the words and the sentence of the text with the strongest weights."""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

import data
from model.language.letters.pieces import sentences_of
from model.language.words import expand, words
from model.suggestion import WordWeight

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.complaint import Complaint
    from model.language.words import Word
    from model.ranking.ranker import Ranking
    from model.ranking.types import RankedUnit

_MOST_WORDS = 8
_LEAST_WEIGHT = 0.05
_SHARE_OF_STRONGEST = 0.15
# The weight of a word is a mean over about ten columns; a pair has a single column.
_PAIR_SCALE = 10
_SHORTEST_WORD = 2
# A shorter text is read at a glance.
_WORDS_OF_LONG_TEXT = 120


def words_for(ranking: Ranking, complaint: Complaint, unit: RankedUnit) -> tuple[WordWeight, ...]:
    """The strongest words for and against a unit, in the order of the text.

    A word's weight comes from the word's stem and characters, and half from the pairs with both neighbours: a negation
    counts where the negation changed the meaning. Function words and numbers are left out, as an officer can't check
    them.
    """
    written = words(complaint.matter)
    weights = _weights_in(ranking, written, unit.topic)
    strongest = sorted(weights, key=lambda folded: -abs(weights[folded]))[:_MOST_WORDS]
    enough = max(_LEAST_WEIGHT, _SHARE_OF_STRONGEST * abs(weights[strongest[0]])) if strongest else 0.0
    chosen = {folded for folded in strongest if abs(weights[folded]) >= enough}
    return tuple(
        WordWeight(complaint.text[word.start : word.end], word.start, word.end, round(weights[word.folded], 3))
        for word in written
        if word.folded in chosen
    )


def sentence_for(ranking: Ranking, complaint: Complaint, unit: RankedUnit) -> WordWeight | None:
    """The sentence of a long text that speaks most for a unit; an officer reads it before the whole letter."""
    matter = complaint.matter
    written = words(matter)
    if len(written) < _WORDS_OF_LONG_TEXT:
        return None
    weights = _weights_in(ranking, written, unit.topic)
    starts = [word.start for word in written]
    best: WordWeight | None = None
    for start, end in sentences_of(matter, 0, len(matter)):
        inside = written[bisect_left(starts, start) : bisect_left(starts, end)]
        # The square root keeps the longest sentence from winning by its length.
        weight = sum(weights.get(word.folded, 0.0) for word in inside) / max(len(inside), 1) ** 0.5
        if weight > (best.weight if best else 0.0):
            first, last = inside[0].start, start + len(matter[start:end].rstrip())
            best = WordWeight(complaint.text[first:last], first, last, round(weight, 3))
    return best


def _weights_in(ranking: Ranking, written: Sequence[Word], topic: int) -> dict[str, float]:
    """The weight of each word that an officer can check."""
    if not ranking.features.n_features_:
        # The rows of the training share no word.
        return {}
    telling = sorted({word.folded for word in written if not _says_nothing(word.folded)})
    weights = dict(zip(telling, _word_weights(ranking, telling, topic), strict=True))
    neighbours = sorted({(first.folded, second.folded) for first, second in pairwise(written)})
    for pair, shared in zip(neighbours, _pair_weights(ranking, neighbours, topic), strict=True):
        for folded in pair:
            if folded in weights:
                weights[folded] += shared
    return weights


def _word_weights(ranking: Ranking, folded: Sequence[str], topic: int) -> list[float]:
    """The mean weight of the features of each word, all gathered at once."""
    columns = [ranking.features.columns_of_word(word) for word in folded]
    sizes = np.array([len(own) for own in columns], dtype=np.int64)
    if not sizes.sum():
        return [0.0] * len(folded)
    every = np.concatenate(columns)
    sums = np.zeros(len(folded))
    weighted = ranking.weights_of(every, topic) * ranking.features.idf_[every]
    np.add.at(sums, np.repeat(np.arange(len(folded)), sizes), weighted)
    return [float(total) for total in sums / np.maximum(sizes, 1)]


def _pair_weights(ranking: Ranking, neighbours: Sequence[tuple[str, str]], topic: int) -> list[float]:
    """Half the weight of two neighbouring words, to be added to both."""
    columns = np.asarray(ranking.features.columns_of_pairs(neighbours), dtype=np.int64)
    weights = ranking.weights_of(columns, topic) * ranking.features.idf_[columns]
    shared: list[float] = (np.where(columns >= 0, weights, 0.0) / 2 / _PAIR_SCALE).tolist()
    return shared


@lru_cache(maxsize=50_000)
def _says_nothing(folded: str) -> bool:
    """Whether a word is no evidence for an officer: a function word in any spelling, a number, a placeholder."""
    if len(folded) < _SHORTEST_WORD or folded.isdigit() or folded.startswith("masked"):
        return True
    return all(standard in data.function_words() for standard in expand(folded, data.colloquial()))
