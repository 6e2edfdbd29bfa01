"""What a check found, in the order in which a person reads it. Texts are masked; a confidential row shows its place only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from model.history.rows import LabelledComplaint, RowSource
    from training.dataset.corrections import Merge, RowCorrection
    from training.dataset.leakage import Leaks
    from training.dataset.read import LeftOut, UnreadableFile

__all__ = [
    "BlankLabels",
    "Conflict",
    "Doubt",
    "Fate",
    "FileFound",
    "Findings",
    "FoundRow",
    "Label",
    "LeakingRow",
    "MendedRow",
    "Period",
    "RareLabel",
    "Repeats",
    "Spelling",
    "SpellingKind",
    "UnreadDate",
]


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row as a person finds it again: its place, and what may be shown of it.

    `id`, `text` and `received` are blank for a confidential row. `text` is masked. `source` is None for a row that was
    read from no file.
    """

    source: RowSource | None
    id: str
    text: str
    received: str
    unit: str
    category: str
    confidential: bool

    @classmethod
    def of(cls, row: LabelledComplaint) -> FoundRow:
        """What may be shown of a row that is learned from."""
        complaint, confidential = row.complaint, row.complaint.confidential
        return cls(
            row.source,
            "" if confidential else complaint.reference_id,
            "" if confidential else complaint.text,
            "" if confidential or complaint.received_at is None else f"{complaint.received_at:%Y-%m-%d}",
            row.unit,
            row.category,
            confidential,
        )

    @classmethod
    def of_left_out(cls, row: LeftOut) -> FoundRow:
        """What may be shown of a row that is not learned from; its labels don't matter then."""
        return cls(row.source, row.id, row.text, row.date, "", "", row.confidential)


@dataclass(frozen=True, slots=True)
class MendedRow:
    """A row with the correction that a person gave for it before this check; the labels of the row are those it has now."""

    row: FoundRow
    correction: RowCorrection


@dataclass(frozen=True, slots=True)
class FileFound:
    """One file, or one sheet: which column was taken for what, and which for nothing.

    `columns` gives a field its header, `ignored` are filled columns that nothing is read from, `empty` are columns
    without a single cell, of both kinds.
    """

    name: str
    sheet: str
    shape: str
    header_row: int
    rows: int
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    empty: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Period:
    """When the rows came. `months` and `empty_weeks` (their Mondays) are in order; `thin_months` have far fewer rows.

    `after_today` counts rows dated later than the day of the check.
    """

    first: date
    last: date
    months: tuple[tuple[date, int], ...]
    empty_weeks: tuple[date, ...]
    thin_months: tuple[date, ...]
    after_today: int


@dataclass(frozen=True, slots=True)
class UnreadDate:
    """A row whose date, `written` so, can't be read; `month_first` where it reads with the month before the day."""

    row: FoundRow
    written: str
    month_first: bool


@dataclass(frozen=True, slots=True)
class BlankLabels:
    """Rows without a label: both missing (left out), and learned from with the one that they have."""

    neither: tuple[FoundRow, ...]
    no_unit: tuple[FoundRow, ...]
    no_category: tuple[FoundRow, ...]


class SpellingKind(StrEnum):
    """In what two spellings of one label differ."""

    PUNCTUATION = "punctuation"
    ABBREVIATION = "abbreviation"
    TYPO = "typo"
    OWN_AREA = "own area"


@dataclass(frozen=True, slots=True)
class Spelling:
    """Two names that look like one label: `name` would be joined into `into`, which has `into_rows` rows.

    `joined`: they count as one already, through units.csv or because case and punctuation don't count in unit names.
    """

    label: Label
    name: str
    rows: int
    into: str
    into_rows: int
    kind: SpellingKind
    joined: bool


@dataclass(frozen=True, slots=True)
class Repeats:
    """Rows whose texts are nearly the same, oldest first."""

    rows: tuple[FoundRow, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows whose texts are nearly the same, and whose labels are not."""

    label: Label
    rows: tuple[FoundRow, ...]


@dataclass(frozen=True, slots=True)
class LeakingRow:
    """A row whose text gives its label away: the `phrase`, and whether it names the unit that was decided."""

    row: FoundRow
    phrase: str
    routed: bool
    names_decided: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A label that is likely wrong, judged by rows other than its own.

    `given_probability` and `likely_probability` are those of the label that stands there and of `likely`, the one that
    the other rows speak for; `usual_probability` is the mean that rows with the given label have for it.
    """

    label: Label
    row: FoundRow
    given: str
    likely: str
    given_probability: float
    likely_probability: float
    usual_probability: float


class Fate(StrEnum):
    """What a label with few rows lives by."""

    RULE = "rule"
    CLOSED = "closed"
    FAMILY = "family"
    DESCRIPTION = "description"
    PARENT = "parent"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class RareLabel:
    """A label with few rows, or a unit of units.csv without any, and what happens to it. `by` names the family, parent or rule."""

    label: Label
    name: str
    rows: int
    fate: Fate
    by: str


@dataclass(frozen=True)
class Findings:
    """Everything that a check found. `doubts` is None where it was not looked for; they are listed likeliest wrong first."""

    rows: int
    units: int
    categories: int
    returned: int
    confidential: int
    in_order_of_file: bool
    files: tuple[FileFound, ...]
    unreadable: tuple[UnreadableFile, ...]
    left_out: Mapping[str, int]
    other_left_out: tuple[tuple[str, FoundRow], ...]
    corrected: Mapping[str, int]
    mended: tuple[MendedRow, ...]
    joined: tuple[Merge, ...]
    period: Period | None
    unread_dates: tuple[UnreadDate, ...]
    no_dates: tuple[FoundRow, ...]
    blank: BlankLabels
    spellings: tuple[Spelling, ...]
    repeats: tuple[Repeats, ...]
    conflicts: tuple[Conflict, ...]
    leaks: Leaks
    leaking: tuple[LeakingRow, ...]
    rare: tuple[RareLabel, ...]
    doubts: tuple[Doubt, ...] | None

    def doubts_of(self, label: Label) -> tuple[Doubt, ...]:
        """The likely wrong units, or the likely wrong categories, likeliest wrong first."""
        return tuple(doubt for doubt in self.doubts or () if doubt.label is label)

    @property
    def open_spellings(self) -> tuple[Spelling, ...]:
        """The spellings that still count as labels of their own."""
        return tuple(spelling for spelling in self.spellings if not spelling.joined)
