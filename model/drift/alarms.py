"""What the two alarms say, and about what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from data.messages import Sentence


class Signal(StrEnum):
    """What rang."""

    CONFIDENCE = "confidence"
    UNSURE = "unsure"
    UNKNOWN_WORDS = "unknown_words"
    STRANGE = "strange"
    BLANK = "blank"
    UNIT_MIX = "unit_mix"
    CATEGORY_MIX = "category_mix"
    WAVE = "wave"
    CATEGORY_CONFIDENCE = "category_confidence"
    AGREEMENT = "agreement"
    UNIT_AGREEMENT = "unit_agreement"
    NEW_UNIT = "new_unit"
    NEW_CATEGORY = "new_category"


class Kind(StrEnum):
    """Which of the two alarms: the complaints have changed, or the decisions have."""

    INPUT = "input"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change that rings. `detail` is the name of a field, or the id of a unit or category; `message` is for people."""

    kind: Kind
    signal: Signal
    since: datetime
    baseline_value: float
    recent_value: float
    detail: str
    message: Sentence
