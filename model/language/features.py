"""From texts to sparse rows: word 1-2-grams on stems, character n-grams on the written words, and clues.

The stems and the character n-grams are both functions of one written word, so each distinct word's feature ids are
worked out once and remembered; training, batch and a single suggestion all go this way, and all documents of a call are
counted and weighed together. The weighting is scikit-learn's own TF-IDF (`sublinear_tf`, `smooth_idf`, each block to unit
length); a property test holds the two equal.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple
from weakref import WeakMethod

import numpy as np
from scipy.sparse import csr_matrix

import data
from model.language.stemming import process_stemmer
from model.language.words import expand, folded_words

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
_BYTES = _NOTHING.itemsize
_MOST_INT32 = np.iinfo(np.int32).max
_GAP = np.array([_UNKNOWN], dtype=np.int32).tobytes()
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
    """What one written word feeds; ids as the bytes of int32, which are joined and kept at a fraction of an array's cost.

    `stems` in order, with -1 for one that was never learned; `columns` of the stems that were and of the character
    n-grams; `known`: whether any stem was learned, or there is none to learn.
    """

    stems: bytes
    columns: bytes
    known: bool


class _Remembered(dict[str, _Word]):
    """Written words, worked out when first met; forgotten all at once where they become too many."""

    def __init__(self, compute: Callable[[str], _Word]) -> None:
        # The features hold their words; words that held the features too would keep a model that nobody uses any more.
        self._compute = WeakMethod(compute)

    def __missing__(self, folded: str) -> _Word:
        compute = self._compute()
        assert compute is not None  # noqa: S101 - nobody else asks
        word = compute(folded)
        if len(self) >= _REMEMBERED_WORDS:
            self.clear()
        self[folded] = word
        return word


class _RowsOf:
    """In how many rows each id stands."""

    def __init__(self) -> None:
        self._rows = np.zeros(0, dtype=np.int64)

    def add(self, rows: Sequence[bytes]) -> None:
        """Count the ids of some more rows."""
        width = int(_ids(b"".join(rows)).max(initial=0)) + 1
        found = np.bincount(_counted(_keys(rows, width))[0] % width, minlength=len(self._rows))
        found[: len(self._rows)] += self._rows
        self._rows = found

    def at_least(self, fewest: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The ids that stand in so many rows or more, and in how many each does."""
        enough = np.flatnonzero(self._rows >= fewest)
        return enough, self._rows[enough]


