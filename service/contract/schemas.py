"""What crosses the wire, with its limits and examples: design.md, "Contracts"."""

import re
from datetime import date, datetime, tzinfo
from typing import Annotated, Any, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data.messages import Language, Sentence
from model.complaint import LONGEST_TEXT, Complaint, Location
from model.office.units import Unit
from model.privacy.mask import mask
from model.suggestion import NamedConfidence as NamedChoice
from model.suggestion import NoticeCode, ResolvedBy, Status, Suggestion, UnitCandidate
from service.contract.field_names import FIELDS, PLACES, english_name, renamed
from service.errors import TextTooLong
from service.problems import Problem
from service.settings import Settings

_LONGEST_NAME = 500
_LONGEST_TITLE = 2_000
_MOST_ATTACHMENTS = 10_000
_MOST_UNKNOWN_FIELDS = 20
_LONGEST_UNKNOWN_FIELD = 80
_YEAR_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")


def clean(text: str) -> str:
    r"""The text without what no database and no answer can hold: control characters and lone surrogates.

    One character stands for one, so that what is said about a position still holds.

    >>> clean("lampu\x00mati")
    'lampu mati'
    """
    return _LONE_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", text))


def _cleaned(value: object) -> object:
    return clean(value) if isinstance(value, str) else value


def _number_as_text(value: object) -> object:
    """A reference as it is kept: without the spaces around it that nobody would send again with the decision."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return clean(value).strip() if isinstance(value, str) else value


def _whole_number(value: object) -> object:
    # JSON knows one kind of number: 2.0 is the integer that it looks like.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _written_as_iso(value: object) -> object:
    # Without this a bare number would be taken for seconds since 1970.
    if value is not None and not (isinstance(value, str) and _YEAR_FIRST.match(value)):
        raise PydanticCustomError("not_iso", "Write it as 2026-11-23 or 2026-11-23T08:10:00+07:00")
    return value


# What is left of a text when `clean` has gone over it must not be blank.
SOMETHING_VISIBLE = r"[^\s\x00-\x1f\x7f-\x9f]"
_DATE = {"type": "string", "format": "date"}
_DATE_TIME = {"type": "string", "format": "date-time"}
_NULL = {"type": "null"}

# The length is the string's own: pydantic would ask null for its length too.
Name = Annotated[Annotated[StrictStr, Field(max_length=_LONGEST_NAME)] | None, BeforeValidator(_cleaned)]
Title = Annotated[Annotated[StrictStr, Field(max_length=_LONGEST_TITLE)] | None, BeforeValidator(_cleaned)]
Reference = Annotated[
    Annotated[StrictStr, Field(max_length=_LONGEST_NAME)] | None,
    BeforeValidator(_number_as_text),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": _LONGEST_NAME}, {"type": "integer"}, _NULL]}),
]
Count = Annotated[Annotated[StrictInt, Field(ge=0, le=_MOST_ATTACHMENTS)] | None, BeforeValidator(_whole_number)]
Moment = Annotated[
    datetime | None, BeforeValidator(_written_as_iso), WithJsonSchema({"anyOf": [_DATE_TIME, _DATE, _NULL]})
]
Day = Annotated[date | None, BeforeValidator(_written_as_iso), WithJsonSchema({"anyOf": [_DATE, _NULL]})]
# The schema tells the usual limit; the setting decides, in `ComplaintIn.to_complaint`.
Text = Annotated[
    StrictStr,
    BeforeValidator(_cleaned),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_TEXT, "pattern": SOMETHING_VISIBLE}),
]

_EXAMPLE_COMPLAINT = {
    "reference_id": "9165816",
    "received_at": "2026-11-23T08:10:00+07:00",
    "title": "Sertifikat belum terbit",
    "text": "Sudah 8 bulan sertifikat tanah saya blm terbit, setiap ditanya ke kantor pertanahan tdk ada kejelasan.",
    "channel": "surat",
    "location": {"province": "Jawa Timur", "regency": "Kota Surabaya", "district": "Rungkut", "village": "Wonorejo"},
    "attachments": 2,
    "anonymous": True,
    "confidential": False,
}
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
    },
    "notices": [{"code": "personal_data_masked", "count": 2}],
}


class LocationIn(BaseModel):
    """Where it happened, as far as the form says it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    province: Name = None
    regency: Name = Field(default=None, description="Kabupaten or kota.")
    district: Name = Field(default=None, description="Kecamatan.")
    village: Name = Field(default=None, description="Kelurahan or desa.")

    @model_validator(mode="before")
    @classmethod
    def _in_english(cls, data: object) -> object:
        return renamed(data, PLACES) if isinstance(data, dict) else data


