"""From texts to sparse rows: word 1-2-grams on stems, character n-grams on the written words, and clues.

The stems and the character n-grams are both functions of one written word, so each distinct word's feature ids are
worked out once and remembered; training, batch and a single suggestion all go this way, and all documents of a call are
counted and weighed together. The weighting is scikit-learn's own TF-IDF (`sublinear_tf`, `smooth_idf`, each block to unit
length); a property test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin

import data
from model.stemming import process_stemmer
from model.text import expand, folded_words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    Ids = NDArray[np.int32]

_REMEMBERED_WORDS = 50_000
# Documents counted at once: enough to forget what a call of numpy costs, few enough to stay in the processor's cache.
_CHUNK = 256
_UNKNOWN = -1
# An empty block has no length to be divided by.
_SHORTEST = 1e-9
_NOTHING = np.zeros(0, dtype=np.int32)
_NO_PAIRS = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Document:
    """What the features see of a complaint: its masked text, and clues such as "district=tandes"."""

    text: str
    clues: tuple[str, ...] = ()


@dataclass
class _Vocabulary:
    """The features of one block by name; while it is open, a name met for the first time gets the next id."""

    ids: dict[str, int] = field(default_factory=dict)
    open: bool = True

    def of(self, names: Iterable[str]) -> list[int]:
        """The ids of the names; one that was never learned is left out."""
        if self.open:
            return [self.ids.setdefault(name, len(self.ids)) for name in names]
        known = self.ids
        return [known[name] for name in names if name in known]

    def closed(self, kept: NDArray[np.int64]) -> _Vocabulary:
        """A vocabulary of the kept ids only, numbered anew, that takes up no more names."""
        names = list(self.ids)
        return _Vocabulary({names[old]: new for new, old in enumerate(kept.tolist())}, open=False)


class _Word(NamedTuple):
    """What one written word feeds.

    `stems` in order, with -1 for one that was never learned; `columns` of the stems that were and of the character
    n-grams; `known`: whether any stem was learned, or there is none to learn.
    """

    stems: Ids
    columns: Ids
    known: bool


class _Remembered(dict[str, _Word]):
    """Written words, worked out when first met; forgotten all at once where they become too many."""

    def __init__(self, compute: Callable[[str], _Word]) -> None:
        self._compute = compute

    def __missing__(self, folded: str) -> _Word:
        word = self._compute(folded)
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        self[folded] = word
        return word


class ComplaintFeatures(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn is untyped
    """Documents → rows of shape (n_documents, n_features), float32, in four blocks each of unit length or empty.

    The blocks are stems, pairs of neighbouring stems (both weighted as one block), character n-grams and clues.
    """

    def __init__(
        self,
        *,
        stemming: bool = True,
        colloquial: bool = True,
        pairs: bool = True,
        characters: tuple[int, int] | None = (3, 5),
        stop_words: bool = False,
        rows_at_least: int = 2,
        clue_weight: float = 0.5,
    ) -> None:
        self.stemming = stemming
        self.colloquial = colloquial
        self.pairs = pairs
        self.characters = characters
        self.stop_words = stop_words
        self.rows_at_least = rows_at_least
        self.clue_weight = clue_weight

    def fit(self, documents: Sequence[Document], y: object = None) -> ComplaintFeatures:
        """Learn the vocabulary: every feature met in at least `rows_at_least` documents."""
        self.fit_transform(documents, y)
        return self

    def fit_transform(self, documents: Sequence[Document], y: object = None) -> csr_matrix:  # noqa: ARG002
        """Learn the vocabulary and give the rows of the documents that it was learned from."""
        self._learn(documents)
        return self.transform(documents)

    def transform(self, documents: Sequence[Document]) -> csr_matrix:
        """The rows of the documents; what was never learned leaves nothing."""
        return self.rows_and_known_shares(documents)[0]

    def rows_and_known_shares(self, documents: Sequence[Document]) -> tuple[csr_matrix, list[float]]:
        """The rows of the documents, and of each the share of its written words that have a stem in the vocabulary.

        A share is 0 to 1, and 1 for a text without words.
        """
        known: list[float] = []
        values, columns, ends = [np.zeros(0, dtype=np.float32)], [_NOTHING], [np.zeros(1, dtype=np.int64)]
        for start in range(0, len(documents), _CHUNK):
            some = documents[start : start + _CHUNK]
            written = [self._words_of(document) for document in some]
            known += [sum(word.known for word in found) / len(found) if found else 1.0 for found in written]
            chunk = self._rows(some, written)
            values.append(chunk[0])
            columns.append(chunk[1])
            ends.append(chunk[2] + ends[-1][-1])
        rows = csr_matrix(
            (np.concatenate(values), np.concatenate(columns), np.concatenate(ends)),
            shape=(len(documents), self.n_features_),
        )
        return rows, known

    def names(self) -> list[str]:
        """The name of each feature, in column order: a stem, two stems, "#abc" for characters, "key=value"."""
        return [
            *self._stems.ids,
            *self._pair_names(),
            *(f"#{gram}" for gram in self._grams.ids),
            *self._clues.ids,
        ]

    def columns_of_word(self, folded: str) -> Ids:
        """The columns that one written word feeds by itself: its stems and its character n-grams."""
        return self._memo[folded].columns

    def stems_of_word(self, folded: str) -> tuple[int, ...]:
        """The columns of one written word's stems, without those that were never learned."""
        return tuple(stem for stem in self._memo[folded].stems.tolist() if stem >= 0)

    def columns_of_pairs(self, words: Sequence[tuple[str, str]]) -> list[int]:
        """For each two neighbouring written words the column that they feed together, or -1."""
        memo = self._memo
        edges = [(memo[first].stems[-1:], memo[second].stems[:1]) for first, second in words]
        keys = [
            (int(last[0]) << 32) | int(first[0]) if len(last) and len(first) and last[0] >= 0 and first[0] >= 0 else -1
            for last, first in edges
        ]
        known, columns = self._known_pairs(np.asarray(keys, dtype=np.int64))
        found: list[int] = np.where(known, columns, _UNKNOWN).tolist()
        return found

    # Learning

    def _learn(self, documents: Sequence[Document]) -> None:
        self._stems, self._grams, self._clues = _Vocabulary(), _Vocabulary(), _Vocabulary()
        self._memo = _Remembered(self._open_word)
        # Words are looked up anew for each count: a million documents' words at once would take more than their texts.
        stems, stem_rows = self._in_enough_rows(documents, lambda document: [w.stems for w in self._words_of(document)])
        pairs, pair_rows = self._pairs_in_enough_rows(documents)
        grams, gram_rows = self._in_enough_rows(
            documents, lambda document: [w.columns for w in self._words_of(document)]
        )
        clues, clue_rows = self._in_enough_rows(documents, lambda document: [self._clues_of(document)])
        # Both stems of a kept pair are kept: each stands in at least the pair's rows.
        first, second = np.searchsorted(stems, pairs >> 32), np.searchsorted(stems, pairs & 0xFFFFFFFF)
        self._pairs: NDArray[np.int64] = (first << 32) | second
        self._stems, self._grams, self._clues = (
            vocabulary.closed(kept)
            for vocabulary, kept in ((self._stems, stems), (self._grams, grams), (self._clues, clues))
        )
        sizes = [len(stems), len(pairs), len(grams), len(clues)]
        self._offsets = np.concatenate(([0], np.cumsum(sizes))).astype(np.int32)
        self.n_features_ = int(self._offsets[-1])
        rows = np.concatenate((stem_rows, pair_rows, gram_rows, clue_rows)).astype(np.float64)
        # smooth_idf of scikit-learn: as if one more document held every feature once.
        self.idf_ = (np.log((1 + len(documents)) / (1 + rows)) + 1).astype(np.float32)
        self._memo = _Remembered(self._closed_word)

    def _open_word(self, folded: str) -> _Word:
        """While learning, `columns` are the ids of the character n-grams."""
        stems = np.asarray(self._stems.of(self._stemmed(folded)), dtype=np.int32)
        return _Word(stems, np.asarray(self._grams.of(self._cut(folded)), dtype=np.int32), known=True)

    def _in_enough_rows(
        self, documents: Sequence[Document], ids_of: Callable[[Document], Sequence[Ids]]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The features in at least `rows_at_least` documents, and in how many each is."""
        rows = np.zeros(0, dtype=np.int64)
        for start in range(0, len(documents), _CHUNK):
            ids, at = _joined([ids_of(document) for document in documents[start : start + _CHUNK]])
            width = int(ids.max(initial=0)) + 1
            distinct, _ = _counted(at * width + ids)
            found = np.bincount(distinct % width, minlength=len(rows))
            found[: len(rows)] += rows
            rows = found
        enough = np.flatnonzero(rows >= max(self.rows_at_least, 1))
        return enough, rows[enough]

    def _pairs_in_enough_rows(self, documents: Sequence[Document]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if not self.pairs:
            return _NO_PAIRS, _NO_PAIRS
        of_rows = [
            np.unique(_neighbours(*_joined([[word.stems for word in self._words_of(document)]]))[0])
            for document in documents
        ]
        pairs, rows = np.unique(np.concatenate([_NO_PAIRS, *of_rows]), return_counts=True)
        enough = rows >= self.rows_at_least
        return pairs[enough], rows[enough]

    # Rows

    def _words_of(self, document: Document) -> list[_Word]:
        return list(map(self._memo.__getitem__, folded_words(document.text)))

    def _clues_of(self, document: Document) -> Ids:
        return np.asarray(self._clues.of(document.clues), dtype=np.int32)

    def _closed_word(self, folded: str) -> _Word:
        ids = self._stems.ids
        stems = np.asarray([ids.get(stem, _UNKNOWN) for stem in self._stemmed(folded)], dtype=np.int32)
        grams = np.asarray(self._grams.of(self._cut(folded)), dtype=np.int32)
        learned = stems[stems >= 0]
        return _Word(stems, np.concatenate((learned, grams + self._offsets[2])), bool(len(learned)) or not len(stems))

    def _stemmed(self, folded: str) -> list[str]:
        standard = expand(folded, data.colloquial()) if self.colloquial else (folded,)
        if self.stop_words:
            standard = tuple(word for word in standard if word not in data.function_words())
        stemmer = process_stemmer()
        return [stemmer.stem(word) for word in standard] if self.stemming else list(standard)

    def _cut(self, folded: str) -> list[str]:
        return character_ngrams(folded, *self.characters) if self.characters else []

    def _rows(
        self, documents: Sequence[Document], written: Sequence[Sequence[_Word]]
    ) -> tuple[NDArray[np.float32], Ids, NDArray[np.int64]]:
        """The weights and columns of one chunk's rows one behind the other, and where each row ends."""
        width, n_rows = self.n_features_, len(documents)
        columns, at = _joined([[word.columns for word in found] for found in written])
        parts = [at * width + columns]
        if len(self._pairs):
            pairs, pairs_at = _neighbours(*_joined([[word.stems for word in found] for found in written]))
            known, pair_columns = self._known_pairs(pairs)
            parts.append(pairs_at[known] * width + pair_columns[known])
        clues, clues_at = _joined([[self._clues_of(document)] for document in documents])
        if len(clues):
            parts.append(clues_at * width + (clues + self._offsets[3]))
        distinct, counts = _counted(np.concatenate(parts))
        of_all = (distinct % width if n_rows > 1 else distinct).astype(np.int32)
        weights = (1 + np.log(counts)).astype(np.float32) * self.idf_[of_all]
        # A row's columns stand block by block: stems and pairs, characters, clues.
        ends = np.searchsorted(distinct, np.add.outer(np.arange(n_rows) * width, self._offsets[2:]).ravel())
        block = np.repeat(np.arange(3 * n_rows), np.diff(ends, prepend=0))
        lengths = np.sqrt(np.bincount(block, np.square(weights, dtype=np.float64), 3 * n_rows))
        scales = np.array((1.0, 1.0, self.clue_weight) * n_rows) / np.maximum(lengths, _SHORTEST)
        return weights * scales.astype(np.float32)[block], of_all, ends[2::3]

    def _known_pairs(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which pairs of stems were learned, and the columns of these (of the others, any)."""
        if not len(self._pairs):
            return np.zeros(len(pairs), dtype=bool), pairs
        at = np.minimum(np.searchsorted(self._pairs, pairs), len(self._pairs) - 1)
        return self._pairs[at] == pairs, at + self._offsets[1]

    def _pair_names(self) -> list[str]:
        stems = list(self._stems.ids)
        return [f"{stems[key >> 32]} {stems[key & 0xFFFFFFFF]}" for key in self._pairs.tolist()]

    def __getstate__(self) -> dict[str, object]:
        """Without the remembered words, which grow with use, and with the stems that a new process would miss."""
        state = dict(self.__dict__)
        if state.pop("_memo", None) is not None:
            known = self._stems.ids
            state["_known_stems"] = process_stemmer().remembered(lambda stem: stem in known)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        """Hand the stored stems to the process."""
        known = state.pop("_known_stems", None)
        self.__dict__.update(state)
        if isinstance(known, dict):
            process_stemmer().learn(known)
            self._memo = _Remembered(self._closed_word)


def _joined(parts: Sequence[Sequence[Ids]]) -> tuple[Ids, NDArray[np.int64]]:
    """All ids of some rows, given in parts, one behind the other, and the row of each."""
    flat = list(chain.from_iterable(parts))
    if not flat:
        return _NOTHING, _NO_PAIRS
    ids = np.concatenate(flat)
    if len(parts) == 1:
        return ids, np.zeros(len(ids), dtype=np.int64)
    return ids, np.repeat(np.arange(len(parts)), [sum(map(len, of_row)) for of_row in parts])


def _counted(keys: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys in order, and how often each stands there: np.unique without its preparations."""
    if not len(keys):
        return keys, keys
    in_order = np.sort(keys)
    last = np.empty(len(keys), dtype=bool)
    last[-1] = True
    np.not_equal(in_order[1:], in_order[:-1], out=last[:-1])
    ends = last.nonzero()[0]
    counts = ends + 1
    counts[1:] -= counts[:-1].copy()
    return in_order[ends], counts


def _neighbours(stems: Ids, at: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Each two neighbouring stems of a row, as first * 2**32 + second, and the row of each pair."""
    first, second = stems[:-1].astype(np.int64), stems[1:]
    both = (first >= 0) & (second >= 0) & (at[:-1] == at[1:])
    return (first[both] << 32) | second[both], at[1:][both]


def character_ngrams(word: str, shortest: int, longest: int) -> list[str]:
    """The character n-grams of one word with a space at each end, as scikit-learn's `char_wb` cuts them.

    >>> character_ngrams("air", 3, 4)
    [' ai', 'air', 'ir ', ' air', 'air ']
    """
    padded = f" {word} "
    grams = []
    for n in range(shortest, longest + 1):
        if len(padded) <= n:
            grams.append(padded)
            break
        grams.extend(padded[start : start + n] for start in range(len(padded) - n + 1))
    return grams
