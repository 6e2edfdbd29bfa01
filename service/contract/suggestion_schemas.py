"""Schemas of suggestions in answers, with an example."""

from datetime import datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from data.messages import Language, Sentence
from model.language.letters.parts import Part
from model.privacy.mask import mask
from model.suggestion import Notice, NoticeCode, Precedent, ResolvedBy, Status, Suggestion
from service.contract.field_types import clean, in_zone
from service.problems import Problem

_MOST_UNKNOWN_FIELDS = 20
_LONGEST_UNKNOWN_FIELD = 80

_EXAMPLE_SUGGESTION = {
    "suggestion_id": "019a5f0e-6a51-7c3e-9d0b-5f2f8a1c7e44",
    "reference_id": "9165816",
    "model": "20261123-101502-3f9c2a",
    "status": "confident",
    "unit_status": "confident",
    "category_status": "review",
    "units": [
        {
            "id": "asdep-pertanahan",
            "code": "5021",
            "name": "Asisten Deputi Pertanahan",
            "confidence": 0.93,
            "resolved_by": "none",
            "in_set": True,
        }
    ],
    "copies": [],
    "categories": [{"id": "1398", "name": "Sertifikat Tanah", "confidence": 0.77, "in_set": True}],
    "types": [],
    "outcomes": [],
    "rule": None,
    "evidence": {
        "words": [{"text": "sertifikat", "start": 14, "end": 24, "weight": 0.41}],
        "precedents": [],
        "track_record": None,
        "sentence": None,
    },
    "notices": [{"code": "personal_data_masked", "count": 2}],
    "letter": [],
    "matters": [],
}


def _rounded(value: float) -> float:
    return round(value, 4)


def _probability(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 4)


def _is_none(value: object) -> bool:
    return value is None


Confidence = Annotated[float, Field(ge=0, le=1), BeforeValidator(_probability)]
Rounded = Annotated[float, BeforeValidator(_rounded)]


class _FromModel(BaseModel):
    """A schema that reads its fields from the attributes of the model's classes."""

    model_config = ConfigDict(from_attributes=True)


class UnitCandidateOut(_FromModel):
    """A unit that may be responsible."""

    id: str
    code: str = Field(description="The intake system's own id, from units.csv; blank if units.csv has no code.")
    name: str
    confidence: Confidence
    resolved_by: ResolvedBy
    in_set: bool = Field(description="Inside the prediction set, which keeps the office's promise.")


class CopyOut(UnitCandidateOut):
    """A unit for a copy."""

    informed: bool = Field(default=False, description="The sender's own list of copies (Tembusan) names the unit.")


class CategoryCandidateOut(_FromModel):
    """A category that may fit."""

    id: str
    name: str
    confidence: Confidence
    in_set: bool = Field(description="Inside the prediction set.")


class NamedConfidence(_FromModel):
    """A type or an outcome that may fit."""

    name: str
    confidence: Confidence


class RuleOut(BaseModel):
    """The rule of the office that was applied; `model_unit` is the model's own first unit where the rule changed it."""

    id: str
    action: str
    unit: str
    reason: str
    model_unit: str | None = None


class WordOut(_FromModel):
    """A word of the masked text that raised (positive) or lowered (negative) the first unit's score."""

    text: str
    start: int
    end: int
    weight: Rounded


class LetterPartOut(_FromModel):
    """A part of a letter. Subject, body and demand carry the matter; units and categories are ranked by them alone."""

    part: Part
    start: int = Field(description="Where the part begins in the text as sent, in characters.")
    end: int = Field(description="The character behind the part in the text as sent.")


class MatterOut(_FromModel):
    """One of several matters: a demand of a letter, or a part of another text that is for a unit of its own."""

    text: str = Field(description="The matter's words, masked.")
    start: int = Field(description="Where the matter begins in the text as sent, in characters.")
    end: int = Field(description="The character behind the matter in the text as sent.")
    units: list[UnitCandidateOut]
    categories: list[CategoryCandidateOut]


class PrecedentOut(BaseModel):
    """A similar complaint of the past with its unit, category and outcome."""

    reference_id: str
    received_at: datetime | None
    excerpt: str
    unit: str
    category: str
    outcome: str
    similarity: Annotated[float, BeforeValidator(_probability)]


class TrackRecordOut(_FromModel):
    """How often suggestions with a similar confidence were right on later rows."""

    cases: int
    correct: int


class EvidenceOut(BaseModel):
    """The evidence for the first unit."""

    words: list[WordOut]
    precedents: list[PrecedentOut]
    track_record: TrackRecordOut | None
    sentence: WordOut | None = Field(
        default=None, description="In a long text the sentence of the masked text that speaks most for the first unit."
    )