class ComplaintFeatures:
    """Documents → rows of shape (n_documents, n_features), float32, in four blocks each of unit length or empty.

    The blocks are stems, pairs of neighbouring stems (both weighted as one block), character n-grams and clues.
    """

    def __init__(
        self,
        *,
        pairs: bool = True,
        characters: tuple[int, int] | None = (3, 5),
        function_words: bool = True,
        rows_at_least: int = 2,
        clue_weight: float = 0.5,
    ) -> None:
        self.pairs = pairs
        self.characters = characters
        self.function_words = function_words
        self.rows_at_least = rows_at_least
        self.clue_weight = clue_weight

    def fit(self, documents: Sequence[Document]) -> ComplaintFeatures:
        """Learn the vocabulary: every feature met in at least `rows_at_least` documents."""
        self._learn(documents)
        return self

    def fit_transform(self, documents: Sequence[Document]) -> csr_matrix:
        """Learn the vocabulary and give the rows of the documents that it was learned from."""
        self._learn(documents)
        return self.transform(documents)

    def take_up(self, stems: Sequence[str], idf: NDArray[np.float32]) -> ComplaintFeatures:
        """What `fit` learned before, where stems are the only features: they in the order of their columns, their weights beside."""
        self._stems = _Vocabulary({stem: column for column, stem in enumerate(stems)}, open=False)
        self._grams, self._clues = _Vocabulary(open=False), _Vocabulary(open=False)
        self._pairs: NDArray[np.int64] = _NO_PAIRS
        self._offsets = np.array([0, *[len(stems)] * 4], dtype=np.int32)
        self.n_features_, self.idf_ = len(stems), idf
        self._memo = _Remembered(self._closed_word)
        return self

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
        if len(documents) == 1:
            return _one_row(self.n_features_, values[-1], columns[-1]), known
        # scipy copies what comes with other ids than it would choose itself.
        ids = np.int32 if ends[-1][-1] <= _MOST_INT32 else np.int64
        parts = (np.concatenate(values), np.concatenate(columns), np.concatenate(ends).astype(ids))
        return csr_matrix(parts, shape=(len(documents), self.n_features_)), known

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
        return _ids(self._memo[folded].columns)

    def stems_of_word(self, folded: str) -> tuple[int, ...]:
        """The columns of one written word's stems, without those that were never learned."""
        return tuple(stem for stem in _ids(self._memo[folded].stems).tolist() if stem >= 0)

    def columns_of_pairs(self, words: Sequence[tuple[str, str]]) -> list[int]:
        """For each two neighbouring written words the column that they feed together, or -1."""
        memo = self._memo
        edges = [_ids(memo[first].stems[-_BYTES:] + memo[second].stems[:_BYTES]).tolist() for first, second in words]
        keys = [(edge[0] << 32) | edge[1] if len(edge) == 2 and min(edge) >= 0 else -1 for edge in edges]  # noqa: PLR2004
        known, columns = self._known_pairs(np.asarray(keys, dtype=np.int64))
        found: list[int] = np.where(known, columns, _UNKNOWN).tolist()
        return found

    # Learning

    def _learn(self, documents: Sequence[Document]) -> None:
        self._stems, self._grams, self._clues = _Vocabulary(), _Vocabulary(), _Vocabulary()
        self._memo = _Remembered(self._open_word)
        in_rows = [_RowsOf(), _RowsOf(), _RowsOf()]
        pairs_of_rows = [_NO_PAIRS]
        for start in range(0, len(documents), _CHUNK):
            some = documents[start : start + _CHUNK]
            written = [self._words_of(document) for document in some]
            in_rows[0].add([b"".join([word.stems for word in found]) for found in written])
            in_rows[1].add([b"".join([word.columns for word in found]) for found in written])
            in_rows[2].add([self._clues_of(document) for document in some])
            if self.pairs:
                pairs_of_rows += [np.unique(_pairs_of([word.stems for word in found])) for found in written]
        at_least = max(self.rows_at_least, 1)
        (stems, stem_rows), (grams, gram_rows), (clues, clue_rows) = (rows.at_least(at_least) for rows in in_rows)
        pairs, pair_rows = np.unique(np.concatenate(pairs_of_rows), return_counts=True)
        pairs, pair_rows = pairs[pair_rows >= at_least], pair_rows[pair_rows >= at_least]
        # Both stems of a kept pair are kept: each stands in at least the pair's rows.
        first, second = np.searchsorted(stems, pairs >> 32), np.searchsorted(stems, pairs & 0xFFFFFFFF)
        self._pairs = (first << 32) | second
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
        return _Word(
            _bytes(self._stems.of(self._stemmed(folded))), _bytes(self._grams.of(self._cut(folded))), known=True
        )

    # Rows

    def _words_of(self, document: Document) -> list[_Word]:
        return list(map(self._memo.__getitem__, folded_words(document.text)))

    def _clues_of(self, document: Document) -> bytes:
        """While learning, the clues' ids; then their columns."""
        first = 0 if self._clues.open else int(self._offsets[3])
        return _bytes([first + clue for clue in self._clues.of(document.clues)])

    def _closed_word(self, folded: str) -> _Word:
        ids = self._stems.ids
        stems = np.asarray([ids.get(stem, _UNKNOWN) for stem in self._stemmed(folded)], dtype=np.int32)
        grams = np.asarray(self._grams.of(self._cut(folded)), dtype=np.int32) + self._offsets[2]
        learned = stems[stems >= 0]
        known = bool(len(learned)) or not len(stems)
        return _Word(stems.tobytes(), learned.tobytes() + grams.tobytes(), known)

    def _stemmed(self, folded: str) -> list[str]:
        standard = expand(folded, data.colloquial())
        if not self.function_words:
            standard = tuple(word for word in standard if word not in data.function_words())
        stemmer = process_stemmer()
        return [stemmer.stem(word) for word in standard]

    def _cut(self, folded: str) -> list[str]:
        return character_ngrams(folded, *self.characters) if self.characters else []

    def _rows(
        self, documents: Sequence[Document], written: Sequence[Sequence[_Word]]
    ) -> tuple[NDArray[np.float32], Ids, NDArray[np.int64]]:
        """The weights and columns of one chunk's rows one behind the other, and where each row ends."""
        width, n_rows = self.n_features_, len(documents)
        keys = _keys(
            [
                b"".join([*(word.columns for word in found), self._clues_of(document)])
                for document, found in zip(documents, written, strict=True)
            ],
            width,
        )
        if len(self._pairs):
            keys = np.concatenate((keys, self._pair_keys(written, width)))
        distinct, counts = _counted(keys)
        of_all = (distinct % width if n_rows > 1 else distinct).astype(np.int32)
        weights = np.log(counts, dtype=np.float32)
        weights += 1
        weights *= self.idf_[of_all]
        # A row's columns stand block by block: stems and pairs, characters, clues.
        bounds = self._offsets[2:] if n_rows == 1 else (np.arange(n_rows)[:, None] * width + self._offsets[2:]).ravel()
        ends = distinct.searchsorted(bounds)
        sums = np.zeros(len(weights) + 1)
        np.cumsum(np.square(weights, dtype=np.float64), out=sums[1:])
        sums, sizes = sums[ends], ends.copy()
        sums[1:] -= sums[:-1].copy()
        sizes[1:] -= ends[:-1]
        scales = np.array((1.0, 1.0, self.clue_weight) * n_rows) / np.maximum(np.sqrt(np.maximum(sums, 0)), _SHORTEST)
        weights *= scales.astype(np.float32).repeat(sizes)
        return weights, of_all, ends[2::3]

    def _pair_keys(self, written: Sequence[Sequence[_Word]], width: int) -> NDArray[np.int64]:
        """The learned pairs of neighbouring stems as row * width + column; a gap that no pair bridges follows each row."""
        rows = [b"".join([*(word.stems for word in found), _GAP]) for found in written]
        known, columns = self._known_pairs(_pairs_of(rows))
        if len(rows) > 1:
            columns += (np.arange(len(rows)) * width).repeat([len(row) // _BYTES for row in rows])[:-1]
        return columns[known]

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
        """With the remembered words and the stems that a new process would miss."""
        state = dict(self.__dict__)
        memo = state.pop("_memo", None)
        if memo is not None:
            # A word whose stem stands in one row alone may be somebody's name, and stays with the rows. Copied first, because
            # another thread may be reading words.
            state["_known_words"] = {folded: tuple(word) for folded, word in dict(memo).items() if word.known}
            known = self._stems.ids
            state["_known_stems"] = process_stemmer().remembered(lambda stem: stem in known)
        return state

    def __setstate__(self, state: dict[str, object]) -> None:
        """Hand the stored stems to the process."""
        words, stems = state.pop("_known_words", None), state.pop("_known_stems", None)
        # Over the same memory, but numpy.memmap is a subclass in Python: a slice costs more than the work of one text on it.
        self.__dict__.update(
            {name: np.asarray(value) if isinstance(value, np.memmap) else value for name, value in state.items()}
        )
        if isinstance(words, dict) and isinstance(stems, dict):
            process_stemmer().learn(stems)
            self._memo = _Remembered(self._closed_word)
            self._memo.update((folded, _Word(*word)) for folded, word in words.items())


@lru_cache(maxsize=8)
def _empty_row(width: int) -> csr_matrix:
    return csr_matrix((1, width), dtype=np.float32)


def _one_row(width: int, values: NDArray[np.float32], columns: Ids) -> csr_matrix:
    """A copy of an empty row takes these as they are; scipy's constructor would check them, in five times the time."""
    row = copy(_empty_row(width))
    row.data, row.indices, row.indptr = values, columns, np.array([0, len(columns)], dtype=np.int32)
    return row


def _ids(joined: bytes) -> Ids:
    return np.frombuffer(joined, dtype=np.int32)


def _bytes(ids: Sequence[int]) -> bytes:
    return np.asarray(ids, dtype=np.int32).tobytes()


def _keys(rows: Sequence[bytes], width: int) -> NDArray[np.int64]:
    """The ids of some rows, one row behind the other, each as row * width + id."""
    keys = _ids(b"".join(rows)).astype(np.int64)
    if len(rows) > 1:
        keys += (np.arange(len(rows)) * width).repeat([len(row) // _BYTES for row in rows])
    return keys


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


def _pairs_of(stems: Sequence[bytes]) -> NDArray[np.int64]:
    """Each two neighbouring stems of a text as first * 2**32 + second; negative where one of them isn't known."""
    joined = _ids(b"".join(stems))
    return (joined[:-1].astype(np.int64) << 32) | joined[1:]


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
