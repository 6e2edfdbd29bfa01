"""Find likely wrong labels by confident learning (Northcutt, Jiang and Chuang 2021).

The rows are split into folds, and a model trained on the other folds judges each fold. A label is likely wrong if its
probability is far below the mean over the rows with this label, and another label is more probable. The smaller the
ratio to this mean, the higher the label ranks. Near-duplicates share a fold, otherwise a copy would confirm the mistake.
Unit and category of a row also judge each other: a unit that never occurs with the row's category becomes less probable.
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
from training.checking.findings import Label, LabelError, RowExcerpt
from training.fitting.linear import fit_linear_ranker
from training.fitting.places import fit_places

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.linear import LinearRanker
    from model.ranking.places import PlaceResolver

    Step = Callable[[int], None]
    Floats = NDArray[np.float64]

FOLDS = 4
# With fewer rows the mean probabilities are unreliable.
_FEWEST_ROWS = 40
_FEWEST_LABELS = 2
# The weight of one label as evidence for the other. A weight of 1 finds nearly every row with a wrong unit, but hardly any
# row whose unit and category are both wrong and fit each other. Figures: docs/decisions/0012.
_SHARPNESS_OF_PAIRS = 0.3
_SMOOTHING = 0.5
_PRIOR_OF_MEAN = 3.0
_CHUNK = 1_024
_EVERY_MEMBER = 100_000
_LEAST = 1e-6
_SUSPECT_BELOW = 1 / 3
_SEED = 0


def steps_of(n_rows: int) -> int:
    """The total of the counts given to `step` for a number of rows."""
    return n_rows if n_rows >= _FEWEST_ROWS else 0


def find_label_errors(
    rows: Sequence[LabelledComplaint],
    units: Units,
    categories: Categories,
    groups: NDArray[np.intp],
    step: Step = lambda rows: None,
) -> list[LabelError]:
    """The likely wrong units, then the likely wrong categories, each most likely first.

    `groups` holds the near-duplicate group of each row. `step` receives the number of rows judged.
    """
    if len(rows) < _FEWEST_ROWS:
        return []
    judged = _Judges(rows, units, categories, groups).judged(step)
    unit_names = {unit.id: unit.name for unit in units}
    category_names = {category.id: categories.shown_name(category.id) for category in categories}
    return [
        *_label_errors(judged[Label.UNIT], rows, Label.UNIT, unit_names),
        *_label_errors(judged[Label.CATEGORY], rows, Label.CATEGORY, category_names),
    ]


@dataclass(frozen=True, slots=True)
class _Verdict:
    """The probabilities of a row's given label and of the best other label."""

    row: int
    given: str
    group: str
    given_probability: float
    likely: str
    likely_probability: float