class NoticeOut(BaseModel):
    """A notice beside the suggestion."""

    code: NoticeCode
    count: int | None = Field(default=None, exclude_if=_is_none)
    detail: str | None = Field(default=None, exclude_if=_is_none)


class GivenOut(_FromModel):
    """What the caller knew, by id."""

    unit: str
    category: str
    type: str
    outcome: str


class SuggestionOut(BaseModel):
    """Units and categories, best first. A suggestion, never a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_SUGGESTION]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    suggestion_id: str
    reference_id: str | None
    model: str = Field(description="The model version that answered.")
    status: Status = Field(description="The unit's status; in an office without units the category's.")
    unit_status: Status
    category_status: Status
    units: list[UnitCandidateOut]
    copies: list[CopyOut]
    categories: list[CategoryCandidateOut]
    types: list[NamedConfidence]
    outcomes: list[NamedConfidence]
    rule: RuleOut | None
    evidence: EvidenceOut | None = Field(default=None, exclude_if=_is_none, description="Absent with ?evidence=false.")
    notices: list[NoticeOut]
    letter: list[LetterPartOut] = Field(
        default=[], description="The parts of a letter, in order; empty for another text."
    )
    matters: list[MatterOut] = Field(
        default=[],
        description="Several demands or matters, each with candidates of its own; one unit stays responsible for the whole.",
    )

    given: GivenOut | None = Field(
        default=None,
        exclude_if=_is_none,
        description="What the complaint's `given` named, which the rest is ranked by; absent without it.",
    )

    def without_evidence(self) -> Self:
        """The same suggestion without words, precedents and track record."""
        return self.model_copy(update={"evidence": None})

    @classmethod
    def of(cls, suggestion: Suggestion, zone: tzinfo, unknown_fields: tuple[str, ...] = ()) -> Self:
        """Convert the model's suggestion, with a notice for each unknown field of the request.

        `zone` is the time zone of precedents whose date has no offset.
        """
        return cls.model_validate(
            {
                "suggestion_id": suggestion.suggestion_id,
                "reference_id": suggestion.reference_id or None,
                "model": suggestion.version,
                "status": suggestion.status,
                "unit_status": suggestion.unit_status,
                "category_status": suggestion.category_status,
                "units": suggestion.units,
                "copies": suggestion.copies,
                "categories": suggestion.categories,
                "types": suggestion.types,
                "outcomes": suggestion.outcomes,
                "rule": _rule(suggestion),
                "evidence": _evidence(suggestion, zone),
                "letter": suggestion.letter,
                "matters": suggestion.matters,
                "notices": [*map(_notice, suggestion.notices), *_unknown_field_notices(unknown_fields)],
            }
        )


def _exactly_one(schema: dict[str, Any]) -> None:
    schema["oneOf"] = schema.pop("anyOf")


class BatchOut(BaseModel):
    """One answer for each complaint, in order: a suggestion, or the problem with that complaint."""

    # oneOf: for anyOf, generators make one class that needs the fields of both.
    results: list[Annotated[SuggestionOut | Problem, Field(json_schema_extra=_exactly_one)]]


def _rule(suggestion: Suggestion) -> RuleOut | None:
    rule = suggestion.rule
    if rule is None:
        return None
    model_unit = suggestion.model_unit.name if suggestion.model_unit else None
    return RuleOut(id=rule.id, action=rule.action, unit=rule.unit, reason=rule.reason, model_unit=model_unit)


def _evidence(suggestion: Suggestion, zone: tzinfo) -> dict[str, Any]:
    return {
        "words": suggestion.evidence,
        "precedents": [_precedent(precedent, zone) for precedent in suggestion.precedents],
        "track_record": suggestion.track_record,
        "sentence": suggestion.sentence,
    }


def _precedent(precedent: Precedent, zone: tzinfo) -> PrecedentOut:
    return PrecedentOut(
        reference_id=precedent.reference_id,
        received_at=in_zone(precedent.received_at, zone),
        excerpt=precedent.excerpt,
        unit=precedent.unit,
        category=precedent.category,
        outcome=precedent.outcome,
        similarity=precedent.similarity,
    )


def _notice(notice: Notice) -> NoticeOut:
    detail = notice.detail.told_in(Language.INDONESIAN) if isinstance(notice.detail, Sentence) else notice.detail
    return NoticeOut(code=notice.code, count=notice.count, detail=detail)


def _unknown_field_notices(names: tuple[str, ...]) -> list[NoticeOut]:
    # By mistake a caller may send a complaint's text as a field name: the name is masked and cut.
    return [
        NoticeOut(code=NoticeCode.UNKNOWN_FIELD, detail=mask(clean(name)).text[:_LONGEST_UNKNOWN_FIELD])
        for name in names[:_MOST_UNKNOWN_FIELDS]
    ]
