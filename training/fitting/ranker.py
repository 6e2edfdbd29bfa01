"""Fit a ranking on labelled rows: features, units, categories, places and side outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import vstack

from model.complaint import Complaint
from model.language.features import ComplaintFeatures
from model.language.vocabulary import Document
from model.office.addressees import Addressees
from model.ranking.ranker import Ranking, document
from model.ranking.returned_texts import ReturnedTexts
from model.ranking.topics import day_of, description_of, in_force, topic_of
from training.fitting.linear import CATEGORY_NAMES, fit_linear_ranker, fit_mutual_evidence
from training.fitting.name_weight import NamedUnits, choose_name_weight
from training.fitting.places import fit_places
from training.fitting.sample_weights import RARITY_POWER_OF_CATEGORIES, SampleWeights, relabel_reassigned
from training.fitting.side_outputs import fit_side_output
from training.fitting.starter import StarterExamples, common_texts
from training.fitting.working_set_svm import CounterExamples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.history.rows import LabelledComplaint
    from model.office.categories import Categories
    from model.office.units import Units
    from model.ranking.linear import LinearRanker, MutualEvidence


def newest_day(rows: Sequence[LabelledComplaint]) -> date:
    """The day at the end of the history, which decides the units in force; today for no rows, or rows without dates."""
    newest = max(rows, key=lambda row: row.received_at).complaint if rows else Complaint("")
    return day_of(newest, None)


def fit_ranker(
    rows: Sequence[LabelledComplaint], units: Units, categories: Categories, sample_weights: SampleWeights
) -> Ranking:
    """Learn from the rows with a unit in `units`, or with a category in `categories`; either may be missing everywhere.

    Units and categories without rows are learned by their names and descriptions. The rows of a closed category are its
    successor's.
    A returned row is no example of the unit. A unit known to be wrong has the row as counter-example.
    """
    newest = newest_day(rows)
    category_ids = [_category_id(row, categories, newest) for row in rows]
    described = [
        category_id
        for category_id in dict.fromkeys((*category_ids, *categories.suggestible()))
        if category_id and categories.in_charge_of(category_id, newest)
    ]
    all_topics = list(dict.fromkeys(topic_of(unit.id, units) for unit in units))
    starter = StarterExamples.of(described, sum(map(bool, category_ids)))
    addressees = Addressees(units)
    documents = [document(row.complaint, addressees) for row in rows]
    names = [
        *(Document(description_of(topic, units)) for topic in all_topics),
        *(Document(categories.description_of(category_id)) for category_id in described),
        *starter.documents,
    ]
    features = ComplaintFeatures().fit([*documents, *common_texts(len(rows))], names=names)
    matrix = features.transform(documents)
    unit_ids = [in_force(_unit_id(row, units), units, newest) for row in rows]
    known_wrong = _wrong_units(rows, units, newest)
    labelled_topics = [topic_of(unit_id, units) for unit_id in unit_ids]
    topics = relabel_reassigned(rows, labelled_topics, [(i, topic_of(unit_id, units)) for i, unit_id in known_wrong])
    with_unit = [i for i, topic in enumerate(topics) if topic]
    weights = sample_weights.of(rows)
    wrong = known_wrong if sample_weights.wrong else []
    unit_ranker = _fit_topics(
        NamedUnits(
            matrix[with_unit],
            [topics[i] for i in with_unit],
            weights[with_unit],
            all_topics,
            lambda labels: features.transform([Document(description_of(label, units)) for label in labels]),
        ),
        _counter_examples(wrong, topics, units, matrix, weights * sample_weights.wrong),
    )
    category_ranker = _fit_categories(matrix, category_ids, weights, features, categories, described, starter)
    kept = [(rows[i].complaint.text, unit_ids[i]) for i in with_unit if topics[i] == labelled_topics[i]]
    return Ranking(
        features,
        unit_ranker,
        category_ranker,
        _fit_mutual(unit_ranker, category_ranker, topics, category_ids),
        fit_places(units, [(unit_ids[i], rows[i].complaint) for i in with_unit]),
        units,
        categories,
        frozenset(filter(None, category_ids)),
        fit_side_output(matrix, [row.complaint.type for row in rows]),
        fit_side_output(matrix, [row.outcome for row in rows]),
        ReturnedTexts([(rows[i].complaint.text, unit_id) for i, unit_id in wrong], kept if wrong else ()),
    )


def _fit_topics(named: NamedUnits, counter_examples: CounterExamples | None) -> LinearRanker:
    """The ranker of topics with and without rows, their names weighed as suits the rows."""
    return fit_linear_ranker(
        named.rows,
        named.topics,
        row_weights=named.weights,
        names=named.names,
        name_weight=choose_name_weight(named),
        bayes=True,
        unseen=named.every,
        counter_examples=counter_examples,
    )


def _fit_mutual(
    units: LinearRanker, categories: LinearRanker | None, topics: Sequence[str], category_ids: Sequence[str]
) -> MutualEvidence | None:
    """The mutual evidence of rows with both labels; None in an office with units or categories alone."""
    if categories is None or not units.labels:
        return None
    labelled = zip(topics, category_ids, strict=True)
    pairs = [(topic, category_id) for topic, category_id in labelled if topic and category_id]
    return fit_mutual_evidence(units.labels, categories.labels, pairs)


def _fit_categories(
    matrix: csr_matrix,
    category_ids: Sequence[str],
    weights: NDArray[np.float64],
    features: ComplaintFeatures,
    categories: Categories,
    described: Sequence[str],
    starter: StarterExamples,
) -> LinearRanker | None:
    """The ranker of the rows' categories and of the described ones without rows; None without a category."""
    labelled = [i for i, category_id in enumerate(category_ids) if category_id]
    if not labelled and not described:
        return None
    return fit_linear_ranker(
        vstack((matrix[labelled], features.transform(starter.documents)), format="csr"),
        [*(category_ids[i] for i in labelled), *starter.categories],
        row_weights=np.concatenate((weights[labelled], starter.weights)),
        names=lambda ids: features.transform([Document(categories.description_of(one)) for one in ids]),
        name_weight=CATEGORY_NAMES,
        rarity_power=RARITY_POWER_OF_CATEGORIES,
        unseen=described,
    )


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    if row.returned or not row.unit:
        return ""
    unit = units.find(row.unit)
    return unit.id if unit else ""


def _category_id(row: LabelledComplaint, categories: Categories, newest: date) -> str:
    category = categories.find(row.category) if row.category else None
    return in_force(category.id, categories, newest) if category else ""


def _wrong_units(rows: Sequence[LabelledComplaint], units: Units, newest: date) -> list[tuple[int, str]]:
    """Row number and unit id of units known to be wrong for a row."""
    return [
        (i, in_force(unit.id, units, newest))
        for i, row in enumerate(rows)
        for name in dict.fromkeys(row.known_wrong)
        if (unit := units.find(name))
    ]


def _counter_examples(
    wrong: Sequence[tuple[int, str]],
    topics: Sequence[str],
    units: Units,
    matrix: csr_matrix,
    weights: NDArray[np.float64],
) -> CounterExamples | None:
    """Rows known not to have a topic; a wrong member of the right family has the right topic."""
    pairs = sorted({(i, topic) for i, unit_id in wrong if (topic := topic_of(unit_id, units)) != topics[i]})
    if not pairs:
        return None
    rows = [i for i, _ in pairs]
    return CounterExamples(matrix[rows], [topic for _, topic in pairs], weights[rows])
