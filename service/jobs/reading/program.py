"""Read an export within limits, and write its rows to standard output: `python -m service.jobs.reading.program`.

Each line is JSON: first {"rows": 120, "unread_sheets": [], "date_notices": []}, then a list for each row, last
{"fault": "", "text_candidates": [], "adjustments": []}. A program that was ended by a limit writes no last line.
"""

from __future__ import annotations

import json
import sys
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from data.errors import ColumnMissing, FileUnreadable
from data.exports.cells import cell_text
from data.exports.dates import DateOrder
from data.exports.open import Limits, adjustment_notices, date_notices, open_exports
from data.messages import Language, Sentence

if TYPE_CHECKING:
    from data.exports.open import Export, ExportRow

# Far longer than any complaint; a hostile file may hold more in one cell than a process should keep.
LONGEST_ROW = 2_000_000


def main(path: Path, skip: int, memory_bytes: int, cpu_seconds: int, date_order: DateOrder | None = None) -> None:
    """Write the rows after the first `skip`; `date_order` is the one that a person named."""
    _limit(memory_bytes, cpu_seconds)
    fault = ""
    candidates: object = ()
    adjustments: list[str] = []
    try:
        exports = open_exports(path, date_order=date_order, limits=Limits(memory_bytes=memory_bytes))
        notices = [notice.told_in(Language.INDONESIAN) for notice in date_notices(exports)]
        known = {"rows": _n_rows(exports), "unread_sheets": exports[0].unread_sheets, "date_notices": notices}
        _write(json.dumps(known))
        for row in islice(chain.from_iterable(export.rows() for export in exports), skip, None):
            _write(_row_line(row))
        adjustments = [notice.told_in(Language.INDONESIAN) for notice in adjustment_notices(exports)]
    except ColumnMissing as error:
        fault, candidates = "no_text_column", error.fields.get("candidates", ())
    except FileUnreadable:
        fault = "unreadable"
    _write(json.dumps({"fault": fault, "text_candidates": candidates, "adjustments": adjustments}))


def _limit(memory_bytes: int, cpu_seconds: int) -> None:
    # Windows has no such limits.
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - Windows has none

        for kind, limit in (
            (resource.RLIMIT_AS, memory_bytes),
            (resource.RLIMIT_CPU, cpu_seconds),
            # A core dump would hold complaints.
            (resource.RLIMIT_CORE, 0),
        ):
            hard = resource.getrlimit(kind)[1]
            most = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
            resource.setrlimit(kind, (most, most))


def _n_rows(exports: list[Export]) -> int | None:
    """The number of rows of all sheets, or None where only reading the whole file would tell."""
    counts = [export.n_rows for export in exports if export.n_rows is not None]
    return sum(counts) if len(counts) == len(exports) else None


def _row_line(row: ExportRow) -> str:
    values = {header: cell_text(cell) for header, cell in row.values.items()}
    parts = (row.number, values, dict(row.fields), row.problem and _plain(row.problem), row.sheet)
    line = json.dumps(parts, default=str)
    if len(line) <= LONGEST_ROW:
        return line
    too_long = Sentence("exports.row-too-large", most=LONGEST_ROW)
    return json.dumps((row.number, {}, {}, _plain(too_long), row.sheet))


def _plain(sentence: Sentence) -> dict[str, object]:
    fields = {name: _plain(value) if isinstance(value, Sentence) else value for name, value in sentence.fields.items()}
    return {"code": sentence.code, "fields": fields}


def _write(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    named_path, *limits = sys.argv[1:5]
    skipped, memory, cpu = map(int, limits)
    main(Path(named_path), skipped, memory, cpu, DateOrder(sys.argv[5]) if sys.argv[5:] else None)
