"""Read the corrections that a person filled into the workbook of a check."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.cells import cell_text, rearm
from data.exports.dates import parse_date
from data.exports.detect import open_tables
from data.exports.tables import Limits
from data.messages import Sentence
from model.history.rows import RowSource
from training.checking import workbook
from training.checking.indonesian import LABELS
from training.dataset.corrections import Corrections, Merge, RowCorrection, StatusMeaning
from training.errors import CorrectionsUnusable

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from data.exports.tables import Table

_YES = frozenset(("ya", "y", "yes", "x", "1", "true", "benar"))
_NO = frozenset(("", "tidak", "t", "no", "n", "0", "false", "-"))
_LABEL_OF = {written: label for label, written in LABELS.items()}


def read_corrections(paths: Sequence[Path]) -> Corrections:
    """The corrections of several workbooks, in the order given.

    Raises:
        FileUnreadable: a workbook can't be read.
        CorrectionsUnusable: the workbook isn't from a check, or a cell can't be understood.
    """
    return sum(map(_of_workbook, paths), Corrections())


def _of_workbook(path: Path) -> Corrections:
    rows: dict[RowSource, RowCorrection] = {}
    merges: list[Merge] = []
    statuses: list[StatusMeaning] = []
    known = False
    for table in open_tables(path, Limits()):
        filled = list(_filled(table))
        headers = set(filled[0][1]) if filled else set()
        known = known or workbook.KEY in headers or workbook.JOIN in headers
        for number, cells in filled[1:]:
            where = Sentence("commands.cell", file=path.name, sheet=table.sheet, row=number)
            if workbook.KEY in headers and (correction := _row(cells, where)):
                rows[correction.source] = _merged(rows.get(correction.source), correction)
            elif workbook.JOIN in headers and (merge := _merge(cells, where)):
                merges.append(merge)
            elif workbook.RETURNED in headers and (meaning := _status(cells, where)):
                statuses.append(meaning)
    if not known:
        raise CorrectionsUnusable("commands.no-check-workbook", path=path, key=workbook.KEY, join=workbook.JOIN)
    return Corrections(tuple(rows.values()), tuple(merges), tuple(statuses))


def _filled(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    """Row number and cells by header of each row; the header row maps each header to itself."""
    headers: list[str] | None = None
    for line in table.lines():
        cells = [rearm(cell_text(cell)).strip() for cell in line.cells]
        if headers is None:
            headers = cells
        yield line.number, dict(zip(headers, cells, strict=False))


def _row(cells: dict[str, str], where: Sentence) -> RowCorrection | None:
    unit, category, date = (
        cells.get(name, "") for name in (workbook.RIGHT_UNIT, workbook.RIGHT_CATEGORY, workbook.RIGHT_DATE)
    )
    skip = _yes(cells.get(workbook.SKIP, ""), where, workbook.SKIP)
    if not (unit or category or date or skip):
        return None
    if date and parse_date(date) is None:
        raise CorrectionsUnusable("commands.correction-date", where=where, date=date)
    row = cells.get(workbook.ROW, "")
    if not row.isdecimal() or not cells.get(workbook.KEY):
        raise CorrectionsUnusable("commands.correction-key", where=where, row=workbook.ROW, key=workbook.KEY)
    source = RowSource(cells.get(workbook.FILE, ""), cells.get(workbook.SHEET, ""), int(row), cells[workbook.KEY])
    return RowCorrection(source, where, unit, category, date, skip)


def _merge(cells: dict[str, str], where: Sentence) -> Merge | None:
    if not _yes(cells.get(workbook.JOIN, ""), where, workbook.JOIN):
        return None
    label = _LABEL_OF.get(cells.get(workbook.LABEL, "").casefold())
    name, into = cells.get(workbook.NAME, ""), cells.get(workbook.INTO, "")
    if label is None or not name or not into:
        raise CorrectionsUnusable(
            "commands.correction-merge", where=where, label=workbook.LABEL, name=workbook.NAME, into=workbook.INTO
        )
    return Merge(label, name, into) if name != into else None


def _status(cells: dict[str, str], where: Sentence) -> StatusMeaning | None:
    status, answer = cells.get(workbook.STATUS, ""), cells.get(workbook.RETURNED, "")
    if not status or not answer:
        return None
    return StatusMeaning(status, _yes(answer, where, workbook.RETURNED))


def _yes(answer: str, where: Sentence, header: str) -> bool:
    folded = answer.casefold()
    if folded in _YES:
        return True
    if folded in _NO:
        return False
    raise CorrectionsUnusable("commands.correction-answer", where=where, header=header, answer=answer)


def _merged(earlier: RowCorrection | None, later: RowCorrection) -> RowCorrection:
    """One correction of a row from several sheets, whose entries must agree."""
    if earlier is None:
        return later
    for field in ("unit", "category", "date"):
        first, second = getattr(earlier, field), getattr(later, field)
        if first and second and first != second:
            raise CorrectionsUnusable(
                "commands.corrections-differ", earlier=earlier.where, first=first, later=later.where, second=second
            )
    return later.over(earlier)
