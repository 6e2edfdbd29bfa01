"""Apply the corrections of a checked history: labels and dates put right, rows left out, label variants merged.

The office also says which of its statuses mean that a unit returned the complaint.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING

from data.messages import Sentence
from training.errors import CorrectionsUnusable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.history.rows import RowSource

SKIPPED = Sentence("training.skipped")
_MOST_NAMED = 5


class Label(StrEnum):
    """The two labels of a row."""

    UNIT = "unit"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class RowCorrection:
    """The right values of one row, blank where unchanged; `where` is the place in the workbook, for messages."""

    source: RowSource
    where: Sentence | str
    unit: str = ""
    category: str = ""
    date: str = ""
    skip: bool = False

    def over(self, earlier: RowCorrection) -> RowCorrection:
        """This correction, completed by an earlier correction of the same row."""
        return replace(
            self,
            unit=self.unit or earlier.unit,
            category=self.category or earlier.category,
            date=self.date or earlier.date,
            skip=self.skip or earlier.skip,
        )


@dataclass(frozen=True, slots=True)
class Merge:
    """A spelling of a unit or a category, and the replacement."""

    label: Label
    name: str
    into: str


@dataclass(frozen=True, slots=True)
class StatusMeaning:
    """Whether a status means that the unit returned the complaint, as the office answered the check."""

    status: str
    returned: bool


@dataclass(frozen=True)
class Corrections:
    """All corrections of a history; a later correction of the same row or status wins."""

    rows: tuple[RowCorrection, ...] = ()
    merges: tuple[Merge, ...] = ()
    statuses: tuple[StatusMeaning, ...] = ()

    def has_written_unit(self, source: RowSource | None, unit: str) -> bool:
        """Whether a person wrote the unit of a row: as a correction, or as the replacement of a spelling."""
        return unit in self._written_names or (source is not None and _key(source) in self._written_rows)

    @cached_property
    def _written_rows(self) -> frozenset[tuple[str, int, str]]:
        return frozenset(_key(correction.source) for correction in self.rows if correction.unit)

    @cached_property
    def _written_names(self) -> frozenset[str]:
        return frozenset(merge.into for merge in self.merges if merge.label is Label.UNIT)

    def __add__(self, other: Corrections) -> Corrections:
        return Corrections(self.rows + other.rows, self.merges + other.merges, self.statuses + other.statuses)


@dataclass(frozen=True, slots=True)
class CorrectedLabels:
    """The corrected labels and date of one row; `skipped` is the reason for leaving the row out."""

    unit: str
    category: str
    date: str
    unit_corrected: bool = False
    skipped: Sentence | None = None


@dataclass
class CorrectionApplier:
    """Apply corrections while rows are read, count the corrections, and find corrections without a row."""

    corrections: Corrections
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Index the corrections by row."""
        # The key is a digest of the row, so corrections still fit a renamed file.
        self._by_row: dict[tuple[str, int, str], RowCorrection] = {}
        for correction in self.corrections.rows:
            key = _key(correction.source)
            earlier = self._by_row.get(key)
            self._by_row[key] = correction.over(earlier) if earlier else correction
        self._merged = {(merge.label, merge.name): merge.into for merge in self.corrections.merges}
        self._statuses = {_folded(meaning.status): meaning for meaning in self.corrections.statuses}
        self._applied: set[tuple[str, int, str]] = set()
        self._places: set[tuple[str, str, int]] = set()

    def apply(self, source: RowSource, fields: Mapping[str, str]) -> CorrectedLabels:
        """The row's labels and date after the corrections."""
        self._places.add((source.file, source.sheet, source.row))
        correction = self._by_row.get(_key(source))
        unit, category, date = (fields.get(name, "") for name in ("unit", "category", "received_at"))
        if correction is not None:
            self._applied.add(_key(source))
            if correction.skip:
                self.counted["rows left out"] += 1
                return CorrectedLabels(unit, category, date, skipped=SKIPPED)
            right = {"units": correction.unit, "categories": correction.category, "dates": correction.date}
            self.counted.update(f"{name} put right" for name, value in right.items() if value)
            unit, category, date = correction.unit or unit, correction.category or category, correction.date or date
        return CorrectedLabels(
            self._replaced(Label.UNIT, unit),
            self._replaced(Label.CATEGORY, category),
            date,
            unit_corrected=correction is not None and bool(correction.unit),
        )

    def returned(self, status: str) -> bool | None:
        """Whether the office takes a status for a return; None without an answer of the office."""
        meaning = self._statuses.get(_folded(status))
        return meaning.returned if meaning else None

    def in_force(self) -> Corrections:
        """The corrections in force: the last of each row, of each spelling and of each status."""
        merges = {(merge.label, merge.name): merge for merge in self.corrections.merges}
        return Corrections(tuple(self._by_row.values()), tuple(merges.values()), tuple(self._statuses.values()))

    def require_all_applied(self) -> None:
        """Require a row for every correction.

        Raises:
            CorrectionsUnusable: the row of a correction is missing from the files or has changed.
        """
        misfits = [correction for key, correction in self._by_row.items() if key not in self._applied]
        if not misfits:
            return
        named = [self._misfit(correction) for correction in misfits[:_MOST_NAMED]]
        if more := len(misfits) - len(named):
            named.append(Sentence("training.more-corrections", count=more))
        raise CorrectionsUnusable("training.corrections-misfit", count=len(misfits), misfits=tuple(named))

    def _replaced(self, label: Label, name: str) -> str:
        replacement = self._merged.get((label, name))
        if replacement is None:
            return name
        self.counted[f"{label} spellings joined"] += 1
        return replacement

    def _misfit(self, correction: RowCorrection) -> Sentence:
        source = correction.source
        file = Sentence("training.sheet", file=source.file, sheet=source.sheet) if source.sheet else source.file
        changed = (source.file, source.sheet, source.row) in self._places
        code = "training.correction-of-changed-row" if changed else "training.correction-of-missing-row"
        return Sentence(code, where=correction.where, row=source.row, file=file)


def _folded(status: str) -> str:
    return " ".join(status.casefold().split())


def _key(source: RowSource) -> tuple[str, int, str]:
    return source.sheet, source.row, source.key


def correction_code(correction: str) -> str:
    """The code of the sentence for a key of `CorrectionApplier.counted`.

    >>> correction_code("units put right")
    'training.corrected-units-put-right'
    """
    return f"training.corrected-{correction.replace(' ', '-')}"
