"""Learn the vocabulary of a history: stems, pairs of stems, character n-grams and clues, with their weights."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

import numpy as np

from model.language.sparse_rows import counted, neighbours, row_keys, to_bytes, to_ids
from model.language.word_parts import WordIds, WordMemo, ngram_text, ngrams_of, stems_of
from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray


Name = TypeVar("Name", str, int)

# Documents counted at once.
_CHUNK = 256
_NO_PAIRS = np.zeros(0, dtype=np.int64)
_NO_NGRAMS = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True)
class Document:
    """The masked text of a complaint, and clues such as "district=tandes"."""

    text: str
    clues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """The features of four blocks, in the order of their columns, and the inverse document frequency (IDF) of each.

    `stems` and `clues`: name → position in the block. `pairs`: two stems' positions as first * 2**32 + second, sorted.
    `ngrams`: the numbers of character n-grams, sorted.
    """

    stems: dict[str, int]
    idf: NDArray[np.float32]
    pairs: NDArray[np.int64] = field(default_factory=lambda: _NO_PAIRS)
    ngrams: NDArray[np.int32] = field(default_factory=lambda: _NO_NGRAMS)
    clues: dict[str, int] = field(default_factory=dict)

    @property
    def offsets(self) -> NDArray[np.int32]:
        """The first column of each block, and the number of columns."""
        sizes = [len(block) for block in (self.stems, self.pairs, self.ngrams, self.clues)]
        return np.cumsum([0, *sizes]).astype(np.int32)

    def names(self) -> list[str]:
        """The name of each feature, in column order: a stem, two stems, "#abc" for characters, "key=value"."""
        stems = list(self.stems)
        return [
            *stems,
            *(f"{stems[pair >> 32]} {stems[pair & 0xFFFFFFFF]}" for pair in self.pairs.tolist()),
            *(f"#{ngram_text(ngram)}" for ngram in self.ngrams.tolist()),
            *self.clues,
        ]

    def __getstate__(self) -> dict[str, object]:
        """Pack names into a string: joblib reads half a million small items slowly, in Python."""
        return self.__dict__ | {"stems": "\n".join(self.stems), "clues": "\n".join(self.clues)}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Unpack, with plain arrays over the mapped memory: slicing numpy.memmap, a Python subclass, is slow."""
        for name, value in state.items():
            if isinstance(value, str):
                self.__dict__[name] = numbered(value.split("\n") if value else ())
            else:
                self.__dict__[name] = np.asarray(value)


def numbered(names: Iterable[str]) -> dict[str, int]:
    """Name → position."""
    return {name: i for i, name in enumerate(names)}


def learn_vocabulary(
    documents: Sequence[Document],
    *,
    names: Sequence[Document] = (),
    rows_at_least: int,
    pairs: bool,
    characters: bool,
    function_words: bool,
) -> Vocabulary:
    """The features of at least `rows_at_least` documents, and those of names; documents are read a few at a time.

    Args:
        documents: the documents of the history.
        names: names and descriptions of labels, whose features count although no document may have them.
        rows_at_least: in how many documents a feature must occur.
        pairs: whether pairs of neighbouring stems are features.
        characters: whether character n-grams are features.
        function_words: whether the stems of function words are features.
    """
    learner = _Learner(characters=characters, function_words=function_words)
    memo = WordMemo(learner.word_ids)
    pairs_of_rows = [_NO_PAIRS]
    for start in range(0, len(documents), _CHUNK):
        chunk = documents[start : start + _CHUNK]
        words = [[memo[folded] for folded in folded_words(document.text)] for document in chunk]
        learner.stems.count([b"".join([word.stems for word in row]) for row in words])
        learner.ngrams.count([b"".join([word.columns for word in row]) for row in words])
        learner.clues.count([learner.clues.ids(document.clues) for document in chunk])
        if pairs:
            pairs_of_rows += [np.unique(neighbours([word.stems for word in row])) for row in words]
    fewest = max(rows_at_least, 1)
    named = [[memo[folded] for folded in folded_words(name.text)] for name in names]
    stems, stem_ids, stem_rows = learner.stems.at_least(fewest, b"".join(word.stems for row in named for word in row))
    ngrams, _, ngram_rows = learner.ngrams.at_least(fewest, b"".join(word.columns for row in named for word in row))
    clues, _, clue_rows = learner.clues.at_least(fewest)
    pairs_of_names = [neighbours([word.stems for word in row]) for row in named] if pairs else []
    named_pairs = np.unique(np.concatenate((_NO_PAIRS, *pairs_of_names)))
    pair_ids, pair_rows = np.unique(np.concatenate((*pairs_of_rows, named_pairs)), return_counts=True)
    is_named = np.isin(pair_ids, named_pairs)
    pair_rows -= is_named
    kept = (pair_rows >= fewest) | is_named
    pair_ids, pair_rows = pair_ids[kept], pair_rows[kept]
    # Both stems of a kept pair are kept: each occurs in at least the pair's rows.
    first, second = np.searchsorted(stem_ids, pair_ids >> 32), np.searchsorted(stem_ids, pair_ids & 0xFFFFFFFF)
    order = np.argsort(ngrams)
    rows = np.concatenate((stem_rows, pair_rows, ngram_rows[order], clue_rows)).astype(np.float64)
    return Vocabulary(
        numbered(stems),
        # smooth_idf of scikit-learn: as if one more document held every feature once.
        (np.log((1 + len(documents)) / (1 + rows)) + 1).astype(np.float32),
        (first << 32) | second,
        np.asarray(ngrams, dtype=np.int32)[order],
        numbered(clues),
    )


class _Learner:
    """The names seen so far, with ids and counts."""

    def __init__(self, *, characters: bool, function_words: bool) -> None:
        self.stems: _Counted[str] = _Counted()
        self.ngrams: _Counted[int] = _Counted()
        self.clues: _Counted[str] = _Counted()
        self._characters = characters
        self._function_words = function_words

    def word_ids(self, folded: str) -> WordIds:
        """While learning, `columns` are the ids of the character n-grams alone."""
        stems = self.stems.ids(stems_of(folded, function_words=self._function_words))
        ngrams = self.ngrams.ids(ngrams_of(folded).tolist()) if self._characters else b""
        return WordIds(stems, ngrams, known=True)


class _Counted(Generic[Name]):
    """Gives a new name the next id, and counts rows by id."""

    def __init__(self) -> None:
        self._ids: dict[Name, int] = {}
        self._rows = np.zeros(0, dtype=np.int64)

    def ids(self, names: Iterable[Name]) -> bytes:
        """The ids of names, as bytes."""
        return to_bytes([self._ids.setdefault(name, len(self._ids)) for name in names])

    def count(self, rows: Sequence[bytes]) -> None:
        """Count the ids of some more rows."""
        width = int(to_ids(b"".join(rows)).max(initial=0)) + 1
        counts = np.bincount(counted(row_keys(rows, width))[0] % width, minlength=len(self._rows))
        counts[: len(self._rows)] += self._rows
        self._rows = counts

    def at_least(self, fewest: int, kept: bytes = b"") -> tuple[list[Name], NDArray[np.int64], NDArray[np.int64]]:
        """The names, ids and row counts of names in at least `fewest` rows, and of the ids in `kept`."""
        rows = np.zeros(len(self._ids), dtype=np.int64)
        rows[: len(self._rows)] = self._rows[: len(rows)]
        wanted = rows >= fewest
        wanted[to_ids(kept)] = True
        ids = np.flatnonzero(wanted)
        names = list(self._ids)
        return [names[i] for i in ids.tolist()], ids, rows[ids]
