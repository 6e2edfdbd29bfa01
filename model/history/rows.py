"""The masked, labelled complaints that an office's models learn from, on disk and in memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, overload

import pyarrow as pa
import pyarrow.parquet as pq

from model.complaint import Complaint, Location
from model.errors import ArtifactMissing, ArtifactTampered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_FILE = "complaints.parquet"
_BATCH = 4_096
# Arrow's usual strings are told apart by 32 bits.
_MOST_BYTES_OF_TEXT = 2**31 - 1
_COMPLAINT_FIELDS = ("text", "reference_id", "title", "channel", "type", "reporter_category", "requested_unit")
_PLACE_FIELDS = ("province", "regency", "district", "village")


@dataclass(frozen=True, slots=True)
class RowSource:
    """Where a row was read, so that a person finds it again: file, sheet (blank where there is none) and row.

    `key` tells a row from another that has come to stand at the same place: a digest of what the row held when it was read.
    """

    file: str
    sheet: str
    row: int
    key: str


@dataclass(frozen=True, slots=True)
class LabelledComplaint:
    """A masked complaint and what was decided; an empty label was not recorded.

    `returned` marks a row whose status says that the unit was wrong: it is neither taught nor scored as right.
    `verdict` is what became of Pilah's suggestion (accepted, changed, rejected, recorded) where the ledger holds the
    decision, and blank where an export does; `decided_at` is when, or up to when the export speaks. `wrong_units` are
    units known not to be the right one: suggested and rejected, or tried first and returned.
    """

    complaint: Complaint
    unit: str
    category: str
    outcome: str = ""
    copies: tuple[str, ...] = ()
    returned: bool = False
    verdict: str = ""
    wrong_units: tuple[str, ...] = ()
    decided_at: datetime | None = None
    # Known while an export is at hand, not kept in the history, and no part of what the row is.
    source: RowSource | None = field(default=None, compare=False, kw_only=True)

    @property
    def known_wrong(self) -> tuple[str, ...]:
        """Every unit that is known not to be the right one."""
        return (*((self.unit,) if self.returned and self.unit else ()), *self.wrong_units)

    @property
    def received_at(self) -> datetime:
        """When it came; the history keeps no row without a date."""
        return self.complaint.received_at or datetime.min  # noqa: DTZ901 - only a row without a date has it


def write_history(folder: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Replace the history of an office by these rows, whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".unfinished-{_FILE}"
    write_rows(aside, rows)
    aside.replace(folder / _FILE)


def write_rows(path: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Write rows as Parquet, in the form in which service and training hand them on."""
    kept = rows if isinstance(rows, HistoryTable) else HistoryTable.of(rows)
    pq.write_table(kept.table, path, compression="zstd")


def read_rows(path: Path) -> list[LabelledComplaint]:
    """The rows that `write_rows` wrote, or an earlier Pilah: what it didn't know yet is blank."""
    return [_labelled(record) for record in pq.read_table(path).to_pylist()]


