"""Headers of two rows: a group such as "Lokasi" over "Kelurahan" and "Kecamatan"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from data.exports.cells import cell_text
from data.exports.columns.header_row import is_no_name
from data.exports.headers import is_personal, recognise

if TYPE_CHECKING:
    from data.exports.tables import Line

_LONGEST_NAME = 40
_FEWEST_NAMES = 2
_FEWEST_GROUPS = 3


def joined_headers(upper: Line, lower: Line) -> list[str] | None:
    """The headers of both rows as one; None where the lower row isn't a second header row.

    A second row names the columns of groups alone: under a column of its own it is blank, or merged with the first row.
    """
    if lower.number != upper.number + 1:
        return None
    width = max(len(upper.cells), len(lower.cells))
    groups = _texts(upper, width)
    # A title above the header has few cells.
    if sum(map(bool, groups)) < max(_FEWEST_GROUPS, width / 2) or any(map(is_no_name, groups)):
        return None
    names = ["" if place in lower.filled else text for place, text in enumerate(_texts(lower, width))]
    if sum(map(bool, names)) < _FEWEST_NAMES or any(
        len(name) > _LONGEST_NAME or is_no_name(name) for name in names if name
    ):
        return None
    if not any(name and not group for name, group in zip(names, groups, strict=True)):
        return None
    headers, group = [], ""
    for place, name in enumerate(names):
        is_of_own = bool(groups[place]) and (place + 1 == width or bool(groups[place + 1]))
        if name and is_of_own:
            return None
        group = groups[place] or (group if name else "")
        headers.append(_joined(group, name) if name else groups[place])
    return headers


def _texts(line: Line, width: int) -> list[str]:
    texts = [cell_text(cell).strip() for cell in line.cells]
    return texts + [""] * (width - len(texts))


def _joined(group: str, name: str) -> str:
    """The header that a single row would have: "Tanggal Masuk", "Alamat Pelapor".

    >>> _joined("Tanggal", "Masuk"), _joined("Pelapor", "Alamat")
    ('Tanggal Masuk', 'Alamat Pelapor')
    """
    if not group:
        return name
    group_first, name_first = f"{group} {name}", f"{name} {group}"
    # The reporter's address is no place of the complaint.
    is_about_reporter = is_personal(group) or is_personal(name_first)
    return group_first if not is_about_reporter and recognise([group_first], {}).columns else name_first
