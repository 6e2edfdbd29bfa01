"""Labels that are likely wrong: those that rows other than their own speak against.

Confident learning (Northcutt, Jiang and Chuang 2021): the rows are parted into folds, each fold is judged by a model that
learned from the others, and a label is doubted where it is far less probable than it usually is on rows that have it,
and another is more probable; the smaller its share of what is usual, the further up it is listed. Nearly the same texts are kept in one fold, or a
mistake would be confirmed by its own copy. Each label is judged in the light of the other one: a unit that never has a
row's category is doubted the more.
"""

from __future__ import annotations

from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from model.language.features import ComplaintFeatures
from model.office.addressees import Addressees
from model.ranking.places import PlaceEvidence
from model.ranking.ranker import document
from model.ranking.topics import family_of_topic, topic_of
from training.checking.findings import Doubt, FoundRow, Label
from training.fitting.linear import fit_linear_ranker
from training.fitting.places import fit_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.history.rows import LabelledComplaint
    from model.office.units import Units
    from model.ranking.linear import LinearRanker
    from model.ranking.places import PlaceResolver

    Step = Callable[[int], None]
    Floats = NDArray[np.float64]

FOLDS = 4
# Fewer rows than these can't say what is usual.
_FEWEST_ROWS = 40
_FEWEST_LABELS = 2
# How much one label of a row says of the other. At 1 a row whose unit is wrong is found almost surely, and a row whose unit
# and category are both wrong, but fit each other, hardly ever; docs/decisions/0012 has the figures.
_SHARPNESS_OF_PAIRS = 0.3
_SMOOTHING = 0.5
_PRIOR_OF_MEAN = 3.0
_CHUNK = 1_024
_EVERY_MEMBER = 100_000
_LEAST = 1e-6
_DOUBTED_BELOW = 1 / 3
_SEED = 0


def steps_of(n_rows: int) -> int:
    """What the counts given to `step` add up to for so many rows."""
    return n_rows if n_rows >= _FEWEST_ROWS else 0


def likely_wrong(
    rows: Sequence[LabelledComplaint],
    units: Units,
    groups: NDArray[np.intp],
    step: Step = lambda rows: None,
) -> list[Doubt]:
    """The labels that are likely wrong, likeliest first, units and categories each by themselves.

    `groups` numbers the texts that are nearly the same. `step` is told how many rows were judged.
    """
    if len(rows) < _FEWEST_ROWS:
        return []
    judged = _Judges(rows, units, groups).judged(step)
    names = {unit.id: unit.name for unit in units}
    return [
        *_doubts(judged[Label.UNIT], rows, Label.UNIT, names),
        *_doubts(judged[Label.CATEGORY], rows, Label.CATEGORY, {}),
    ]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the other rows say of one row's label: how probable the given one is, and which other is likeliest."""

    row: int
    given: str
    group: str
    given_probability: float
    likely: str
    likely_probability: float


