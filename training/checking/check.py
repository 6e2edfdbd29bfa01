"""Check a labelled history for problems before a training."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

from data.exports.dates.written import parse_written
from data.messages import Language
from model.office.categories import NO_CATEGORIES
from model.office.rules import Rules
from training.checking.coverage import period_of
from training.checking.findings import (
    AmbiguousName,
    BlankLabels,
    Conflict,
    CorrectedRow,
    FileColumns,
    Findings,
    Label,
    LabelError,
    LeakingRow,
    NearDuplicates,
    RowExcerpt,
    UnreadDate,
)
from training.checking.label_errors import find_label_errors
from training.checking.label_variants import find_label_variants
from training.checking.rare_labels import rare_labels
from training.dataset.leakage import count_leaks, leaking_rows
from training.dataset.near_duplicate_groups import near_duplicate_groups
from training.dataset.read import NO_DATE, NO_LABEL, UNREAD_DATE
from training.fitting.fit import categories_known, units_known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from data.messages import Sentence
    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.register import Register
    from model.office.units import Units
    from training.dataset.read import FileSummary, LeftOut, Reading

    Step = Callable[[int], None]


def check(
    reading: Reading,
    office_units: Units,
    rules: Rules | None = None,
    office_categories: Categories = NO_CATEGORIES,
    *,
    doubts: bool = True,
    step: Step = lambda rows: None,
) -> Findings:
    """The problems of a labelled history that a person may correct before a training.

    `doubts` also looks for likely wrong labels, which fits several models and takes most of the time. `step` receives
    the number of rows judged by each model; the total is `steps_of(len(rows))`.
    """
    rows = reading.rows
    units, categories = units_known(rows, office_units), categories_known(rows, office_categories)
    groups = near_duplicate_groups([row.complaint.text for row in rows])
    alike = _repeated(rows, groups)
    leaking = leaking_rows(rows, units)
    day = rows[-1].received_at.date() if rows and not reading.in_order_of_file else reading.now().date()
    label_errors: tuple[LabelError, ...] | None = None
    if doubts:
        label_errors = tuple(find_label_errors(rows, units, categories, groups, step))
    return Findings(
        rows=len(rows),
        units=len({unit.id for row in rows if row.unit and (unit := units.find(row.unit))}),
        categories=len({found.id for row in rows if row.category and (found := categories.find(row.category))}),
        returned=sum(row.returned for row in rows),
        confidential=sum(row.complaint.confidential for row in rows)
        + sum(row.confidential for row in reading.left_out),
        in_order_of_file=reading.in_order_of_file,
        files=tuple(_file(file) for file in reading.files),
        unreadable=tuple(reading.unreadable),
        left_out=reading.reasons(Language.INDONESIAN),
        other_left_out=tuple(
            (row.reason.told_in(Language.INDONESIAN), RowExcerpt.of_left_out(row))
            for row in reading.left_out
            if row.reason not in (NO_LABEL, NO_DATE, UNREAD_DATE)
        ),
        corrected=dict(reading.corrected),
        mended=_mended(reading),
        joined=reading.corrections.merges,
        period=None if reading.in_order_of_file else period_of(rows, reading.now().date()),
        date_notices=tuple(reading.date_notices),
        has_blank_dates=reading.has_blank_dates,
        unread_dates=tuple(_unread(row) for row in reading.unread_dates()),
        no_dates=_left_out(reading.left_out, NO_DATE),
        blank=_blank(reading),
        told_apart=dict(reading.told_apart),
        unclear_statuses=tuple(reading.unclear_statuses.most_common()),
        ambiguous_categories=_ambiguous_categories(rows, categories),
        explained_statuses=reading.corrections.statuses,
        label_variants=tuple(find_label_variants(rows, office_units, office_categories)),
        near_duplicates=_as_near_duplicates(alike),
        conflicts=_conflicts(alike, units, categories),
        leaks=count_leaks(rows, leaking),
        leaking=tuple(
            LeakingRow(
                RowExcerpt.of(found.row),
                "" if found.row.complaint.confidential else found.phrase,
                routed=found.routed,
                names_decided=found.right,
            )
            for found in leaking
        ),
        rare=tuple(rare_labels(rows, units, categories, rules or Rules((), units), day)),
        label_errors=label_errors,
    )


def _ambiguous_categories(rows: Sequence[LabelledComplaint], categories: Categories) -> tuple[AmbiguousName, ...]:
    """The names of rows that say no more than the name of several categories, most rows first."""
    found = []
    for name, count in Counter(row.category for row in rows if row.category).most_common():
        alike = categories.named(name)
        if len(alike) > 1:
            shown = [categories.shown_name(category.id) for category in alike]
            found.append(AmbiguousName(name, count, shown[0], tuple(shown[1:])))
    return tuple(found)


def _mended(reading: Reading) -> tuple[CorrectedRow, ...]:
    wanted = {correction.source: correction for correction in reading.corrections.rows}
    here = [RowExcerpt.of(row) for row in reading.rows if row.source in wanted]
    here += [RowExcerpt.of_left_out(row) for row in reading.left_out if row.source in wanted]
    return tuple(CorrectedRow(row, wanted[row.source]) for row in here if row.source is not None)


def _file(file: FileSummary) -> FileColumns:
    used = set(file.columns.values())
    return FileColumns(
        file.path.name,
        file.sheet,
        file.shape,
        file.header_row,
        file.rows,
        dict(file.columns),
        tuple(header for header, filled in file.filled.items() if filled and header not in used),
        tuple(header for header, filled in file.filled.items() if not filled),
        tuple(notice.told_in(Language.INDONESIAN) for notice in file.adjustments),
    )


def _blank(reading: Reading) -> BlankLabels:
    has_unit = any("unit" in file.columns for file in reading.files)
    has_category = any("category" in file.columns for file in reading.files)
    return BlankLabels(
        _left_out(reading.left_out, NO_LABEL),
        tuple(RowExcerpt.of(row) for row in reading.rows if has_unit and not row.unit),
        tuple(RowExcerpt.of(row) for row in reading.rows if has_category and not row.category),
    )


def _left_out(rows: Sequence[LeftOut], reason: Sentence) -> tuple[RowExcerpt, ...]:
    return tuple(RowExcerpt.of_left_out(row) for row in rows if row.reason is reason)


def _unread(row: LeftOut) -> UnreadDate:
    return UnreadDate(RowExcerpt.of_left_out(row), row.date, other_order=parse_written(row.date) is not None)


def _repeated(rows: Sequence[LabelledComplaint], groups: NDArray[np.intp]) -> list[list[LabelledComplaint]]:
    """The groups of at least two rows, largest first; `groups` holds the group number of each row."""
    by_group: dict[int, list[LabelledComplaint]] = defaultdict(list)
    for row, group in zip(rows, groups, strict=True):
        by_group[int(group)].append(row)
    return sorted((alike for alike in by_group.values() if len(alike) > 1), key=len, reverse=True)


def _as_near_duplicates(groups: Sequence[Sequence[LabelledComplaint]]) -> tuple[NearDuplicates, ...]:
    return tuple(NearDuplicates(tuple(map(RowExcerpt.of, alike))) for alike in groups)


def _conflicts(
    groups: Sequence[Sequence[LabelledComplaint]], units: Units, categories: Categories
) -> tuple[Conflict, ...]:
    """The groups with more than one unit or category; spellings of one label count as one."""
    found: list[Conflict] = []
    for alike in groups:
        decided = [row for row in alike if row.unit and not row.returned]
        if len({_key(row.unit, units) for row in decided}) > 1:
            found.append(Conflict(Label.UNIT, tuple(map(RowExcerpt.of, decided))))
        labelled = [row for row in alike if row.category]
        if len({_key(row.category, categories) for row in labelled}) > 1:
            found.append(Conflict(Label.CATEGORY, tuple(map(RowExcerpt.of, labelled))))
    return tuple(sorted(found, key=lambda conflict: conflict.label, reverse=True))


def _key(name: str, register: Register[Any]) -> str:
    entry = register.find(name)
    return entry.id if entry else name
