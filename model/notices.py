"""Word the notices beside a suggestion: on the text, on a rule, and on near-duplicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.messages import Sentence
from model.suggestion import Notice, NoticeCode, ResolvedBy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from model.history.similar import NearDuplicates
    from model.office.rules import RuledRanking
    from model.office.units import Units
    from model.ranking.side_outputs import Copies
    from model.ranking.types import RankedUnit

FEWEST_WORDS = 3
# With fewer training rows the confidence in a unit rests on its name, or on chance.
_FEWEST_ROWS_OF_UNIT = 3
# Notices on the first unit, not on the text.
ABOUT_FIRST_UNIT = frozenset(
    (
        NoticeCode.PLACE_MISSING,
        NoticeCode.UNIT_RETIRED,
        NoticeCode.RULE_AND_MODEL_DIFFER,
        NoticeCode.ADDRESSEE_NAMED,
        NoticeCode.FEW_EXAMPLES,
    )
)
# With these notices the track record of other suggestions says nothing about this one.
DOUBTS = frozenset(
    (
        NoticeCode.RETURNED_BY_UNIT,
        NoticeCode.TEXT_TOO_SHORT,
        NoticeCode.WITHOUT_CONTENT,
        NoticeCode.UNLIKE_ANYTHING_KNOWN,
        NoticeCode.CONTRAST,
        NoticeCode.SEVERAL_MATTERS,
    )
)
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


def returned_notices(units: Units, returned_by: Sequence[str]) -> tuple[Notice, ...]:
    if not returned_by:
        return ()
    names = [units[unit_id].name if unit_id in units else unit_id for unit_id in returned_by]
    return (Notice(NoticeCode.RETURNED_BY_UNIT, len(names), ", ".join(names)),)


def few_rows_notices(units: Units, copies: Copies, first: RankedUnit | None) -> tuple[Notice, ...]:
    """A notice for a unit with few training rows; a family learns from the rows of every member."""
    if first is None:
        return ()
    unit, rows = units[first.unit_id], copies.rows_of(first.unit_id)
    if unit.family or first.replaces or rows >= _FEWEST_ROWS_OF_UNIT:
        return ()
    return (Notice(NoticeCode.FEW_EXAMPLES, rows, unit.name),)


def unit_notices(units: Units, first: RankedUnit | None) -> list[Notice]:
    """Notices on the first unit: the place is missing, or the unit replaces a retired unit."""
    if first is None:
        return []
    notices, unit = [], units[first.unit_id]
    if unit.family and first.resolved_by is ResolvedBy.NONE:
        notices.append(Notice(NoticeCode.PLACE_MISSING, detail=unit.family))
    if first.replaces:
        notices.append(Notice(NoticeCode.UNIT_RETIRED, detail=_replacement(units, first)))
    return notices


def _replacement(units: Units, ranked: RankedUnit) -> Sentence:
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
