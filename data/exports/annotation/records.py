"""Copy JSON Lines and Parquet with new columns; the types of the other columns stay."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq

from data.exports.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from data.exports.annotation.added_rows import AddedRow

_BATCH_ROWS = 2_000
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def copy_json_lines(source: Path, target: BinaryIO, headers: Sequence[str], rows: Iterator[AddedRow]) -> None:
    """Copy JSON Lines, and add the new keys to each object; a line that isn't an object stays as it is."""
    row = next(rows, None)
    with source.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if row is None or row.number != number:
                target.write(line)
                continue
            target.write(_with_keys(line, dict(zip(headers, row.cells, strict=True))))
            row = next(rows, None)


def _with_keys(line: bytes, added: dict[str, object]) -> bytes:
    try:
        record = json.loads(line.removeprefix(_BYTE_ORDER_MARK))
    except (ValueError, RecursionError):
        return line
    if not isinstance(record, dict):
        return line
    return json.dumps({**record, **added}, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def copy_parquet(
    source: Path,
    target: BinaryIO,
    headers: Sequence[str],
    numeric: Collection[str],
    rows: Iterator[AddedRow],
) -> None:
    """Copy Parquet, and add float columns for the `numeric` headers and text columns for the others."""
    with pq.ParquetFile(source) as original:
        schema = original.schema_arrow
        for header in headers:
            schema = schema.append(pa.field(header, pa.float64() if header in numeric else pa.string()))
        with pq.ParquetWriter(target, schema) as writer:
            for batch in original.iter_batches(batch_size=_BATCH_ROWS):
                added = [row.cells for row in islice(rows, batch.num_rows)]
                columns = [
                    pa.array([_value(cells[place], header in numeric) for cells in added], schema.field(header).type)
                    for place, header in enumerate(headers)
                ]
                writer.write_batch(pa.record_batch([*batch.columns, *columns], schema=schema))


def _value(cell: object, is_numeric: bool) -> object:  # noqa: FBT001 - of one column
    if cell is None or cell == "":
        return None
    return float(cell) if is_numeric else cell_text(cell)  # type: ignore[arg-type]  # the column holds numbers
