"""Copy delimited text with new columns: same separator, encoding, line ends and quotes."""

from __future__ import annotations

import csv
from io import StringIO
from typing import TYPE_CHECKING

from data.csv_records import read_records
from data.exports.cells import cell_text, disarm, is_number

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import BinaryIO

    from data.exports.annotation.added_rows import AddedRow
    from data.exports.open import Export

_LINE_ENDS = "\r\n"


def copy_delimited(export: Export, target: BinaryIO, headers: Sequence[str], rows: Iterator[AddedRow]) -> None:
    """Copy a file of delimited text, and add the cells of each row at its end.

    A row with fewer cells than the header is filled up; in a row with more the new cells follow the last.
    """
    encoding, separator = export.encoding or "utf-8", export.separator or ","
    # Bytes that aren't characters in UTF-8 come back as they were.
    errors = "replace" if encoding.startswith("utf-16") else "surrogateescape"
    width, row = 0, next(rows, None)
    with export.content.open(encoding=encoding, errors=errors, newline="") as source:
        writer = _Encoded(target, encoding, errors)
        for record in read_records((line.replace("\0", "") for line in source), separator):
            cells: Sequence[object] | None = None
            if record.number == export.header_row:
                cells, width = headers, len(record.cells)
            elif row is not None and row.number == record.number:
                cells, row = row.cells, next(rows, None)
            if cells is None:
                writer.write(record.text)
                continue
            text = record.text.rstrip(_LINE_ENDS)
            line_end = record.text[len(text) :]
            filling = separator * max(width - len(record.cells), 0)
            writer.write(f"{text}{filling}{separator}{_line(cells, separator, encoding)}{line_end}")


class _Encoded:
    """Writes text in an encoding, with one byte order mark where the encoding has one."""

    def __init__(self, target: BinaryIO, encoding: str, errors: str) -> None:
        self._target = target
        self._first, self._encoding, self._errors = encoding, encoding, errors
        if encoding == "utf-8-sig":
            self._encoding = "utf-8"
        elif encoding == "utf-16":
            self._encoding = "utf-16-le"

    def write(self, text: str) -> None:
        self._target.write(text.encode(self._first, self._errors))
        self._first = self._encoding


def _line(cells: Sequence[object], separator: str, encoding: str) -> str:
    """The new cells of a row, without characters that the encoding lacks."""
    line = StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(map(_text, cells))
    return line.getvalue().encode(encoding, "replace").decode(encoding)


def _text(cell: object) -> str:
    return cell_text(cell) if is_number(cell) else disarm(cell_text(cell))
