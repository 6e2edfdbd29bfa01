"""The model's suggestion becomes the answer of the API."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from data.messages import Sentence
from model.suggestion import (
    AppliedRule,
    CategoryCandidate,
    Notice,
    NoticeCode,
    Precedent,
    ResolvedBy,
    Status,
    Suggestion,
    TrackRecord,
    UnitCandidate,
    WordWeight,
)
from service.contract.suggestion_schemas import SuggestionOut

_JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
def suggestion() -> Suggestion:
    return Suggestion(
        suggestion_id="s1",
        reference_id="",
        version="v1",
        text="lampu mati",
        unit_status=Status.REVIEW,
        category_status=Status.UNSURE,
        units=(UnitCandidate("dinas", "7", "Dinas", 1.0000001, ResolvedBy.RULE, in_set=True),),
        categories=(CategoryCandidate("1", "Lampu", 0.123456),),
        evidence=(WordWeight("lampu", 0, 5, -0.123456),),
        notices=(Notice(NoticeCode.UNIT_RETIRED, detail=Sentence("service.body-too-large", limit=9_999)),),
        rule=AppliedRule("r1", "pin", "dinas", "Dinas", "reason"),
        model_unit=UnitCandidate("lain", "", "Lain", 0.5),
        precedents=(
            Precedent("p1", datetime(2026, 1, 2, 3, 4), "lampu", "Dinas", "Lampu", "", 0.99999),  # noqa: DTZ001 - as exports write it
            Precedent("p2", datetime(2026, 1, 2, tzinfo=UTC), "lampu", "Dinas", "Lampu", "", 0.5),
        ),
        track_record=TrackRecord(cases=10, correct=9),
    )


def test_a_suggestion_is_converted_with_rounded_probabilities(suggestion: Suggestion) -> None:
    answer = SuggestionOut.of(suggestion, _JAKARTA)
    assert answer.reference_id is None
    assert (answer.status, answer.category_status) == ("review", "unsure")
    assert answer.units[0].model_dump() == {
        "id": "dinas",
        "code": "7",
        "name": "Dinas",
        "confidence": 1.0,
        "resolved_by": "rule",
        "in_set": True,
    }
    assert answer.categories[0].confidence == 0.1235
    assert answer.rule is not None
    assert (answer.rule.unit, answer.rule.model_unit) == ("Dinas", "Lain")
    assert answer.evidence is not None
    assert answer.evidence.words[0].weight == -0.1235
    assert answer.evidence.track_record is not None
    assert answer.evidence.track_record.correct == 9
    assert SuggestionOut.model_validate(answer.model_dump(mode="json")) == answer


def test_a_precedent_without_an_offset_gets_the_offices_time_zone(suggestion: Suggestion) -> None:
    answer = SuggestionOut.of(suggestion, _JAKARTA).model_dump(mode="json")
    times = [precedent["received_at"] for precedent in answer["evidence"]["precedents"]]
    assert times == ["2026-01-02T03:04:00+07:00", "2026-01-02T00:00:00Z"]
    assert [precedent["similarity"] for precedent in answer["evidence"]["precedents"]] == [1.0, 0.5]


def test_evidence_can_be_left_out(suggestion: Suggestion) -> None:
    assert "evidence" not in SuggestionOut.of(suggestion, _JAKARTA).without_evidence().model_dump()


def test_notices_are_indonesian_and_name_unknown_fields_masked_and_cut(suggestion: Suggestion) -> None:
    notices = SuggestionOut.of(suggestion, _JAKARTA, ("telepon 081234567890", "a" * 90, *"b" * 30)).notices
    assert notices[0].detail is not None
    assert "9.999 byte" in notices[0].detail
    unknown = [notice.detail or "" for notice in notices if notice.code is NoticeCode.UNKNOWN_FIELD]
    assert len(unknown) == 20
    assert "081234567890" not in unknown[0]
    assert len(unknown[1]) == 80
