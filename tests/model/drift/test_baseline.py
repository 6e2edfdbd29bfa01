from __future__ import annotations

import json

from model.complaint import Complaint, Location
from model.drift.baseline import Baseline, Observation, observation_of
from model.suggestion import CategoryCandidate, Status, Suggestion, UnitCandidate
from tests.model.drift.observations import BASELINE, START


def test_a_baseline_comes_back_from_json_as_it_was() -> None:
    assert Baseline.from_dict(json.loads(json.dumps(BASELINE.to_dict()))) == BASELINE


def test_a_baseline_is_small_enough_for_a_card() -> None:
    assert len(json.dumps(BASELINE.to_dict())) < 20_000


def test_an_observation_has_the_first_of_each_and_the_blank_fields_but_no_text() -> None:
    suggestion = Suggestion(
        suggestion_id="1",
        reference_id="7",
        version="v",
        text="lampu jalan mati",
        unit_status=Status.CONFIDENT,
        category_status=Status.REVIEW,
        units=(UnitCandidate("a", "", "A", 0.8), UnitCandidate("b", "", "B", 0.1)),
        categories=(CategoryCandidate("c", "C", 0.6),),
        evidence=(),
        notices=(),
        known_share=0.75,
    )
    complaint = Complaint("lampu jalan mati", received_at=START, title="Lampu", location=Location(village="Wonosari"))
    assert observation_of(suggestion, complaint, "b") == Observation(
        received_at=START,
        unit_id="a",
        category_id="c",
        confidence=0.8,
        status=Status.CONFIDENT,
        known_share=0.75,
        blank=frozenset({"channel", "province", "regency", "district"}),
        decided_unit_id="b",
    )
