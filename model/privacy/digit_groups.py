"""Read digits in groups, such as "0812 0000 0002"."""

from __future__ import annotations

import re

# The start and end of each group of digits in a text.
Groups = list[tuple[int, int]]

# Neighbouring groups. A slash ends a chain, since slashes separate the parts of a letter's or a law's number.
CHAIN = re.compile(r"\d++(?:[ .()_·•*-]{1,3}+\d++)*+")
GROUP = re.compile(r"\d+")
YEAR = re.compile(r"(?:19|20)\d\d")


def joined(plain: str, groups: Groups, first: int, least: int, most: int) -> tuple[int, int]:
    """Join groups from `first` on to a number of `least` to `most` digits: the count of digits, and the group after."""
    total, after = groups[first][1] - groups[first][0], first + 1
    size = total
    while after < len(groups):
        previous, size = size, groups[after][1] - groups[after][0]
        gap = plain[groups[after - 1][1] : groups[after][0]]
        # A short group after a space and a long enough number is a quantity.
        quantity = total >= least and " " in gap and size < 3 and size != previous  # noqa: PLR2004
        if total + size > most or quantity:
            break
        total += size
        after += 1
    return total, after


def digits(plain: str, groups: Groups, first: int, after: int) -> str:
    """The digits of the groups from `first` up to `after`."""
    return "".join(plain[start:end] for start, end in groups[first:after])


def group_from(groups: Groups, first: int, position: int) -> int:
    """The index of the first group that starts at a position or later, counted from group `first`."""
    return next((index for index in range(first, len(groups)) if groups[index][0] >= position), len(groups))
