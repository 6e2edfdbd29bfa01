"""A complaint from an intake system or an export, and the same complaint without personal data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeGuard

from model.language.letters.parts import LetterPart
from model.language.letters.reading import letter_of
from model.privacy.mask import Masked, mask

if TYPE_CHECKING:
    from datetime import date

    from model.language.letters.parts import Letter

LONGEST_TEXT = 50_000
# Stands in an export in place of a confidential complaint's title and text.
HIDDEN_TEXT = "[rahasia]"


@dataclass(frozen=True, slots=True)
class Location:
    """The place fields of a complaint form; a blank field is an empty string."""

    province: str = ""
    regency: str = ""
    district: str = ""
    village: str = ""


@dataclass(frozen=True, slots=True)
class Complaint:
    """A complaint. Only `text` is required; the other fields help to route it, or are kept in the ledger.

    `returned_by` are the ids of the units that returned the complaint or a near-duplicate of it.
    """

    text: str
    reference_id: str = ""
    received_at: datetime | None = None
    title: str = ""
    channel: str = ""
    location: Location = Location()
    type: str = ""
    incident_date: date | None = None
    reporter_category: str = ""
    requested_unit: str = ""
    attachments: int = 0
    anonymous: bool = False
    confidential: bool = False
    returned_by: tuple[str, ...] = ()

    @property
    def letter(self) -> Letter | None:
        """The parts of the text, where it is a letter."""
        return letter_of(self.text)

    @property
    def matter(self) -> str:
        """The text, of a letter subject, body and demands alone: spaces stand for the rest, and all offsets are valid."""
        letter = self.letter
        return letter.matter(self.text) if letter else self.text

    @property
    def whole_text(self) -> str:
        """Title and matter together, the input of every step that reads words."""
        return f"{self.title}\n{self.matter}" if self.title else self.matter


# In a history without dates, a row has its place as seconds after this moment: an order, but no date.
_FIRST_ROW = datetime(1970, 1, 1)  # noqa: DTZ001 - histories have no offset
# SP4N-LAPOR! and its predecessors are younger.
_EARLIEST_YEAR = 1990


def moment_of_row(number: int) -> datetime:
    """The moment that keeps a row without a date in the order of its file.

    >>> moment_of_row(3) < moment_of_row(4), is_date(moment_of_row(4))
    (True, False)
    """
    return _FIRST_ROW + timedelta(seconds=number)


def is_date(moment: datetime | None) -> TypeGuard[datetime]:
    """Whether a moment is a date, rather than missing or a row's place in its file."""
    return moment is not None and moment.year >= _EARLIEST_YEAR


@dataclass(frozen=True, slots=True)
class MaskedComplaint:
    """A complaint without personal data, the number of masked stretches in its title and text, and the masked text."""

    complaint: Complaint
    masked_count: int
    text: Masked

    @property
    def letter_as_given(self) -> tuple[LetterPart, ...]:
        """The parts of a letter, in the text before masking."""
        letter, unmasked = self.complaint.letter, self.text.unmasked
        parts = letter.parts if letter else ()
        return tuple(LetterPart(found.part, unmasked(found.start), unmasked(found.end)) for found in parts)


def without_personal_data(complaint: Complaint) -> MaskedComplaint:
    """Mask every free text of a complaint."""
    text, title = mask(complaint.text), mask(complaint.title)
    reporter_category, requested_unit = mask(complaint.reporter_category), mask(complaint.requested_unit)
    if not (text.count or title.count or reporter_category.count or requested_unit.count):
        return MaskedComplaint(complaint, 0, text)
    return MaskedComplaint(
        replace(
            complaint,
            text=text.text,
            title=title.text,
            reporter_category=reporter_category.text,
            requested_unit=requested_unit.text,
        ),
        text.count + title.count,
        text,
    )
