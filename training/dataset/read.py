"""Read exports into masked, labelled rows; each row left out is counted and kept with its reason."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from hashlib import blake2b
from itertools import groupby
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable
from data.exports.dates import parse_date
from data.exports.open import date_notices, open_exports, sheet_notices
from data.messages import Language, Sentence
from model.complaint import LONGEST_TEXT, Complaint, moment_of_row, without_personal_data
from model.from_export import complaint_of, problem_of, was_returned
from model.history.rows import LabelledComplaint, RowSource
from model.office.categories import NO_CATEGORIES
from model.privacy.mask import mask
from model.returned_status import may_mean_returned
from model.versions.installation import zone_named
from training.dataset.category_ids import CategoryIds
from training.dataset.corrections import CorrectedLabels, CorrectionApplier, Corrections
from training.dataset.numbers import Numbers, SecondKey
from training.dataset.several_units import take_first_units

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from data.errors import PilahError
    from data.exports.dates import DateOrder
    from data.exports.open import Export, ExportRow
    from model.office.categories import Categories


NO_LABEL = Sentence("training.no-label")
NO_DATE = Sentence("training.no-date")
UNREAD_DATE = Sentence("training.unread-date")
# A longer cell is a remark, not a status.
_LONGEST_STATUS = 100
_SAME_ID = Sentence("training.superseded")


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A row left out of the training: place, reason and masked text.

    `date` is the date as written. Id, text and date of a confidential row are blank.
    """

    file: str
    row: int
    reason: Sentence
    id: str
    text: str
    date: str = ""
    confidential: bool = False
    source: RowSource | None = None


@dataclass(frozen=True)
class FileSummary:
    """The shape, columns and rows of one file or sheet; `filled` counts the cells of each column that aren't blank.

    `adjustments` say what reading did to cells and rows.
    """

    path: Path
    shape: str
    header_row: int
    columns: Mapping[str, str]
    rows: int
    sheet: str = ""
    filled: Mapping[str, int] = field(default_factory=dict)
    adjustments: tuple[Sentence, ...] = ()


@dataclass(frozen=True, slots=True)
class UnreadableFile:
    """A file that can't be read to the end, and the error."""

    file: str
    problem: PilahError


@dataclass(frozen=True, slots=True)
class FileNotice:
    """What a person should know about the reading of a file."""

    file: str
    notice: Sentence


@dataclass
class Reading:
    """The rows of all files, oldest first, and the rows and files left out.

    `unclear_statuses` counts the rows of each status that may mean a return and that the office hasn't explained yet.
    `zone` is the office's timezone. `told_apart` counts rows with the id of another complaint, by the second key.
    """

    rows: list[LabelledComplaint] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    files: list[FileSummary] = field(default_factory=list)
    in_order_of_file: bool = False
    corrected: Counter[str] = field(default_factory=Counter)
    corrections: Corrections = field(default_factory=Corrections)
    from_ledger: dict[str, int] = field(default_factory=dict)
    unreadable: list[UnreadableFile] = field(default_factory=list)
    unclear_statuses: Counter[str] = field(default_factory=Counter)
    zone: tzinfo = UTC
    told_apart: Counter[SecondKey] = field(default_factory=Counter)
    date_notices: list[FileNotice] = field(default_factory=list)

    def now(self) -> datetime:
        """The present time in the office's timezone."""
        return datetime.now(self.zone)

    @property
    def has_blank_dates(self) -> bool:
        """Whether the files have date columns, all of them blank."""
        return self.in_order_of_file and any("received_at" in file.columns for file in self.files)

    def unread_dates(self) -> list[LeftOut]:
        """The rows left out since their dates can't be read."""
        return [row for row in self.left_out if row.reason is UNREAD_DATE]

    def reasons(self, language: Language = Language.ENGLISH) -> dict[str, int]:
        """The number of rows left out for each kind of reason, most frequent first."""
        return dict(Counter(row.reason.kind().told_in(language) for row in self.left_out).most_common())


