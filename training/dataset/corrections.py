"""What a person mended after a check: labels and dates put right, rows to leave out, spellings that mean one label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from data.errors import PilahError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from model.history.rows import RowSource

SKIPPED = "marked to be left out in the corrections"
_MOST_NAMED = 5


class CorrectionsUnusable(PilahError):
    """A workbook of corrections can't be understood, or speaks of rows that are no longer what they were."""


class Label(StrEnum):
    """Which of the two labels of a row."""

    UNIT = "unit"
    CATEGORY = "category"


@dataclass(frozen=True, slots=True)
class RowCorrection:
    """What is right for one row; blank where nothing is to change. `where` is the place in the workbook, for messages."""

    source: RowSource
    where: str
    unit: str = ""
    category: str = ""
    date: str = ""
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """A spelling of a unit or a category, and the name that it stands for."""

    label: Label
    name: str
    into: str


@dataclass(frozen=True)
class Corrections:
    """Everything that a person mended; where two corrections of one row differ, the later counts."""

    rows: tuple[RowCorrection, ...] = ()
    merges: tuple[Merge, ...] = ()

    def __add__(self, other: Corrections) -> Corrections:
        return Corrections(self.rows + other.rows, self.merges + other.merges)


@dataclass(frozen=True, slots=True)
class CorrectedLabels:
    """The labels and the written date of one row as they count; `skipped` is the reason where it is to be left out."""

    unit: str
    category: str
    date: str
    unit_corrected: bool = False
    skipped: str = ""


@dataclass
class CorrectionApplier:
    """Applies corrections to rows as they are read, counts them, and knows which have not met their row."""

    corrections: Corrections
    counted: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        """Sort the corrections by the row that they speak of."""
        # The key holds what stood in the row, so a file that was only renamed still fits.
        self._by_row: dict[tuple[str, int, str], RowCorrection] = {}
        for correction in self.corrections.rows:
            address = _address(correction.source)
            self._by_row[address] = _over(self._by_row.get(address), correction)
        self._merged = {(merge.label, merge.name): merge.into for merge in self.corrections.merges}
        self._met: set[tuple[str, int, str]] = set()
        self._places: set[tuple[str, str, int]] = set()

    def mend(self, source: RowSource, fields: Mapping[str, str]) -> CorrectedLabels:
        """The row's labels and date after the corrections."""
        self._places.add((source.file, source.sheet, source.row))
        correction = self._by_row.get(_address(source))
        unit, category, date = (fields.get(name, "") for name in ("unit", "category", "received_at"))
        if correction is not None:
            self._met.add(_address(source))
            if correction.skip:
                self.counted["rows left out"] += 1
                return CorrectedLabels(unit, category, date, skipped=SKIPPED)
            put_right = {"units": correction.unit, "categories": correction.category, "dates": correction.date}
            self.counted.update(f"{name} put right" for name, right in put_right.items() if right)
            unit, category, date = correction.unit or unit, correction.category or category, correction.date or date
        return CorrectedLabels(
            self._joined(Label.UNIT, unit),
            self._joined(Label.CATEGORY, category),
            date,
            unit_corrected=correction is not None and bool(correction.unit),
        )

    def in_force(self) -> Corrections:
        """What counts of the corrections: one for each row, one for each spelling."""
        merges = {(merge.label, merge.name): merge for merge in self.corrections.merges}
        return Corrections(tuple(self._by_row.values()), tuple(merges.values()))

    def require_all_met(self) -> None:
        """See that every correction has found its row.

        Raises:
            CorrectionsUnusable: one speaks of a row that isn't in the files, or that holds something else by now.
        """
        missed = [correction for address, correction in self._by_row.items() if address not in self._met]
        if not missed:
            return
        told = "; ".join(
            f"{correction.where} speaks of {_written(correction.source)}, which {self._what_is_there(correction.source)}"
            for correction in missed[:_MOST_NAMED]
        )
        more = f" and {len(missed) - _MOST_NAMED} more" if len(missed) > _MOST_NAMED else ""
        raise CorrectionsUnusable(
            f"{len(missed)} corrections don't fit the files: {told}{more}. Give the files that were checked, unchanged, "
            "or make a new check of these with: pilah check"
        )

    def _joined(self, label: Label, name: str) -> str:
        into = self._merged.get((label, name))
        if into is None:
            return name
        self.counted[f"{label} spellings joined"] += 1
        return into

    def _what_is_there(self, source: RowSource) -> str:
        if (source.file, source.sheet, source.row) in self._places:
            return "holds something else now"
        return "isn't among the files given"


def _over(earlier: RowCorrection | None, later: RowCorrection) -> RowCorrection:
    if earlier is None:
        return later
    return replace(
        later,
        unit=later.unit or earlier.unit,
        category=later.category or earlier.category,
        date=later.date or earlier.date,
        skip=later.skip or earlier.skip,
    )


def _address(source: RowSource) -> tuple[str, int, str]:
    return source.sheet, source.row, source.key


def _written(source: RowSource) -> str:
    sheet = f", sheet {source.sheet}" if source.sheet else ""
    return f"row {source.row} of {source.file}{sheet}"
