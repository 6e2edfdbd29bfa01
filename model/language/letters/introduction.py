"""Find the sentence in which the sender of a letter introduces himself, before he reports anything."""

from __future__ import annotations

import re

from model.language.letters.markers import pattern
from model.language.letters.pieces import Piece, sentences_of

_MUCH = 16
# "Bersama ini saya", "Perkenalkan, nama saya", "Bertindak untuk dan atas nama".
_SELF = pattern(
    r"\s*(?:(?:bersama|dengan|melalui)\s+(?:surat\s+)?ini\W+|perkenankan(?:lah)?\W+|perkenalkan\W+)*"
    r"(?:(?:nama\s+)?(?:saya|kami|beta)\b|(?:yang|yg)\s+bertanda|(?:bertindak\s+)?untuk\s+dan\s+atas\s+nama|bertindak\b|nama\s*:)"
)
# "Umur 40 tahun", "selaku kuasa hukum": said of the sender alone.
_OF_THE_SENDER = pattern(
    r"\b(?:umur|usia|berumur|berusia|alamat|beralamat|tinggal\s+di|bertempat|nik|ktp|nip|nrp|pekerjaan|bertanda\s?tangan|kuasa|selaku"
    r"|advokat|penasihat\s+hukum|bertindak|perkenalkan|nama\s+saya|atas\s+nama|masing-masing|diwakili\s+oleh|orang\s+tua\s+dari"
    r"|bapak\s+dari|ibu\s+dari|suami\s+dari|istri\s+dari|keluarga\s+alm\w*)\b|\b\d\d\s*(?:th|tahun)\b\s*[,.]"
)
# "Saya, Siti Contoh, guru di ...": names are written with capitals.
_NAMES_HIMSELF = re.compile(
    r"\s*(?:[Bb]ersama ini |[Pp]erkenalkan,? )?(?:[Ss]aya|[Kk]ami|[Nn]ama [Ss]aya),?\s+(?:[A-Z][\w.'-]*,?\s+|\[NAMA\],?\s*){2,}"
    r"|\s*(?:[Ss]aya|[Kk]ami),\s+[A-Z]\w+,"
)
_END_OF_LIST = re.compile(r"\n\s*\d[.)][^\n]*\n(?!\s*\d[.)])")
_STOP = re.compile(r"(?<!\b[Aa]lm)(?<!\b\w)(?<!\b\w\w)\.\s+(?=[a-z])")
_TELLS = pattern(r"\b(?:bahwa|sampaikan|laporkan|adukan|menyampaikan|melaporkan|mengadukan)\b")
_REPORTS = pattern(
    r"\b(?:dengan\s+ini|hendak|bermaksud|ingin|mau|melaporkan|menyampaikan|mengadukan|mengajukan|memohon|mohon|memberitahukan|menyatakan|menerangkan"
    r"|(?:telah|sudah)(?!\s+menjalani))\b"
)
# "..., menempati rumah di ...": what the sender does is no longer said of him alone.
_ACTS = pattern(r",\s+(?=me(?!njabat|wakili|lalui|njalani)[a-z]{5,}\b)")
# "Menyampaikan hal-hal sebagai berikut:" still introduces.
_AS_FOLLOWS = pattern(
    r"(?:(?:hal(?:-hal)?\s+)?(?:sebagai|di\s?bawah|seperti)\s+(?:berikut|ini)|hal\s+berikut|melaporkan|mengadukan|menyampaikan)\s*[:;.]\s*"
)


def introduction_at(text: str, position: int, *, after_fields: bool) -> Piece | None:
    """The introduction at the beginning of a letter's prose.

    After lines such as "Nama: ..." only "dengan ini melaporkan:" belongs to the introduction.
    """
    sentence = next(sentences_of(text, position, len(text)), Piece(position, position))
    written = text[sentence.start : sentence.end]
    follows = _AS_FOLLOWS.search(written)
    if after_fields:
        on_this_line = follows and "\n" not in written[: follows.start()]
        return Piece(sentence.start, sentence.start + follows.end()) if follows and on_this_line else None
    known = _end_of_own_words(written)
    if known < 0:
        return None
    stops = [stop.end() for stop in (follows, _END_OF_LIST.search(written)) if stop]
    if not follows and (reports := _REPORTS.search(written, known)):
        stops.append(reports.start())
    if not follows and (acts := _ACTS.search(written, known)):
        stops.append(acts.end())
    return Piece(sentence.start, sentence.start + min(stops or [_end_of_introduction(written)]))


def _end_of_own_words(sentence: str) -> int:
    """The end of the first words by which the sender introduces himself; -1 for a sentence about something else."""
    if not _SELF.match(sentence):
        return -1
    known = _NAMES_HIMSELF.match(sentence) or _OF_THE_SENDER.search(sentence)
    return known.end() if known and not _TELLS.search(sentence, 0, known.start()) else -1


def _end_of_introduction(sentence: str) -> int:
    """The comma behind the last words about the sender, where much of the sentence is left; else its end."""
    comma = sentence.find(",", max((found.end() for found in _OF_THE_SENDER.finditer(sentence)), default=0))
    # Who writes without capitals ends his sentences all the same.
    stop = _STOP.search(sentence)
    ends = [end for end in (comma + 1, stop.end() if stop else 0) if end > 0 and len(sentence[end:].split()) >= _MUCH]
    return min(ends, default=len(sentence))