class ComplaintIn(BaseModel):
    """A complaint. Only `text` is required; an unknown field is ignored and answered with a notice.

    Field names may be Indonesian as well, such as `isi`, `judul`, `tanggal`, `lokasi` and `kecamatan`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra={"examples": [_EXAMPLE_COMPLAINT]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    text: Text = Field(description="What the reporter wrote. Also: " + ", ".join(FIELDS["text"]))
    reference_id: Reference = Field(
        default=None, description="The intake system's own id, such as LAPOR!'s Tracking ID."
    )
    received_at: Moment = Field(default=None, description="Without an offset it is read in PILAH_TIMEZONE.")
    title: Title = None
    channel: Name = None
    location: LocationIn | None = None
    type: Name = None
    incident_date: Day = None
    reporter_category: Name = None
    requested_unit: Name = None
    attachments: Count = None
    anonymous: StrictBool | None = None
    confidential: StrictBool | None = None

    @model_validator(mode="before")
    @classmethod
    def _in_english(cls, data: object) -> object:
        return _with_places_inside(renamed(data, FIELDS)) if isinstance(data, dict) else data

    @field_validator("text")
    @classmethod
    def _must_say_something(cls, value: str) -> str:
        if not value.strip():
            raise PydanticCustomError("blank_text", "The text is blank. Send what the reporter wrote")
        return value

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """The names that the contract doesn't have, those inside the location behind a dot."""
        inside = self.location.model_extra if self.location else None
        return (*(self.model_extra or ()), *(f"location.{name}" for name in inside or ()))

    def to_complaint(self, settings: Settings) -> Complaint:
        """The complaint as the model knows it.

        Raises:
            TextTooLong: the text is longer than this installation takes.
        """
        if len(self.text) > settings.max_text_characters:
            raise TextTooLong(len(self.text), settings.max_text_characters)
        return Complaint(
            text=self.text,
            reference_id=self.reference_id or "",
            received_at=_in_zone(self.received_at, settings.zone),
            title=self.title or "",
            channel=self.channel or "",
            location=_location(self.location),
            type=self.type or "",
            incident_date=self.incident_date,
            reporter_category=self.reporter_category or "",
            requested_unit=self.requested_unit or "",
            attachments=self.attachments or 0,
            anonymous=bool(self.anonymous),
            confidential=bool(self.confidential),
        )


def _with_places_inside(fields: dict[str, Any]) -> dict[str, Any]:
    """A flat form's kelurahan, kecamatan and so on, moved into the location unless that has them."""
    flat = {name: value for name, value in fields.items() if english_name(name, PLACES)}
    location = fields.get("location")
    if not flat or not isinstance(location, dict | None):
        return fields
    rest = {name: value for name, value in fields.items() if name not in flat}
    return rest | {"location": renamed(flat, PLACES) | renamed(location or {}, PLACES)}


def _in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment


def _location(location: LocationIn | None) -> Location:
    if location is None:
        return Location()
    return Location(location.province or "", location.regency or "", location.district or "", location.village or "")


