"""A register: the units or the categories of an office, found by id or name, with the days on which each is in force."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import date

    from data.office_csv import OfficeCsv, Row


class Entry(Protocol):
    """A unit or a category. An entry that ends keeps its row, with the last day and the successors."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...
    @property
    def replaced_by(self) -> tuple[str, ...]: ...


Kind = TypeVar("Kind", bound=Entry)


class Register(Generic[Kind]):
    """The entries of one kind, found by id or by name."""

    def __init__(self, entries: Iterable[Kind]) -> None:
        self._by_id: dict[str, Kind] = {}
        self._by_name: dict[str, str] = {}
        for entry in entries:
            self._by_id[entry.id] = entry
            for name in (entry.id, entry.name):
                self._by_name.setdefault(comparable(name), entry.id)
        self.has_dates = any(entry.valid_from or entry.valid_to for entry in self._by_id.values())
        self._predecessors: dict[str, list[str]] = {}
        for entry in self._by_id.values():
            for successor in entry.replaced_by:
                self._predecessors.setdefault(successor, []).append(entry.id)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, entry_id: str) -> bool:
        return entry_id in self._by_id

    def __getitem__(self, entry_id: str) -> Kind:
        return self._by_id[entry_id]

    def find(self, name: str) -> Kind | None:
        """The entry with this id or name; spaces, dots and capitals don't matter."""
        entry_id = self._by_name.get(comparable(name))
        return self._by_id[entry_id] if entry_id is not None else None

    def in_charge_of(self, entry_id: str, day: date) -> list[str]:
        """The entries in charge of an entry's matters on a day: the entry itself, successors, or predecessors.

        Empty for a closed entry without a successor.
        """
        in_charge: list[str] = []
        waiting, seen = [entry_id], {entry_id}
        while waiting:
            entry = self._by_id[waiting.pop(0)]
            if valid_on(entry, day):
                in_charge.append(entry.id)
                continue
            ended = entry.valid_to is not None and entry.valid_to < day
            related = entry.replaced_by if ended else self._predecessors.get(entry.id, ())
            waiting.extend(other for other in related if other not in seen)
            seen.update(related)
        return in_charge

    def predecessors_of(self, entry_id: str) -> list[str]:
        """The entries that name this entry as successor, theirs, and so on."""
        found: dict[str, None] = {}
        waiting = list(self._predecessors.get(entry_id, ()))
        while waiting:
            before = waiting.pop()
            if before not in found:
                found[before] = None
                waiting.extend(self._predecessors.get(before, ()))
        return list(found)

    def count_closed(self, day: date) -> int:
        """The number of entries without one in charge on a day; a ranking never shows closed entries."""
        if not self.has_dates:
            return 0
        return sum(not self.in_charge_of(entry.id, day) for entry in self if not valid_on(entry, day))


def valid_on(entry: Entry, day: date) -> bool:
    """Whether an entry exists on a day; both ends are inclusive."""
    return (entry.valid_from is None or entry.valid_from <= day) and (entry.valid_to is None or day <= entry.valid_to)


def parse_entries(file: OfficeCsv, parse_row: Callable[[Row], Kind]) -> list[Kind]:
    """The entries of an opened office file.

    Raises:
        OfficeFileInvalid: of the file's class: a row lacks id or name, an id occurs twice, or `replaced_by` names no entry.
    """
    entries: dict[str, Kind] = {}

    def add(row: Row) -> None:
        if not row["id"] or not row["name"]:
            raise row.invalid("office.id-or-name-blank")
        entry = parse_row(row)
        if entry.id in entries:
            raise row.invalid("office.id-twice", id=entry.id)
        entries[entry.id] = entry

    def check_successors(row: Row) -> None:
        for successor in row.parts("replaced_by"):
            if successor not in entries:
                raise row.invalid("office.successor-unknown", "replaced_by", id=row["id"], successor=successor)

    file.parse(add)
    file.parse(check_successors)
    return list(entries.values())


def slug(name: str) -> str:
    """A name as an id: a-z, 0-9 and single hyphens.

    >>> slug("Kelurahan Wonorejo - Rungkut")
    'kelurahan-wonorejo-rungkut'
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80]


def comparable(name: str) -> str:
    """A name in the form in which two spellings are equal."""
    return slug(name).replace("-", " ")


def free_id(wanted: str, taken: set[str]) -> str:
    """The wanted id, with a number where it is taken."""
    entry_id, number = wanted, 2
    while entry_id in taken:
        entry_id, number = f"{wanted}-{number}", number + 1
    return entry_id
