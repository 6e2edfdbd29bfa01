"""Read raw tables row by row, in bounded memory: delimited text, JSON Lines and Parquet."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from data.csv_records import Fault, Record, read_records
from data.errors import FileUnreadable
from data.messages import Sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO, TextIO

_PARQUET_BATCH_ROWS = 500
_LONGEST_REASON = 120


@dataclass(frozen=True)
class Limits:
    """Limits on the unpacked size of a file: a small hostile file must not fill the memory."""

    unpacked_bytes: int = 1 << 30
    # All sheets of a workbook together: the reader lays out every sheet in memory.
    cells: int = 20_000_000
    memory_bytes: int = 2 << 30
    seconds: int = 60
    rows: int = 5_000_000
    columns: int = 1_000
    line_characters: int = 4_000_000
    # The csv module's own limit for the whole process: a larger value has no effect here.
    cell_characters: int = 131_072
    # Web pages, SpreadsheetML and JSON documents, which are parsed from start to end before the first row.
    document_bytes: int = 256 << 20
    archive_members: int = 1_000
    # A file in an archive; an export in text is a tenth of its size when packed.
    unpacked_ratio: int = 100


@dataclass(frozen=True, slots=True)
class Line:
    """One raw row of a file; `number` counts all rows from 1, blank rows included.

    `filled` are the places of cells filled from a merged cell of a row above. `faults` are the places of cells with an
    error of a formula, such as "#N/A", or with a formula without a stored value: "".
    """

    number: int
    cells: Sequence[object]
    problem: Sentence | None = None
    filled: frozenset[int] = frozenset()
    faults: Mapping[int, str] = field(default_factory=dict)
    is_hidden: bool = False


class Table(ABC):
    """A table in a file. `names` are the columns by the schema of the file, or None where a header row names the columns."""

    kind: str
    encoding: str | None = None
    separator: str | None = None
    sheet: str | None = None
    first_column: int = 0
    names: Sequence[str] | None = None
    n_rows: int | None = None
    # In delimited text a row is broken where the number of cells differs from the header.
    is_ragged_broken: bool = False

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.limits = limits

    @abstractmethod
    def lines(self) -> Iterator[Line]:
        """All rows with text; a second call starts over."""

    def share_read(self) -> float:
        """The share of the file read by the latest `lines()`, from 0 to 1."""
        return 0.0


class DelimitedTable(Table):
    """CSV and TSV; see data/csv_records.py for quotes in odd places."""

    is_ragged_broken = True

    def __init__(self, path: Path, limits: Limits, *, encoding: str, separator: str) -> None:
        super().__init__(path, limits)
        self.kind = "tsv" if separator == "\t" else "csv"
        self.encoding = encoding
        self.separator = separator
        self._file: TextIO | None = None

    def lines(self) -> Iterator[Line]:
        # Undecodable bytes become U+FFFD: an odd character must not cost the whole file.
        with self.path.open(encoding=self.encoding, errors="replace", newline="") as file:
            self._file = file
            for record in read_records(self._text_lines(file), self.separator or ","):
                cells_too_long = max(map(len, record.cells), default=0) > self.limits.cell_characters
                if cells_too_long or record.fault is Fault.CELL_TOO_LONG:
                    raise FileUnreadable(
                        "exports.cell-too-long",
                        path=self.path,
                        row=record.number,
                        line=record.first_line,
                        most=self.limits.cell_characters,
                    )
                problem = _unpaired_quote(record) if record.fault else None
                if problem or any(cell.strip() for cell in record.cells):
                    yield Line(record.number, record.cells, problem)

    def share_read(self) -> float:
        if self._file is None:
            return 0.0
        return 1.0 if self._file.closed else self._file.buffer.tell() / max(self.path.stat().st_size, 1)

    def _text_lines(self, file: TextIO) -> Iterator[str]:
        """The lines of a file without NUL."""
        most = self.limits.line_characters
        for number in count(1):
            line = file.readline(most)
            if not line:
                return
            if len(line) == most and not line.endswith(("\n", "\r")):
                raise FileUnreadable("exports.line-too-long", path=self.path, line=number, most=most)
            yield line.replace("\0", "")


def _unpaired_quote(record: Record) -> Sentence:
    where = (
        Sentence("exports.at-line", line=record.first_line)
        if record.first_line == record.last_line
        else Sentence("exports.at-lines", first=record.first_line, last=record.last_line)
    )
    return Sentence("exports.quote-unpaired", where=where)


class JsonLinesTable(Table):
    """JSON Lines; a nested object, for example `location`, gives a column for every key."""

    kind = "jsonl"
    encoding = "utf-8"

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        self._file: BinaryIO | None = None
        names: dict[str, None] = {}
        self.n_rows = 0
        # A first pass collects the keys, since the last line may have a new key.
        for _, record in self._records():
            self.n_rows += 1
            if isinstance(record, dict):
                names.update(dict.fromkeys(record))
            if len(names) > limits.columns:
                raise FileUnreadable("exports.too-many-keys", path=path, most=limits.columns)
        self.names = list(names)

    def lines(self) -> Iterator[Line]:
        names = self.names or []
        for number, record in self._records():
            if isinstance(record, Sentence):
                yield Line(number, [], record)
            else:
                yield Line(number, [record.get(name) for name in names])

    def share_read(self) -> float:
        if self._file is None:
            return 0.0
        return 1.0 if self._file.closed else self._file.tell() / max(self.path.stat().st_size, 1)

    def _records(self) -> Iterator[tuple[int, dict[str, object] | Sentence]]:
        """Line numbers with flat records or problems."""
        with self.path.open("rb") as file:
            self._file = file
            number = 0
            while raw := file.readline(self.limits.line_characters):
                number += 1
                if len(raw) == self.limits.line_characters and not raw.endswith(b"\n"):
                    _skip_line(file)
                    yield number, Sentence("exports.json-line-too-long", line=number, most=self.limits.line_characters)
                elif raw.strip(b"\xef\xbb\xbf \t\r\n"):
                    yield number, _record(raw, number)


class ParquetTable(Table):
    """Parquet, read batch by batch; a struct column, for example `location`, gives a column for every field."""

    kind = "parquet"

    def __init__(self, path: Path, limits: Limits) -> None:
        super().__init__(path, limits)
        try:
            with pq.ParquetFile(path) as file:
                self._check(file.metadata)
                self.n_rows = file.metadata.num_rows
                self.names = file.schema_arrow.empty_table().flatten().column_names
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise self._broken(error) from error
        self._rows_read = 0

    def lines(self) -> Iterator[Line]:
        self._rows_read = 0
        try:
            with pq.ParquetFile(self.path) as file:
                for batch in file.iter_batches(batch_size=_PARQUET_BATCH_ROWS):
                    yield from self._batch(batch)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise self._broken(error) from error

    def share_read(self) -> float:
        return self._rows_read / self.n_rows if self.n_rows else 0.0

    def _batch(self, batch: pa.RecordBatch) -> Iterator[Line]:
        columns = [_plain(column).to_pylist() for column in pa.Table.from_batches([batch]).flatten().columns]
        for cells in zip(*columns, strict=True):
            self._rows_read += 1
            yield Line(self._rows_read, cells)

    def _check(self, metadata: pq.FileMetaData) -> None:
        unpacked = sum(metadata.row_group(index).total_byte_size for index in range(metadata.num_row_groups))
        if unpacked > self.limits.unpacked_bytes or metadata.num_rows > self.limits.rows:
            raise FileUnreadable(
                "exports.parquet-too-large",
                path=self.path,
                rows=metadata.num_rows,
                size=unpacked,
                max_rows=self.limits.rows,
                max_size=self.limits.unpacked_bytes,
            )
        if metadata.num_columns > self.limits.columns:
            raise FileUnreadable(
                "exports.too-many-columns", path=self.path, columns=metadata.num_columns, most=self.limits.columns
            )

    def _broken(self, error: Exception) -> FileUnreadable:
        reason = (str(error).splitlines() or ["?"])[0][:_LONGEST_REASON]
        return FileUnreadable("exports.parquet-broken", path=self.path, reason=reason)


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Convert nanoseconds to microseconds, the resolution of Python."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        return column.cast(pa.timestamp("us", column.type.tz), safe=False)
    return column


def _skip_line(file: BinaryIO) -> None:
    while (rest := file.readline(1 << 20)) and not rest.endswith(b"\n"):
        pass


def _record(raw: bytes, number: int) -> dict[str, object] | Sentence:
    try:
        record = json.loads(raw.decode("utf-8-sig"))
        if b"\\u" in raw:
            # JSON can escape half of a surrogate pair, but no file can hold the half.
            record = json.loads(json.dumps(record, ensure_ascii=False).encode("utf-8", "replace"))
    except UnicodeDecodeError:
        return Sentence("exports.json-not-utf8", line=number)
    except (ValueError, RecursionError) as error:
        return Sentence("exports.json-broken", line=number, reason=str(error)[:_LONGEST_REASON])
    return flat_record(record) if isinstance(record, dict) else Sentence("exports.json-no-object", line=number)


def flat_record(record: dict[str, object]) -> dict[str, object]:
    """A record with a key for every key of its nested objects: `location.village`."""
    flat: dict[str, object] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            flat |= {f"{key}.{inner}": inner_value for inner, inner_value in value.items()}
        else:
            flat[key] = value
    return flat
