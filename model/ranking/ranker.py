"""Units and categories for a text, best first: everything that is learned from labels, before calibration."""

from __future__ import annotations

from copy import copy
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

import data
from model.language.features import ComplaintFeatures, Document
from model.language.words import expand, words
from model.office.addressees import Addressees, Direction
from model.office.place_names import place_key
from model.office.units import Units
from model.ranking.linear import LinearRanker, MutualEvidence
from model.ranking.places import Named, PlaceEvidence, PlaceResolver
from model.ranking.returned_texts import NOTHING_REFUSED, Refusals, pushed_back
from model.ranking.sample_weights import USUAL_TRUST, Trust, topics_now
from model.ranking.side_outputs import Head
from model.ranking.topics import day_of, description_of, family_of_topic, in_force, topic_of
from model.ranking.types import Parts, Ranked, RankedUnit
from model.ranking.unit_descriptions import Newcomers
from model.ranking.working_set_svm import NotOf
from model.suggestion import ResolvedBy, WordWeight

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.complaint import Complaint
    from model.history.rows import LabelledComplaint

_WHOLE = Parts()
# A family below this share can't lift a member into the first five; its members are then not looked at.
_FAMILY_WORTH_RESOLVING = 0.005
_CHUNK = 512
# Chosen on earlier slices: docs/decisions/0007.
_HALF_LIFE_DAYS = 120
_LEAST_WEIGHT = 0.25
_WORDS_SHOWN = 8
_WEIGHT_WORTH_SHOWING = 0.05
_SHARE_OF_STRONGEST = 0.15
# A word feeds about ten columns, over which its weight is a mean; a pair feeds one.
_PAIR_SCALE = 10
_SHORTEST_EVIDENCE = 2


