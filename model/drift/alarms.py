"""The alarms of drift: their kinds, their signals and their sentences."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from data.messages import Sentence


class Signal(StrEnum):
    """The figure that an alarm is about."""

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
    """The changed side: the complaints, or the decisions."""

    INPUT = "input"
    AGREEMENT = "agreement"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A change since a date. `detail` is the field, unit id or category id concerned, blank for the whole office."""

    kind: Kind
    signal: Signal
    since: datetime
    detail: str
    message: Sentence
