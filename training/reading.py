"""Exports → masked, labelled rows, with every row that is left out counted and kept with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from data.dates import parse_date
from data.exports import open_export
from model.complaint import LONGEST_TEXT, Complaint, without_personal_data
from model.export_rows import complaint_of, was_returned
from model.history import LabelledComplaint

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from data.exports import Export, ExportRow


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row that isn't learned from: where it stood, why, and its masked text so that nothing is lost."""

    file: str
    row: int
    reason: str
    id: str
    text: str


@dataclass(frozen=True)
class Understood:
    """What was understood of one file, or of one sheet of a workbook."""

    path: Path
    shape: str
    header_row: int
    columns: Mapping[str, str]
    rows: int
    sheet: str = ""


@dataclass
class Reading:
    """The rows of all files, oldest first, and what was left out of which."""

    rows: list[LabelledComplaint] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    files: list[Understood] = field(default_factory=list)
    in_order_of_file: bool = False

    @property
    def reasons(self) -> dict[str, int]:
        """How many rows were left out, by reason, most first."""
        return dict(Counter(row.reason for row in self.left_out).most_common())


def read_exports(
    paths: Sequence[Path],
    *,
    columns: Mapping[str, str],
    timezone: str,
    progress: Callable[[int], None] = lambda rows: None,
) -> Reading:
    """Read every file; of the same id in several files the newest file's row wins.

    Dates without an offset are in `timezone`; those with one are brought to it. Where no file has a date column, the
    order of the rows stands for the order of time.

    Raises:
        FileUnreadable: a file can't be read.
        ColumnMissing: a file has no column for the text, or for neither unit nor category.
    """
    reading = Reading()
    exports = [export for path in _oldest_first(paths) for export in _sheets_of(path, columns)]
    reading.in_order_of_file = not any("received_at" in export.columns for export in exports)
    by_id: dict[str, tuple[int, LeftOut]] = {}
    for export in exports:
        count = 0
        for row in export.rows():
            count += 1
            progress(1)
            _take(row, export, reading, by_id, ZoneInfo(timezone))
        reading.files.append(
            Understood(export.path, export.shape, export.header_row, export.columns, count, str(export.sheet or ""))
        )
    reading.rows = [row for row in reading.rows if row is not _SUPERSEDED]
    reading.rows.sort(key=lambda row: row.received_at)
    return reading


def _sheets_of(path: Path, columns: Mapping[str, str]) -> list[Export]:
    """The sheet that a workbook is read by, and every other that holds complaints too, such as one a month."""
    first = open_export(path, columns=columns)
    return [first, *(open_export(path, columns=columns, sheet=sheet) for sheet in first.other_sheets)]


# Stands in the list where an older export's row was; the list keeps its positions while the files are read.
_SUPERSEDED = LabelledComplaint(Complaint(""), "", "")


def _take(
    row: ExportRow, export: Export, reading: Reading, by_id: dict[str, tuple[int, LeftOut]], timezone: ZoneInfo
) -> None:
    labelled, reason = _labelled(row, reading, timezone)
    complaint = labelled.complaint
    place = _place(export.path.name, row.number, reason, complaint)
    if reason:
        reading.left_out.append(place)
        return
    if complaint.reference_id:
        earlier = by_id.get(complaint.reference_id)
        if earlier is not None:
            reading.rows[earlier[0]] = _SUPERSEDED
            reading.left_out.append(replace(earlier[1], reason="a newer export has the same id"))
        by_id[complaint.reference_id] = (len(reading.rows), place)
    reading.rows.append(labelled)


def _labelled(row: ExportRow, reading: Reading, timezone: ZoneInfo) -> tuple[LabelledComplaint, str]:
    """The masked row, and the reason to leave it out, empty where there is none."""
    fields = row.fields
    received_at = _local(parse_date(fields.get("received_at", "")), timezone)
    if received_at is None and reading.in_order_of_file:
        received_at = datetime.fromtimestamp(len(reading.rows), tz=timezone).replace(tzinfo=None)
    complaint = replace(complaint_of(row), received_at=received_at)
    labelled = LabelledComplaint(
        without_personal_data(complaint).complaint,
        unit=fields.get("unit", ""),
        category=fields.get("category", ""),
        outcome=fields.get("outcome", ""),
        copies=tuple(part.strip() for part in fields.get("copies", "").split(";") if part.strip()),
        returned=was_returned(row),
    )
    return labelled, row.problem or _reason_to_leave_out(labelled)


def _place(file: str, row: int, reason: str, complaint: Complaint) -> LeftOut:
    # A confidential complaint's text and id appear nowhere but in the training rows: its row number has to do.
    if complaint.confidential:
        return LeftOut(file, row, reason, "", "")
    return LeftOut(file, row, reason, complaint.reference_id, complaint.text)


def _reason_to_leave_out(row: LabelledComplaint) -> str:
    if not row.complaint.text.strip():
        return "no text"
    if len(row.complaint.text) > LONGEST_TEXT:
        return f"text longer than {LONGEST_TEXT} characters"
    if not row.unit and not row.category:
        return "neither unit nor category"
    if row.complaint.received_at is None:
        return "no date, or one that can't be read"
    return ""


def _local(moment: datetime | None, timezone: ZoneInfo) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone).replace(tzinfo=None)


def _oldest_first(paths: Sequence[Path]) -> list[Path]:
    """By time of change where it can be told, so that the newest export comes last and wins."""
    return sorted(paths, key=lambda path: path.stat().st_mtime if path.is_file() else 0.0)