class _Judges:
    """The models, one a fold; each judges the rows of its fold, on which it was not trained."""

    def __init__(
        self, rows: Sequence[LabelledComplaint], units: Units, categories: Categories, groups: NDArray[np.intp]
    ) -> None:
        self._rows = rows
        self._units = units
        self._fold = _folds(groups)
        self._unit_ids = [_unit_id(row, units) for row in rows]
        self._topics = [topic_of(unit_id, units) for unit_id in self._unit_ids]
        found = [categories.find(row.category) if row.category else None for row in rows]
        self._categories = [category.id if category else "" for category in found]
        # Word features alone separate labels nearly as well as word and character features, in a third of the time.
        features = ComplaintFeatures(characters=False)
        addressees = Addressees(units)
        # The vocabulary is built without labels, so sharing it between folds leaks nothing.
        self._matrix: csr_matrix = features.fit_transform([document(row.complaint, addressees) for row in rows])

    def judged(self, step: Step) -> Mapping[Label, list[_Verdict]]:
        """The verdicts on all rows whose label occurs in other folds too."""
        verdicts_of: dict[Label, list[_Verdict]] = {Label.UNIT: [], Label.CATEGORY: []}
        # liblinear releases the interpreter's lock. Two models at once at most: their weights are large.
        with ThreadPoolExecutor(max_workers=2) as pool:
            for number, verdicts in enumerate(pool.map(self._judge, range(FOLDS))):
                for label, of_label in verdicts.items():
                    verdicts_of[label].extend(of_label)
                step(int((self._fold == number).sum()))
        return verdicts_of

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
                probabilities = pairs.conditional(
                    by_topic, self._matrix[chunk], [self._categories[i] for i in chunk], 0
                )
                verdicts[Label.UNIT] += self._unit_verdicts(chunk, by_topic.labels, probabilities, places)
            if by_category is not None:
                probabilities = pairs.conditional(by_category, self._matrix[chunk], [self._topics[i] for i in chunk], 1)
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
        columns = {label: i for i, label in enumerate(labels)}
        for position, row in enumerate(chunk):
            given, topic = self._unit_ids[row], self._topics[row]
            if not given or topic not in columns:
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
            own = float(of_topic[columns[topic]]) * dict(members.of(topic)).get(given, 0.0)
            yield _Verdict(int(row), given, topic, own, likely, probability)

    def _category_verdicts(
        self, chunk: NDArray[np.intp], labels: Sequence[str], probabilities: Floats
    ) -> Iterator[_Verdict]:
        columns = {label: i for i, label in enumerate(labels)}
        for position, row in enumerate(chunk):
            given = self._categories[row]
            if not given or given not in columns:
                continue
            of_label = probabilities[position]
            best = next(labels[i] for i in np.argsort(-of_label, kind="stable")[:2] if labels[i] != given)
            yield _Verdict(
                int(row), given, given, float(of_label[columns[given]]), best, float(of_label[columns[best]])
            )


class _Members:
    """The units of a topic with their probabilities by the places of one row."""

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
    """Co-occurrence counts of topics and categories in the training rows."""

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

    def conditional(self, ranker: LinearRanker, rows: csr_matrix, others: Sequence[str], side: int) -> Floats:
        """Probabilities of shape (n, n_labels), given the text and the other label of each row."""
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


def _label_errors(
    verdicts: Sequence[_Verdict], rows: Sequence[LabelledComplaint], label: Label, names: Mapping[str, str]
) -> list[LabelError]:
    usual = _usual(verdicts)
    suspects = [
        verdict
        for verdict in verdicts
        if verdict.given_probability < min(_SUSPECT_BELOW * usual[verdict.given], verdict.likely_probability)
    ]
    suspects.sort(key=lambda verdict: (verdict.given_probability + _LEAST) / usual[verdict.given])
    return [
        LabelError(
            label,
            RowExcerpt.of(rows[verdict.row]),
            names.get(verdict.given, verdict.given),
            names.get(verdict.likely, verdict.likely),
            verdict.given_probability,
            verdict.likely_probability,
            usual[verdict.given],
        )
        for verdict in suspects
    ]


def _usual(verdicts: Sequence[_Verdict]) -> dict[str, float]:
    """The mean probability of each label over its rows, smoothed towards the mean of its family, and this towards all."""
    overall = float(np.mean([verdict.given_probability for verdict in verdicts])) if verdicts else 0.0
    by_group: dict[str, list[float]] = defaultdict(list)
    by_label: dict[str, list[float]] = defaultdict(list)
    group_of: dict[str, str] = {}
    for verdict in verdicts:
        by_group[verdict.group].append(verdict.given_probability)
        by_label[verdict.given].append(verdict.given_probability)
        group_of[verdict.given] = verdict.group
    of_group = {group: _smoothed(values, overall) for group, values in by_group.items()}
    return {label: _smoothed(values, of_group[group_of[label]]) for label, values in by_label.items()}


def _smoothed(values: Sequence[float], towards: float) -> float:
    return (sum(values) + _PRIOR_OF_MEAN * towards) / (len(values) + _PRIOR_OF_MEAN)


def _folds(groups: NDArray[np.intp]) -> NDArray[np.intp]:
    """The fold of each row; near-duplicates share a fold, and folds have about equal numbers of rows."""
    generator = np.random.default_rng(_SEED)
    fold_of_group = generator.permutation(int(groups.max()) + 1) % FOLDS
    folds: NDArray[np.intp] = fold_of_group[groups]
    return folds


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    unit = units.find(row.unit) if row.unit and not row.returned else None
    return unit.id if unit else ""
