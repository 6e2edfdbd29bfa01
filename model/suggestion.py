"""What goes out: units and categories, best first, with a confidence and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from data.messages import Sentence


class Status(StrEnum):
    """How far an officer may lean on the first candidate.

    `confident`: at or above the threshold that kept the promised precision on later rows; `review`: a person should
    weigh the candidates; `unsure`: nothing that Pilah knows fits.
    """

    CONFIDENT = "confident"
    REVIEW = "review"
    UNSURE = "unsure"


class ResolvedBy(StrEnum):
    """What told which member of a unit family is meant; `none` for a single unit or where nothing told it."""

    LOCATION = "location"
    TEXT = "text"
    HISTORY = "history"
    RULE = "rule"
    NONE = "none"


class NoticeCode(StrEnum):
    """The closed list of what Pilah has to say beside a suggestion."""

    PERSONAL_DATA_MASKED = "personal_data_masked"
    TEXT_TOO_SHORT = "text_too_short"
    UNLIKE_ANYTHING_KNOWN = "unlike_anything_known"
    PLACE_MISSING = "place_missing"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    MASS_LETTER = "mass_letter"
    UNIT_RETIRED = "unit_retired"
    RULE_AND_MODEL_DIFFER = "rule_and_model_differ"
    ADDRESSEE_NAMED = "addressee_named"
    FEW_EXAMPLES = "few_examples"
    UNKNOWN_FIELD = "unknown_field"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the officer or the caller should know; `count` and `detail` where the code has any."""

    code: NoticeCode
    count: int | None = None
    detail: str | Sentence | None = None


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """A unit that may be responsible. `confidence` is a probability; `code` is the intake system's own id.

    `in_set`: inside the prediction set, which holds the right unit as often as the office's promise says.
    """

    id: str
    code: str
    name: str
    confidence: float
    resolved_by: ResolvedBy = ResolvedBy.NONE
    in_set: bool = False


@dataclass(frozen=True, slots=True)
class CategoryCandidate:
    """A category that may fit. `confidence` is a probability; `in_set` as for a unit."""

    id: str
    name: str
    confidence: float
    in_set: bool = False


@dataclass(frozen=True, slots=True)
class NamedConfidence:
    """A type or an outcome that may fit, with its probability."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A written word that spoke for (positive) or against (negative) the first unit; it stands at text[start:end]."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar complaint of the past and what became of it; never a confidential one. `similarity` is a cosine, 0 to 1."""

    reference_id: str
    received_at: datetime | None
    excerpt: str
    unit: str
    category: str
    outcome: str
    similarity: float


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """How many later rows had a first unit about as sure as this one, and how many of them were right."""

    cases: int
    correct: int


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule of the office that applied: `action` is pin, forbid or prefer; `unit_id` is the rule's unit."""

    id: str
    action: str
    unit_id: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The answer to one complaint. `text` is the masked text that the evidence points into.

    `model_unit` is what the model alone would have put first, where a rule of the office changed that. `known_share` is
    the share of the text's words that the model has met.
    """

    suggestion_id: str
    reference_id: str
    version: str
    text: str
    unit_status: Status
    category_status: Status
    units: tuple[UnitCandidate, ...]
    categories: tuple[CategoryCandidate, ...]
    evidence: tuple[WordWeight, ...]
    notices: tuple[Notice, ...]
    copies: tuple[UnitCandidate, ...] = ()
    types: tuple[NamedConfidence, ...] = ()
    outcomes: tuple[NamedConfidence, ...] = ()
    rule: AppliedRule | None = None
    model_unit: UnitCandidate | None = None
    precedents: tuple[Precedent, ...] = ()
    track_record: TrackRecord | None = None
    known_share: float = 1.0

    @property
    def status(self) -> Status:
        """The unit's status: what an officer decides first."""
        return self.unit_status
