"""Write rows as delimited text, JSON Lines or Parquet."""

from __future__ import annotations

import csv
import json
import math
from abc import ABC, abstractmethod
from contextlib import suppress
from io import TextIOWrapper
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from data.errors import PilahError
from data.exports.cells import cell_text, disarm, is_number

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from data.messages import Sentence

_PARQUET_BATCH_ROWS = 2_000


class RowWriter(ABC):
    """Writes one row after another; `n_rows` counts the rows, and `cut` names the cells that were cut."""

    def __init__(self, path: Path, headers: Sequence[str]) -> None:
        self.n_rows = 0
        self.cut: list[Sentence] = []
        self._path = path
        self._headers = tuple(headers)
        self._known = frozenset(headers)

    def write(self, values: Mapping[str, object]) -> None:
        """Write values by header; a header without a value is left blank.

        Raises:
            PilahError: the row doesn't fit into this kind of file.
        """
        if unknown := values.keys() - self._known:
            raise ValueError(f"no column for {sorted(unknown)}")
        self._write([values.get(header) for header in self._headers])
        self.n_rows += 1

    @abstractmethod
    def _write(self, cells: Sequence[object]) -> None: ...

    @abstractmethod
    def finish(self) -> None:
        """Write the rows still in memory, and complete the file."""

    def abandon(self) -> None:  # noqa: B027 - most kinds hold no resources
        """Release all resources without completing the file."""


class DelimitedWriter(RowWriter):
    """CSV and TSV."""

    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str], separator: str, *, harmless: bool) -> None:
        super().__init__(path, headers)
        self._harmless = harmless
        # Without a byte order mark, Excel assumes a Windows encoding.
        self._text = TextIOWrapper(file, encoding="utf-8-sig", errors="replace", newline="")
        self._csv = csv.writer(self._text, delimiter=separator)
        self._csv.writerow([self._cell(header) for header in headers])

    def _write(self, cells: Sequence[object]) -> None:
        self._csv.writerow([self._cell(cell) for cell in cells])

    def _cell(self, cell: object) -> str:
        text = cell_text(cell)
        return disarm(text) if self._harmless and not is_number(cell) else text

    def finish(self) -> None:
        self._text.flush()
        self._text.detach()

    def abandon(self) -> None:
        # A wrapper that isn't detached would flush into the closed file at garbage collection.
        with suppress(OSError):
            self._text.detach()


class JsonLinesWriter(RowWriter):
    """JSON Lines."""

    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str]) -> None:
        super().__init__(path, headers)
        self._file = file
        # Columns like location.village were read from an object, and become an object again.
        self._prefix = "location." if "location" not in headers else None

    def _write(self, cells: Sequence[object]) -> None:
        record: dict[str, object] = {}
        location: dict[str, object] = {}
        for header, cell in zip(self._headers, cells, strict=True):
            if self._prefix and header.startswith(self._prefix):
                record["location"] = location
                location[header.removeprefix(self._prefix)] = _json_value(cell)
            else:
                record[header] = _json_value(cell)
        line = json.dumps(record, ensure_ascii=False, default=cell_text)
        self._file.write(line.encode("utf-8", "replace") + b"\n")

    def finish(self) -> None: ...


class ParquetWriter(RowWriter):
    """Parquet with text columns, and float columns for `numeric` headers."""

    def __init__(self, path: Path, file: BinaryIO, headers: Sequence[str], numeric: frozenset[str]) -> None:
        super().__init__(path, headers)
        self._numeric = numeric
        self._schema = pa.schema((header, pa.float64() if header in numeric else pa.string()) for header in headers)
        self._parquet = pq.ParquetWriter(file, self._schema)
        self._batch: list[list[object]] = []

    def _write(self, cells: Sequence[object]) -> None:
        self._batch.append([self._cell(header, cell) for header, cell in zip(self._headers, cells, strict=True)])
        if len(self._batch) >= _PARQUET_BATCH_ROWS:
            self._flush()

    def _cell(self, header: str, cell: object) -> object:
        if header not in self._numeric:
            return None if cell is None else cell_text(cell).encode("utf-8", "replace").decode()
        if cell is None or cell == "":
            return None
        if not is_number(cell):
            raise PilahError("exports.no-number", path=self._path, row=self.n_rows + 1, column=header)
        return float(cell)

    def _flush(self) -> None:
        columns = zip(*self._batch, strict=True)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._parquet.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._batch.clear()

    def finish(self) -> None:
        if self._batch:
            self._flush()
        self._parquet.close()

    def abandon(self) -> None:
        with suppress(OSError, pa.ArrowException):
            self._parquet.close()


def _json_value(cell: object) -> object:
    return None if isinstance(cell, float) and not math.isfinite(cell) else cell
