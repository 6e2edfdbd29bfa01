"""Rows below a table that are no complaints: totals, notes and signatures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from data.exports.cells import cell_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_THINGS = r"(?:\s+(?:keseluruhan|seluruhnya|seluruh|semua|aduan|pengaduan|laporan|data|baris|kasus))*"
_TOTAL = re.compile(rf"(?:grand\s+|sub\s*-?)?(?:total|jumlah){_THINGS}\s*[:=]?\s*[\d.,]*{_THINGS}", re.IGNORECASE)
_NOTE = re.compile(
    r"(?:catatan|keterangan|ket|sumber(?:\s+data)?|nb|note)\.?\s*:.*|\*\).*"
    r"|(?:dicetak|diunduh|di(?:ekspor|buat))\s+(?:pada|oleh|tanggal|dari)\b.*",
    re.IGNORECASE | re.DOTALL,
)
_SIGNATURE = re.compile(
    r"(?:mengetahui|menyetujui|disetujui\s+oleh|dibuat\s+oleh|hormat\s+kami|tertanda|ttd)\b[\s,.:]*.{0,60}"
    r"|nip\.?\s*[:.]?\s*\d[\d\s]{8,}"
    r"|[a-z][a-z .]{2,30},\s+\d{1,2}\s+[a-z]{3,9}\s+20\d\d",
    re.IGNORECASE,
)
_FEW_CELLS = 2
# The signatory's name and office are in rows of one or two cells each.
_FEW_CELLS_BELOW = 3
_LONGEST = 300


class ClosingRows:
    """Recognises closing rows in order; `places` are those of the fields."""

    def __init__(self, places: Mapping[str, int]) -> None:
        self._identifying = [places[name] for name in ("received_at", "id") if name in places]
        self._is_below = False

    def takes(self, cells: Sequence[object]) -> bool:
        """Whether the row closes the table, by its words or below a row that does."""
        filled = [text for cell in cells if (text := cell_text(cell).strip())]
        is_total = bool(filled) and bool(_TOTAL.fullmatch(filled[0])) and not any(map(_is_words, filled[1:]))
        # A total may stand in the column of the number.
        if not is_total and any(place < len(cells) and cell_text(cells[place]).strip() for place in self._identifying):
            self._is_below = False
            return False
        is_closing = len(cells) > _FEW_CELLS and len(filled) <= _FEW_CELLS and any(map(_closes, filled))
        self._is_below = is_total or is_closing or (self._is_below and len(filled) <= _FEW_CELLS_BELOW)
        return self._is_below


def _closes(text: str) -> bool:
    return len(text) <= _LONGEST and bool(_NOTE.fullmatch(text) or _SIGNATURE.fullmatch(text))


def _is_words(text: str) -> bool:
    return any(map(str.isalpha, text)) and not _TOTAL.fullmatch(text)
