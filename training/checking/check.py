"""The check itself: a reading and what the office says of itself in, findings out."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from model.office.rules import Rules
from training.checking.coverage import period_of
from training.checking.findings import (
    BlankLabels,
    Doubt,
    FileFound,
    Findings,
    FoundRow,
    LeakingRow,
    MendedRow,
    UnreadDate,
)
from training.checking.label_errors import likely_wrong
from training.checking.label_variants import differing_spellings
from training.checking.near_duplicates import as_repeats, conflicts, repeated
from training.checking.rare_labels import rare_labels
from training.dataset.leakage import count_leaks, leaking_rows
from training.dataset.near_duplicate_groups import near_duplicate_groups
from training.dataset.read import NO_DATE, NO_LABEL, UNREAD_DATE
from training.fitting.fit import units_known

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.office.units import Units
    from training.dataset.read import FileSummary, LeftOut, Reading

    Step = Callable[[int], None]

_MONTH_FIRST = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](?:\d{4}|\d{2})(?!\d)", re.ASCII)
_MONTHS = 12
_TOLD_ELSEWHERE = frozenset((NO_LABEL, NO_DATE, UNREAD_DATE))


def check(
    reading: Reading,
    office_units: Units,
    rules: Rules | None = None,
    *,
    doubts: bool = True,
    step: Step = lambda rows: None,
) -> Findings:
    """What a person should know, and may mend, before a model learns from these rows.

    `doubts`: whether to look for likely wrong labels too, which fits several models and takes most of the time; `step`
    is told how many rows each of them learned from, in all as many as `steps_of` says.
    """
    rows = reading.rows
    units = units_known(rows, office_units)
    groups = near_duplicate_groups([row.complaint.text for row in rows])
    alike = repeated(rows, groups)
    leaking = leaking_rows(rows, units)
    day = rows[-1].received_at.date() if rows and not reading.in_order_of_file else datetime.now(UTC).date()
    found: tuple[Doubt, ...] | None = None
    if doubts:
        found = tuple(likely_wrong(rows, units, groups, step))
    return Findings(
        rows=len(rows),
        units=len({unit.id for row in rows if row.unit and (unit := units.find(row.unit))}),
        categories=len({row.category for row in rows if row.category}),
        returned=sum(row.returned for row in rows),
        confidential=sum(row.complaint.confidential for row in rows)
        + sum(row.confidential for row in reading.left_out),
        in_order_of_file=reading.in_order_of_file,
        files=tuple(_file(file) for file in reading.files),
        unreadable=tuple(reading.unreadable),
        left_out=reading.reasons,
        other_left_out=tuple(
            (row.reason, FoundRow.of_left_out(row)) for row in reading.left_out if row.reason not in _TOLD_ELSEWHERE
        ),
        corrected=dict(reading.corrected),
        mended=_mended(reading),
        joined=reading.corrections.merges,
        period=None if reading.in_order_of_file else period_of(rows),
        unread_dates=tuple(_unread(row) for row in reading.left_out if row.reason == UNREAD_DATE),
        no_dates=_left_out(reading.left_out, NO_DATE),
        blank=_blank(reading),
        spellings=tuple(differing_spellings(rows, office_units)),
        repeats=as_repeats(alike),
        conflicts=conflicts(alike, units),
        leaks=count_leaks(rows, leaking),
        leaking=tuple(
            LeakingRow(
                FoundRow.of(found.row),
                "" if found.row.complaint.confidential else found.phrase,
                routed=found.routed,
                names_decided=found.right,
            )
            for found in leaking
        ),
        rare=tuple(rare_labels(rows, units, rules or Rules((), units), day)),
        doubts=found,
    )


def _mended(reading: Reading) -> tuple[MendedRow, ...]:
    wanted = {correction.source: correction for correction in reading.corrections.rows}
    here = [FoundRow.of(row) for row in reading.rows if row.source in wanted]
    here += [FoundRow.of_left_out(row) for row in reading.left_out if row.source in wanted]
    return tuple(MendedRow(row, wanted[row.source]) for row in here if row.source is not None)


def _file(file: FileSummary) -> FileFound:
    used = set(file.columns.values())
    return FileFound(
        file.path.name,
        file.sheet,
        file.shape,
        file.header_row,
        file.rows,
        dict(file.columns),
        tuple(header for header, filled in file.filled.items() if filled and header not in used),
        tuple(header for header, filled in file.filled.items() if not filled),
    )


def _blank(reading: Reading) -> BlankLabels:
    has_unit = any("unit" in file.columns for file in reading.files)
    has_category = any("category" in file.columns for file in reading.files)
    return BlankLabels(
        _left_out(reading.left_out, NO_LABEL),
        tuple(FoundRow.of(row) for row in reading.rows if has_unit and not row.unit),
        tuple(FoundRow.of(row) for row in reading.rows if has_category and not row.category),
    )


def _left_out(rows: Sequence[LeftOut], reason: str) -> tuple[FoundRow, ...]:
    return tuple(FoundRow.of_left_out(row) for row in rows if row.reason == reason)


def _unread(row: LeftOut) -> UnreadDate:
    numbers = _MONTH_FIRST.match(row.date.strip())
    month_first = numbers is not None and int(numbers[1]) <= _MONTHS < int(numbers[2])
    return UnreadDate(FoundRow.of_left_out(row), row.date, month_first)
