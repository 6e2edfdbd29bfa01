"""A suggestion: units and categories, best first, with confidence, evidence and notices."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from data.messages import Sentence
    from model.language.letters.parts import LetterPart


class Status(StrEnum):
    """The degree to which an officer may rely on the first candidate.

    `confident`: at or above the threshold with the promised precision on later rows; `review`: a person should weigh the
    candidates; `unsure`: no unit or category known to Pilah fits.
    """

    CONFIDENT = "confident"
    REVIEW = "review"
    UNSURE = "unsure"


class ResolvedBy(StrEnum):
    """The source that decided the member of a unit family; `none` for a single unit or an undecided member."""

    LOCATION = "location"
    TEXT = "text"
    HISTORY = "history"
    RULE = "rule"
    NONE = "none"


class NoticeCode(StrEnum):
    """The codes of notices, a closed list."""

    PERSONAL_DATA_MASKED = "personal_data_masked"
    TEXT_TOO_SHORT = "text_too_short"
    WITHOUT_CONTENT = "without_content"
    CONTRAST = "contrast"
    SEVERAL_MATTERS = "several_matters"
    UNLIKE_ANYTHING_KNOWN = "unlike_anything_known"
    PLACE_MISSING = "place_missing"
    POSSIBLE_DUPLICATE = "possible_duplicate"
    MASS_LETTER = "mass_letter"
    UNIT_RETIRED = "unit_retired"
    RULE_AND_MODEL_DIFFER = "rule_and_model_differ"
    ADDRESSEE_NAMED = "addressee_named"
    FEW_EXAMPLES = "few_examples"
    NOTHING_LEARNED = "nothing_learned"
    RETURNED_BY_UNIT = "returned_by_unit"
    UNKNOWN_FIELD = "unknown_field"


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice beside a suggestion, with a count and a detail where the code has them."""

    code: NoticeCode
    count: int | None = None
    detail: str | Sentence | None = None


@dataclass(frozen=True, slots=True)
class UnitCandidate:
    """A candidate for the responsible unit. `confidence` is a probability; `code` is the intake system's own id.

    `in_set` tells that the unit is in the prediction set, which holds the right unit as often as the office promises.
    `informed` marks a unit for a copy that the sender's own list of copies names.
    """

    id: str
    code: str
    name: str
    confidence: float
    resolved_by: ResolvedBy = ResolvedBy.NONE
    in_set: bool = False
    informed: bool = False


@dataclass(frozen=True, slots=True)
class CategoryCandidate:
    """A candidate for the category. `confidence` is a probability; `in_set` as for a unit."""

    id: str
    name: str
    confidence: float
    in_set: bool = False


@dataclass(frozen=True, slots=True)
class NamedConfidence:
    """A candidate for the type or the outcome, with its probability."""

    name: str
    confidence: float


@dataclass(frozen=True, slots=True)
class WordWeight:
    """A word at text[start:end] and its weight for (positive) or against (negative) the first unit."""

    text: str
    start: int
    end: int
    weight: float


@dataclass(frozen=True, slots=True)
class Matter:
    """One of several matters: the masked words, with their place in the text as given, and its own candidates."""

    text: str
    start: int
    end: int
    units: tuple[UnitCandidate, ...]
    categories: tuple[CategoryCandidate, ...]


@dataclass(frozen=True, slots=True)
class Precedent:
    """A similar past complaint and the decision on it, never confidential. `similarity` is a cosine, 0 to 1."""

    reference_id: str
    received_at: datetime | None
    excerpt: str
    unit: str
    category: str
    outcome: str
    similarity: float


@dataclass(frozen=True, slots=True)
class TrackRecord:
    """The number of later rows with a similar confidence, and the number of those with the right first unit."""

    cases: int
    correct: int


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """An applied rule of the office: `action` is pin, forbid or prefer; `unit_id` is the rule's unit."""

    id: str
    action: str
    unit_id: str
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class Given:
    """What is known of a complaint before the suggestion: ids, and the names of type and outcome; blank where unknown."""

    unit_id: str = ""
    category_id: str = ""
    type: str = ""
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The suggestion for a complaint. `text` is the masked text with the words of the evidence.

    `letter` are the parts of a letter, in the text as given. `matters` are the demands of a letter with several, or the
    parts of another text for different units. `sentence` is the sentence of a long text that speaks for the first unit.

    `model_unit` is the model's own first unit, where a rule of the office put another unit first. `known_share` is the
    share of the text's words in the model's vocabulary. `without_units`: the office has no units. `basis` names the model version and the office's units and rules
    behind the suggestion: with another basis the suggestion is out of date.
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
    letter: tuple[LetterPart, ...] = ()
    matters: tuple[Matter, ...] = ()
    sentence: WordWeight | None = None
    copies: tuple[UnitCandidate, ...] = ()
    types: tuple[NamedConfidence, ...] = ()
    outcomes: tuple[NamedConfidence, ...] = ()
    rule: AppliedRule | None = None
    model_unit: UnitCandidate | None = None
    precedents: tuple[Precedent, ...] = ()
    track_record: TrackRecord | None = None
    known_share: float = 1.0
    without_units: bool = False
    basis: str = ""

    @property
    def status(self) -> Status:
        """The unit's status, since an officer decides the unit first; the category's in an office without units."""
        return self.category_status if self.without_units else self.unit_status

    @property
    def confidence(self) -> float:
        """The confidence of the first unit, or of the first category in an office without units."""
        first: Sequence[UnitCandidate | CategoryCandidate] = self.categories if self.without_units else self.units
        return first[0].confidence if first else 0.0
