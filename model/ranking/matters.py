"""Rank units and categories for each matter of a complaint: a demand of a letter, or a part of another text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from model.language.matters import Stretch, demands_of, parts_of
from model.ranking.topics import family_of_topic

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from model.complaint import Complaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.ranker import Ranking
    from model.ranking.types import Ranked

_UNITS, _CATEGORIES = 3, 2
# Confident parts have over .92 by topic alone, on Surabaya's and LaporGub's newest 2,000 rows.
_LEAST_PROBABILITY_OF_OTHER = 0.5


class _Found(NamedTuple):
    """A matter of the complaint with number `complaint`, at text[start:end], as a complaint of its own."""

    complaint: int
    stretch: Stretch
    part: Complaint
    demanded: bool


@dataclass(frozen=True, slots=True)
class RankedMatter:
    """A matter of the complaint with number `complaint`, at text[start:end].

    `alone` is the ranking of the matter's own words. `in_letter` weighs the whole letter as much: "please examine them"
    says little without the letter.
    """

    complaint: int
    stretch: Stretch
    part: Complaint
    demanded: bool
    alone: Ranked
    in_letter: Ranked


def rank_matters(
    ranking: Ranking,
    complaints: Sequence[Complaint],
    ranked: Sequence[Ranked],
    first_units: Sequence[str],
    *,
    office: Units,
    office_categories: Categories,
    today: date | None,
) -> list[RankedMatter]:
    """Rank the demands of letters with several, and the parts of other texts that may be for another unit.

    `first_units` are the ids of the confidently suggested units, blank for a text whose parts are not looked at.
    """
    found = [*_demands(complaints), *_parts_on_other_topics(ranking, complaints, first_units)]
    found.sort(key=lambda matter: (matter.complaint, matter.stretch))
    parts = [matter.part for matter in found]
    rankings = ranking.rank_many(
        parts,
        units=_UNITS,
        categories=_CATEGORIES,
        office=office,
        office_categories=office_categories,
        today=today,
        # A demand is for a unit at the letter's place; another part may name a place of its own.
        places_of=[complaints[matter.complaint] if matter.demanded else matter.part for matter in found],
    )
    return [
        RankedMatter(*matter, alone, _blended(alone, ranked[matter.complaint]))
        for matter, alone in zip(found, rankings, strict=True)
    ]


def _demands(complaints: Sequence[Complaint]) -> Iterator[_Found]:
    for i, complaint in enumerate(complaints):
        for demand in demands_of(complaint.letter):
            yield _Found(i, demand, _part(complaint, demand), demanded=True)


def _parts_on_other_topics(
    ranking: Ranking, complaints: Sequence[Complaint], first_units: Sequence[str]
) -> Iterator[_Found]:
    """Nearly all parts end here, by their topic alone."""
    parts = [
        _Found(i, part, _part(complaint, part), demanded=False)
        for i, complaint in enumerate(complaints)
        if first_units[i] and not demands_of(complaint.letter)
        for part in parts_of(complaint.matter)
    ]
    topics = ranking.likeliest_topics([found.part for found in parts])
    for found, (topic, probability) in zip(parts, topics, strict=True):
        # A part on the same family may name another place.
        other = family_of_topic(topic) is not None or topic != first_units[found.complaint]
        if other and probability >= _LEAST_PROBABILITY_OF_OTHER:
            yield found


def _part(complaint: Complaint, stretch: Stretch) -> Complaint:
    return replace(complaint, title="", text=complaint.text[stretch.start : stretch.end])


def _blended(alone: Ranked, whole: Ranked) -> Ranked:
    """The mean of both rankings."""
    names = {unit.unit_id: unit for unit in (*whole.units, *alone.units)}
    units = _mean(
        {unit.unit_id: unit.probability for unit in alone.units},
        {unit.unit_id: unit.probability for unit in whole.units},
    )
    return replace(
        whole,
        units=tuple(names[unit_id]._replace(probability=share) for unit_id, share in units),
        categories=tuple(_mean(dict(alone.categories), dict(whole.categories))),
    )


def _mean(one: Mapping[str, float], other: Mapping[str, float]) -> list[tuple[str, float]]:
    means = {name: (one.get(name, 0.0) + other.get(name, 0.0)) / 2 for name in {**one, **other}}
    return sorted(means.items(), key=lambda entry: -entry[1])