def read_exports(
    paths: Sequence[Path],
    *,
    columns: Mapping[str, str],
    timezone: str,
    date_order: DateOrder | None = None,
    corrections: Corrections | None = None,
    categories: Categories = NO_CATEGORIES,
    lenient: bool = False,
    progress: Callable[[int], None] = lambda rows: None,
) -> Reading:
    """Read every file; of several rows of the same complaint the row of the newest file wins.

    Complaints that share an id are told apart by a second key; `Reading.told_apart` counts them. Categories that share a name are
    told apart by the id beside the name; `categories` are the office's own.
    Dates with an offset are converted to `timezone`; dates without an offset are taken as local. Without a date in any file, the
    order of the rows stands for time. `date_order` is the order that the person named. `corrections` come from a check of the files; `Reading.corrected` has the counts.
    `lenient` collects unreadable files in `Reading.unreadable` instead of raising, for a check that reports all problems at
    once; a training stops at the first.

    Raises:
        FileUnreadable: a file can't be read; where `lenient`, no file can.
        ColumnMissing: a file has no column for the text, or for neither unit nor category.
        CorrectionsUnusable: the row of a correction is missing from the files or has changed.
    """
    zone = zone_named(timezone)
    reading = Reading(zone=zone)
    applier = CorrectionApplier(corrections or Corrections())
    exports = [
        export
        for path in _oldest_first(paths)
        for export in _opened(path, columns, date_order, reading, lenient=lenient)
    ]
    if reading.unreadable and not exports:
        raise reading.unreadable[0].problem
    reading.in_order_of_file = all(export.dates.is_blank for export in exports)
    reading.date_notices = [
        FileNotice(path.name, notice)
        for path, tables in groupby(exports, key=lambda export: export.path)
        for notice in date_notices(tables)
    ]
    numbers, category_ids = Numbers(), CategoryIds(categories)
    for export in exports:
        try:
            _read_export(export, reading, numbers, category_ids, zone, applier, progress)
        except FileUnreadable as problem:
            if not lenient:
                raise
            reading.unreadable.append(UnreadableFile(export.path.name, problem))
    applier.require_all_applied()
    for at, reference, kind in numbers.with_second_keys(reading.rows):
        row = reading.rows[at]
        reading.rows[at] = replace(row, complaint=replace(row.complaint, reference_id=reference))
        reading.told_apart[kind] += 1
    reading.corrected, reading.corrections = applier.counted, applier.in_force()
    apart = category_ids.with_names_apart(reading.rows)
    reading.rows = [row for row in apart if row is not _SUPERSEDED]
    take_first_units(reading)
    reading.rows.sort(key=lambda row: row.received_at)
    return reading


def _as_of_newest(rows: Sequence[LabelledComplaint]) -> list[LabelledComplaint]:
    """Date all decisions of an export by the newest row: the export was made no earlier."""
    newest = max((row.received_at for row in rows if row is not _SUPERSEDED), default=None)
    return [row if row is _SUPERSEDED else replace(row, decided_at=newest) for row in rows]


def _opened(
    path: Path, columns: Mapping[str, str], date_order: DateOrder | None, reading: Reading, *, lenient: bool
) -> list[Export]:
    try:
        return open_exports(path, columns=columns, date_order=date_order)
    except (FileUnreadable, ColumnMissing) as problem:
        if not lenient:
            raise
        reading.unreadable.append(UnreadableFile(path.name, problem))
        return []


def _read_export(
    export: Export,
    reading: Reading,
    numbers: Numbers,
    category_ids: CategoryIds,
    timezone: ZoneInfo,
    applier: CorrectionApplier,
    progress: Callable[[int], None],
) -> None:
    count, before = 0, len(reading.rows)
    filled: Counter[str] = Counter(dict.fromkeys(export.headers, 0))
    try:
        for row in export.rows():
            count += 1
            progress(1)
            filled.update(header for header, cell in row.values.items() if not _is_blank(cell))
            _take(row, export, reading, numbers, category_ids, timezone, applier)
    finally:
        reading.rows[before:] = _as_of_newest(reading.rows[before:])
        reading.files.append(
            FileSummary(
                export.path,
                export.shape,
                export.header_row,
                export.columns,
                count,
                str(export.sheet or ""),
                filled,
                (*_unread_sheets(export, reading), *export.adjustments.notices()),
            )
        )


def _unread_sheets(export: Export, reading: Reading) -> list[Sentence]:
    """The sheets that weren't read, once for a file."""
    is_first = all(file.path != export.path for file in reading.files)
    return sheet_notices([export]) if is_first else []


