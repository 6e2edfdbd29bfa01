"""Past complaints that are like a new one: what an officer compares with, and what may have been sent before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from model.language.features import ComplaintFeatures, Document
from model.language.near_duplicates import NEAR_DUPLICATE_FROM, resemblance
from model.language.words import folded_words, words
from model.suggestion import Precedent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.complaint import Complaint
    from model.history.rows import LabelledComplaint

SHOWN = 5
SIMILAR_FROM = 0.2
_EXCERPT_WORDS = 24
_EXCERPT_CHARACTERS = 180
# Texts with a shingle resemblance of .6 share nearly all their words: none measured had a cosine below .5.
_ALIKE_COSINE = 0.5
_MOST_ALIKE_COMPARED = 50
_COPY_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Past complaints with nearly the same text: how many, and the ids of those that may be shown."""

    count: int
    reference_ids: tuple[str, ...]


def stems_only() -> ComplaintFeatures:
    """What past complaints are compared by, not yet fitted: stems without function words."""
    return ComplaintFeatures(pairs=False, characters=None, function_words=False, rows_at_least=1)


@dataclass(frozen=True, slots=True)
class Index:
    """Where each stem stands in the past complaints.

    `by_stem`: weights of shape (n_stems, n_rows). `stems_of_rows` and `ends_of_rows`: the stems of each row, which tell
    copies apart; their weights stand in the other direction already. `shown`: which rows may be shown.
    """

    features: ComplaintFeatures
    by_stem: csr_matrix
    stems_of_rows: NDArray[np.int32]
    ends_of_rows: NDArray[np.integer[Any]]
    shown: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[LabelledComplaint]) -> Index:
        """The index of these rows, made now."""
        features = stems_only()
        matrix = features.fit_transform(_Documents(rows))
        shown = np.fromiter(map(_may_be_shown, rows), dtype=bool, count=len(rows))
        return cls(features, matrix.T.tocsr(), matrix.indices, matrix.indptr, shown)


class _Documents(Sequence[Document]):
    """The documents of rows, made as they are asked for: a million of them at once would take a gigabyte."""

    def __init__(self, rows: Sequence[LabelledComplaint]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, at: int) -> Document: ...

    @overload
    def __getitem__(self, at: slice) -> list[Document]: ...

    def __getitem__(self, at: int | slice) -> Document | list[Document]:
        if isinstance(at, slice):
            return [_document(row.complaint) for row in self._rows[at]]
        return _document(self._rows[at].complaint)


