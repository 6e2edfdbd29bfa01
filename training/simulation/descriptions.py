"""Try changed names and descriptions of units and categories on past complaints, before they are saved.

A ranking learns the older rows with the changed names, as the next training will. The ranking with the present names differs
by a sparse difference: the weight of a name times the difference of the names' features. Both rank the newer rows, which
neither has learned: docs/decisions/0048.
"""

from __future__ import annotations

from collections import Counter
from copy import copy
from dataclasses import dataclass, field
from datetime import timedelta
from textwrap import shorten
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, diags

from model.language.vocabulary import Document
from model.ranking.topics import day_of, description_of, family_of_topic, in_force, topic_of
from training.fitting.fit import categories_known, fit_ranking, units_known
from training.fitting.ranker import newest_day
from training.fitting.recipe import Recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.register import Register
    from model.office.units import Units
    from model.ranking.linear import LinearRanker
    from model.ranking.ranker import Ranking
    from model.ranking.types import Ranked

# Few enough rows that a trial takes seconds in an office of any size.
MOST_LEARNED = 3_000
MOST_TRIED = 1_000
FEWEST_ROWS = 10
_YEAR = timedelta(days=365)
_SHARE_TRIED = 1 / 3
_EXCERPT = 120


@dataclass(frozen=True, slots=True)
class OfficeLists:
    """The office's units and categories, as they are or as they shall be."""

    units: Units
    categories: Categories

    def known(self, rows: Sequence[LabelledComplaint]) -> OfficeLists:
        """With the units and categories that only the rows name."""
        return OfficeLists(units_known(rows, self.units), categories_known(rows, self.categories))


@dataclass(frozen=True, slots=True)
class ChangedFirst:
    """A row whose first suggestion changes; id and text of a confidential row are blank."""

    reference_id: str
    excerpt: str
    decided: str
    before: str
    after: str
    right_before: bool
    right_after: bool


@dataclass
class DescriptionTrial:
    """The first suggestions of `rows` rows before and after the change; `gained` and `lost` count them by id."""

    rows: int
    learned: int
    right_before: int = 0
    right_after: int = 0
    became_right: int = 0
    became_wrong: int = 0
    gained: dict[str, int] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    changes: list[ChangedFirst] = field(default_factory=list)

    def by_entry(self) -> list[tuple[str, int, int]]:
        """Id, rows gained and rows lost of each unit or category that changes, most changes first."""
        entries = [(one, self.gained.get(one, 0), self.lost.get(one, 0)) for one in self.names]
        return sorted(entries, key=lambda entry: (-entry[1] - entry[2], self.names[entry[0]]))


def try_units(rows: Sequence[LabelledComplaint], before: OfficeLists, after: OfficeLists) -> DescriptionTrial:
    """Try the units of `after` on the newest rows with a unit that kept them."""
    labelled = [row for row in rows if row.unit and not row.returned]
    first = _First(
        lambda lists: lists.units,
        lambda ranked: ranked.units[0].unit_id if ranked.units else "",
        lambda row: row.unit,
    )
    return _try(labelled, before, after, first)


def try_categories(rows: Sequence[LabelledComplaint], before: OfficeLists, after: OfficeLists) -> DescriptionTrial:
    """Try the categories of `after` on the newest rows with a category."""
    first = _First(
        lambda lists: lists.categories,
        lambda ranked: ranked.categories[0][0] if ranked.categories else "",
        lambda row: row.category,
    )
    return _try([row for row in rows if row.category], before, after, first)


def rank_before_and_after(
    learned: Sequence[LabelledComplaint],
    tried: Sequence[LabelledComplaint],
    before: OfficeLists,
    after: OfficeLists,
) -> tuple[list[Ranked], list[Ranked]]:
    """The rows of `tried` ranked with the names of `before` and of `after`; both lists know the learned rows' names."""
    ranking, _ = fit_ranking(learned, after.units, Recipe(), after.categories)
    complaints = [row.complaint for row in tried]
    by_after = ranking.rank_many(
        complaints, units=1, categories=1, office=after.units, office_categories=after.categories
    )
    by_before = _with_names_of(before, ranking, after, learned).rank_many(
        complaints, units=1, categories=1, office=after.units, office_categories=after.categories
    )
    return by_before, by_after


@dataclass(frozen=True)
class _First:
    """Whether units or categories are tried: their list, the first suggestion, and a row's recorded name."""

    entries: Callable[[OfficeLists], Register[Any]]
    suggested: Callable[[Ranked], str]
    recorded: Callable[[LabelledComplaint], str]


