"""A file of complaints in, the same rows in the same order with the suggestion's columns out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from data.exports.headers import LAPORAN_RINGKAS_HEADERS, laporan_ringkas_header
from data.exports.open import open_export, open_writer, write_laporan_ringkas
from model.from_export import complaint_of, problem_of
from model.router import CATEGORIES_SHOWN
from training.fitting.executors import map_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from data.exports.open import Export, ExportRow
    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion

_UNITS_WRITTEN = 3
_CHUNK = 256

_RANKED = [
    *((f"unit_{n}", f"unit_{n}_confidence") for n in range(1, _UNITS_WRITTEN + 1)),
    *((f"category_{n}", f"category_{n}_confidence") for n in range(1, CATEGORIES_SHOWN + 1)),
]
CONFIDENCE_COLUMNS = frozenset(confidence for _, confidence in _RANKED)
ADDED_COLUMNS = ("status", *(name for pair in _RANKED for name in pair), "model")


def predict_file(
    router: Router,
    source: Path,
    target: Path,
    *,
    columns: Mapping[str, str],
    zone: ZoneInfo,
    cluster: str = "",
    progress: Callable[[int], None] = lambda rows: None,
    same_shape: bool = False,
) -> int:
    """Write `target` with the suggestions for every row of `source`; gives the number of rows.

    A row that can't be read or has no text keeps its place, its status says so, and its suggestion cells are empty. An
    input column named like one of ours is kept as `<name>_asal`. With `same_shape` a workbook in the shape of "Laporan
    Ringkas" comes back in it; a plain table otherwise. `zone` is the office's timezone, in which a row has its day; a row without a date counts as
    of today. `cluster` is the address of a Dask scheduler whose
    workers suggest; rows are read and written here, a few chunks in memory at once.

    Raises:
        FileUnreadable: the source can't be read, or the target can't hold so many cells.
        ColumnMissing: the source has no column for the text.
    """
    export = open_export(source, columns=columns)
    kept = {header: f"{header}_asal" if header in ADDED_COLUMNS else header for header in export.headers}
    rows = _with_suggestions(router, export, kept, zone, cluster, progress)
    if same_shape and export.shape == "laporan_ringkas" and target.suffix == ".xlsx":
        more = [name for name in kept.values() if laporan_ringkas_header(name) not in LAPORAN_RINGKAS_HEADERS]
        return write_laporan_ringkas(target, rows, extra_headers=[*more, *ADDED_COLUMNS])
    with open_writer(target, [*kept.values(), *ADDED_COLUMNS], numeric=CONFIDENCE_COLUMNS) as writer:
        for row in rows:
            writer.write(row)
    return writer.n_rows


def _with_suggestions(
    router: Router,
    export: Export,
    kept: Mapping[str, str],
    zone: ZoneInfo,
    cluster: str,
    progress: Callable[[int], None],
) -> Iterator[dict[str, object]]:
    suggest = partial(_suggested, zone=zone)
    for chunk, suggested in map_in_order(cluster, suggest, router, _chunks(export.rows()), _without_cells):
        for row, added in zip(chunk, suggested, strict=True):
            yield {**{kept[name]: value for name, value in row.values.items()}, **added}
        progress(len(chunk))


def _chunks(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _without_cells(rows: list[ExportRow]) -> list[ExportRow]:
    return [replace(row, values={}) for row in rows]


def _suggested(router: Router, rows: list[ExportRow], zone: ZoneInfo) -> list[dict[str, object]]:
    problems = [problem_of(row) for row in rows]
    readable = [row for row, problem in zip(rows, problems, strict=True) if not problem]
    suggestions = iter(router.suggest_many([_complaint(row, zone) for row in readable], evidence=False))
    return [{"status": f"error: {problem}"} if problem else _columns(next(suggestions)) for problem in problems]


def _complaint(row: ExportRow, zone: ZoneInfo) -> Complaint:
    """The complaint of a row with its day in the zone, or of today."""
    complaint = complaint_of(row)
    received = complaint.received_at or datetime.now(zone)
    return replace(complaint, received_at=received.astimezone(zone) if received.tzinfo else received)


def _columns(suggestion: Suggestion) -> dict[str, object]:
    columns: dict[str, object] = {"status": str(suggestion.status), "model": suggestion.version}
    for n, unit in enumerate(suggestion.units[:_UNITS_WRITTEN], start=1):
        columns[f"unit_{n}"], columns[f"unit_{n}_confidence"] = unit.name, round(unit.confidence, 4)
    for n, category in enumerate(suggestion.categories, start=1):
        columns[f"category_{n}"], columns[f"category_{n}_confidence"] = category.name, round(category.confidence, 4)
    return columns
