"""A rule more in an office's rules.csv, which the office itself goes on editing in a spreadsheet."""

from __future__ import annotations

import csv
import fcntl
import io
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from data.files import write_text
from model.errors import RulesFileInvalid
from model.office.rules import COLUMNS, Rule, column_of, read_rules, separator_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from model.office.units import Units

_BYTE_ORDER_MARK = "\ufeff"
# What a spreadsheet would take for a formula. A pattern may hold a minus, but not begin with one: it must say what is
# there before it says what isn't.
_NO_BEGINNING = ("=", "+", "@", "-", "\t", "'")


@dataclass(frozen=True, slots=True)
class Never:
    """A unit that must not be suggested for complaints with these words, or of this category, and who says so why."""

    unit_id: str
    words: str
    category: str
    reason: str
    author: str
    valid_from: date

    def cells(self, rule_id: str) -> dict[str, str]:
        """The row of rules.csv."""
        return {
            "id": rule_id,
            "words": self.words,
            "category": self.category,
            "action": "forbid",
            "unit": self.unit_id,
            "reason": self.reason,
            "author": self.author,
            "valid_from": self.valid_from.isoformat(),
        }


def rule_of(never: Never, path: Path, units: Units) -> Rule:
    """The rule that `add_rule` would add, to be tried out.

    Raises:
        RulesFileInvalid: it can't be understood, or the file can't.
    """
    text = _read(path)
    added, rule_id = _with_row(text, never, [rule.id for rule in read_rules(path, units)])
    return _understood(added, rule_id, units)


def add_rule(never: Never, path: Path, units: Units) -> Rule:
    """Add the rule at the end of the file, which a reader sees without it or with all of it.

    Separator, headers and byte order mark stay as the office's spreadsheet wrote them; a column that is missing is added.

    Raises:
        RulesFileInvalid: it can't be understood, or the file can't.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        text = _read(path)
        added, rule_id = _with_row(text, never, [rule.id for rule in read_rules(path, units)])
        rule = _understood(added, rule_id, units)
        write_text(path, added)
    return rule


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """Of several processes of a service one changes the file; the kernel lets go of the lock however it ends."""
    with path.with_name(f".{path.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8") if path.is_file() else ""
    except UnicodeDecodeError:
        raise RulesFileInvalid(f"{path} is not in UTF-8. Save it in the spreadsheet as CSV UTF-8.") from None


def _with_row(text: str, never: Never, taken: list[str]) -> tuple[str, str]:
    for cell in (never.words, never.category, never.reason):
        if cell.startswith(_NO_BEGINNING) or "\n" in cell or "\r" in cell:
            raise RulesFileInvalid(
                "a cell begins with =, +, -, @ or ', or has several lines: a spreadsheet would change it"
            )
    rule_id = next(name for number in range(1, len(taken) + 2) if (name := f"larangan-{number}") not in taken)
    mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
    body = text.removeprefix(mark)
    separator = separator_of(body) if body.strip() else ","
    line_end = "\r\n" if "\r\n" in body else "\n"
    first, _, rest = body.partition("\n")
    headers = next(csv.reader([first.rstrip("\r")], delimiter=separator), []) if body.strip() else list(COLUMNS)
    cells = never.cells(rule_id)
    known = [column_of(header) for header in headers]
    headers += [name for name in cells if cells[name] and name not in known]
    row = [cells.get(column_of(header), "") for header in headers]
    written = io.StringIO()
    writer = csv.writer(written, delimiter=separator, lineterminator=line_end)
    writer.writerow(headers)
    kept = rest if not rest or rest.endswith("\n") else rest + line_end
    written.write(kept)
    writer.writerow(row)
    return mark + written.getvalue(), rule_id


def _understood(text: str, rule_id: str, units: Units) -> Rule:
    """The rule as it will be read from the file's new text; the office's own file is not touched yet."""
    with tempfile.TemporaryDirectory(prefix="pilah-rules-") as folder:
        path = Path(folder) / "rules.csv"
        path.write_bytes(text.encode())
        try:
            rules = read_rules(path, units)
        except RulesFileInvalid as problem:
            raise RulesFileInvalid(str(problem).removeprefix(f"{path}: ")) from None
    return next(rule for rule in rules if rule.id == rule_id)
