"""Rank units and categories for a text, best first, before calibration; training/fitting/ranker.py fits the ranking."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from model.language.vocabulary import Document
from model.office.addressees import Addressees, Direction
from model.office.place_names import place_key
from model.office.units import Units
from model.ranking.given import GivenEvidence
from model.ranking.label_descriptions import LabelDescriptions
from model.ranking.places import NamedMembers, PlaceEvidence, PlaceResolver
from model.ranking.returned_texts import ReturnedTexts, pushed_back
from model.ranking.topics import day_of, description_of, family_of_topic, topic_of
from model.ranking.types import Ranked, RankedUnit
from model.suggestion import ResolvedBy

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.complaint import Complaint
    from model.language.features import ComplaintFeatures
    from model.office.categories import Categories
    from model.ranking.linear import LinearRanker, MutualEvidence
    from model.ranking.side_outputs import SideOutput
    from model.suggestion import Given

# A family below this probability can't have a member in the first five, and is not resolved.
_LEAST_FAMILY_PROBABILITY = 0.005
_CHUNK = 512


class Ranking:
    """Rankers of topics and categories, joined, and the places of families."""

    # Set by `for_office` from the office's present units.csv and categories.csv, and never stored.
    _new_units: LabelDescriptions | None = None
    _new_categories: LabelDescriptions | None = None

    def __init__(
        self,
        features: ComplaintFeatures,
        topics: LinearRanker,
        categories: LinearRanker | None,
        mutual: MutualEvidence | None,
        places: PlaceResolver,
        units: Units,
        known_categories: Categories,
        categories_with_rows: frozenset[str],
        types: SideOutput | None,
        outcomes: SideOutput | None,
        returned_texts: ReturnedTexts,
    ) -> None:
        self.features = features
        self.topics = topics
        self.categories = categories
        self._mutual = mutual
        self.places = places
        self._units = units
        self.known_categories = known_categories
        self._categories_with_rows = categories_with_rows
        self._types = types
        self._outcomes = outcomes
        self._returned_texts = returned_texts
        self._addressees = Addressees(units)
        self._topic_numbers = {topic: i for i, topic in enumerate(topics.labels)}

    def for_office(self, office: Units, categories: Categories) -> Ranking:
        """This ranking with units and categories that joined the office after the training, ranked by description.

        A new member of a learned family waits until the next training learns the place.
        """
        ranking = copy(self)
        ranking._new_units = self._described_units(office)  # noqa: SLF001 - another of its own class
        ranking._new_categories = self._described_categories(categories)  # noqa: SLF001
        return ranking

    @property
    def has_category_rows(self) -> bool:
        """Whether any row has a category."""
        return bool(self._categories_with_rows)

    def has_rows(self, category_id: str, office: Categories) -> bool:
        """Whether a row has the category, or a category that it replaces."""
        own = self._categories_with_rows
        return category_id in own or any(before in own for before in office.predecessors_of(category_id))

    def _described_units(self, office: Units) -> LabelDescriptions | None:
        new = [
            unit
            for unit in office
            if unit.id not in self._units
            and self._units.find(unit.name) is None
            and topic_of(unit.id, office) not in self._topic_numbers
        ]
        if not new:
            return None
        described = [Document(description_of(unit.id, Units([replace(unit, family="")]))) for unit in new]
        return LabelDescriptions([unit.id for unit in new], self.features.transform(described), self.topics)

    def _described_categories(self, office: Categories) -> LabelDescriptions | None:
        new = [
            category_id
            for category_id in office.suggestible()
            if category_id not in self.known_categories
            and self.known_categories.find(office.shown_name(category_id)) is None
        ]
        if not new or self.categories is None:
            return None
        described = [Document(office.description_of(category_id)) for category_id in new]
        return LabelDescriptions(new, self.features.transform(described), self.categories)

    def rank_many(
        self,
        complaints: Sequence[Complaint],
        *,
        units: int = 5,
        categories: int = 3,
        office: Units | None = None,
        office_categories: Categories | None = None,
        today: date | None = None,
        side_outputs: bool = False,
        places_of: Sequence[Complaint] | None = None,
    ) -> list[Ranked]:
        """The first `units` units and `categories` categories of each complaint, best first.

        Both must be in force: on `today`, or on the day of the complaint.

        Args:
            complaints: masked complaints.
            units: how many units to rank.
            categories: how many categories to rank.
            office: the office's present units; by default the learned units.
            office_categories: the office's present categories; by default the learned categories.
            today: the day on which units and categories must be in force.
            side_outputs: whether types and outcomes are ranked too.
            places_of: the whole complaints, where parts of them are ranked by the whole's place.
        """
        placed = complaints if places_of is None else places_of
        ranked: list[Ranked] = []
        known = _Known(
            self._units if office is None else office,
            self.known_categories if office_categories is None else office_categories,
        )
        for start in range(0, len(complaints), _CHUNK):
            chunk, chunk_placed = complaints[start : start + _CHUNK], placed[start : start + _CHUNK]
            ranked.extend(
                self._rank_chunk(chunk, chunk_placed, units, categories, known, today, side_outputs=side_outputs)
            )
        return ranked

    def rank_given(
        self,
        complaint: Complaint,
        given: Sequence[Given],
        *,
        units: int,
        categories: int,
        office: Units,
        office_categories: Categories,
        today: date | None = None,
    ) -> list[Ranked]:
        """The ranking of a masked complaint for each of some unit or category that is known; the text is read once.

        A known unit ranks the categories anew, and a known category the units.
        """
        matrix, known_shares = self.features.rows_and_known_shares([document(complaint, self._addressees)])
        alone, joined = self._apart_probabilities(matrix), self._probabilities(matrix)
        labels = () if self.categories is None else self.categories.labels
        numbers = {label: number for number, label in enumerate(labels)}
        evidence = GivenEvidence(self._mutual, self._units, self._topic_numbers, numbers)
        day = day_of(complaint, today)
        wanted = units + office.count_closed(day)
        returned_by = self._returned_texts.units_that_returned(complaint.text)
        ranked = []
        for each in given:
            by_topic, by_category = (side[0] for side in (alone if each.unit_id or each.category_id else joined))
            by_topic = evidence.by_topic(by_topic, each.category_id, office_categories)
            by_category = evidence.by_category(by_category, each.unit_id, office)
            topics, best = _best_first(by_topic[None])[0], _best_first(by_category[None])[0]
            in_force = self._units_in_force(complaint, by_topic, topics, wanted, office, day)
            ranked.append(
                Ranked(
                    pushed_back(in_force, returned_by)[:units],
                    # The rules ask for the first category.
                    ((each.category_id, 1.0),)
                    if each.category_id
                    else self._categories_in_force(by_category, best, categories, office_categories, day),
                    known_shares[0],
                    self._types.rank_many(matrix)[0] if self._types else (),
                    self._outcomes.rank_many(matrix)[0] if self._outcomes else (),
                    returned_by,
                )
            )
        return ranked

    def likeliest_topics(self, complaints: Sequence[Complaint]) -> list[tuple[str, float]]:
        """The likeliest topic of each complaint and its probability, without categories and places: half the work."""
        if not complaints:
            return []
        by_topic = self._by_topic(self.features.transform([document(each, self._addressees) for each in complaints]))
        best = by_topic.argmax(axis=1)
        return [(self._label(topic), float(by_topic[i, topic])) for i, topic in enumerate(best.tolist())]

    def _rank_chunk(
        self,
        complaints: Sequence[Complaint],
        placed: Sequence[Complaint],
        n_units: int,
        n_categories: int,
        known: _Known,
        today: date | None,
        *,
        side_outputs: bool,
    ) -> list[Ranked]:
        documents = [document(complaint, self._addressees) for complaint in complaints]
        matrix, known_shares = self.features.rows_and_known_shares(documents)
        by_topic, by_category = self._probabilities(matrix)
        topics, categories = _best_first(by_topic), _best_first(by_category)
        none: list[tuple[tuple[str, float], ...]] = [()] * len(complaints)
        types = self._types.rank_many(matrix) if side_outputs and self._types else none
        outcomes = self._outcomes.rank_many(matrix) if side_outputs and self._outcomes else none
        days = [day_of(complaint, today) for complaint in complaints]
        retired = {day: known.units.count_closed(day) for day in set(days)}
        returned_by = [self._returned_texts.units_that_returned(complaint.text) for complaint in complaints]
        return [
            Ranked(
                pushed_back(
                    self._units_in_force(placed[i], by_topic[i], topics[i], n_units + retired[day], known.units, day),
                    returned_by[i],
                )[:n_units],
                self._categories_in_force(by_category[i], categories[i], n_categories, known.categories, day),
                known_shares[i],
                types[i],
                outcomes[i],
                returned_by[i],
            )
            for i, (complaint, day) in enumerate(zip(complaints, days, strict=True))
        ]

    def _probabilities(self, matrix: csr_matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Joint probabilities of topics, new units last, and categories: shapes (n, n_topics), (n, n_categories)."""
        by_topic, by_category = self._apart_probabilities(matrix)
        if self._mutual is None or self.categories is None:
            # The office has no categories, or categories alone.
            return by_topic, by_category
        if self._new_units is None and self._new_categories is None:
            return self._mutual.join(by_topic, by_category)
        # No row joins a new unit or category with any other label: it keeps its probability.
        topics, new_topics, topic_share = _apart(by_topic, len(self.topics.labels))
        categories, new_categories, category_share = _apart(by_category, len(self.categories.labels))
        topics, categories = self._mutual.join(topics, categories)
        return (
            np.hstack((topics * topic_share, new_topics)),
            np.hstack((categories * category_share, new_categories)),
        )

    def _apart_probabilities(self, matrix: csr_matrix) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Probabilities of topics and of categories, each without the other's evidence."""
        by_topic = self._by_topic(matrix)
        if self.categories is None:
            return by_topic, np.zeros((matrix.shape[0], 0))
        return by_topic, (self._new_categories or self.categories).probabilities(matrix)

    def _by_topic(self, matrix: csr_matrix) -> NDArray[np.float64]:
        """Probabilities of topics, new units last, without the categories' evidence."""
        if self._new_units is None:
            return self.topics.probabilities(matrix)
        return self._new_units.probabilities(matrix)

    def _units_in_force(
        self,
        complaint: Complaint,
        by_topic: NDArray[np.float64],
        best: NDArray[np.intp],
        wanted: int,
        office: Units,
        day: date,
    ) -> tuple[RankedUnit, ...]:
        return self._with_successors(self._best_units(complaint, by_topic, best, wanted), by_topic, office, day)

    def weights_of(self, columns: NDArray[np.integer[Any]], topic: int) -> NDArray[np.float32]:
        """The weights of features for a topic."""
        if topic < len(self.topics.labels) or self._new_units is None:
            return self.topics.weights_of(columns, topic)
        return self._new_units.weights_of(columns, topic - len(self.topics.labels))

    def _label(self, topic: int) -> str:
        if topic < len(self.topics.labels) or self._new_units is None:
            return self.topics.labels[topic]
        return self._new_units.labels[topic - len(self.topics.labels)]

    def _best_units(
        self, complaint: Complaint, by_topic: NDArray[np.float64], best: NDArray[np.intp], wanted: int
    ) -> list[RankedUnit]:
        """`best` are the topics, likeliest first."""
        ranked: list[RankedUnit] = []
        evidence = PlaceEvidence.of(complaint)
        named = self.places.named_in(evidence.words)
        if not named and complaint.letter:
            evidence = PlaceEvidence.of_sender(complaint)
            named = self.places.named_in(evidence.words)
        for topic, probability in zip(best.tolist(), by_topic[best].tolist(), strict=True):
            if len(ranked) >= wanted and probability < _LEAST_FAMILY_PROBABILITY:
                break
            ranked.extend(self._members(evidence, named, topic, probability, wanted))
        ranked.sort(key=lambda unit: -unit.probability)
        return ranked

    def _members(
        self, evidence: PlaceEvidence, named: NamedMembers, topic: int, probability: float, wanted: int
    ) -> list[RankedUnit]:
        label = self._label(topic)
        family = family_of_topic(label)
        if family is None:
            return [RankedUnit(label, probability, ResolvedBy.NONE, topic)]
        return [
            RankedUnit(member.unit_id, probability * member.probability, member.resolved_by, topic)
            for member in self.places.resolve(family, evidence, wanted, named)
        ]

    def _with_successors(
        self, ranked: Sequence[RankedUnit], by_topic: NDArray[np.float64], office: Units, day: date
    ) -> tuple[RankedUnit, ...]:
        """Replace units out of force on the day by the successors.

        Several successors share the probability in proportion to their topics.
        """
        if not office.has_dates:
            return tuple(ranked)
        merged: dict[str, RankedUnit] = {}
        for unit in ranked:
            standing = office.in_charge_of(unit.unit_id, day) if unit.unit_id in office else [unit.unit_id]
            shares = self._shares(standing, by_topic)
            for unit_id, share in zip(standing, shares, strict=True):
                known = merged.get(unit_id)
                probability = unit.probability * share + (known.probability if known else 0.0)
                replaces = "" if unit_id == unit.unit_id else unit.unit_id
                stronger = known if known and known.probability >= unit.probability * share else None
                merged[unit_id] = (stronger or unit)._replace(
                    unit_id=unit_id,
                    probability=probability,
                    replaces=stronger.replaces if stronger else replaces,
                )
        return tuple(sorted(merged.values(), key=lambda unit: -unit.probability))

    def _shares(self, unit_ids: Sequence[str], by_topic: NDArray[np.float64]) -> list[float]:
        if len(unit_ids) < 2:  # noqa: PLR2004 - a single successor takes it all
            return [1.0] * len(unit_ids)
        own = [self._own_probability(unit_id, by_topic) for unit_id in unit_ids]
        total = sum(own) or 1.0
        return [share / total if sum(own) else 1 / len(own) for share in own]

    def _own_probability(self, unit_id: str, by_topic: NDArray[np.float64]) -> float:
        if self._new_units is not None and unit_id in self._new_units.labels:
            return float(by_topic[len(self.topics.labels) + self._new_units.labels.index(unit_id)])
        topic = topic_of(unit_id, self._units) if unit_id in self._units else ""
        return float(by_topic[self._topic_numbers[topic]]) if topic in self._topic_numbers else 0.0

    def _categories_in_force(
        self,
        by_category: NDArray[np.float64],
        best: NDArray[np.intp],
        wanted: int,
        office: Categories,
        day: date,
    ) -> tuple[tuple[str, float], ...]:
        """The first categories with their probabilities; a closed category counts for its successors.

        Several successors share the probability in proportion to their own.
        """
        if self.categories is None or not wanted:
            return ()
        labels = self.categories.labels
        if self._new_categories is not None:
            labels = (*labels, *self._new_categories.labels)
        if not office.has_dates:
            first = best[:wanted]
            return tuple(
                (labels[i], share) for i, share in zip(first.tolist(), by_category[first].tolist(), strict=True)
            )
        own = dict(zip(labels, by_category.tolist(), strict=True))
        merged: dict[str, float] = {}
        for label, probability in own.items():
            standing = office.in_charge_of(label, day) if label in office else [label]
            total = sum(own.get(successor, 0.0) for successor in standing)
            for successor in standing:
                share = own.get(successor, 0.0) / total if total else 1 / len(standing)
                merged[successor] = merged.get(successor, 0.0) + probability * share
        ranked = sorted(merged.items(), key=lambda category: -category[1])
        return tuple(ranked[:wanted])


