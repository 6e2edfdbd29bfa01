"""Masked, labelled complaints: the training rows of an office, in memory and in Parquet files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, overload

import pyarrow as pa
import pyarrow.parquet as pq

from data.files import replaced_file
from model.complaint import Complaint, Location
from model.errors import ArtifactMissing, ArtifactTampered

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import BinaryIO

_FILE = "complaints.parquet"
_BATCH = 4_096
# Columns that every Pilah has written; a file without one is no history.
_ALWAYS_WRITTEN = frozenset(("text", "reference_id", "unit", "category", "received_at", "returned"))
# The longest column of Arrow strings: their offsets have 32 bits.
_MOST_BYTES_OF_TEXT = 2**31 - 1
_COMPLAINT_TEXTS = ("text", "reference_id", "title", "channel", "type", "reporter_category", "requested_unit")
_COMPLAINT_VALUES = ("received_at", "attachments", "anonymous", "confidential")
_PLACE_TEXTS = ("province", "regency", "district", "village")
_ROW_TEXTS = ("unit", "category", "outcome", "verdict")
_ROW_VALUES = ("copies", "wrong_units", "decided_at", "returned")


@dataclass(frozen=True, slots=True)
class RowSource:
    """The place of a row in an export: file, sheet (blank without sheets) and row number.

    `key` is a digest of the row's content, to notice when another row has moved to the same place.
    """

    file: str
    sheet: str
    row: int
    key: str


@dataclass(frozen=True, slots=True)
class LabelledComplaint:
    """A masked complaint and the decision on it; a label that was not recorded is empty.

    `returned` marks a row whose status says that the unit was wrong: it counts neither as a training label nor as a
    correct answer. `verdict` is the officer's answer to Pilah's suggestion (accepted, changed, rejected, recorded) in a
    row from the ledger, and blank in a row from an export. `decided_at` is the time of the decision, in a row from an
    export the newest date of that export. `wrong_units` are units known to be wrong: suggested and rejected, or tried
    first and returned.
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
    # Set while an export is read; neither stored in the history nor compared.
    source: RowSource | None = field(default=None, compare=False, kw_only=True)

    @property
    def known_wrong(self) -> tuple[str, ...]:
        """Every unit known to be wrong for this complaint."""
        return (*((self.unit,) if self.returned and self.unit else ()), *self.wrong_units)

    @property
    def received_at(self) -> datetime:
        """The day that the complaint came in; only a row outside the history may lack it."""
        return self.complaint.received_at or datetime.min  # noqa: DTZ901 - stands for a missing date


def write_history(folder: Path, rows: Sequence[LabelledComplaint]) -> None:
    """Replace the history of an office atomically."""
    folder.mkdir(parents=True, exist_ok=True)
    with replaced_file(folder / _FILE) as file:
        write_rows(file, rows)


def write_rows(target: Path | BinaryIO, rows: Sequence[LabelledComplaint]) -> None:
    """Write rows as Parquet, the form in which service and training exchange them."""
    history = rows if isinstance(rows, HistoryTable) else HistoryTable.of(rows)
    pq.write_table(history.table, target, compression="zstd")


def read_rows(path: Path) -> list[LabelledComplaint]:
    """Read rows that `write_rows` wrote; columns that an older Pilah didn't write are blank."""
    return [_labelled(record) for record in pq.read_table(path).to_pylist()]