class _Judges:
    """One model a fold, that judges the rows it has not learned from."""

    def __init__(self, rows: Sequence[LabelledComplaint], units: Units, groups: NDArray[np.intp]) -> None:
        self._rows = rows
        self._units = units
        self._fold = _folds(groups)
        self._unit_ids = [_unit_id(row, units) for row in rows]
        self._topics = [topic_of(unit_id, units) for unit_id in self._unit_ids]
        self._categories = [row.category for row in rows]
        # Words alone tell labels apart nearly as well as with their characters, in a third of the time.
        features = ComplaintFeatures(characters=False)
        addressees = Addressees(units)
        # The vocabulary knows no label, so one for all folds tells none of them anything.
        self._matrix: csr_matrix = features.fit_transform([document(row.complaint, addressees) for row in rows])

    def judged(self, step: Step) -> Mapping[Label, list[_Verdict]]:
        """The verdicts on every row that has the label and whose label other rows have too."""
        found: dict[Label, list[_Verdict]] = {Label.UNIT: [], Label.CATEGORY: []}
        # liblinear works without the interpreter's lock; two models at once, no more, for their weights are large.
        with ThreadPoolExecutor(max_workers=2) as pool:
            for number, verdicts in enumerate(pool.map(self._judge, range(FOLDS))):
                for label, of_label in verdicts.items():
                    found[label].extend(of_label)
                step(int((self._fold == number).sum()))
        return found

    def _judge(self, number: int) -> Mapping[Label, list[_Verdict]]:
        learned = np.flatnonzero(self._fold != number)
        asked = np.flatnonzero(self._fold == number)
        by_topic = self._ranker(self._topics, learned)
        by_category = self._ranker(self._categories, learned)
        verdicts: dict[Label, list[_Verdict]] = {Label.UNIT: [], Label.CATEGORY: []}
        if by_topic is None and by_category is None:
            return verdicts
        pairs = _Pairs(self._topics, self._categories, learned)
        places = self._places(learned) if by_topic is not None else None
        for start in range(0, len(asked), _CHUNK):
            chunk = asked[start : start + _CHUNK]
            if by_topic is not None and places is not None:
                probabilities = pairs.in_the_light(
                    by_topic, self._matrix[chunk], [self._categories[i] for i in chunk], 0
                )
                verdicts[Label.UNIT] += self._unit_verdicts(chunk, by_topic.labels, probabilities, places)
            if by_category is not None:
                probabilities = pairs.in_the_light(
                    by_category, self._matrix[chunk], [self._topics[i] for i in chunk], 1
                )
                verdicts[Label.CATEGORY] += self._category_verdicts(chunk, by_category.labels, probabilities)
        return verdicts

    def _ranker(self, labels: Sequence[str], learned: NDArray[np.intp]) -> LinearRanker | None:
        labelled = [i for i in learned if labels[i]]
        if len({labels[i] for i in labelled}) < _FEWEST_LABELS:
            return None
        return fit_linear_ranker(self._matrix[labelled], [labels[i] for i in labelled])

    def _places(self, learned: NDArray[np.intp]) -> PlaceResolver:
        placed = [(self._unit_ids[i], self._rows[i].complaint) for i in learned if self._unit_ids[i]]
        return fit_places(self._units, placed)

    def _unit_verdicts(
        self, chunk: NDArray[np.intp], labels: Sequence[str], probabilities: Floats, places: PlaceResolver
    ) -> Iterator[_Verdict]:
        at = {label: i for i, label in enumerate(labels)}
        for position, row in enumerate(chunk):
            given, topic = self._unit_ids[row], self._topics[row]
            if not given or topic not in at:
                continue
            of_topic = probabilities[position]
            members = _Members(places, self._rows[row])
            first, second = np.argsort(-of_topic, kind="stable")[:2]
            rivals = [
                (unit_id, float(of_topic[i]) * share)
                for i in (first, second)
                for unit_id, share in members.of(labels[i])
                if unit_id != given
            ]
            likely, probability = max(rivals, key=lambda rival: rival[1])
            own = float(of_topic[at[topic]]) * dict(members.of(topic)).get(given, 0.0)
            yield _Verdict(int(row), given, topic, own, likely, probability)

    def _category_verdicts(
        self, chunk: NDArray[np.intp], labels: Sequence[str], probabilities: Floats
    ) -> Iterator[_Verdict]:
        at = {label: i for i, label in enumerate(labels)}
        for position, row in enumerate(chunk):
            given = self._categories[row]
            if not given or given not in at:
                continue
            of_label = probabilities[position]
            best = next(labels[i] for i in np.argsort(-of_label, kind="stable")[:2] if labels[i] != given)
            yield _Verdict(int(row), given, given, float(of_label[at[given]]), best, float(of_label[at[best]]))


class _Members:
    """The units of a topic for one row, with the share that its places give each."""

    def __init__(self, places: PlaceResolver, row: LabelledComplaint) -> None:
        self._places = places
        self._evidence = PlaceEvidence.of(row.complaint)

    def of(self, topic: str) -> list[tuple[str, float]]:
        family = family_of_topic(topic)
        if family is None:
            return [(topic, 1.0)]
        return [
            (member.unit_id, member.probability)
            for member in self._places.resolve(family, self._evidence, _EVERY_MEMBER)
        ]


