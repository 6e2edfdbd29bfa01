"""From texts to sparse rows: word 1-2-grams on stems, character n-grams on the written words, and clues.

Stems and character n-grams depend on a written word alone, and are computed once for each distinct word. Training, batch
and a single suggestion share this code, and all documents of a call are counted and weighed together. The weighting is scikit-learn's TF-IDF (`sublinear_tf`, `smooth_idf`, each block to unit length); a property test holds
the two equal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from model.language.sparse_rows import (
    BYTES_OF_ID,
    counted,
    neighbours,
    row_keys,
    row_offsets,
    sparse_matrix,
    to_bytes,
    to_ids,
)
from model.language.stemming import process_stemmer
from model.language.vocabulary import Document, Vocabulary, learn_vocabulary, numbered
from model.language.word_parts import WordIds, WordMemo, ngrams_of, stems_of
from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.language.sparse_rows import Ids

# Documents counted at once: enough to outweigh the cost of a numpy call, few enough for the processor's cache.
_CHUNK = 256
_UNKNOWN = -1
_CLUE_WEIGHT = 0.5
# An empty block has no length to be divided by.
_LEAST_LENGTH = 1e-9
_GAP = to_bytes([_UNKNOWN])
_NO_IDS = np.zeros(0, dtype=np.int32)


class ComplaintFeatures:
    """Documents → rows of shape (n_documents, n_features), float32, in four blocks.

    The blocks are stems, pairs of neighbouring stems (weighted together with the stems), character n-grams and clues. A
    block has unit length, clues half of it; an empty block has none.
    """

    _vocabulary: Vocabulary

    def __init__(
        self,
        *,
        pairs: bool = True,
        characters: bool = True,
        function_words: bool = True,
        rows_at_least: int = 2,
    ) -> None:
        self.pairs = pairs
        self.characters = characters
        self.function_words = function_words
        self.rows_at_least = rows_at_least

    def fit(self, documents: Sequence[Document], *, names: Sequence[Document] = ()) -> ComplaintFeatures:
        """Learn the vocabulary: every feature of at least `rows_at_least` documents, and the words of labels' names."""
        self._use(
            learn_vocabulary(
                documents,
                names=names,
                rows_at_least=self.rows_at_least,
                pairs=self.pairs,
                characters=self.characters,
                function_words=self.function_words,
            )
        )
        return self

    def fit_transform(self, documents: Sequence[Document]) -> csr_matrix:
        """Learn the vocabulary of documents, and give the rows."""
        return self.fit(documents).transform(documents)

    def take_up(self, stems: Sequence[str], idf: NDArray[np.float32]) -> ComplaintFeatures:
        """Use a stored vocabulary of stems alone, in column order."""
        self._use(Vocabulary(numbered(stems), idf))
        return self

    def _use(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._offsets = vocabulary.offsets
        self.idf_ = vocabulary.idf
        self.n_features_ = int(self._offsets[-1])
        self._memo = WordMemo(self._word_ids)

    def transform(self, documents: Sequence[Document]) -> csr_matrix:
        """The rows of the documents; features outside the vocabulary are left out."""
        return self.rows_and_known_shares(documents)[0]

    def rows_and_known_shares(self, documents: Sequence[Document]) -> tuple[csr_matrix, list[float]]:
        """The rows of the documents, and for each document the share of words with a known stem.

        A share is 0 to 1, and 1 for a text without words.
        """
        known: list[float] = []
        values, columns, ends = [], [], []
        for start in range(0, len(documents), _CHUNK):
            chunk = documents[start : start + _CHUNK]
            words = [list(map(self._memo.__getitem__, folded_words(document.text))) for document in chunk]
            known += [sum(word.known for word in row) / len(row) if row else 1.0 for row in words]
            chunk_values, chunk_columns, chunk_ends = self._rows(chunk, words)
            values.append(chunk_values)
            columns.append(chunk_columns)
            ends.append(chunk_ends)
        return sparse_matrix(self.n_features_, values, columns, ends), known

    def names(self) -> list[str]:
        """The name of each feature, in column order: a stem, two stems, "#abc" for characters, "key=value"."""
        return self._vocabulary.names()

    def columns_of_word(self, folded: str) -> Ids:
        """The columns of a written word's stems and character n-grams."""
        return to_ids(self._memo[folded].columns)

    def stems_of_word(self, folded: str) -> tuple[int, ...]:
        """The columns of a written word's stems."""
        return tuple(stem for stem in to_ids(self._memo[folded].stems).tolist() if stem >= 0)

    def columns_of_pairs(self, words: Sequence[tuple[str, str]]) -> list[int]:
        """The column of each two neighbouring written words, or -1."""
        memo, size = self._memo, BYTES_OF_ID
        edges = [to_ids(memo[first].stems[-size:] + memo[second].stems[:size]).tolist() for first, second in words]
        keys = [(edge[0] << 32) | edge[1] if len(edge) == 2 and min(edge) >= 0 else -1 for edge in edges]  # noqa: PLR2004
        known, columns = self._known_pairs(np.asarray(keys, dtype=np.int64))
        known_columns: list[int] = np.where(known, columns, _UNKNOWN).tolist()
        return known_columns

    def _word_ids(self, folded: str) -> WordIds:
        ids = self._vocabulary.stems
        stems = np.asarray(
            [ids.get(stem, _UNKNOWN) for stem in stems_of(folded, function_words=self.function_words)], dtype=np.int32
        )
        known = stems[stems >= 0]
        columns = known.tobytes() + self._ngram_columns(folded).tobytes()
        return WordIds(stems.tobytes(), columns, bool(len(known)) or not len(stems))

    def _ngram_columns(self, folded: str) -> Ids:
        known = self._vocabulary.ngrams
        if not len(known):
            return _NO_IDS
        ngrams = ngrams_of(folded)
        positions = np.minimum(known.searchsorted(ngrams), len(known) - 1)
        columns: Ids = positions[known[positions] == ngrams].astype(np.int32) + self._offsets[2]
        return columns

    def _clue_columns(self, document: Document) -> bytes:
        ids, first = self._vocabulary.clues, int(self._offsets[3])
        return to_bytes([first + ids[clue] for clue in document.clues if clue in ids])

    def _rows(
        self, documents: Sequence[Document], words: Sequence[Sequence[WordIds]]
    ) -> tuple[NDArray[np.float32], Ids, NDArray[np.int64]]:
        """The weights and columns of a chunk's rows in sequence, and the end of each row."""
        width, n_rows = self.n_features_, len(documents)
        keys = row_keys(
            [
                b"".join([*(word.columns for word in row), self._clue_columns(document)])
                for document, row in zip(documents, words, strict=True)
            ],
            width,
        )
        if len(self._vocabulary.pairs):
            keys = np.concatenate((keys, self._pair_keys(words, width)))
        distinct, counts = counted(keys)
        columns = (distinct % width if n_rows > 1 else distinct).astype(np.int32)
        weights = np.log(counts, dtype=np.float32)
        weights += 1
        weights *= self.idf_[columns]
        # A row's columns stand block by block: stems and pairs, characters, clues.
        bounds = self._offsets[2:] if n_rows == 1 else (np.arange(n_rows)[:, None] * width + self._offsets[2:]).ravel()
        ends = distinct.searchsorted(bounds)
        sums = np.zeros(len(weights) + 1)
        np.cumsum(np.square(weights, dtype=np.float64), out=sums[1:])
        sums, sizes = sums[ends], ends.copy()
        sums[1:] -= sums[:-1].copy()
        sizes[1:] -= ends[:-1]
        lengths = np.maximum(np.sqrt(np.maximum(sums, 0)), _LEAST_LENGTH)
        scales = np.array((1.0, 1.0, _CLUE_WEIGHT) * n_rows) / lengths
        weights *= scales.astype(np.float32).repeat(sizes)
        return weights, columns, ends[2::3]

    def _pair_keys(self, words: Sequence[Sequence[WordIds]], width: int) -> NDArray[np.int64]:
        """The keys of known pairs; a gap after each row keeps pairs within a row."""
        rows = [b"".join([*(word.stems for word in row), _GAP]) for row in words]
        known, columns = self._known_pairs(neighbours(rows))
        if len(rows) > 1:
            columns += row_offsets(rows, width)[:-1]
        return columns[known]

    def _known_pairs(self, pairs: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """For each pair of stems whether the vocabulary has the pair, and the column (any column if not)."""
        learned = self._vocabulary.pairs
        if not len(learned):
            return np.zeros(len(pairs), dtype=bool), pairs
        positions = np.minimum(np.searchsorted(learned, pairs), len(learned) - 1)
        return learned[positions] == pairs, positions + self._offsets[1]

    def __getstate__(self) -> dict[str, object]:
        """The settings and the vocabulary, with the stems of known words to start a new process warm.

        A word with a stem of a single row may be a person's name, and stays out.
        """
        state = {name: value for name, value in self.__dict__.items() if name not in _DERIVED}
        ids = self._vocabulary.stems
        stems = process_stemmer().cached_words(lambda stem: stem in ids)
        state["_stemmed_words"] = "\n".join(stems)
        state["_stems_of_words"] = np.array([ids[stem] for stem in stems.values()], dtype=np.int32)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        """Hand the stored stems to the process."""
        words, ids = str(state.pop("_stemmed_words")), np.asarray(state.pop("_stems_of_words"))
        self.__dict__.update(state)
        self._use(self._vocabulary)
        names = list(self._vocabulary.stems)
        process_stemmer().add(dict(zip(words.split("\n") if words else (), [names[i] for i in ids], strict=True)))


# Made from the vocabulary again when a stored object is loaded.
_DERIVED = {"_offsets", "idf_", "n_features_", "_memo"}
