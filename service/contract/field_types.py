"""The types of the fields of requests: cleaning, limits, and the schema that callers read."""

import re
from datetime import UTC, date, datetime, tzinfo
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StrictInt, StrictStr, WithJsonSchema
from pydantic_core import PydanticCustomError

from model.complaint import LONGEST_TEXT

LONGEST_NAME = 500
EARLIEST_YEAR = 1990
_LONGEST_TITLE = 2_000
_MOST_ATTACHMENTS = 10_000
_YEAR_FIRST = re.compile(r"\d{4}-\d{2}-\d{2}")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_NO_CHARACTER = re.compile(r"[\ud800-\udfff\ufffe\uffff]")


def clean(text: str) -> str:
    r"""Replace characters that databases, answers and files can't hold: control characters, surrogates, U+FFFE.

    The text keeps its length, so that positions in the text stay valid.

    >>> clean("lampu\x00mati")
    'lampu mati'
    """
    return _NO_CHARACTER.sub("\N{REPLACEMENT CHARACTER}", _CONTROL.sub(" ", text))


def cleaned(value: object) -> object:
    """Clean a string; pydantic checks all other values."""
    return clean(value) if isinstance(value, str) else value


def cleaned_and_stripped(value: object) -> object:
    """Clean a string and remove the spaces around it, so that a lookup finds the same name or id."""
    return clean(value).strip() if isinstance(value, str) else value


def in_zone(moment: datetime | None, zone: tzinfo) -> datetime | None:
    """Give a time without an offset the offset of a time zone."""
    return moment.replace(tzinfo=zone) if moment is not None and moment.tzinfo is None else moment


def _reference(value: object) -> object:
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else cleaned_and_stripped(value)


def _whole_number(value: object) -> object:
    # JSON has one type of number: 2.0 is an integer.
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _iso_date(value: object) -> object:
    # pydantic would read a bare number as seconds since 1970.
    if value is not None and not (isinstance(value, str) and _YEAR_FIRST.match(value)):
        raise PydanticCustomError("not_iso", "Write it as 2026-11-23 or 2026-11-23T08:10:00+07:00")
    return value


def _in_range(moment: datetime | None) -> datetime | None:
    # A mistyped year would give deadlines beyond the calendar.
    latest = datetime.now(UTC).year + 1
    if moment is not None and not EARLIEST_YEAR <= moment.year <= latest:
        raise PydanticCustomError(
            "date_out_of_range",
            "Write a date from the year {earliest} to {latest}",
            {"earliest": EARLIEST_YEAR, "latest": latest},
        )
    return moment


# Matches a text that `clean` doesn't leave blank; from the start, since Python's generated clients look only there.
SOMETHING_VISIBLE = r"^[\s\S]*[^\s\x00-\x1f\x7f-\x9f]"
_DATE = {"type": "string", "format": "date"}
_DATE_TIME = {"type": "string", "format": "date-time"}
_NULL = {"type": "null"}

# A schema names one type for each field, or null: generated clients wrap a choice of types in a class of its own. Numbers
# as references and dates as times are accepted as well, and the descriptions say so.
# The length belongs to the string inside the union: pydantic would ask null for a length too.
Name = Annotated[Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | None, BeforeValidator(cleaned)]
Title = Annotated[Annotated[StrictStr, Field(max_length=_LONGEST_TITLE)] | None, BeforeValidator(cleaned)]
Reference = Annotated[
    Annotated[StrictStr, Field(max_length=LONGEST_NAME)] | None,
    BeforeValidator(_reference),
    WithJsonSchema({"anyOf": [{"type": "string", "maxLength": LONGEST_NAME}, _NULL]}),
]
Count = Annotated[Annotated[StrictInt, Field(ge=0, le=_MOST_ATTACHMENTS)] | None, BeforeValidator(_whole_number)]
Moment = Annotated[
    datetime | None,
    BeforeValidator(_iso_date),
    AfterValidator(_in_range),
    WithJsonSchema({"anyOf": [_DATE_TIME, _NULL]}),
]
Day = Annotated[date | None, BeforeValidator(_iso_date), WithJsonSchema({"anyOf": [_DATE, _NULL]})]
# The schema has the usual limit; the limit in force is a setting, applied by `ComplaintIn.to_complaint`.
Text = Annotated[
    StrictStr,
    BeforeValidator(cleaned),
    WithJsonSchema({"type": "string", "maxLength": LONGEST_TEXT, "pattern": SOMETHING_VISIBLE}),
]
