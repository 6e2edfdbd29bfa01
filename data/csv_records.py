"""Read the records of delimited text: by strict rules first, and leniently where a quote stands inside a cell."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from enum import Enum
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Fault(Enum):
    """The reason why a record can't be trusted: a quote without a partner, or a cell beyond the csv module's limit."""

    UNPAIRED_QUOTE = 1
    CELL_TOO_LONG = 2


@dataclass(slots=True)
class Record:
    """One record; `number` counts records from 1, `first_line` and `last_line` the lines of the text."""

    number: int
    first_line: int
    last_line: int
    text: str
    cells: list[str]
    fault: Fault | None = None


def read_records(lines: Iterable[str], separator: str) -> Iterator[Record]:
    """All records of a text, blank ones included; `lines` keep their line ends."""
    taken: list[str] = []

    def taken_lines() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(taken_lines(), delimiter=separator, strict=True)
    last_line = 0
    for number in count(1):
        taken.clear()
        fault = None
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            cells, fault = _read_leniently(taken, separator, str(error))
        first_line, last_line = last_line + 1, last_line + len(taken)
        yield Record(number, first_line, last_line, "".join(taken), cells, fault)


def _read_leniently(lines: list[str], separator: str, reason: str) -> tuple[list[str], Fault | None]:
    if "field limit" in reason:
        return [], Fault.CELL_TOO_LONG
    records = list(csv.reader(lines, delimiter=separator))
    fault = Fault.UNPAIRED_QUOTE if "end of data" in reason or len(records) != 1 else None
    return records[0] if records else [], fault