class HistoryTable(Sequence[LabelledComplaint]):
    """The rows of a history as Arrow columns; a row becomes an object when it is read.

    A row as an object takes a kilobyte and time of every garbage collection; as columns a million rows take about as
    much memory as their text.
    """

    def __init__(self, table: pa.Table) -> None:
        # Reading a cell of an array takes a tenth of the time of slicing the table.
        self._columns = {
            name: _one_array(column) for name, column in zip(table.column_names, table.columns, strict=True)
        }
        self.table = pa.table(self._columns)

    @classmethod
    def of(cls, rows: Iterable[LabelledComplaint]) -> HistoryTable:
        """Convert rows to columns, a few thousand at once."""
        source, tables = iter(rows), [_schema().empty_table()]
        while records := [_record(row) for row in islice(source, _BATCH)]:
            tables.append(pa.Table.from_pylist(records, schema=_schema()))
        return cls(pa.concat_tables(tables))

    @classmethod
    def mapped(cls, path: Path) -> HistoryTable:
        """Memory-map rows that `write` wrote; every process that maps the file shares its memory.

        Raises:
            ArrowException: the file is incomplete.
        """
        return cls(pa.ipc.open_file(pa.memory_map(str(path))).read_all())

    def write(self, path: Path) -> None:
        """Write the rows as an Arrow file, which has the layout of the memory."""
        with pa.ipc.new_file(str(path), self.table.schema) as file:
            file.write_table(self.table, max_chunksize=len(self) or 1)

    @overload
    def __getitem__(self, index: int) -> LabelledComplaint: ...

    @overload
    def __getitem__(self, index: slice) -> HistoryTable: ...

    def __getitem__(self, index: int | slice) -> LabelledComplaint | HistoryTable:
        if isinstance(index, slice):
            chosen = range(len(self))[index]
            if chosen.step == 1:
                return HistoryTable(self.table.slice(chosen.start, len(chosen)))
            return HistoryTable(self.table.take(pa.array(chosen, pa.int64())))
        number = range(len(self))[index]
        return _labelled({name: column[number].as_py() for name, column in self._columns.items()})

    def __len__(self) -> int:
        rows: int = self.table.num_rows
        return rows

    def __iter__(self) -> Iterator[LabelledComplaint]:
        """The rows in order, with a few thousand in memory at once."""
        for batch in self.table.to_batches(max_chunksize=_BATCH):
            yield from map(_labelled, batch.to_pylist())


def _one_array(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array; texts of over two gigabytes together need wider offsets."""
    if column.num_chunks == 1:
        return column.chunk(0)
    wide = column.type == pa.string() and column.nbytes > _MOST_BYTES_OF_TEXT
    return (column.cast(pa.large_string()) if wide else column).combine_chunks()


def open_history(folder: Path) -> HistoryTable:
    """The history of an office as columns, for reading single rows.

    Raises:
        ArtifactMissing: the folder holds no history.
        ArtifactTampered: the file is incomplete.
    """
    return HistoryTable(_stored(folder))


def history_file(folder: Path) -> Path:
    """The path of the history in a folder."""
    return folder / _FILE


def read_history(folder: Path) -> list[LabelledComplaint]:
    """Read the whole history of an office.

    Raises:
        ArtifactMissing: the folder holds no history.
        ArtifactTampered: the file is incomplete.
    """
    return [_labelled(record) for record in _stored(folder).to_pylist()]


def _stored(folder: Path) -> pa.Table:
    path = history_file(folder)
    if not path.is_file():
        raise ArtifactMissing("model.history-missing", folder=folder)
    try:
        table = pq.read_table(path)
    except PermissionError:
        raise
    except (pa.ArrowException, OSError):
        raise ArtifactTampered("model.history-broken", path=path) from None
    if not _ALWAYS_WRITTEN.issubset(table.column_names):
        raise ArtifactTampered("model.history-broken", path=path)
    return table


def _schema() -> pa.Schema:
    time, flag, names = pa.timestamp("us"), pa.bool_(), pa.list_(pa.string())
    columns = dict.fromkeys((*_COMPLAINT_TEXTS, *_PLACE_TEXTS, *_ROW_TEXTS), pa.string())
    columns |= {"received_at": time, "copies": names, "wrong_units": names, "decided_at": time}
    columns |= {"attachments": pa.int32(), "anonymous": flag, "confidential": flag, "returned": flag}
    return pa.schema(columns.items())


def _record(row: LabelledComplaint) -> dict[str, object]:
    complaint = row.complaint
    return {
        **{name: getattr(complaint, name) for name in (*_COMPLAINT_TEXTS, *_COMPLAINT_VALUES)},
        **{name: getattr(complaint.location, name) for name in _PLACE_TEXTS},
        **{name: getattr(row, name) for name in (*_ROW_TEXTS, *_ROW_VALUES)},
    }


def _labelled(record: dict[str, Any]) -> LabelledComplaint:
    """The row of a record; the columns of decisions are missing in files of an older Pilah."""
    complaint = Complaint(
        **_texts(record, _COMPLAINT_TEXTS),
        received_at=record["received_at"],
        location=Location(**_texts(record, _PLACE_TEXTS)),
        attachments=record["attachments"] or 0,
        anonymous=bool(record["anonymous"]),
        confidential=bool(record["confidential"]),
    )
    return LabelledComplaint(
        complaint,
        **_texts(record, _ROW_TEXTS),
        copies=tuple(record["copies"] or ()),
        returned=bool(record["returned"]),
        wrong_units=tuple(record.get("wrong_units") or ()),
        decided_at=record.get("decided_at"),
    )


def _texts(record: dict[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: record.get(name) or "" for name in names}