class _Pairs:
    """How often units and categories met in the learned rows: what one label of a row says of the other."""

    def __init__(self, topics: Sequence[str], categories: Sequence[str], learned: NDArray[np.intp]) -> None:
        self._met: tuple[dict[str, dict[str, int]], dict[str, dict[str, int]]] = ({}, {})
        self._rows: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self._total = 0
        for i in learned:
            topic, category = topics[i], categories[i]
            if topic and category:
                self._total += 1
                for side, one, other in ((0, topic, category), (1, category, topic)):
                    of_other = self._met[side].setdefault(other, {})
                    of_other[one] = of_other.get(one, 0) + 1
                    self._rows[side][one] = self._rows[side].get(one, 0) + 1

    def in_the_light(self, ranker: LinearRanker, rows: csr_matrix, others: Sequence[str], side: int) -> Floats:
        """The labels' probabilities, of shape (n, n_labels), given the text and the other label of each row."""
        probabilities = ranker.probabilities(rows)
        expected = np.array([self._rows[side].get(label, 0) for label in ranker.labels]) + _SMOOTHING
        for position, other in enumerate(others):
            met = self._met[side].get(other)
            if not met:
                continue
            counts = np.array([met.get(label, 0) for label in ranker.labels], dtype=np.float64)
            lift = (counts / counts.sum() + _SMOOTHING * expected / expected.sum() / counts.sum()) / (
                expected / expected.sum()
            )
            probabilities[position] *= lift**_SHARPNESS_OF_PAIRS
        joint: Floats = probabilities / probabilities.sum(axis=1, keepdims=True)
        return joint


def _doubts(
    verdicts: Sequence[_Verdict], rows: Sequence[LabelledComplaint], label: Label, names: Mapping[str, str]
) -> list[Doubt]:
    usual = _usual(verdicts)
    doubted = [
        verdict
        for verdict in verdicts
        if verdict.given_probability < min(_DOUBTED_BELOW * usual[verdict.given], verdict.likely_probability)
    ]
    doubted.sort(key=lambda verdict: (verdict.given_probability + _LEAST) / usual[verdict.given])
    return [
        Doubt(
            label,
            FoundRow.of(rows[verdict.row]),
            names.get(verdict.given, verdict.given),
            names.get(verdict.likely, verdict.likely),
            verdict.given_probability,
            verdict.likely_probability,
            usual[verdict.given],
        )
        for verdict in doubted
    ]


def _usual(verdicts: Sequence[_Verdict]) -> dict[str, float]:
    """The mean probability that each label has on rows that have it; few rows lean on those of the family, or of all."""
    overall = float(np.mean([verdict.given_probability for verdict in verdicts])) if verdicts else 0.0
    by_group: dict[str, list[float]] = defaultdict(list)
    by_label: dict[str, list[float]] = defaultdict(list)
    group_of: dict[str, str] = {}
    for verdict in verdicts:
        by_group[verdict.group].append(verdict.given_probability)
        by_label[verdict.given].append(verdict.given_probability)
        group_of[verdict.given] = verdict.group
    of_group = {group: _leaning(values, overall) for group, values in by_group.items()}
    return {label: _leaning(values, of_group[group_of[label]]) for label, values in by_label.items()}


def _leaning(values: Sequence[float], on: float) -> float:
    return (sum(values) + _PRIOR_OF_MEAN * on) / (len(values) + _PRIOR_OF_MEAN)


def _folds(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """The fold of each row; nearly the same texts share one, and the folds are about equal in rows."""
    generator = np.random.default_rng(_SEED)
    fold_of_group = generator.permutation(int(groups.max()) + 1) % FOLDS
    folds: NDArray[np.intp] = fold_of_group[groups]
    return folds


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    unit = units.find(row.unit) if row.unit and not row.returned else None
    return unit.id if unit else ""
