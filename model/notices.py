"""Word the notices beside a suggestion: on the text, on a rule, and on near-duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import Sentence
from model.suggestion import Notice, NoticeCode

if TYPE_CHECKING:
    from model.history.similar import NearDuplicates
    from model.office.rules import RuledRanking
    from model.office.units import Units
    from model.ranking.types import RankedUnit

FEWEST_WORDS = 3
# Three senders of the same text are a campaign, not a reporter who asks again.
_MASS_LETTER_FROM = 3


def rule_notices(ruled: RuledRanking) -> list[Notice]:
    if ruled.model_unit is None:
        return []
    return [Notice(NoticeCode.RULE_AND_MODEL_DIFFER, detail=ruled.model_unit.name)]


def near_duplicate_notices(near: NearDuplicates) -> list[Notice]:
    if near.count >= _MASS_LETTER_FROM:
        return [Notice(NoticeCode.MASS_LETTER, count=near.count)]
    if near.count:
        return [Notice(NoticeCode.POSSIBLE_DUPLICATE, near.count, ", ".join(near.reference_ids) or None)]
    return []


def replacement(units: Units, ranked: RankedUnit) -> Sentence:
    """The sentence on a learned unit out of force on the day, and the successor."""
    learned, now = units[ranked.replaces], units[ranked.unit_id]
    if learned.valid_to is not None and (now.valid_from is None or now.valid_from > learned.valid_to):
        return Sentence("notices.unit-ended", unit=learned.name, day=learned.valid_to, successor=now.name)
    return Sentence("notices.unit-not-yet", unit=learned.name, successor=now.name)


def text_notices(masked_count: int, n_words: int, *, content: bool, contrast: bool, known: bool) -> tuple[Notice, ...]:
    notices = []
    if masked_count:
        notices.append(Notice(NoticeCode.PERSONAL_DATA_MASKED, count=masked_count))
    if n_words < FEWEST_WORDS:
        notices.append(Notice(NoticeCode.TEXT_TOO_SHORT, count=n_words))
    elif not content:
        notices.append(Notice(NoticeCode.WITHOUT_CONTENT))
    elif not known:
        notices.append(Notice(NoticeCode.UNLIKE_ANYTHING_KNOWN))
    if contrast:
        notices.append(Notice(NoticeCode.CONTRAST))
    return tuple(notices)
