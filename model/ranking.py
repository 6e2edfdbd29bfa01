"""Units and categories for a text, best first: everything that is learned from labels, before calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.classifier import LinearRanker, MutualEvidence
from model.features import ComplaintFeatures, Document
from model.places import PlaceEvidence, PlaceResolver, place_key
from model.suggestion import ResolvedBy, WordWeight
from model.text import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from model.complaint import Complaint
    from model.history import LabelledComplaint
    from model.units import Units

# A family below this share can't lift a member into the first five; its members are then not looked at.
_FAMILY_WORTH_RESOLVING = 0.005
_CHUNK = 512
_WORDS_SHOWN = 8
_WEIGHT_WORTH_SHOWING = 0.05


@dataclass(frozen=True, slots=True)
class RankedUnit:
    """A unit, its raw probability, and what told it from its family."""

    unit_id: str
    probability: float
    resolved_by: ResolvedBy
    topic: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ranking of one complaint; `known` is whether the text shares any feature with what was learned."""

    units: tuple[RankedUnit, ...]
    categories: tuple[tuple[str, float], ...]
    known_share: float


class Ranking:
    """Features, the two linear rankers, what they say to each other, and the places of families."""

    def __init__(
        self,
        features: ComplaintFeatures,
        topics: LinearRanker,
        categories: LinearRanker | None,
        mutual: MutualEvidence | None,
        places: PlaceResolver,
    ) -> None:
        self.features = features
        self.topics = topics
        self.categories = categories
        self._mutual = mutual
        self.places = places

    @classmethod
    def fit(cls, rows: Sequence[LabelledComplaint], units: Units, features: ComplaintFeatures | None = None) -> Ranking:
        """Learn from the rows that have a unit in `units`, or a category; returned rows teach no unit."""
        features = features or ComplaintFeatures()
        matrix = features.fit_transform([document(row.complaint) for row in rows])
        in_charge = [_unit_id(row, units) for row in rows]
        topics = [topic_of(unit_id, units) for unit_id in in_charge]
        with_unit = [i for i, topic in enumerate(topics) if topic]
        with_category = [i for i, row in enumerate(rows) if row.category]
        unit_ranker = LinearRanker.fit(matrix[with_unit], [topics[i] for i in with_unit])
        category_ranker = mutual = None
        if with_category:
            category_ranker = LinearRanker.fit(matrix[with_category], [rows[i].category for i in with_category])
            pairs = [(topics[i], rows[i].category) for i in with_category if topics[i]]
            mutual = MutualEvidence(unit_ranker.labels, category_ranker.labels, pairs)
        places = PlaceResolver(units, [(in_charge[i], rows[i].complaint) for i in with_unit])
        return cls(features, unit_ranker, category_ranker, mutual, places)

    def rank_many(self, complaints: Sequence[Complaint], *, units: int = 5, categories: int = 3) -> list[Ranked]:
        """The first `units` units and `categories` categories of each complaint, best first."""
        ranked: list[Ranked] = []
        for start in range(0, len(complaints), _CHUNK):
            ranked.extend(self._rank_chunk(complaints[start : start + _CHUNK], units, categories))
        return ranked

    def _rank_chunk(self, complaints: Sequence[Complaint], n_units: int, n_categories: int) -> list[Ranked]:
        documents = [document(complaint) for complaint in complaints]
        matrix = self.features.transform(documents)
        by_topic = self.topics.probabilities(matrix)
        by_category = np.zeros((len(complaints), 0))
        if self.categories is not None:
            by_category = self.categories.probabilities(matrix)
        if self._mutual is not None:
            by_topic, by_category = self._mutual.join(by_topic, by_category)
        return [
            Ranked(
                self._units(complaint, by_topic[i], n_units),
                self._categories(by_category[i], n_categories),
                self.features.known_share(documents[i]),
            )
            for i, complaint in enumerate(complaints)
        ]

    def _units(self, complaint: Complaint, by_topic: NDArray[np.float64], wanted: int) -> tuple[RankedUnit, ...]:
        ranked: list[RankedUnit] = []
        evidence = PlaceEvidence.of(complaint)
        for topic in _best(by_topic, len(by_topic)):
            probability = float(by_topic[topic])
            if len(ranked) >= wanted and probability < _FAMILY_WORTH_RESOLVING:
                break
            ranked.extend(self._members(evidence, topic, probability, wanted))
        ranked.sort(key=lambda unit: -unit.probability)
        return tuple(ranked[:wanted])

    def _members(self, evidence: PlaceEvidence, topic: int, probability: float, wanted: int) -> list[RankedUnit]:
        label = self.topics.labels[topic]
        family = family_of_topic(label)
        if family is None:
            return [RankedUnit(label, probability, ResolvedBy.NONE, topic)]
        return [
            RankedUnit(member.unit_id, probability * member.probability, member.resolved_by, topic)
            for member in self.places.resolve(family, evidence, wanted)
        ]

    def words_for(self, complaint: Complaint, unit: RankedUnit) -> tuple[WordWeight, ...]:
        """The words of the text that spoke most for and against a unit, in the order in which they stand."""
        written = words(complaint.text)
        distinct = {word.folded: self._word_weight(word.folded, unit.topic) for word in written}
        strongest = sorted(distinct, key=lambda folded: -abs(distinct[folded]))[:_WORDS_SHOWN]
        shown = {folded for folded in strongest if abs(distinct[folded]) >= _WEIGHT_WORTH_SHOWING}
        return tuple(
            WordWeight(complaint.text[word.start : word.end], word.start, word.end, round(distinct[word.folded], 3))
            for word in written
            if word.folded in shown
        )

    def _word_weight(self, folded: str, topic: int) -> float:
        columns = self.features.columns_of_word(folded)
        return float(self.topics.weights_of(columns, topic) @ self.features.idf_[columns]) / max(len(columns), 1)

    def _categories(self, by_category: NDArray[np.float64], wanted: int) -> tuple[tuple[str, float], ...]:
        if self.categories is None:
            return ()
        return tuple((self.categories.labels[i], float(by_category[i])) for i in _best(by_category, wanted))


_FAMILY_MARK = "family:"


def topic_of(unit_id: str, units: Units) -> str:
    """What the classifier learns of a unit: its family's mark and name, or its own id; empty without a unit."""
    if not unit_id:
        return ""
    family = units[unit_id].family
    return f"{_FAMILY_MARK}{family}" if family else unit_id


def family_of_topic(topic: str) -> str | None:
    """The family that a topic stands for, None for a single unit."""
    return topic.removeprefix(_FAMILY_MARK) if topic.startswith(_FAMILY_MARK) else None


def document(complaint: Complaint) -> Document:
    """What the features see of a complaint."""
    location = complaint.location
    places = {
        "village": location.village,
        "district": location.district,
        "regency": location.regency,
        "province": location.province,
    }
    clues = tuple(f"{field}={place_key(value)}" for field, value in places.items() if value)
    text = f"{complaint.title}\n{complaint.text}" if complaint.title else complaint.text
    return Document(text, clues)


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    if row.returned or not row.unit:
        return ""
    unit = units.find(row.unit)
    return unit.id if unit else ""


def _best(distribution: NDArray[np.float64], wanted: int) -> list[int]:
    return [int(i) for i in np.argsort(-distribution, kind="stable")[:wanted]]
