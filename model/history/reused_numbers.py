"""Tell complaints apart that share a number: many offices number their complaints anew each month or year."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from model.complaint import is_date
from model.language.words import folded_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from model.complaint import Complaint

# docs/decisions/0038 has the measurements behind all three.
_SHARED_AT_LEAST = 1 / 3
_SHARED_IN_ANOTHER_MONTH = 0.6
_ALIKE_IN_ANOTHER_MONTH = 0.3
# "di", "RT", "yg" are in every text.
_SHORTEST_WORD = 3
_SECOND_KEY = re.compile(r"(.+) \([^()]+\)")
_DIGITS_OF_TEXT = 6
_BRACKETS = str.maketrans("", "", "()")


def is_same_complaint(complaint: Complaint, other: Complaint) -> bool:
    """Whether two texts under one number are one complaint, perhaps revised, rather than two complaints.

    A revision keeps at least a third of the shorter text's words. A complaint that came in in another month must be
    nearly the same: the day of arrival doesn't change with a revision.
    """
    words, other_words = _words(complaint.text), _words(other.text)
    if not words or not other_words:
        return complaint.text.split() == other.text.split()
    shared = len(words & other_words) / min(len(words), len(other_words))
    if _in_other_month(complaint.received_at, other.received_at):
        alike = len(words & other_words) / len(words | other_words)
        return shared >= _SHARED_IN_ANOTHER_MONTH and alike >= _ALIKE_IN_ANOTHER_MONTH
    return shared >= _SHARED_AT_LEAST


def with_second_key(number: str, key: str) -> str:
    """A number with the key that tells it from the same number of another complaint.

    >>> with_second_key("12", "2024-02")
    '12 (2024-02)'
    """
    return f"{number} ({key})"


def number_alone(reference: str) -> str:
    """The number without a second key.

    >>> number_alone("12 (2024-02)"), number_alone("12/A")
    ('12', '12/A')
    """
    keyed = _SECOND_KEY.fullmatch(reference)
    return keyed[1] if keyed else reference


def month_of(moment: datetime | None) -> str:
    """The month as a second key, blank without a date."""
    return f"{moment:%Y-%m}" if is_date(moment) else ""


def day_of(moment: datetime | None) -> str:
    """The day as a second key, blank without a date."""
    return f"{moment:%Y-%m-%d}" if is_date(moment) else ""


def key_of_text(text: str) -> str:
    """A second key from the text itself, where nothing else tells two complaints apart."""
    written = " ".join(text.split()).encode("utf-8", "surrogatepass")
    return hashlib.sha256(written).hexdigest()[:_DIGITS_OF_TEXT]


def possible_references(complaint: Complaint, sheet: str = "") -> Iterator[str]:
    """The references under which a complaint may stand: its number, then its number with a second key.

    `sheet` is that of the workbook in which the complaint came; brackets in its name are left out.
    """
    number, received_at = complaint.reference_id, complaint.received_at
    yield number
    of_sheet = sheet.translate(_BRACKETS).strip()
    for key in (month_of(received_at), of_sheet, day_of(received_at), key_of_text(complaint.text)):
        if key:
            yield with_second_key(number, key)


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in folded_words(text) if len(word) >= _SHORTEST_WORD)


def _in_other_month(moment: datetime | None, other: datetime | None) -> bool:
    return is_date(moment) and is_date(other) and (moment.year, moment.month) != (other.year, other.month)