class BatchIn(BaseModel):
    """Complaints to be answered together. Each is judged by itself: a bad one gets its own error at its place."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"complaints": [_EXAMPLE_COMPLAINT]}]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    complaints: list[Annotated[Any, WithJsonSchema({"anyOf": [{"$ref": "#/components/schemas/ComplaintIn"}, {}]})]] = (
        Field(min_length=1, json_schema_extra={"maxItems": 1000})
    )


class UnitCandidateOut(BaseModel):
    """A unit that may be responsible."""

    id: str
    code: str = Field(description="The intake system's own id, from units.csv; blank where it has none.")
    name: str
    confidence: float = Field(ge=0, le=1)
    resolved_by: ResolvedBy
    in_set: bool = Field(description="Inside the prediction set, which keeps the office's promise.")


class CategoryCandidateOut(BaseModel):
    """A category that may fit."""

    id: str
    name: str
    confidence: float = Field(ge=0, le=1)
    in_set: bool = Field(description="Inside the prediction set.")


class NamedConfidence(BaseModel):
    """A type or an outcome that may fit."""

    name: str
    confidence: float = Field(ge=0, le=1)


class RuleOut(BaseModel):
    """The office's own rule that applied; `model_unit` is what the model alone put first, where that differs."""

    id: str
    action: str
    unit: str
    reason: str
    model_unit: str | None = None


class WordOut(BaseModel):
    """A written word that spoke for (positive) or against (negative) the first unit, in the masked text."""

    text: str
    start: int
    end: int
    weight: float


class PrecedentOut(BaseModel):
    """A similar complaint of the past, and what became of it."""

    reference_id: str
    received_at: datetime | None
    excerpt: str
    unit: str
    category: str
    outcome: str
    similarity: float


class TrackRecordOut(BaseModel):
    """How often suggestions like this one were right on later rows."""

    cases: int
    correct: int


class EvidenceOut(BaseModel):
    """What the first unit rests on."""

    words: list[WordOut]
    precedents: list[PrecedentOut]
    track_record: TrackRecordOut | None


def _is_none(value: object) -> bool:
    return value is None


class NoticeOut(BaseModel):
    """Something to know beside the suggestion."""

    code: NoticeCode
    count: int | None = Field(default=None, exclude_if=_is_none)
    detail: str | None = Field(default=None, exclude_if=_is_none)


class SuggestionOut(BaseModel):
    """Units and categories, best first. A suggestion, never a decision."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE_SUGGESTION]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    suggestion_id: str
    reference_id: str | None
    model: str = Field(description="The model version that answered.")
    status: Status = Field(description="The unit's status.")
    unit_status: Status
    category_status: Status
    units: list[UnitCandidateOut]
    copies: list[UnitCandidateOut]
    categories: list[CategoryCandidateOut]
    types: list[NamedConfidence]
    outcomes: list[NamedConfidence]
    rule: RuleOut | None
    evidence: EvidenceOut | None = Field(default=None, exclude_if=_is_none, description="Absent with ?evidence=false.")
    notices: list[NoticeOut]

    @classmethod
    def of(
        cls, suggestion: Suggestion, zone: tzinfo, unknown_fields: tuple[str, ...] = (), *, evidence: bool = True
    ) -> Self:
        """The wire form of a suggestion, with a notice for each field that nobody knows; it is counted as made.

        `zone` is where a time of the history that has no offset was written.
        """
        return cls(
            suggestion_id=suggestion.suggestion_id,
            reference_id=suggestion.reference_id or None,
            model=suggestion.version,
            status=suggestion.status,
            unit_status=suggestion.unit_status,
            category_status=suggestion.category_status,
            units=[_unit(unit) for unit in suggestion.units],
            copies=[_unit(unit) for unit in suggestion.copies],
            categories=[
                CategoryCandidateOut(
                    id=category.id,
                    name=category.name,
                    confidence=_rounded(category.confidence),
                    in_set=category.in_set,
                )
                for category in suggestion.categories
            ],
            types=[_named(choice) for choice in suggestion.types],
            outcomes=[_named(choice) for choice in suggestion.outcomes],
            rule=_rule(suggestion),
            evidence=_evidence(suggestion, zone) if evidence else None,
            notices=[
                *(
                    NoticeOut(code=notice.code, count=notice.count, detail=_indonesian(notice.detail))
                    for notice in suggestion.notices
                ),
                *_about_unknown(unknown_fields),
            ],
        )


class BatchOut(BaseModel):
    """The answers, each at its complaint's place: a suggestion, or the problem with that complaint."""

    results: list[SuggestionOut | Problem]


