"""Find past complaints similar to a new one: precedents for the officer, and near-duplicates of the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from model.complaint import is_date
from model.language.features import ComplaintFeatures
from model.language.near_duplicates import NEAR_DUPLICATE_FROM, resemblance
from model.language.vocabulary import Document
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
# No pair of texts with a shingle resemblance of .6 was measured with a cosine below .5.
_DUPLICATE_COSINE = 0.5
_MOST_COMPARED = 50
_COPY_SHARE = 0.8


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """The number of past complaints with nearly the same text, and the ids that may be shown."""

    count: int
    reference_ids: tuple[str, ...]


def stems_only() -> ComplaintFeatures:
    """The unfitted features by which complaints are compared: stems without function words."""
    return ComplaintFeatures(pairs=False, characters=False, function_words=False, rows_at_least=1)


@dataclass(frozen=True, slots=True)
class Index:
    """An inverted index: the past complaints by their stems.

    `by_stem` holds weights of shape (n_stems, n_rows). `stems_of_rows` and `ends_of_rows` hold the stems of each row,
    without weights, to recognise copies. `shown` is true for the rows that officers may see.
    """

    features: ComplaintFeatures
    by_stem: csr_matrix
    stems_of_rows: NDArray[np.int32]
    ends_of_rows: NDArray[np.integer[Any]]
    shown: NDArray[np.bool_]

    @classmethod
    def of(cls, rows: Sequence[LabelledComplaint]) -> Index:
        """Build the index of rows."""
        features = stems_only()
        matrix = features.fit_transform(_Documents(rows))
        shown = np.fromiter(map(_may_be_shown, rows), dtype=bool, count=len(rows))
        with_unit = np.fromiter((bool(row.unit) for row in rows), dtype=bool, count=len(rows))
        if with_unit.any():
            shown &= with_unit
        return cls(features, matrix.T.tocsr(), matrix.indices, matrix.indptr, shown)


class _Documents(Sequence[Document]):
    """The documents of rows, made when read, since a million documents take a gigabyte."""

    def __init__(self, rows: Sequence[LabelledComplaint]) -> None:
        self._rows = rows

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> Document: ...

    @overload
    def __getitem__(self, index: slice) -> list[Document]: ...

    def __getitem__(self, index: int | slice) -> Document | list[Document]:
        if isinstance(index, slice):
            return [_document(row.complaint) for row in self._rows[index]]
        return _document(self._rows[index].complaint)


class Precedents:
    """The past complaints of an office, ranked by similarity to a new complaint.

    Similarity is the exact cosine of TF-IDF weights on stems without function words. A confidential complaint counts as a
    near-duplicate but is never shown. A returned complaint, or a complaint without a unit, is no precedent; where no
    complaint has a unit, the categories make precedents.
    """

    def __init__(self, rows: Sequence[LabelledComplaint], index: Index | None = None) -> None:
        """Build the index of the rows where no stored `index` of these rows is given."""
        self._rows = rows
        self._index = index if index is not None else Index.of(rows)

    def __len__(self) -> int:
        return len(self._rows)

    def compare(self, complaint: Complaint, wanted: int = SHOWN) -> tuple[tuple[Precedent, ...], NearDuplicates]:
        """The most similar past complaints, best first, and the near-duplicates."""
        if not self._rows:
            return (), NearDuplicates(0, ())
        similarities = self._similarities(complaint)
        return self._precedents(complaint, similarities, wanted), self._near_duplicates(complaint, similarities)

    def _precedents(
        self, complaint: Complaint, similarities: NDArray[np.float32], wanted: int
    ) -> tuple[Precedent, ...]:
        """The most similar rows; of the copies of a mass letter only the first."""
        stems = frozenset(self._stems(complaint.matter))
        chosen: list[int] = []
        precedents: list[Precedent] = []
        for number in self._best(similarities, SIMILAR_FROM, 4 * wanted, self._index.shown):
            row = self._rows[number]
            # The row itself is checked too, not only the stored index: a confidential row must stay hidden.
            if self._is_copy(number, chosen) or not _may_be_shown(row):
                continue
            chosen.append(number)
            precedents.append(self._precedent(row, stems, float(similarities[number])))
            if len(precedents) == wanted:
                break
        return tuple(precedents)

    def _is_copy(self, number: int, chosen: Sequence[int]) -> bool:
        """Whether a row shares nearly all its stems with a chosen row."""
        stems = self._stems_of_row(number)
        of_chosen = (self._stems_of_row(other) for other in chosen)
        return any(len(stems & other) >= _COPY_SHARE * len(stems | other) for other in of_chosen)

    def _stems_of_row(self, number: int) -> frozenset[int]:
        start, end = self._index.ends_of_rows[number : number + 2]
        return frozenset(self._index.stems_of_rows[start:end].tolist())

    def _near_duplicates(self, complaint: Complaint, similarities: NDArray[np.float32]) -> NearDuplicates:
        rows = [self._rows[number] for number in self._best(similarities, _DUPLICATE_COSINE, _MOST_COMPARED)]
        near = [row.complaint for row in rows if resemblance(row.complaint.text, complaint.text) >= NEAR_DUPLICATE_FROM]
        shown = (past.reference_id for past in near if past.reference_id and not past.confidential)
        return NearDuplicates(len(near), tuple(shown))

    def _similarities(self, complaint: Complaint) -> NDArray[np.float32]:
        """The cosine with each row, shape (n_rows,); 0 for the complaint's own row, found by its reference id."""
        query = self._index.features.transform([_document(complaint)])
        # Only the rows of `by_stem` that belong to stems of the query are read.
        similarities: NDArray[np.float32] = self._index.by_stem[query.indices].T @ query.data
        if complaint.reference_id:
            for number in np.flatnonzero(similarities > 1 - 1e-3):
                if self._rows[int(number)].complaint.reference_id == complaint.reference_id:
                    similarities[number] = 0
        return similarities

    def _best(
        self,
        similarities: NDArray[np.float32],
        at_least: float,
        most: int,
        among: NDArray[np.bool_] | None = None,
    ) -> list[int]:
        """The rows with at least this similarity, most similar first, newer before older."""
        near = np.flatnonzero(similarities >= at_least)
        if among is not None:
            near = near[among[near]]
        if len(near) > most:
            near = near[np.argpartition(-similarities[near], most)[:most]]
        return sorted(map(int, near), key=lambda number: (-similarities[number], -number))

    def _precedent(self, row: LabelledComplaint, stems: frozenset[int], similarity: float) -> Precedent:
        past = row.complaint
        return Precedent(
            reference_id=past.reference_id,
            received_at=past.received_at if is_date(past.received_at) else None,
            excerpt=self._excerpt(past.matter, stems),
            unit=row.unit,
            category=row.category,
            outcome=row.outcome,
            similarity=min(similarity, 1.0),
        )

    def _excerpt(self, text: str, stems: frozenset[int]) -> str:
        """The stretch of about 24 words with the most stems of the new complaint."""
        if len(text) <= _EXCERPT_CHARACTERS:
            return " ".join(text.split())
        written = words(text)
        if not written:
            return ""
        hits = np.array([not stems.isdisjoint(self._index.features.stems_of_word(word.folded)) for word in written])
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
    return bool(row.unit or row.category) and not row.returned and not row.complaint.confidential


def _document(complaint: Complaint) -> Document:
    return Document(complaint.whole_text)
