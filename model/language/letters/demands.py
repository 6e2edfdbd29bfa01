"""Find what a letter asks for: one stretch for each demand."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from model.language.letters.markers import pattern
from model.language.letters.pieces import Piece, sentences_of

if TYPE_CHECKING:
    import re
    from collections.abc import Iterator

# "Memohon", but not "memohon maaf" or "memohon doa".
_ASK = r"(?:(?:m|rn)e)?(?:m|rn)ohon(?:kan|lah)?\b(?!\s+(?:ma['’]?af|ampun|doa|i[zj]in\s+(?:mau|untuk|lapor|tanya|bertanya|me\w+)|i[zj]in\W*$))"
_SENDER = r"(?:saya|kami|beta|katong)\s+(?:(?:juga|pun|sangat|hanya|cuma|dengan\s+hormat|dengan\s+sangat)\s+)?"
_ASKS = pattern(
    rf"\b(?<!waktu )(?<!ketika )(?<!saat )(?<!setelah )(?<!sudah )(?:{_ASK}|kiranya|tolong(?:lah)?|sudilah|kami\s+limpahkan"
    rf"|{_SENDER}(?:meminta|minta|menuntut|mendesak|mengharap\w*|berharap|harap\w*|mengusulkan|mengajukan\s+permohonan)"
    rf"|{_SENDER}(?:mau|ingin|pengen|pengin)\s+(?:[\w-]+\s+){{1,3}}di[a-z]{{4,}}"
    r"|(?:permohonan|permintaan|tuntutan|harapan)\s+(?:saya|kami)\s*(?::|adalah|ialah|agar|supaya))"
)
# A sentence that begins with the request, wherever the sentence stands.
_BEGINS_BY_ASKING = pattern(
    r"\W*(?:\d[.)]\s*)?(?:(?:maka|untuk\s+itu|oleh\s+(?:karena|sebab)\s+itu|sehubungan\s+dengan|berdasarkan|berkenaan\s+dengan|dengan\s+ini"
    rf"|bersama\s+ini)\b[^.]*?\b)?(?:{_SENDER})?(?:{_ASK}|menuntut|mendesak|tolong|meminta|mengusulkan|mengharapkan|berharap)"
)
# "Agar diperiksa", "supaya dikembalikan", "pengawas turun memeriksa": what is asked for.
_ACT = pattern(
    r"\b(?:di(?!a\b|ri\b|nas|rek|ana)[a-z]{4,}|me(?!mohon|minta|nuntut|ndesak|ngharap|nteri|lalui)[a-z]{5,})\b"
)
# A further demand in the same sentence asks again, or asks for another act with a subject of its own.
_FURTHER = pattern(
    r"(?<!saya)(?<!kami)[,;]?\s+(?=(?:(?:saya|kami)\s+(?=juga|pula))?(?:(?:dan|serta|juga|kemudian|beserta)\s+)+(?:(?:saya|kami|pula)\s+)?(?:(?:me)?(?:mohon|minta|nuntut|ndesak|ngusulkan|ngharap\w*)|agar|supaya|kiranya)\b)"
    r"|[,;]\s*\n\s*(?=(?:agar|supaya)\b)"
    r"|[,;]?\s+(?=(?:dan|serta|beserta)\s+(?!untuk|di[a-z]{4}|me[a-z]{5})(?:[\w./()-]{1,30}\s+){1,7}?"
    r"(?!dinas|direk|dia\b|dari)(?:di[a-z]{4,}|memeriksa|mengembalikan|menegur)\b)"
)
# "Juga agar ...", "Hasilnya agar diumumkan", behind a demand.
_CONTINUES = pattern(
    r"(?:(?:dan|juga|serta|selain\s+itu)\W+){0,2}(?:[\w-]+\s+){0,4}(?:agar|supaya)\s+(?:[\w-]+\s+){0,2}di[a-z]{4,}"
    r"|(?:(?:dan|juga|serta|selain\s+itu)\W+){0,2}(?:agar|supaya)\b"
)
_LABEL = r"(?:\(?(?:\d{1,2}|[a-h])[.)]|[-*•])\s"
_ITEM = pattern(rf"\s*{_LABEL}")
_ITEM_INSIDE = pattern(rf"(?:(?<=\n)|(?<=: )|(?<=; ))[^\S\n]*(?={_LABEL})")
_MOST_SENTENCES_BEHIND = 2
# A sentence that tells so much before it asks is the body up to there.
_MUCH_BEFORE = 12
_FEW_BEFORE = 4


def demands_in(text: str, start: int, end: int) -> list[Piece]:
    """The demands in the body at text[start:end], which stand near its end or begin with the request."""
    demands: list[Piece] = []
    sentences = list(sentences_of(text, start, end))
    listed = continued = asked_before = False
    for number, sentence in enumerate(sentences):
        written = text[sentence.start : sentence.end].strip()
        late = len(sentences) - number <= _MOST_SENTENCES_BEHIND + 1
        asks = _BEGINS_BY_ASKING.match(written) or (_ASKS.search(written) if late else None)
        if asks and written.endswith(":"):
            listed = True  # the demands are the items below
            continue
        continued = continued or (asked_before and bool(_CONTINUES.match(written)))
        if asks or continued or (listed and _ITEM.match(written)):
            listed = listed or bool(asks)
            demands += _split(text, _from_request(sentence, written, asks))
            asked_before = True
        else:
            listed = asked_before = False
        # A request may list its demands between semicolons.
        continued = bool(demands) and listed and written.endswith(";") and (continued or ":" in written)
    return demands


def begins_by_asking(sentence: str) -> bool:
    """Whether a sentence is a request by its first words."""
    return bool(_BEGINS_BY_ASKING.match(sentence))


def _from_request(sentence: Piece, written: str, asks: re.Match[str] | None) -> Piece:
    """The sentence from its request on, where it tells much before."""
    if not asks:
        return sentence
    before = written[: asks.start()].rstrip()
    # Who writes without capitals ends his sentences all the same.
    if len(before.split()) < (_FEW_BEFORE if before.endswith(".") else _MUCH_BEFORE):
        return sentence
    return Piece(sentence.start + asks.start(), sentence.end)


def _split(text: str, sentence: Piece) -> Iterator[Piece]:
    """The demands of a sentence: the items of a list behind a colon, or the clauses that ask for something else."""
    items = [item.end() for item in _ITEM_INSIDE.finditer(text, *sentence)]
    if items and text[sentence.start : items[0]].rstrip().endswith(":"):
        cuts = [*items, sentence.end]
    elif _ITEM.match(text, *sentence):
        cuts = [*sentence]
    else:
        further = (cut for cut in _FURTHER.finditer(text, *sentence) if _ACT.search(text, sentence.start, cut.start()))
        cuts = [sentence.start, *(cut.end() for cut in further), sentence.end]
    yield from (Piece(first, last) for first, last in pairwise(cuts))