class Ranking:
    """Features, the two linear rankers, what they say to each other, and the places of families."""

    # A ranking that was stored has none: they come with the office's units.csv of now.
    _newcomers: Newcomers | None = None

    def __init__(
        self,
        features: ComplaintFeatures,
        topics: LinearRanker,
        categories: LinearRanker | None,
        mutual: MutualEvidence | None,
        places: PlaceResolver,
        units: Units,
        types: Head | None = None,
        outcomes: Head | None = None,
        parts: Parts = _WHOLE,
        refusals: Refusals = NOTHING_REFUSED,
    ) -> None:
        self.features = features
        self.topics = topics
        self.categories = categories
        self._mutual = mutual
        self.places = places
        self._units = units
        self._types = types
        self._outcomes = outcomes
        self._parts = parts
        self._refusals = refusals
        self._addressees = Addressees(units)
        self._topic_at = {topic: i for i, topic in enumerate(topics.labels)}

    @classmethod
    def fit(
        cls,
        rows: Sequence[LabelledComplaint],
        units: Units,
        features: ComplaintFeatures | None = None,
        parts: Parts = _WHOLE,
        trust: Trust = USUAL_TRUST,
    ) -> Ranking:
        """Learn from the rows that have a unit in `units`, or a category.

        A returned row teaches no unit as right. What is known to be wrong of a row, its unit learns as such.
        """
        features = features or ComplaintFeatures()
        addressees = Addressees(units)
        matrix = features.fit_transform([document(row.complaint, addressees, parts) for row in rows])
        newest = max(row.received_at for row in rows).date()
        in_charge = [in_force(_unit_id(row, units), units, newest) for row in rows]
        said = [topic_of(unit_id, units) for unit_id in in_charge]
        known_wrong = _wrong_units(rows, units, newest)
        topics = topics_now(rows, said, [(at, topic_of(unit_id, units)) for at, unit_id in known_wrong])
        with_unit = [i for i, topic in enumerate(topics) if topic]
        with_category = [i for i, row in enumerate(rows) if row.category]
        weights = trust.weights(rows) * (_weights_by_age(rows) if parts.recency else 1.0)
        weights /= weights.mean()
        wrong = known_wrong if trust.wrong else []

        def named(labels: Sequence[str]) -> csr_matrix:
            return features.transform([Document(description_of(label, units)) for label in labels])

        unit_ranker = LinearRanker.fit(
            matrix[with_unit],
            [topics[i] for i in with_unit],
            row_weights=weights[with_unit],
            names=named if parts.names else None,
            bayes=parts.bayes,
            unseen=[topic_of(unit.id, units) for unit in units],
            not_of=_not_of(wrong, topics, units, matrix, weights * trust.wrong),
        )
        category_ranker = mutual = None
        if with_category:
            category_ranker = LinearRanker.fit(
                matrix[with_category],
                [rows[i].category for i in with_category],
                row_weights=weights[with_category],
                names=(lambda labels: features.transform([Document(label) for label in labels]))
                if parts.names
                else None,
            )
            pairs = [(topics[i], rows[i].category) for i in with_category if topics[i]]
            mutual = MutualEvidence(unit_ranker.labels, category_ranker.labels, pairs) if parts.together else None
        places = PlaceResolver(units, [(in_charge[i], rows[i].complaint) for i in with_unit])
        types = Head.fit(matrix, [row.complaint.type for row in rows])
        outcomes = Head.fit(matrix, [row.outcome for row in rows])
        refusals = Refusals(
            [(rows[at].complaint.text, unit_id) for at, unit_id in wrong],
            [(rows[at].complaint.text, in_charge[at]) for at in with_unit if topics[at] == said[at]] if wrong else [],
        )
        return cls(features, unit_ranker, category_ranker, mutual, places, units, types, outcomes, parts, refusals)

    def for_office(self, office: Units) -> Ranking:
        """This ranking with the units that the office has and no training knew yet, as their descriptions have it.

        A new member of a family that was learned waits for the next training, which learns its place.
        """
        new = [
            unit
            for unit in office
            if unit.id not in self._units
            and self._units.find(unit.name) is None
            and topic_of(unit.id, office) not in self._topic_at
        ]
        ranking = copy(self)
        ranking._newcomers = None  # noqa: SLF001 - another of its own class
        if new and self._parts.names:
            described = [Document(description_of(unit.id, Units([replace(unit, family="")]))) for unit in new]
            ranking._newcomers = Newcomers(  # noqa: SLF001
                [unit.id for unit in new], self.features.transform(described), self.topics.least_intercept
            )
        return ranking

    def rank_many(
        self,
        complaints: Sequence[Complaint],
        *,
        units: int = 5,
        categories: int = 3,
        office: Units | None = None,
        today: date | None = None,
        others: bool = False,
    ) -> list[Ranked]:
        """The first `units` units and `categories` categories of each complaint, best first.

        `office` are the units as the office has them now, else those that were learned; only units in force are ranked:
        on `today`, else on the day when the complaint came. `others`: rank the types and the outcomes too.
        """
        ranked: list[Ranked] = []
        known = self._units if office is None else office
        for start in range(0, len(complaints), _CHUNK):
            chunk = complaints[start : start + _CHUNK]
            ranked.extend(self._rank_chunk(chunk, units, categories, known, today, others=others))
        return ranked

    def _rank_chunk(
        self,
        complaints: Sequence[Complaint],
        n_units: int,
        n_categories: int,
        office: Units,
        today: date | None,
        *,
        others: bool,
    ) -> list[Ranked]:
        documents = [document(complaint, self._addressees, self._parts) for complaint in complaints]
        matrix, known = self.features.rows_and_known_shares(documents)
        by_topic = self._by_topic(matrix)
        by_category = np.zeros((len(complaints), 0))
        if self.categories is not None:
            by_category = self.categories.probabilities(matrix)
        if self._mutual is not None:
            by_topic, by_category = self._joined(self._mutual, by_topic, by_category)
        topics, first_categories = _best_first(by_topic), _best_first(by_category)[:, :n_categories]
        gone = {day: office.count_closed(day) for day in {day_of(complaint, today) for complaint in complaints}}
        nothing: list[tuple[tuple[str, float], ...]] = [()] * len(complaints)
        types = self._types.rank_many(matrix) if others and self._types else nothing
        outcomes = self._outcomes.rank_many(matrix) if others and self._outcomes else nothing
        return [
            Ranked(
                pushed_back(
                    self._in_force(
                        self._best_units(complaint, by_topic[i], topics[i], n_units + gone[day_of(complaint, today)]),
                        by_topic[i],
                        office,
                        day_of(complaint, today),
                    ),
                    self._refusals.of(complaint.text),
                )[:n_units],
                self._categories(by_category[i], first_categories[i]),
                known[i],
                types[i],
                outcomes[i],
            )
            for i, complaint in enumerate(complaints)
        ]

    def _by_topic(self, matrix: csr_matrix) -> NDArray[np.float64]:
        """Shape (n, n_topics), newcomers last."""
        if self._newcomers is None:
            return self.topics.probabilities(matrix)
        return self._newcomers.probabilities(self.topics, matrix)

    def _joined(
        self, mutual: MutualEvidence, by_topic: NDArray[np.float64], by_category: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Units and categories in the light of each other; a newcomer, which no category has met, keeps its share."""
        learned = len(self.topics.labels)
        if by_topic.shape[1] == learned:
            return mutual.join(by_topic, by_category)
        share = by_topic[:, :learned].sum(axis=1, keepdims=True)
        joined, by_category = mutual.join(by_topic[:, :learned] / share, by_category)
        return np.hstack((joined * share, by_topic[:, learned:])), by_category

    def _label(self, topic: int) -> str:
        if topic < len(self.topics.labels) or self._newcomers is None:
            return self.topics.labels[topic]
        return self._newcomers.labels[topic - len(self.topics.labels)]

    def _weights_of(self, columns: NDArray[np.integer[Any]], topic: int) -> NDArray[np.float32]:
        if topic < len(self.topics.labels) or self._newcomers is None:
            return self.topics.weights_of(columns, topic)
        return self._newcomers.weights_of(columns, topic - len(self.topics.labels))

    def _best_units(
        self, complaint: Complaint, by_topic: NDArray[np.float64], best: NDArray[np.intp], wanted: int
    ) -> list[RankedUnit]:
        """`best` are the topics in the order of their probabilities."""
        ranked: list[RankedUnit] = []
        evidence = PlaceEvidence.of(complaint)
        named = self.places.named_in(evidence.words)
        for topic, probability in zip(best.tolist(), by_topic[best].tolist(), strict=True):
            if len(ranked) >= wanted and probability < _FAMILY_WORTH_RESOLVING:
                break
            ranked.extend(self._members(evidence, named, topic, probability, wanted))
        ranked.sort(key=lambda unit: -unit.probability)
        return ranked

    def _in_force(
        self, ranked: Sequence[RankedUnit], by_topic: NDArray[np.float64], office: Units, day: date
    ) -> tuple[RankedUnit, ...]:
        """The ranking with each unit that isn't in force on the day replaced by those that stand for it.

        Several successors share the probability as their own topics have it.
        """
        if not office.has_dates:
            return tuple(ranked)
        gathered: dict[str, RankedUnit] = {}
        for unit in ranked:
            standing = office.in_charge_of(unit.unit_id, day) if unit.unit_id in office else [unit.unit_id]
            shares = self._shares(standing, by_topic)
            for unit_id, share in zip(standing, shares, strict=True):
                known = gathered.get(unit_id)
                probability = unit.probability * share + (known.probability if known else 0.0)
                replaces = "" if unit_id == unit.unit_id else unit.unit_id
                stronger = known if known and known.probability >= unit.probability * share else None
                gathered[unit_id] = (stronger or unit)._replace(
                    unit_id=unit_id,
                    probability=probability,
                    replaces=stronger.replaces if stronger else replaces,
                )
        return tuple(sorted(gathered.values(), key=lambda unit: -unit.probability))

    def _shares(self, unit_ids: Sequence[str], by_topic: NDArray[np.float64]) -> list[float]:
        if len(unit_ids) < 2:  # noqa: PLR2004 - one takes it all
            return [1.0] * len(unit_ids)
        own = [self._own_probability(unit_id, by_topic) for unit_id in unit_ids]
        total = sum(own) or 1.0
        return [share / total if sum(own) else 1 / len(own) for share in own]

    def _own_probability(self, unit_id: str, by_topic: NDArray[np.float64]) -> float:
        if self._newcomers is not None and unit_id in self._newcomers.labels:
            return float(by_topic[len(self.topics.labels) + self._newcomers.labels.index(unit_id)])
        topic = topic_of(unit_id, self._units) if unit_id in self._units else ""
        return float(by_topic[self._topic_at[topic]]) if topic in self._topic_at else 0.0

    def _members(
        self, evidence: PlaceEvidence, named: Named, topic: int, probability: float, wanted: int
    ) -> list[RankedUnit]:
        label = self._label(topic)
        family = family_of_topic(label)
        if family is None:
            return [RankedUnit(label, probability, ResolvedBy.NONE, topic)]
        return [
            RankedUnit(member.unit_id, probability * member.probability, member.resolved_by, topic)
            for member in self.places.resolve(family, evidence, wanted, named)
        ]

    def words_for(self, complaint: Complaint, unit: RankedUnit) -> tuple[WordWeight, ...]:
        """The words of the text that spoke most for and against a unit, in the order in which they stand.

        A word's weight is that of its own stem and characters, and half of each pair that it makes with a neighbour, so
        that a negation counts where it turned something. Function words and numbers say nothing that an officer could check.
        """
        written = words(complaint.text)
        telling = sorted({word.folded for word in written if not _says_nothing(word.folded)})
        weights = dict(zip(telling, self._word_weights(telling, unit.topic), strict=True))
        neighbours = sorted({(first.folded, second.folded) for first, second in pairwise(written)})
        for pair, shared in zip(neighbours, self._pair_weights(neighbours, unit.topic), strict=True):
            for folded in pair:
                if folded in weights:
                    weights[folded] += shared
        strongest = sorted(weights, key=lambda folded: -abs(weights[folded]))[:_WORDS_SHOWN]
        enough = max(_WEIGHT_WORTH_SHOWING, _SHARE_OF_STRONGEST * abs(weights[strongest[0]])) if strongest else 0.0
        shown = {folded for folded in strongest if abs(weights[folded]) >= enough}
        return tuple(
            WordWeight(complaint.text[word.start : word.end], word.start, word.end, round(weights[word.folded], 3))
            for word in written
            if word.folded in shown
        )

    def _word_weights(self, folded: Sequence[str], topic: int) -> list[float]:
        """The mean weight of the features that each word feeds by itself; all of them gathered at once."""
        columns = [self.features.columns_of_word(word) for word in folded]
        sizes = np.array([len(own) for own in columns], dtype=np.int64)
        if not sizes.sum():
            return [0.0] * len(folded)
        every = np.concatenate(columns)
        sums = np.zeros(len(folded))
        weighted = self._weights_of(every, topic) * self.features.idf_[every]
        np.add.at(sums, np.repeat(np.arange(len(folded)), sizes), weighted)
        return [float(total) for total in sums / np.maximum(sizes, 1)]

    def _pair_weights(self, neighbours: Sequence[tuple[str, str]], topic: int) -> list[float]:
        """What each two neighbouring words say together, to be given to both."""
        columns = np.asarray(self.features.columns_of_pairs(neighbours), dtype=np.int64)
        weights = self._weights_of(columns, topic) * self.features.idf_[columns]
        shared: list[float] = (np.where(columns >= 0, weights, 0.0) / 2 / _PAIR_SCALE).tolist()
        return shared

    def _categories(self, by_category: NDArray[np.float64], best: NDArray[np.intp]) -> tuple[tuple[str, float], ...]:
        if self.categories is None:
            return ()
        labels = self.categories.labels
        return tuple(
            (labels[i], probability) for i, probability in zip(best.tolist(), by_category[best].tolist(), strict=True)
        )


def document(complaint: Complaint, addressees: Addressees, parts: Parts) -> Document:
    """What the features see of a complaint: its words, and its fields as clues.

    The unit and the category that the reporter asked for are clues among others: what they are worth is learned. The
    trace of a past routing is blanked, because no new complaint has one.
    """
    location = complaint.location
    clues = {
        "village": location.village,
        "district": location.district,
        "regency": location.regency,
        "province": location.province,
    }
    if parts.asked:
        clues |= {"requested_unit": complaint.requested_unit, "reporter_category": complaint.reporter_category}
    text = addressees.without(complaint.whole_text, Direction.ROUTED)
    if not parts.addressed:
        text = addressees.without(text, Direction.ADDRESSED)
    return Document(text, tuple(f"{field}={place_key(value)}" for field, value in clues.items() if value))


@lru_cache(maxsize=50_000)
def _says_nothing(folded: str) -> bool:
    """Whether a word is no evidence that an officer could check: function words however written, numbers, placeholders."""
    if len(folded) < _SHORTEST_EVIDENCE or folded.isdigit() or folded.startswith("masked"):
        return True
    return all(standard in data.function_words() for standard in expand(folded, data.colloquial()))


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    if row.returned or not row.unit:
        return ""
    unit = units.find(row.unit)
    return unit.id if unit else ""


def _wrong_units(rows: Sequence[LabelledComplaint], units: Units, newest: date) -> list[tuple[int, str]]:
    """Row and unit id of each unit that is known to be wrong."""
    return [
        (at, in_force(unit.id, units, newest))
        for at, row in enumerate(rows)
        for name in dict.fromkeys(row.known_wrong)
        if (unit := units.find(name))
    ]


def _not_of(
    wrong: Sequence[tuple[int, str]],
    topics: Sequence[str],
    units: Units,
    matrix: csr_matrix,
    weights: NDArray[np.float64],
) -> NotOf | None:
    """What the machines learn as wrong; another member of the right unit's family says nothing of topics."""
    found = {(at, topic_of(unit_id, units)) for at, unit_id in wrong}
    pairs = sorted((at, topic) for at, topic in found if topic != topics[at])
    if not pairs:
        return None
    rows = [at for at, _ in pairs]
    return NotOf(matrix[rows], [topic for _, topic in pairs], weights[rows])


def _weights_by_age(rows: Sequence[LabelledComplaint]) -> NDArray[np.float64]:
    """Newer decisions weigh more, because practice changes: half after 120 days, never less than a quarter, mean 1."""
    newest = max(row.received_at for row in rows)
    ages = np.array([(newest - row.received_at).days for row in rows], dtype=np.float64)
    weights: NDArray[np.float64] = np.maximum(0.5 ** (ages / _HALF_LIFE_DAYS), _LEAST_WEIGHT)
    normed: NDArray[np.float64] = weights / weights.mean()
    return normed


def _best_first(distributions: NDArray[np.float64]) -> NDArray[np.intp]:
    """The labels of each row, likeliest first; of equals the first by name."""
    return np.argsort(-distributions, axis=1, kind="stable")
