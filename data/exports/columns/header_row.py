"""Tell a header row from rows of data, by the cells."""

from __future__ import annotations

import re
from collections import Counter
from statistics import median
from typing import TYPE_CHECKING

from data.exports.cells import cell_text
from data.exports.dates.written import parse_written

if TYPE_CHECKING:
    from collections.abc import Sequence

# A form's question can be a header, a complaint can't.
_LONGEST_QUESTION = 250
_PROSE_CHARACTERS = 30
_LONGEST_DATE = 60
_MOST_ODD_CELLS = 0.25
_FIGURE = re.compile(r"[\d\s.,:/+-]*\d[\d\s.,:/+-]*", re.ASCII)
_PERSONAL = re.compile(r"\d{5}|@")
_NUMBERING = re.compile(r"\(?(\d+)\)?", re.ASCII)
# SurveyMonkey's second header row.
_ANSWER_KINDS = frozenset({"response", "open-ended response"})


def likely_headers(rows: Sequence[Sequence[object]], most: int) -> list[bool]:
    """Whether each of the first `most` rows may be a header.

    In a header nearly no cell is long, a figure, a date, or found again in its column. A row of few cells is a title.
    """
    texts = [tuple(cell_text(cell).strip() for cell in cells) for cells in rows]
    rows_alike = Counter(texts)
    seen = Counter((place, text) for row in texts for place, text in enumerate(row))
    prose = _prose_columns(texts)
    usual_cells, usual_filled = (median(map(count, texts)) if texts else 0 for count in (len, _n_filled))
    likely, widest = [], 0
    for row in texts[:most]:
        filled = [(place, text) for place, text in enumerate(row) if text]
        # A form's question may be as long as the answers, but no row over it is as wide.
        longest = prose if widest >= len(filled) else {}
        odd = sum(
            is_no_name(text) or seen[place, text] > rows_alike[row] or len(text) > longest.get(place, len(text))
            for place, text in filled
        )
        is_title = len(row) <= usual_cells / 2 or len(filled) <= usual_filled / 2
        likely.append(odd <= _MOST_ODD_CELLS * len(filled) and not is_title)
        widest = max(widest, len(filled))
    return likely


def _n_filled(row: Sequence[str]) -> int:
    return sum(map(bool, row))


def _prose_columns(texts: Sequence[Sequence[str]]) -> dict[int, float]:
    """The places of columns of prose, with half the median length of their cells."""
    columns: dict[int, list[int]] = {}
    for row in texts:
        for place, text in enumerate(row):
            if text:
                columns.setdefault(place, []).append(len(text))
    medians = {place: median(lengths) for place, lengths in columns.items()}
    return {place: length / 2 for place, length in medians.items() if length >= _PROSE_CHARACTERS}


def is_no_name(text: str) -> bool:
    """Whether a cell can't be the name of a column: long, a figure, a date, or holding a number or address of a person."""
    if len(text) > _LONGEST_QUESTION or _FIGURE.fullmatch(text) or _PERSONAL.search(text):
        return True
    return len(text) <= _LONGEST_DATE and any(map(str.isdigit, text)) and parse_written(text) is not None


def is_second_header(cells: Sequence[object]) -> bool:
    """Whether a row under the header only numbers the columns, or holds a survey tool's marks.

    >>> is_second_header(["(1)", "(2)", "(3)"]), is_second_header(["", "Open-Ended Response"])
    (True, True)
    """
    filled = [text for cell in cells if (text := cell_text(cell).strip())]
    if filled and filled[0].startswith('{"ImportId"'):
        return True
    if filled and all(text.casefold() in _ANSWER_KINDS for text in filled):
        return True
    numbers = [match[1] for text in filled if (match := _NUMBERING.fullmatch(text))]
    return len(filled) > 2 and numbers == [str(place) for place in range(1, len(filled) + 1)]  # noqa: PLR2004 - "1, 2" may be data
