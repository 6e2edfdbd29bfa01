"""A file of complaints in, the same rows in the same order with the suggestion's columns out."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING

from data.exports.annotation.annotate import annotate
from data.exports.open import adjustment_notices, date_notices, open_exports, sheet_notices
from data.messages import Sentence, terminal_language
from model.from_export import complaint_of, problem_of
from model.router import CATEGORIES_SHOWN
from model.suggestion import Given
from training.batch.given_columns import given_cells, given_of
from training.batch.undated_rows import UndatedRows
from training.fitting.executors import map_in_order

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path
    from zoneinfo import ZoneInfo

    from data.exports.dates import DateOrder
    from data.exports.open import Export, ExportRow
    from data.messages import Language
    from model.complaint import Complaint
    from model.router import Router
    from model.suggestion import Suggestion

_UNITS_WRITTEN = 3
_CHUNK = 256

_RANKED = {
    "unit": [(f"unit_{n}", f"unit_{n}_confidence") for n in range(1, _UNITS_WRITTEN + 1)],
    "category": [(f"category_{n}", f"category_{n}_confidence") for n in range(1, CATEGORIES_SHOWN + 1)],
}
CONFIDENCE_COLUMNS = frozenset(confidence for pairs in _RANKED.values() for _, confidence in pairs)


def added_columns(router: Router) -> tuple[str, ...]:
    """The columns with suggestions: none for the units of an office without units, nor for missing categories."""
    pairs = (*(_RANKED["unit"] if router.has_units else ()), *(_RANKED["category"] if len(router.categories) else ()))
    return ("status", *(name for pair in pairs for name in pair), "model")


@dataclass(frozen=True)
class Predicted:
    """The number of rows by sheet, and what a person should know about the file."""

    by_sheet: Mapping[str, int]
    notices: tuple[Sentence, ...]

    @property
    def rows(self) -> int:
        return sum(self.by_sheet.values())


def predict_file(
    router: Router,
    source: Path,
    target: Path,
    *,
    columns: Mapping[str, str],
    zone: ZoneInfo,
    date_order: DateOrder | None = None,
    cluster: str = "",
    progress: Callable[[int], None] = lambda rows: None,
) -> Predicted:
    """Write `target` with the suggestions for every row of `source`, on all sheets that hold complaints.

    A file of the same kind keeps everything that the office wrote. A row that can't be read or has no text keeps its
    place, its status says so, and its suggestion cells are empty. Where the columns given_unit or given_category name
    what is known of a row, the rest is suggested for it. `zone` is the office's timezone, in which a row has its
    day; a row without a readable date counts as of today, and a notice says so. `cluster` is the address of a Dask scheduler whose workers suggest; rows
    are read and written here, a few chunks in memory at once.

    Raises:
        FileUnreadable: the source can't be read, or the target can't hold so many cells.
        ColumnMissing: the source has no column for the text.
    """
    exports = open_exports(source, columns=columns, date_order=date_order)
    return predict_exports(router, exports, target, zone=zone, cluster=cluster, progress=progress)


def predict_exports(
    router: Router,
    exports: Sequence[Export],
    target: Path,
    *,
    zone: ZoneInfo,
    language: Language | None = None,
    cluster: str = "",
    progress: Callable[[int], None] = lambda rows: None,
) -> Predicted:
    """Write `target` with the suggestions for every row of all sheets; see `predict_file`.

    `language` is that of the sentences in the file, by default the terminal's.
    """
    undated, added = UndatedRows(), added_columns(router)
    suggest = partial(_suggested, zone=zone, language=language or terminal_language())
    rows = partial(_with_suggestions, router, exports, added, suggest, cluster, progress, undated)
    annotated = annotate(exports, target, added, rows, numeric=CONFIDENCE_COLUMNS & set(added))
    about_dates = (*date_notices(exports), *undated.notices())
    notices = (*annotated.notices, *sheet_notices(exports), *about_dates, *adjustment_notices(exports))
    return Predicted(dict(annotated.rows), notices)


def _with_suggestions(
    router: Router,
    exports: Sequence[Export],
    names: Sequence[str],
    suggest: Callable[[Router, list[ExportRow]], list[dict[str, object]]],
    cluster: str,
    progress: Callable[[int], None],
    undated: UndatedRows,
) -> Iterator[tuple[ExportRow, list[object]]]:
    undated.restart()
    rows = chain.from_iterable(export.rows() for export in exports)
    for chunk, suggested in map_in_order(cluster, suggest, router, _chunks(rows), _without_cells):
        for row, added in zip(chunk, suggested, strict=True):
            undated.add(row)
            yield row, [added.get(name) for name in names]
        progress(len(chunk))


def _chunks(rows: Iterable[ExportRow]) -> Iterator[list[ExportRow]]:
    iterator = iter(rows)
    while chunk := list(islice(iterator, _CHUNK)):
        yield chunk


def _without_cells(rows: list[ExportRow]) -> list[ExportRow]:
    return [replace(row, values=given_cells(row)) for row in rows]


def _suggested(router: Router, rows: list[ExportRow], zone: ZoneInfo, language: Language) -> list[dict[str, object]]:
    given = [problem_of(row) or given_of(row, router) for row in rows]
    plain = [row for row, known in zip(rows, given, strict=True) if known == Given()]
    suggestions = iter(router.suggest_many([_complaint(row, zone) for row in plain], evidence=False))
    return [
        _answer(router, row, known, suggestions, zone) if isinstance(known, Given) else _told(known, language)
        for row, known in zip(rows, given, strict=True)
    ]


def _told(problem: Sentence, language: Language) -> dict[str, object]:
    return {"status": Sentence("commands.error", message=problem).told_in(language)}


def _answer(
    router: Router, row: ExportRow, known: Given, plain: Iterator[Suggestion], zone: ZoneInfo
) -> dict[str, object]:
    """The columns of a row; `plain` are the suggestions for rows of which nothing is known, in order."""
    if known == Given():
        return _columns(next(plain))
    return _columns(router.suggest_given(_complaint(row, zone), [known], evidence=False)[0])


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
