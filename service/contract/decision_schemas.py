"""Schemas of decisions and returns, and of a complaint as the ledger stores it."""

from datetime import UTC, datetime
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictStr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from service.contract.field_types import LONGEST_NAME, SOMETHING_VISIBLE, cleaned_and_stripped
from service.ledger.decisions import OUTCOMES_WITHOUT_UNIT, ComplaintType, DecisionRequest, Outcome
from service.ledger.tables import StoredComplaint, StoredDecision

_LONGEST_REASON = 2_000
_MOST_COPIES = 50
_MOST_REVISIONS = 1_000_000
_WITHOUT_UNIT = ", ".join(OUTCOMES_WITHOUT_UNIT)
_MOST_SECONDS = 86_400 * 7


Name = Annotated[StrictStr, BeforeValidator(cleaned_and_stripped), Field(max_length=LONGEST_NAME)]
# Times in the ledger are UTC without an offset; in an answer they have the offset.
Moment = Annotated[datetime, AfterValidator(lambda moment: moment.replace(tzinfo=UTC))]
Reason = Annotated[StrictStr, BeforeValidator(cleaned_and_stripped), Field(max_length=_LONGEST_REASON)]

# Null is accepted as absent; the schema names one type, since generators differ in how they read a choice of types.
Seconds = Annotated[
    Annotated[float, Field(ge=0, le=_MOST_SECONDS)] | None,
    WithJsonSchema({"type": "number", "minimum": 0, "maximum": _MOST_SECONDS}),
]


class DecisionIn(BaseModel):
    """A decision on a stored complaint, named by suggestion_id or reference_id; one of them is required.

    Without a unit the outcome must say why no unit is responsible. An unknown field is refused: a mistyped `unit` would
    otherwise become a decision for no unit.
    """

    # No alternatives (anyOf) in the schema: generated clients drop the fields beside them.
    model_config = ConfigDict(frozen=True, extra="forbid")

    suggestion_id: Name = ""
    reference_id: Name = ""
    unit: Name = Field(
        default="",
        description=f"Id, code or name. Blank only with an outcome for which no unit of the office is responsible: {_WITHOUT_UNIT}; or in an office without units, where the category is decided.",
    )
    category: Name = Field(default="", description="Id or name; blank or absent keeps the suggested one.")
    type: Name = Field(default="", description=f"One of: {', '.join(ComplaintType)}; or blank.")
    outcome: Name = Field(
        default="",
        description=f"One of: {', '.join(Outcome)}; or blank. Says whether a unit is responsible: with {_WITHOUT_UNIT} there is none, with the others `unit` is required.",
    )
    copies: list[Name] = Field(default=[], max_length=_MOST_COPIES)
    reason: Reason = ""
    officer: Name = Field(default="", description="An opaque id of the officer who decided.")
    seconds: Seconds = Field(default=None, description="The time that the decision took.")

    @model_validator(mode="after")
    def _must_name_its_complaint(self) -> Self:
        if not (self.suggestion_id or self.reference_id):
            raise PydanticCustomError("no_complaint", "Name the complaint: suggestion_id or reference_id")
        return self

    def to_request(self, caller: str) -> DecisionRequest:
        """The decision of a caller, without the ids of the complaint."""
        return DecisionRequest(
            **self.model_dump(exclude={"suggestion_id", "reference_id"}), caller=caller, keeps_category=True
        )


def _given(reason: str) -> str:
    if not reason:
        raise PydanticCustomError("no_reason", "Say why the unit returned the complaint")
    return reason


class ReturnIn(BaseModel):
    """The return of a complaint by a unit that is not responsible for the complaint. An unknown field is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reference_id: Annotated[Name, Field(min_length=1, json_schema_extra={"pattern": SOMETHING_VISIBLE})]
    decision_id: Name = Field(
        default="",
        description="The id of the returned decision. Required once a decision on this complaint was returned before.",
    )
    revision: int = Field(
        default=0, ge=0, le=_MOST_REVISIONS, description="The revision with the returned decision; 0 for any."
    )
    reason: Annotated[Reason, AfterValidator(_given)] = Field(
        default="", validate_default=True, description="Why the unit isn't responsible. Required: blank is 422."
    )
    officer: Name = ""


class DecisionOut(BaseModel):
    """A decision in the ledger. `verdict`: accepted, changed or rejected."""

    id: str
    reference_id: str
    revision: int
    suggestion_id: str | None
    unit: str
    category: str
    type: str
    outcome: str
    copies: list[str]
    reason: str
    officer: str
    verdict: str
    decided_at: Moment
    undone_at: Moment | None
    returned_at: Moment | None

    @classmethod
    def of(cls, complaint: StoredComplaint, entry: StoredDecision) -> Self:
        return cls(
            id=entry.id,
            reference_id=complaint.reference_id,
            revision=complaint.revision,
            suggestion_id=entry.suggestion_id,
            unit=entry.unit_id,
            category=entry.category_id,
            type=entry.type,
            outcome=entry.outcome,
            copies=entry.copies,
            reason=entry.reason,
            officer=entry.officer,
            verdict=entry.verdict,
            decided_at=entry.decided_at,
            undone_at=entry.undone_at,
            returned_at=entry.returned_at,
        )


class StoredComplaintOut(BaseModel):
    """A complaint in the ledger; times are UTC."""

    id: str
    reference_id: str
    revision: int
    received_at: Moment
    waiting: bool
    confidential: bool
    title: str
    text: str
    suggestion: dict[str, Any] | None
    decisions: list[DecisionOut]

    @classmethod
    def of(cls, entry: StoredComplaint) -> Self:
        return cls(
            id=entry.id,
            reference_id=entry.reference_id,
            revision=entry.revision,
            received_at=entry.received_at,
            waiting=entry.waiting,
            confidential=entry.confidential,
            title=entry.title,
            text=entry.text,
            suggestion=entry.suggestions[-1].answer if entry.suggestions else None,
            decisions=[DecisionOut.of(entry, decision) for decision in entry.decisions],
        )
