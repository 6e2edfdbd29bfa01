"""From texts to sparse rows: word 1-2-grams on stems, character n-grams on the written words, and clues.

The stems and the character n-grams are both functions of one written word, so each distinct word's feature ids are
worked out once and remembered; training, batch and a single suggestion all go this way. The weighting is
scikit-learn's own TF-IDF (`sublinear_tf`, `smooth_idf`, each block to unit length); a property test holds the two equal.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.base import BaseEstimator, TransformerMixin

import data
from model.stemming import process_stemmer
from model.text import expand, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

_REMEMBERED_WORDS = 100_000


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
        if self.open:
            return [self.ids.setdefault(name, len(self.ids)) for name in names]
        known = self.ids
        return [known[name] for name in names if name in known]

    def closed(self, kept: NDArray[np.int32]) -> _Vocabulary:
        """A vocabulary of the kept ids only, numbered anew, that takes up no more names."""
        names = list(self.ids)
        return _Vocabulary({names[old]: new for new, old in enumerate(kept)}, open=False)


@dataclass(frozen=True, slots=True)
class _Present:
    """The distinct features of one document while the vocabulary is learned."""

    stems: NDArray[np.int32]
    pairs: NDArray[np.int64]
    grams: NDArray[np.int32]
    clues: NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class _RememberedWord:
    """The stems (with -1 for one that was never learned) and the ids of the character n-grams of one written word."""

    stems: tuple[int, ...]
    characters: NDArray[np.int32]


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
        self._open()
        self._close([self._present(document) for document in documents], len(documents))
        return self.transform(documents)

    def transform(self, documents: Sequence[Document]) -> csr_matrix:
        """The rows of the documents; what was never learned leaves nothing."""
        columns: list[NDArray[np.int32]] = []
        values: list[NDArray[np.float32]] = []
        ends = [0]
        for document in documents:
            row_columns, row_values = self._row(document)
            columns.append(row_columns)
            values.append(row_values)
            ends.append(ends[-1] + len(row_columns))
        if not columns:
            return csr_matrix((0, self.n_features_), dtype=np.float32)
        return csr_matrix(
            (np.concatenate(values), np.concatenate(columns), np.asarray(ends)),
            shape=(len(documents), self.n_features_),
        )

    def names(self) -> list[str]:
        """The name of each feature, in column order: a stem, two stems, "#abc" for characters, "key=value"."""
        return [
            *self._stems.ids,
            *self._pair_names(),
            *(f"#{gram}" for gram in self._grams.ids),
            *self._clues.ids,
        ]

    def columns_of_word(self, folded: str) -> NDArray[np.int32]:
        """The columns that one written word feeds by itself: its stems and its character n-grams."""
        word = self._word(folded)
        stems = np.asarray([stem for stem in word.stems if stem >= 0], dtype=np.int32)
        return np.concatenate((stems, word.characters + self._offsets[2]))

    def stems_of_word(self, folded: str) -> tuple[int, ...]:
        """The columns of one written word's stems, without those that were never learned."""
        return tuple(stem for stem in self._word(folded).stems if stem >= 0)

    def columns_of_pairs(self, first: str, second: str) -> list[int]:
        """The columns that two neighbouring written words feed together."""
        if not self.pairs or not (stems := self._word(first).stems):
            return []
        following = self._word(second).stems
        return self._pair_columns((stems[-1], *following[:1]))

    def known_share(self, document: Document) -> float:
        """Share of the document's written words that have a stem in the vocabulary, 0 to 1; 1 for a text without words."""
        entries = [self._word(word.folded) for word in words(document.text)]
        if not entries:
            return 1.0
        return sum(any(stem >= 0 for stem in entry.stems) or not entry.stems for entry in entries) / len(entries)

    # Learning

    def _open(self) -> None:
        self._stems, self._grams, self._clues = _Vocabulary(), _Vocabulary(), _Vocabulary()
        self._pairs: dict[int, int] = {}
        self._memo: dict[str, _RememberedWord] = {}

    def _present(self, document: Document) -> _Present:
        stems: list[int] = []
        grams: list[NDArray[np.int32]] = []
        for word in words(document.text):
            entry = self._word(word.folded)
            stems.extend(entry.stems)
            grams.append(entry.characters)
        pairs = [(first << 32) | second for first, second in pairwise(stems)] if self.pairs else []
        return _Present(
            np.unique(np.asarray(stems, dtype=np.int32)),
            np.unique(np.asarray(pairs, dtype=np.int64)),
            np.unique(np.concatenate(grams)) if grams else np.zeros(0, np.int32),
            np.unique(np.asarray(self._clues.of(document.clues), dtype=np.int32)),
        )

    def _close(self, present: Sequence[_Present], n_documents: int) -> None:
        stems, stem_rows = self._in_enough_rows([document.stems for document in present])
        pairs, pair_rows = self._in_enough_rows([document.pairs for document in present])
        grams, gram_rows = self._in_enough_rows([document.grams for document in present])
        clues, clue_rows = self._in_enough_rows([document.clues for document in present])
        # Both stems of a kept pair are kept: each stands in at least the pair's rows.
        renumbered = {int(old): new for new, old in enumerate(stems)}
        self._pairs = {
            (renumbered[int(pair) >> 32] << 32) | renumbered[int(pair) & 0xFFFFFFFF]: new
            for new, pair in enumerate(pairs)
        }
        self._stems, self._grams, self._clues = (
            vocabulary.closed(kept)
            for vocabulary, kept in ((self._stems, stems), (self._grams, grams), (self._clues, clues))
        )
        self._offsets = np.concatenate(([0], np.cumsum([len(stems), len(pairs), len(grams), len(clues)]))).astype(
            np.int32
        )
        self.n_features_ = int(self._offsets[-1])
        rows = np.concatenate((stem_rows, pair_rows, gram_rows, clue_rows)).astype(np.float64)
        # smooth_idf of scikit-learn: as if one more document held every feature once.
        self.idf_ = (np.log((1 + n_documents) / (1 + rows)) + 1).astype(np.float32)
        self._memo = {}

    def _in_enough_rows(self, present: Sequence[NDArray[np.integer[Any]]]) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """The features in at least `rows_at_least` documents, and in how many each is."""
        features, rows = np.unique(np.concatenate(present), return_counts=True)
        enough = rows >= self.rows_at_least
        return features[enough], rows[enough]

    # Rows

    def _word(self, folded: str) -> _RememberedWord:
        remembered = self._memo.get(folded)
        if remembered is None:
            remembered = _RememberedWord(self._stem_ids(folded), np.asarray(self._gram_ids(folded), dtype=np.int32))
            if len(self._memo) >= _REMEMBERED_WORDS:
                self._memo.clear()
            self._memo[folded] = remembered
        return remembered

    def _stem_ids(self, folded: str) -> tuple[int, ...]:
        standard = expand(folded, data.colloquial()) if self.colloquial else (folded,)
        if self.stop_words:
            standard = tuple(word for word in standard if word not in data.function_words())
        stemmer = process_stemmer()
        stems = [stemmer.stem(word) for word in standard] if self.stemming else list(standard)
        if self._stems.open:
            return tuple(self._stems.of(stems))
        return tuple(self._stems.ids.get(stem, -1) for stem in stems)

    def _gram_ids(self, folded: str) -> list[int]:
        return self._grams.of(character_ngrams(folded, *self.characters)) if self.characters else []

    def _row(self, document: Document) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        stems: list[int] = []
        grams: list[NDArray[np.int32]] = []
        for word in words(document.text):
            entry = self._word(word.folded)
            stems.extend(entry.stems)
            grams.append(entry.characters)
        in_words = np.asarray([stem for stem in stems if stem >= 0] + self._pair_columns(stems), dtype=np.int32)
        in_grams = np.concatenate(grams) + self._offsets[2] if grams else np.zeros(0, np.int32)
        clues = np.asarray(self._clues.of(document.clues), dtype=np.int32) + self._offsets[3]
        blocks = [self._weigh(in_words, 1.0), self._weigh(in_grams, 1.0), self._weigh(clues, self.clue_weight)]
        return np.concatenate([block[0] for block in blocks]), np.concatenate([block[1] for block in blocks])

    def _pair_columns(self, stems: Sequence[int]) -> list[int]:
        if not self.pairs:
            return []
        known, offset = self._pairs, int(self._offsets[1])
        keys = ((first << 32) | second for first, second in pairwise(stems) if first >= 0 and second >= 0)
        return [offset + known[key] for key in keys if key in known]

    def _weigh(self, columns: NDArray[np.int32], block_weight: float) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        distinct, counts = np.unique(columns, return_counts=True)
        weights = (1 + np.log(counts)).astype(np.float32) * self.idf_[distinct]
        length = float(np.sqrt(weights @ weights))
        return distinct.astype(np.int32), weights * np.float32(block_weight / length) if length else weights

    def _pair_names(self) -> list[str]:
        stems = list(self._stems.ids)
        return [f"{stems[key >> 32]} {stems[key & 0xFFFFFFFF]}" for key in self._pairs]

    def __getstate__(self) -> dict[str, object]:
        """Without the remembered words, which grow with use, and with the stems that a new process would miss."""
        state = dict(self.__dict__)
        if "_memo" in state:
            known = self._stems.ids
            state["_memo"] = {}
            state["_known_stems"] = process_stemmer().remembered(lambda stem: stem in known)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        """Hand the stored stems to the process."""
        known = state.pop("_known_stems", {})
        if isinstance(known, dict):
            process_stemmer().learn(known)
        self.__dict__.update(state)


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
