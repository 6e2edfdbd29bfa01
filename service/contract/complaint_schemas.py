"""Schemas of complaints in requests, with limits, examples and Indonesian field names."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, WithJsonSchema, field_validator, model_validator
from pydantic_core import PydanticCustomError

from model.complaint import Complaint, Location
from service.contract.field_names import FIELDS, KNOWN, PLACES, english_name, renamed
from service.contract.field_types import EARLIEST_YEAR, Count, Day, Moment, Name, Reference, Text, Title, in_zone
from service.errors import TextTooLong
from service.settings import Settings

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


class LocationIn(BaseModel):
    """The place of the incident, as far as it is known."""

    model_config = ConfigDict(frozen=True, extra="allow")

    province: Name = None
    regency: Name = Field(default=None, description="Kabupaten or kota.")
    district: Name = Field(default=None, description="Kecamatan.")
    village: Name = Field(default=None, description="Kelurahan or desa.")

    @model_validator(mode="before")
    @classmethod
    def _in_english(cls, data: object) -> object:
        return renamed(data, PLACES) if isinstance(data, dict) else data


class GivenIn(BaseModel):
    """What the caller knows already of the decision. The rest is ranked by it; it is no decision, and isn't stored."""

    model_config = ConfigDict(frozen=True, extra="allow")

    unit: Name = Field(
        default=None, description="By id, code or name, as in a decision. The categories are ranked for it."
    )
    category: Name = Field(default=None, description="By id or name. The units are ranked for it.")
    type: Name = Field(default=None, description="Answered as it is; it ranks neither units nor categories.")
    outcome: Name = Field(default=None, description="Answered as it is; it ranks neither units nor categories.")

    @model_validator(mode="before")
    @classmethod
    def _in_english(cls, data: object) -> object:
        return renamed(data, KNOWN) if isinstance(data, dict) else data


class ComplaintIn(BaseModel):
    """A complaint. Only `text` is required; an unknown field is ignored and answered with a notice.

    Field names may be Indonesian as well, such as `isi`, `judul`, `tanggal`, `lokasi` and `kecamatan`.
    """

    model_config = ConfigDict(frozen=True, extra="allow", json_schema_extra={"examples": [_EXAMPLE_COMPLAINT]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    text: Text = Field(description="What the reporter wrote. Also: " + ", ".join(FIELDS["text"]))
    reference_id: Reference = Field(
        default=None,
        description="The intake system's own id, such as LAPOR!'s Tracking ID. A number is read as its digits.",
    )
    received_at: Moment = Field(
        default=None,
        description=f"From {EARLIEST_YEAR} to next year. A date without a time is accepted. Without an offset it is read in PILAH_TIMEZONE.",
    )
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
    given: GivenIn | None = Field(
        default=None,
        description="What is known already of unit, category, type or outcome. The stored suggestion is the one without it.",
    )

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
        """The names of unknown fields; names inside the location or inside `given` begin with it."""
        inside = {"location": self.location, "given": self.given}
        return (
            *(self.model_extra or ()),
            *(f"{outer}.{name}" for outer, part in inside.items() if part for name in part.model_extra or ()),
        )

    def to_complaint(self, settings: Settings) -> Complaint:
        """Convert to the model's complaint.

        Raises:
            TextTooLong: the text is longer than this installation takes.
        """
        if len(self.text) > settings.max_text_characters:
            raise TextTooLong(len(self.text), settings.max_text_characters)
        return Complaint(
            text=self.text,
            reference_id=self.reference_id or "",
            received_at=in_zone(self.received_at, settings.zone),
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
    """Move the place fields of a flat form (kelurahan, kecamatan ...) into the location; the location's own fields win."""
    flat = {name: value for name, value in fields.items() if english_name(name, PLACES)}
    location = fields.get("location")
    if not flat or not isinstance(location, dict | None):
        return fields
    rest = {name: value for name, value in fields.items() if name not in flat}
    return rest | {"location": renamed(flat, PLACES) | renamed(location or {}, PLACES)}


def _location(location: LocationIn | None) -> Location:
    if location is None:
        return Location()
    return Location(location.province or "", location.regency or "", location.district or "", location.village or "")


class BatchIn(BaseModel):
    """Many complaints in one request. An invalid complaint gets its own error at its place; the rest are answered."""

    model_config = ConfigDict(frozen=True, json_schema_extra={"examples": [{"complaints": [_EXAMPLE_COMPLAINT]}]})  # type: ignore[list-item]  # mypy joins the values of a literal too narrowly

    complaints: list[Annotated[Any, WithJsonSchema({"anyOf": [{"$ref": "#/components/schemas/ComplaintIn"}, {}]})]] = (
        Field(min_length=1, json_schema_extra={"maxItems": 1000})
    )