class HistoryTable(Sequence[LabelledComplaint]):
    """The rows of a stored history, kept as columns and made into rows as they are asked for.

    A row as an object takes a kilobyte, and the garbage collector walks over all of them; as columns a million rows take
    about as much as their text.
    """

    def __init__(self, table: pa.Table) -> None:
        # A cell of one array is found at once; a slice of the table takes ten times as long. One chunk is taken as it is.
        self._columns = {name: _whole(column) for name, column in zip(table.column_names, table.columns, strict=True)}
        self.table = pa.table(self._columns)

    @classmethod
    def of(cls, rows: Iterable[LabelledComplaint]) -> HistoryTable:
        """Rows from elsewhere as columns, a few thousand of them at once."""
        source, tables = iter(rows), [_schema().empty_table()]
        while records := [_record(row) for row in islice(source, _BATCH)]:
            tables.append(pa.Table.from_pylist(records, schema=_schema()))
        return cls(pa.concat_tables(tables))

    @classmethod
    def mapped(cls, path: Path) -> HistoryTable:
        """Rows that `write` wrote, left in their file and shared with every process that maps it.

        Raises:
            ArrowException: the file is not whole any more.
        """
        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all())

    def write(self, path: Path) -> None:
        """Write the rows as Arrow's own file, in which they lie as in memory."""
        with pa.ipc.new_file(str(path), self.table.schema) as file:
            file.write_table(self.table, max_chunksize=len(self) or 1)

    @overload
    def __getitem__(self, at: int) -> LabelledComplaint: ...

    @overload
    def __getitem__(self, at: slice) -> HistoryTable: ...

    def __getitem__(self, at: int | slice) -> LabelledComplaint | HistoryTable:
        if isinstance(at, slice):
            chosen = range(len(self))[at]
            if chosen.step == 1:
                return HistoryTable(self.table.slice(chosen.start, len(chosen)))
            return HistoryTable(self.table.take(pa.array(chosen, pa.int64())))
        at = range(len(self))[at]
        return _labelled({name: column[at].as_py() for name, column in self._columns.items()})

    def __len__(self) -> int:
        rows: int = self.table.num_rows
        return rows

    def __iter__(self) -> Iterator[LabelledComplaint]:
        """The rows in order, a few thousand of them in memory at once."""
        for batch in self.table.to_batches(max_chunksize=_BATCH):
            yield from map(_labelled, batch.to_pylist())


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array, as it is where it is one already; texts of over two gigabytes need wider offsets."""
    if column.num_chunks == 1:
        return column.chunk(0)
    wide = column.type == pa.string() and column.nbytes > _MOST_BYTES_OF_TEXT
    return (column.cast(pa.large_string()) if wide else column).combine_chunks()


def open_history(folder: Path) -> HistoryTable:
    """The history of an office, to be looked at here and there.

    Raises:
        ArtifactMissing: nothing was trained here yet.
    """
    return HistoryTable(_stored(folder))


def history_file(folder: Path) -> Path:
    """Where the history of an office is, once there is one."""
    return folder / _FILE


def read_history(folder: Path) -> list[LabelledComplaint]:
    """The history of an office.

    Raises:
        ArtifactMissing: nothing was trained here yet.
        ArtifactTampered: the file is not whole any more.
    """
    return [_labelled(record) for record in _stored(folder).to_pylist()]


def _stored(folder: Path) -> pa.Table:
    path = history_file(folder)
    if not path.is_file():
        raise ArtifactMissing(f"No history in {folder}. Make one with: pilah train")
    try:
        return pq.read_table(path)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError):
        raise ArtifactTampered(
            f"{path} is not whole any more. Restore it from a backup, or train again and promote that version."
        ) from None


def _schema() -> pa.Schema:
    texts = [
        pa.field(name, pa.string())
        for name in (*_COMPLAINT_FIELDS, *_PLACE_FIELDS, "unit", "category", "outcome", "verdict")
    ]
    return pa.schema(
        [
            *texts,
            pa.field("received_at", pa.timestamp("us")),
            pa.field("copies", pa.list_(pa.string())),
            pa.field("wrong_units", pa.list_(pa.string())),
            pa.field("decided_at", pa.timestamp("us")),
            pa.field("attachments", pa.int32()),
            pa.field("anonymous", pa.bool_()),
            pa.field("confidential", pa.bool_()),
            pa.field("returned", pa.bool_()),
        ]
    )


def _record(row: LabelledComplaint) -> dict[str, object]:
    complaint = row.complaint
    return {
        **{name: getattr(complaint, name) for name in _COMPLAINT_FIELDS},
        **{name: getattr(complaint.location, name) for name in _PLACE_FIELDS},
        "unit": row.unit,
        "category": row.category,
        "outcome": row.outcome,
        "received_at": complaint.received_at,
        "copies": list(row.copies),
        "wrong_units": list(row.wrong_units),
        "decided_at": row.decided_at,
        "verdict": row.verdict,
        "attachments": complaint.attachments,
        "anonymous": complaint.anonymous,
        "confidential": complaint.confidential,
        "returned": row.returned,
    }


def _labelled(record: dict[str, object]) -> LabelledComplaint:
    texts = {name: str(record[name] or "") for name in _COMPLAINT_FIELDS}
    received_at, decided_at = record["received_at"], record.get("decided_at")
    complaint = Complaint(
        **texts,  # type: ignore[arg-type]  # all of them are text fields
        received_at=received_at if isinstance(received_at, datetime) else None,
        location=Location(**{name: str(record[name] or "") for name in _PLACE_FIELDS}),
        attachments=int(str(record["attachments"] or 0)),
        anonymous=bool(record["anonymous"]),
        confidential=bool(record["confidential"]),
    )
    return LabelledComplaint(
        complaint,
        unit=str(record["unit"] or ""),
        category=str(record["category"] or ""),
        outcome=str(record["outcome"] or ""),
        copies=_several(record["copies"]),
        returned=bool(record["returned"]),
        verdict=str(record.get("verdict") or ""),
        wrong_units=_several(record.get("wrong_units")),
        decided_at=decided_at if isinstance(decided_at, datetime) else None,
    )


def _several(cell: object) -> tuple[str, ...]:
    return tuple(cell) if isinstance(cell, list) else ()
