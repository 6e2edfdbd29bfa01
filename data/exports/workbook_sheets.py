"""Sheets of a workbook, and a program that opens one within a memory limit.

The program imports nothing of Pilah: it starts at once, and the limit is for the workbook alone.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import python_calamine as calamine


def visible_sheets(path: Path, kind: str) -> list[calamine.CalamineSheet]:
    """Lay out the visible sheets in memory, in order; `kind` is "xlsx", "xls" or "ods".

    Raises:
        calamine.CalamineError: the workbook is broken or protected.
    """
    # calamine trusts the suffix of a path, and explains a fault better than for a buffer.
    suffix_fits = path.suffix.lower() == f".{kind}"
    workbook = (
        calamine.CalamineWorkbook.from_path(path)
        if suffix_fits
        else calamine.CalamineWorkbook.from_filelike(BytesIO(path.read_bytes()))
    )
    return [
        workbook.get_sheet_by_name(sheet.name)
        for sheet in workbook.sheets_metadata
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.visible == calamine.SheetVisibleEnum.Visible
    ]


def _fits(path: Path, kind: str, max_cells: int, memory_bytes: int) -> bool:
    """Whether the sheets stay within both limits. Running out of memory ends the process, which counts as no."""
    # Windows has no such limit: there only the cells are counted.
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 - Windows has none

        hard_limit = resource.getrlimit(resource.RLIMIT_AS)[1]
        limit = memory_bytes if hard_limit == resource.RLIM_INFINITY else min(memory_bytes, hard_limit)
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        # A core dump would hold complaints.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        return sum(sheet.total_height * sheet.total_width for sheet in visible_sheets(path, kind)) <= max_cells
    except (calamine.CalamineError, OSError):
        # The caller meets the same fault and names it.
        return True


if __name__ == "__main__":
    sys.exit(not _fits(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])))