class UnitOut(BaseModel):
    """A unit of the office, as units.csv and the history have it."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    code: str
    name: str
    abbreviations: list[str]
    family: str
    area_level: str
    area: str
    parent: str
    valid_from: date | None
    valid_to: date | None
    replaced_by: list[str]
    description: str

    @classmethod
    def of(cls, unit: Unit) -> Self:
        return cls.model_validate(unit)


class UnitsOut(BaseModel):
    """The units that the model in use can suggest."""

    model: str
    units: list[UnitOut]


class CategoryOut(BaseModel):
    """A category; `parent` is the one above it, blank for a main category."""

    model_config = ConfigDict(from_attributes=True)

    id: str
    name: str
    parent: str


class CategoriesOut(BaseModel):
    """The categories that the model in use can suggest."""

    model: str
    categories: list[CategoryOut]


class Health(BaseModel):
    """`ok` while this process answers."""

    status: str = "ok"


class Readiness(BaseModel):
    """`ready` while a model is loaded and its files are the ones that were sealed."""

    status: str = "ready"
    office: str
    model: str


def _rounded(confidence: float) -> float:
    return round(min(1.0, max(0.0, confidence)), 4)


def _evidence(suggestion: Suggestion, zone: tzinfo) -> EvidenceOut:
    return EvidenceOut(
        words=[
            WordOut(text=word.text, start=word.start, end=word.end, weight=round(word.weight, 4))
            for word in suggestion.evidence
        ],
        precedents=[
            PrecedentOut(
                reference_id=precedent.reference_id,
                received_at=_in_zone(precedent.received_at, zone),
                excerpt=precedent.excerpt,
                unit=precedent.unit,
                category=precedent.category,
                outcome=precedent.outcome,
                similarity=_rounded(precedent.similarity),
            )
            for precedent in suggestion.precedents
        ],
        track_record=TrackRecordOut(cases=suggestion.track_record.cases, correct=suggestion.track_record.correct)
        if suggestion.track_record
        else None,
    )


def _unit(unit: UnitCandidate) -> UnitCandidateOut:
    return UnitCandidateOut(
        id=unit.id,
        code=unit.code,
        name=unit.name,
        confidence=_rounded(unit.confidence),
        resolved_by=unit.resolved_by,
        in_set=unit.in_set,
    )


def _named(choice: NamedChoice) -> NamedConfidence:
    return NamedConfidence(name=choice.name, confidence=_rounded(choice.confidence))


def _rule(suggestion: Suggestion) -> RuleOut | None:
    rule = suggestion.rule
    if rule is None:
        return None
    overruled = suggestion.model_unit.name if suggestion.model_unit else None
    return RuleOut(id=rule.id, action=rule.action, unit=rule.unit, reason=rule.reason, model_unit=overruled)


def _indonesian(detail: str | Sentence | None) -> str | None:
    return detail.told_in(Language.INDONESIAN) if isinstance(detail, Sentence) else detail


def _about_unknown(names: tuple[str, ...]) -> list[NoticeOut]:
    # A caller's mistake can put a complaint where a name belongs: it is shortened, and masked like any text.
    return [
        NoticeOut(code=NoticeCode.UNKNOWN_FIELD, detail=mask(clean(name)).text[:_LONGEST_UNKNOWN_FIELD])
        for name in names[:_MOST_UNKNOWN_FIELDS]
    ]
