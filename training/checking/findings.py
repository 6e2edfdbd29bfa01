"""The findings of a check. Texts are masked; of a confidential row only the place is shown."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from model.complaint import is_date
from training.dataset.corrections import Label

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from model.history.rows import LabelledComplaint, RowSource
    from training.dataset.corrections import Merge, RowCorrection, StatusMeaning
    from training.dataset.leakage import Leaks
    from training.dataset.numbers import SecondKey
    from training.dataset.read import FileNotice, LeftOut, UnreadableFile

__all__ = [
    "BlankLabels",
    "Conflict",
    "CorrectedRow",
    "Fallback",
    "FileColumns",
    "Findings",
    "Label",
    "LabelError",
    "LabelVariant",
    "LeakingRow",
    "NearDuplicates",
    "Period",
    "RareLabel",
    "RowExcerpt",
    "UnreadDate",
    "VariantKind",
]


@dataclass(frozen=True, slots=True)
class RowExcerpt:
    """A row's place, and its fields that may be shown.

    `id`, `text` and `received` are blank for a confidential row. `text` is masked. `source` is None for a row of the
    ledger.
    """

    source: RowSource | None
    id: str
    text: str
    received: str
    unit: str
    category: str
    confidential: bool

    @classmethod
    def of(cls, row: LabelledComplaint) -> RowExcerpt:
        """The excerpt of a training row."""
        complaint, confidential = row.complaint, row.complaint.confidential
        return cls(
            row.source,
            "" if confidential else complaint.reference_id,
            "" if confidential else complaint.text,
            f"{complaint.received_at:%Y-%m-%d}" if is_date(complaint.received_at) and not confidential else "",
            row.unit,
            row.category,
            confidential,
        )

    @classmethod
    def of_left_out(cls, row: LeftOut) -> RowExcerpt:
        """The excerpt of a row left out, without its labels."""
        return cls(row.source, row.id, row.text, row.date, "", "", row.confidential)


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """A row with an earlier correction; `row` has the corrected labels."""

    row: RowExcerpt
    correction: RowCorrection


@dataclass(frozen=True, slots=True)
class FileColumns:
    """The columns of one file or sheet.

    `columns` maps a field to its header. `ignored` lists filled columns that aren't read; `empty` lists columns without
    a single cell, read or not. `adjustments` are sentences on what reading did to cells and rows.
    """

    name: str
    sheet: str
    shape: str
    header_row: int
    rows: int
    columns: Mapping[str, str]
    ignored: tuple[str, ...]
    empty: tuple[str, ...]
    adjustments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """The period of the rows. `empty_weeks` lists Mondays; `thin_months` have far fewer rows than the median month.

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
    """A row with an unreadable date; `other_order`: day and month in another order than the column's."""

    row: RowExcerpt
    written: str
    other_order: bool


@dataclass(frozen=True, slots=True)
class BlankLabels:
    """Rows without labels: `neither` are left out, the others train the label that they have."""

    neither: tuple[RowExcerpt, ...]
    no_unit: tuple[RowExcerpt, ...]
    no_category: tuple[RowExcerpt, ...]


class VariantKind(StrEnum):
    """The difference between two spellings of one label."""

    PUNCTUATION = "punctuation"
    ABBREVIATION = "abbreviation"
    TYPO = "typo"
    OWN_AREA = "own area"


@dataclass(frozen=True, slots=True)
class LabelVariant:
    """Two names that look like one label; `name` would be merged into `into`, which has `into_rows` rows.

    `joined`: the names are one label already, by units.csv, or because unit names ignore case and punctuation.
    """

    label: Label
    name: str
    rows: int
    into: str
    into_rows: int
    kind: VariantKind
    joined: bool


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Rows with nearly the same text, oldest first."""

    rows: tuple[RowExcerpt, ...]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Rows with nearly the same text and different labels."""

    label: Label
    rows: tuple[RowExcerpt, ...]


@dataclass(frozen=True, slots=True)
class LeakingRow:
    """A row whose text names a unit; `names_decided` if the named unit is the decided one."""

    row: RowExcerpt
    phrase: str
    routed: bool
    names_decided: bool


@dataclass(frozen=True, slots=True)
class LabelError:
    """A likely wrong label, judged by a model that didn't learn from its row.

    `given_probability` belongs to the given label, `likely_probability` to the best other label, `likely`.
    `usual_probability` is the mean probability of the given label over the rows that have it.
    """

    label: Label
    row: RowExcerpt
    given: str
    likely: str
    given_probability: float
    likely_probability: float
    usual_probability: float


class Fallback(StrEnum):
    """The evidence for a label with few rows."""

    RULE = "rule"
    CLOSED = "closed"
    FAMILY = "family"
    DESCRIPTION = "description"
    PARENT = "parent"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class RareLabel:
    """A label with few rows, or a unit of units.csv without any. `by` names the family, parent, rule or successor."""

    label: Label
    name: str
    rows: int
    fallback: Fallback
    by: str


@dataclass(frozen=True, slots=True)
class AmbiguousName:
    """A name in the history that several categories of the list have; its rows count for the first."""

    name: str
    rows: int
    counts_for: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """All findings of a check. `label_errors` come most likely first, and are None if the check skipped them.

    `told_apart` counts rows with the number of another complaint, by the second key. `unclear_statuses`
    are statuses that may mean a return, with their number of rows, most frequent first.
    """

    rows: int
    units: int
    categories: int
    returned: int
    confidential: int
    in_order_of_file: bool
    files: tuple[FileColumns, ...]
    unreadable: tuple[UnreadableFile, ...]
    left_out: Mapping[str, int]
    other_left_out: tuple[tuple[str, RowExcerpt], ...]
    corrected: Mapping[str, int]
    mended: tuple[CorrectedRow, ...]
    joined: tuple[Merge, ...]
    period: Period | None
    date_notices: tuple[FileNotice, ...]
    has_blank_dates: bool
    unread_dates: tuple[UnreadDate, ...]
    no_dates: tuple[RowExcerpt, ...]
    blank: BlankLabels
    told_apart: Mapping[SecondKey, int]
    unclear_statuses: tuple[tuple[str, int], ...]
    ambiguous_categories: tuple[AmbiguousName, ...]
    explained_statuses: tuple[StatusMeaning, ...]
    label_variants: tuple[LabelVariant, ...]
    near_duplicates: tuple[NearDuplicates, ...]
    conflicts: tuple[Conflict, ...]
    leaks: Leaks
    leaking: tuple[LeakingRow, ...]
    rare: tuple[RareLabel, ...]
    label_errors: tuple[LabelError, ...] | None

    def label_errors_of(self, label: Label) -> tuple[LabelError, ...]:
        """The likely wrong units or categories, most likely first."""
        return tuple(error for error in self.label_errors or () if error.label is label)

    @property
    def open_variants(self) -> tuple[LabelVariant, ...]:
        """The label variants that still count as two labels."""
        return tuple(spelling for spelling in self.label_variants if not spelling.joined)
