"""Tell categories of one name apart by the id that an export writes beside the name, such as LAPOR!'s ID Kategori."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from model.office.categories import name_with_id

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories

# More ids for each name say that the column numbers something else, such as the complaints.
_MOST_IDS_A_NAME = 2


class CategoryIds:
    """The ids beside the categories of rows, noted in the order of the rows."""

    def __init__(self, listed: Categories) -> None:
        """`listed` are the office's own categories."""
        self._listed = listed
        self._ids: list[str] = []
        self._ids_of: dict[str, set[str]] = defaultdict(set)

    def add(self, row: LabelledComplaint, written: str, category_id: str) -> None:
        """Note the next row; the id belongs to the `written` category, and says nothing about a corrected one."""
        own_id = category_id if row.category and row.category == written else ""
        self._ids.append(own_id)
        if own_id:
            self._ids_of[row.category].add(own_id)

    def with_names_apart(self, rows: Sequence[LabelledComplaint]) -> list[LabelledComplaint]:
        """The rows, each category under a name of its own: "Lainnya (928)" and "Lainnya (930)"."""
        distinct = set().union(*self._ids_of.values())
        if len(distinct) > _MOST_IDS_A_NAME * len(self._ids_of):
            return list(rows)
        are_the_lists = self._are_the_lists()
        names = {
            (name, category_id): self._name(name, category_id, are_the_lists=are_the_lists)
            for name, ids in self._ids_of.items()
            for category_id in ids
        }
        return [
            replace(row, category=names[row.category, own_id]) if own_id else row
            for row, own_id in zip(rows, self._ids, strict=True)
        ]

    def _are_the_lists(self) -> bool:
        """Whether the ids are those of the office's list: more names agree than disagree."""
        agreeing = [
            named.id == category_id
            for name, ids in self._ids_of.items()
            if (named := self._listed.find(name)) is not None
            for category_id in ids
            if category_id in self._listed
        ]
        return sum(agreeing) * 2 > len(agreeing)

    def _name(self, name: str, category_id: str, *, are_the_lists: bool) -> str:
        listed = self._listed.find_row(name, category_id)
        if listed is None and are_the_lists and category_id in self._listed:
            # The name of before a renaming.
            listed = self._listed[category_id]
        if listed is not None:
            return name if self._listed.named(name) == [listed] else self._listed.shown_name(listed.id)
        return name_with_id(name, category_id) if len(self._ids_of[name]) > 1 else name
