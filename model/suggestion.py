"""What goes out: units and categories, best first, with a confidence and what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


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
    UNKNOWN_FIELD = "unknown_field"


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the officer or the caller should know; `count` and `detail` where the code has any."""

    code: NoticeCode
    count: int | None = None
    detail: str | None = None


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """A unit that may be responsible. `confidence` is a probability; `code` is the intake system's own id."""

    id: str
    code: str
    name: str
    confidence: float
    resolved_by: ResolvedBy = ResolvedBy.NONE


@dataclass(frozen=True, slots=True)
class CategoryCandidate:
    """A category that may fit. `confidence` is a probability."""

    id: str
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
class Suggestion:
    """The answer to one complaint. `text` is the masked text that the evidence points into."""

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

    @property
    def status(self) -> Status:
        """The unit's status: what an officer decides first."""
        return self.unit_status