def _try(rows: Sequence[LabelledComplaint], before: OfficeLists, after: OfficeLists, first: _First) -> DescriptionTrial:
    tried = _last_year(rows)
    if len(rows) < FEWEST_ROWS:
        return DescriptionTrial(0, 0)
    learned = rows[: len(rows) - len(tried)][-MOST_LEARNED:]
    before, after = before.known(learned), after.known(learned)
    by_before, by_after = rank_before_and_after(learned, tried, before, after)
    old, new = first.entries(before), first.entries(after)
    trial = DescriptionTrial(len(tried), len(learned))
    for row, ranked_before, ranked_after in zip(tried, by_before, by_after, strict=True):
        _count(
            trial,
            row,
            first.recorded(row),
            (first.suggested(ranked_before), old),
            (first.suggested(ranked_after), new),
        )
    return trial


def _last_year(rows: Sequence[LabelledComplaint]) -> Sequence[LabelledComplaint]:
    """The rows of the newest year, at most a third of all, which leaves older rows to learn from."""
    most = min(MOST_TRIED, round(len(rows) * _SHARE_TRIED))
    newest = rows[len(rows) - most :]
    dated = newest[-1].complaint.received_at if newest else None
    return [row for row in newest if row.received_at >= dated - _YEAR] if dated else newest


def _count(
    trial: DescriptionTrial,
    row: LabelledComplaint,
    recorded: str,
    before: tuple[str, Register[Any]],
    after: tuple[str, Register[Any]],
) -> None:
    (id_before, old), (id_after, new) = before, after
    right_before, right_after = _is_right(id_before, recorded, row, old), _is_right(id_after, recorded, row, new)
    trial.right_before += right_before
    trial.right_after += right_after
    if id_before == id_after:
        return
    trial.became_right += right_after and not right_before
    trial.became_wrong += right_before and not right_after
    for entry_id, register, counter in ((id_before, old, trial.lost), (id_after, new, trial.gained)):
        if entry_id:
            counter[entry_id] = counter.get(entry_id, 0) + 1
            trial.names[entry_id] = _name(entry_id, register)
    secret = row.complaint.confidential
    trial.changes.append(
        ChangedFirst(
            "" if secret else row.complaint.reference_id,
            "" if secret else shorten(row.complaint.text, _EXCERPT, placeholder="…"),
            recorded,
            _name(id_before, old),
            _name(id_after, new),
            right_before,
            right_after,
        )
    )


def _is_right(entry_id: str, recorded: str, row: LabelledComplaint, register: Register[Any]) -> bool:
    decided = register.find(recorded)
    return decided is not None and in_force(decided.id, register, day_of(row.complaint, None)) == entry_id


def _name(entry_id: str, register: Register[Any]) -> str:
    return register[entry_id].name if entry_id in register else entry_id


def _with_names_of(
    before: OfficeLists, ranking: Ranking, after: OfficeLists, learned: Sequence[LabelledComplaint]
) -> Ranking:
    """The ranking with the names of `before`: the words that only those names have are unknown to it."""
    newest = newest_day(learned)
    topics = Counter(
        topic_of(in_force(unit.id, after.units, newest), after.units)
        for row in learned
        if row.unit and not row.returned and (unit := after.units.find(row.unit))
    )
    categories = Counter(
        in_force(category.id, after.categories, newest)
        for row in learned
        if row.category and (category := after.categories.find(row.category))
    )

    def described(lists: OfficeLists, topic: str) -> str:
        known = family_of_topic(topic) is not None or topic in lists.units
        return description_of(topic, lists.units) if known else ""

    def changed(ranker: LinearRanker, n_rows: Counter[str], texts: Callable[[OfficeLists, str], str]) -> LinearRanker:
        olds, news = ([texts(lists, label) for label in ranker.labels] for lists in (before, after))
        difference = _features(ranking, olds) - _features(ranking, news)
        weights = diags([ranker.name_weight.of(n_rows[label]) for label in ranker.labels])
        return ranker.changed((weights @ difference).T.tocsr().astype(np.float32), np.array([not old for old in olds]))

    renamed = copy(ranking)
    if ranking.topics.labels:
        renamed.topics = changed(ranking.topics, topics, described)
    if ranking.categories is not None:
        renamed.categories = changed(
            ranking.categories,
            categories,
            lambda lists, label: lists.categories.description_of(label) if label in lists.categories else "",
        )
    return renamed


def _features(ranking: Ranking, texts: Sequence[str]) -> csr_matrix:
    return ranking.features.transform([Document(text) for text in texts])
