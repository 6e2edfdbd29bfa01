"""Fit a ranking on labelled rows: features, units, categories, places and side outputs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.complaint import Complaint
from model.language.features import ComplaintFeatures
from model.language.vocabulary import Document
from model.office.addressees import Addressees
from model.ranking.ranker import Ranking, document
from model.ranking.returned_texts import ReturnedTexts
from model.ranking.topics import day_of, description_of, in_force, topic_of
from training.fitting.linear import fit_linear_ranker, fit_mutual_evidence
from training.fitting.places import fit_places
from training.fitting.sample_weights import SampleWeights, relabel_reassigned
from training.fitting.side_outputs import fit_side_output
from training.fitting.working_set_svm import CounterExamples

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    import numpy as np
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from model.history.rows import LabelledComplaint
    from model.office.units import Units


def newest_day(rows: Sequence[LabelledComplaint]) -> date:
    """The day at the end of the history, which decides the units in force; today for no rows, or rows without dates."""
    newest = max(rows, key=lambda row: row.received_at).complaint if rows else Complaint("")
    return day_of(newest, None)


def fit_ranker(rows: Sequence[LabelledComplaint], units: Units, sample_weights: SampleWeights) -> Ranking:
    """Learn from the rows with a unit in `units`, or with a category; either may be missing everywhere.

    A returned row is no example of the unit. A unit known to be wrong has the row as counter-example.
    """
    features = ComplaintFeatures()
    addressees = Addressees(units)
    matrix = features.fit_transform([document(row.complaint, addressees) for row in rows])
    newest = newest_day(rows)
    unit_ids = [in_force(_unit_id(row, units), units, newest) for row in rows]
    known_wrong = _wrong_units(rows, units, newest)
    labelled_topics = [topic_of(unit_id, units) for unit_id in unit_ids]
    topics = relabel_reassigned(rows, labelled_topics, [(i, topic_of(unit_id, units)) for i, unit_id in known_wrong])
    with_unit = [i for i, topic in enumerate(topics) if topic]
    with_category = [i for i, row in enumerate(rows) if row.category]
    weights = sample_weights.of(rows)
    wrong = known_wrong if sample_weights.wrong else []

    def descriptions(labels: Sequence[str]) -> csr_matrix:
        return features.transform([Document(description_of(label, units)) for label in labels])

    unit_ranker = fit_linear_ranker(
        matrix[with_unit],
        [topics[i] for i in with_unit],
        row_weights=weights[with_unit],
        names=descriptions,
        bayes=True,
        unseen=[topic_of(unit.id, units) for unit in units],
        counter_examples=_counter_examples(wrong, topics, units, matrix, weights * sample_weights.wrong),
    )
    category_ranker = mutual = None
    if with_category:
        category_ranker = fit_linear_ranker(
            matrix[with_category],
            [rows[i].category for i in with_category],
            row_weights=weights[with_category],
            names=lambda labels: features.transform([Document(label) for label in labels]),
        )
        pairs = [(topics[i], rows[i].category) for i in with_category if topics[i]]
        if unit_ranker.labels:
            mutual = fit_mutual_evidence(unit_ranker.labels, category_ranker.labels, pairs)
    kept = [(rows[i].complaint.text, unit_ids[i]) for i in with_unit if topics[i] == labelled_topics[i]]
    return Ranking(
        features,
        unit_ranker,
        category_ranker,
        mutual,
        fit_places(units, [(unit_ids[i], rows[i].complaint) for i in with_unit]),
        units,
        fit_side_output(matrix, [row.complaint.type for row in rows]),
        fit_side_output(matrix, [row.outcome for row in rows]),
        ReturnedTexts([(rows[i].complaint.text, unit_id) for i, unit_id in wrong], kept if wrong else ()),
    )


def _unit_id(row: LabelledComplaint, units: Units) -> str:
    if row.returned or not row.unit:
        return ""
    unit = units.find(row.unit)
    return unit.id if unit else ""


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