# Replaces a row of an older export: the positions in the list stay valid while the files are read.
_SUPERSEDED = LabelledComplaint(Complaint(""), "", "")


def _take(
    row: ExportRow,
    export: Export,
    reading: Reading,
    numbers: Numbers,
    category_ids: CategoryIds,
    timezone: ZoneInfo,
    applier: CorrectionApplier,
) -> None:
    original = complaint_of(row)
    # Only the beginning of a text beyond the bound is kept: masking a whole book would take too long.
    complaint = without_personal_data(replace(original, text=original.text[:LONGEST_TEXT])).complaint
    source = _source(row, export, complaint)
    corrected = applier.apply(source, row.fields)
    returned = _returned(row, complaint, reading, applier)
    # A corrected unit is no longer the unit that returned the complaint.
    labelled = replace(
        _labelled(row, corrected, complaint, reading, timezone),
        source=source,
        returned=returned and not corrected.unit_corrected,
    )
    place = _place(labelled)
    if reason := corrected.skipped or problem_of(row) or _reason_to_leave_out(labelled, corrected.date):
        date = mask(corrected.date).text if reason is UNREAD_DATE and not complaint.confidential else ""
        reading.left_out.append(replace(place, reason=reason, date=date))
        return
    if complaint.reference_id:
        older = numbers.add(reading.rows, labelled)
        if older is not None:
            reading.left_out.append(replace(_place(reading.rows[older]), reason=_SAME_ID))
            reading.rows[older] = _SUPERSEDED
    reading.rows.append(labelled)
    category_ids.add(labelled, row.fields.get("category", ""), row.fields.get("category_id", ""))


def _source(row: ExportRow, export: Export, complaint: Complaint) -> RowSource:
    held = (
        complaint.reference_id,
        complaint.text,
        *(row.fields.get(name, "") for name in ("unit", "category", "received_at")),
    )
    key = blake2b("\x1f".join(held).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
    return RowSource(export.path.name, row.sheet, row.number, key)


def _labelled(
    row: ExportRow, corrected: CorrectedLabels, complaint: Complaint, reading: Reading, timezone: ZoneInfo
) -> LabelledComplaint:
    received_at = _local(parse_date(corrected.date), timezone)
    if received_at is None and reading.in_order_of_file:
        received_at = moment_of_row(len(reading.rows))
    return LabelledComplaint(
        replace(complaint, received_at=received_at),
        unit=corrected.unit,
        category=corrected.category,
        outcome=row.fields.get("outcome", ""),
        copies=tuple(part.strip() for part in row.fields.get("copies", "").split(";") if part.strip()),
    )


def _returned(row: ExportRow, complaint: Complaint, reading: Reading, applier: CorrectionApplier) -> bool:
    """Whether the unit returned the complaint, by the office's answer to the check or by the words of the status."""
    status = row.fields.get("status", "")
    answer = applier.returned(status)
    if answer is not None:
        return answer
    if may_mean_returned(status) and len(status) <= _LONGEST_STATUS and not complaint.confidential:
        reading.unclear_statuses[mask(status).text] += 1
    return was_returned(row)


def _place(row: LabelledComplaint) -> LeftOut:
    source, complaint = row.source, row.complaint
    file, number = (source.file, source.row) if source else ("", 0)
    # Text and id of a confidential complaint appear in the training rows alone; elsewhere the row number has to do.
    if complaint.confidential:
        return LeftOut(file, number, NO_LABEL, "", "", confidential=True, source=source)
    return LeftOut(file, number, NO_LABEL, complaint.reference_id, complaint.text, source=source)


def _reason_to_leave_out(row: LabelledComplaint, date: str) -> Sentence | None:
    if not row.unit and not row.category:
        return NO_LABEL
    if row.complaint.received_at is None:
        return UNREAD_DATE if date else NO_DATE
    return None


def _is_blank(cell: object) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def _local(moment: datetime | None, timezone: ZoneInfo) -> datetime | None:
    if moment is None or moment.tzinfo is None:
        return moment
    return moment.astimezone(timezone).replace(tzinfo=None)


def _oldest_first(paths: Sequence[Path]) -> list[Path]:
    """The paths by modification time: the newest export comes last and wins."""
    return sorted(paths, key=lambda path: path.stat().st_mtime if path.is_file() else 0.0)