@dataclass(frozen=True, slots=True)
class _Known:
    """The units and categories of the office at the time of the ranking."""

    units: Units
    categories: Categories


def _apart(
    probabilities: NDArray[np.float64], n_learned: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """The probabilities among learned labels, of new labels, and the share of the learned ones."""
    share = probabilities[:, :n_learned].sum(axis=1, keepdims=True)
    return probabilities[:, :n_learned] / share, probabilities[:, n_learned:], share


def document(complaint: Complaint, addressees: Addressees) -> Document:
    """A complaint's words and fields, for the features.

    The unit and the category that the reporter asked for are clues, with learned weights. The trace of a past routing is
    blanked: a new complaint has no such trace.
    """
    location = complaint.location
    clues = {
        "village": location.village,
        "district": location.district,
        "regency": location.regency,
        "province": location.province,
        "requested_unit": complaint.requested_unit,
        "reporter_category": complaint.reporter_category,
    }
    text = addressees.without(complaint.whole_text, Direction.ROUTED)
    return Document(text, tuple(f"{field}={place_key(value)}" for field, value in clues.items() if value))


def _best_first(distributions: NDArray[np.float64]) -> NDArray[np.intp]:
    """The labels of each row, likeliest first, equal labels by name."""
    return np.argsort(-distributions, axis=1, kind="stable")