class Precedents:
    """The past complaints of an office, found by the stems that they share with a new one.

    The cosine of TF-IDF on stems without function words; exact, because a query adds up the rows of its own stems only.
    A confidential complaint is counted among the alike and never shown; a returned one, or one without a unit, is no
    precedent.
    """

    def __init__(self, rows: Sequence[LabelledComplaint], index: Index | None = None) -> None:
        """`index` is that of the rows, where it was made before."""
        self._rows = rows
        self._index = index if index is not None else Index.of(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def compare(self, complaint: Complaint, wanted: int = SHOWN) -> tuple[tuple[Precedent, ...], NearDuplicates]:
        """The most similar past complaints, best first, and those with nearly the same text."""
        if not self._rows:
            return (), NearDuplicates(0, ())
        similarities = self._similarities(complaint)
        return self._similar(complaint, similarities, wanted), self._alike(complaint, similarities)

    def _similar(self, complaint: Complaint, similarities: NDArray[np.float32], wanted: int) -> tuple[Precedent, ...]:
        """One of each mass letter."""
        shared = frozenset(self._stems(complaint.text))
        chosen: list[int] = []
        found: list[Precedent] = []
        for at in self._best(similarities, SIMILAR_FROM, 4 * wanted, self._index.shown):
            row = self._rows[at]
            # The index tells it too; a row that must stay hidden is looked at itself.
            if self._repeats(at, chosen) or not _may_be_shown(row):
                continue
            chosen.append(at)
            found.append(self._precedent(row, shared, float(similarities[at])))
            if len(found) == wanted:
                break
        return tuple(found)

    def _repeats(self, at: int, chosen: Sequence[int]) -> bool:
        """Whether a past complaint is one more copy of a chosen one, by the stems that they share."""
        stems = self._stems_of_row(at)
        others = (self._stems_of_row(other) for other in chosen)
        return any(len(stems & other) >= _COPY_SHARE * len(stems | other) for other in others)

    def _stems_of_row(self, at: int) -> frozenset[int]:
        start, end = self._index.ends_of_rows[at : at + 2]
        return frozenset(self._index.stems_of_rows[start:end].tolist())

    def _alike(self, complaint: Complaint, similarities: NDArray[np.float32]) -> NearDuplicates:
        found = [
            self._rows[at]
            for at in self._best(similarities, _ALIKE_COSINE, _MOST_ALIKE_COMPARED)
            if resemblance(self._rows[at].complaint.text, complaint.text) >= NEAR_DUPLICATE_FROM
        ]
        shown = (row.complaint.reference_id for row in found if not row.complaint.confidential)
        return NearDuplicates(len(found), tuple(reference_id for reference_id in shown if reference_id))

    def _similarities(self, complaint: Complaint) -> NDArray[np.float32]:
        """Shape (n_rows,); 0 for the complaint's own row, where it was learned from."""
        query = self._index.features.transform([_document(complaint)])
        # The rows of the query's stems, transposed, times its weights: one pass over what these stems stand in.
        similarities: NDArray[np.float32] = self._index.by_stem[query.indices].T @ query.data
        if complaint.reference_id:
            for at in np.flatnonzero(similarities > 1 - 1e-3):
                if self._rows[int(at)].complaint.reference_id == complaint.reference_id:
                    similarities[at] = 0
        return similarities

    def _best(
        self,
        similarities: NDArray[np.float32],
        at_least: float,
        most: int,
        among: NDArray[np.bool_] | None = None,
    ) -> list[int]:
        """The rows from `at_least` on, most similar first, the newer before the older."""
        near = np.flatnonzero(similarities >= at_least)
        if among is not None:
            near = near[among[near]]
        if len(near) > most:
            near = near[np.argpartition(-similarities[near], most)[:most]]
        return sorted((int(at) for at in near), key=lambda at: (-similarities[at], -at))

    def _precedent(self, row: LabelledComplaint, shared: frozenset[int], similarity: float) -> Precedent:
        past = row.complaint
        return Precedent(
            reference_id=past.reference_id,
            received_at=past.received_at,
            excerpt=self._excerpt(past.text, shared),
            unit=row.unit,
            category=row.category,
            outcome=row.outcome,
            similarity=min(similarity, 1.0),
        )

    def _excerpt(self, text: str, shared: frozenset[int]) -> str:
        """The stretch of about 24 words that shares most with the new complaint."""
        if len(text) <= _EXCERPT_CHARACTERS:
            return " ".join(text.split())
        written = words(text)
        if not written:
            return ""
        hits = np.array([not shared.isdisjoint(self._index.features.stems_of_word(word.folded)) for word in written])
        sums = np.convolve(hits, np.ones(min(_EXCERPT_WORDS, len(hits)), dtype=int), mode="valid")
        first = int(np.argmax(sums))
        last = min(first + _EXCERPT_WORDS, len(written)) - 1
        while last > first and written[last].end - written[first].start > _EXCERPT_CHARACTERS:
            last -= 1
        excerpt = text[written[first].start : written[last].end][:_EXCERPT_CHARACTERS]
        return f"{'… ' if first else ''}{' '.join(excerpt.split())}{' …' if last < len(written) - 1 else ''}"

    def _stems(self, text: str) -> Iterator[int]:
        for folded in set(folded_words(text)):
            yield from self._index.features.stems_of_word(folded)


def _may_be_shown(row: LabelledComplaint) -> bool:
    return bool(row.unit) and not row.returned and not row.complaint.confidential


def _document(complaint: Complaint) -> Document:
    return Document(complaint.whole_text)
