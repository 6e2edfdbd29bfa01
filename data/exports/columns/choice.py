"""Choose the columns of text, date, privacy and category by their cells, where the headers alone don't tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.columns.names import LATER_DATE_WORDS, PLACE_AND_TITLE_WORDS, QUESTION_WORDS, REMARK_WORDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from data.exports.columns.contents import ColumnContents

# A column so many times longer than the next is the complaint beside short answers.
_MUCH_LONGER = 3
_FEWEST_UNASKED = 3


def fill_from_contents(
    columns: dict[str, str], free: Mapping[str, str], contents: Mapping[str, ColumnContents]
) -> tuple[str, ...]:
    """Add the fields that cells tell to `columns`; the headers that may be the text, where several or none is sure.

    Args:
        columns: field → header, recognised so far.
        free: the headers that a field may take, with their normalised names.
        contents: the measures of each header's cells.
    """
    unclaimed = {header: name for header, name in free.items() if header not in columns.values()}
    text, candidates = _text(columns, unclaimed, contents)
    if text:
        columns["text"] = text
        unclaimed.pop(text, None)
    if "received_at" not in columns and (date := _date(unclaimed, contents)):
        columns["received_at"] = date
    # A confidential text is shown nowhere, whatever its column is called.
    if "confidential" not in columns and "privacy" not in columns:
        secret = next((header for header in unclaimed if contents[header].is_privacy()), None)
        columns |= {"privacy": secret} if secret else {}
    kind = columns.get("type")
    if kind and "category" not in columns and contents[kind].is_category():
        columns["category"] = columns.pop("type")
    return candidates


def _text(
    columns: Mapping[str, str], unclaimed: Mapping[str, str], contents: Mapping[str, ColumnContents]
) -> tuple[str | None, tuple[str, ...]]:
    """The header of the text, if the cells tell; and the candidates, if they don't."""
    named = columns.get("text")
    if named and not contents[named].is_labels():
        return None, ()
    texts = {header: name for header, name in unclaimed.items() if contents[header].is_text()}
    own = {header: name for header, name in texts.items() if not _has(name, REMARK_WORDS)}
    asked = [header for header, name in own.items() if _has(name, QUESTION_WORDS)]
    plain = [
        header
        for header, name in own.items()
        if not _has(name, PLACE_AND_TITLE_WORDS) and contents[header].filled >= _FEWEST_UNASKED
    ]
    longest = _longest(asked or plain, contents)
    if longest or named:
        return longest, ()
    # The subject of a letter may be all that is said.
    title = columns.get("title")
    return None, (*([title] if title and contents[title].is_text() else []), *texts)


def _longest(headers: Sequence[str], contents: Mapping[str, ColumnContents]) -> str | None:
    """The header with by far the longest cells, or None."""
    ordered = sorted(headers, key=lambda header: -contents[header].characters)
    if len(ordered) > 1 and contents[ordered[0]].characters < _MUCH_LONGER * contents[ordered[1]].characters:
        return None
    return ordered[0] if ordered else None


def _date(unclaimed: Mapping[str, str], contents: Mapping[str, ColumnContents]) -> str | None:
    """The only column of dates that no name gives to a later event."""
    dates = [
        header for header, name in unclaimed.items() if contents[header].is_dates() and not _has(name, LATER_DATE_WORDS)
    ]
    return dates[0] if len(dates) == 1 else None


def _has(name: str, words: frozenset[str]) -> bool:
    return not words.isdisjoint(name.split())
