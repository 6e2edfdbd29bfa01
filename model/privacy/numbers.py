"""Find numbers that name a person: identity, telephone, bank and customer numbers."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from model.privacy.spans import Span, words_before, words_of

if TYPE_CHECKING:
    from collections.abc import Iterator


# Groups of digits that may be one number; a letter's or a law's number has slashes and so never is.
_CHAIN = re.compile(r"\d++(?:[ .()_·•*-]{1,3}+\d++)*+")


_GROUP = re.compile(r"\d+")


_FEWEST_DIGITS = 4


_NIK_DIGITS = 16


_NUMBER_WORDS = words_of("""
    no nomor nomer nmr nmer number id kode noktp nokk norek nohp nowa idpel norekening
""")


_BANKS = words_of("""
    bank bri bni bca bsi btn btpn mandiri cimb niaga danamon permata mega bukopin jatim jateng bjb dki seabank jago
    jenius muamalat panin ocbc maybank dana shopeepay linkaja briva
""")


# Words that may stand between a cue and its number.
_FILLERS = _NUMBER_WORDS | words_of("""
    nya saya sy aku kami istri suami anak ibu bapak ayah orang tua pelapor pelaku penipu pemohon terlapor korban
    adalah yaitu yakni yg yang lama baru ini itu dgn dengan di ke pada milik atas pribadi induk aktif pdam pln
    listrik air kesehatan ketenagakerjaan ujian cpns pppk haji rumah kantor desa dinas elektronik a c el ya min
    tujuan tabungan hak sekolah siswa admin dr dari kelahiran kematian nikah lahir darurat keluarga center person
    app tanah pajak polisi kks prakerja
""")


_CUES = {
    cue: name
    for name, cues in {
        "KK": "kk|nokk|kartu keluarga",
        "NIK": "nik|niknya|ktp|ektp|ktpnya|noktp|induk kependudukan",
        "LONG": "npwp|nip|nisn|nuptk|nis|bpjs|jkn|kis|nop|idpel|id pel|id pelanggan|no meter|nomor meter|porsi|peserta|imei|nib|"
        "induk pegawai|induk siswa",
        "REKENING": "rek|rekening|rekeningnya|norek|norekening|virtual account|va|atm|transfer|tf|trf|"
        + "|".join(_BANKS),
        "TELEPON": "hp|hpnya|wa|wanya|nohp|nowa|whatsapp|whats app|wasap|tel|telp|telpon|telepon|telephone|telpn|telfon|telpun|"
        "tlp|tlpn|tilpun|nope|cp|call|sms|kontak|hubungi|hub|dihubungi|menghubungi|ditelepon|contact|ponsel|handphone|seluler|"
        "fax|faks|hotline|gopay|ovo|menelepon|nelpon|telponnya",
        "SURE": "tracking|tiket|ticket|shm|shgb|sppt|registrasi|resi|booking|paspor|passport|pasport|polis|kitas|kitap|visa|"
        "bpkb|skck",
        "MAYBE": "pengaduan|aduan|laporan|lapor|sertifikat|sertipikat|hak milik|sim|pelanggan|pendaftaran|reg|kartu|akta|berkas|"
        "permohonan|identitas|pasien|medis|rm|anggota|pegawai|pesanan|order|transaksi|invoice|kontrak|meteran|rangka|mesin|"
        "seri|stnk|tagihan|referensi|ref",
    }.items()
    for cue in cues.split("|")
}


_CUE_REACH = 72


_MOST_FILLERS = 5


_LETTERS = re.compile(r"[^\W\d_]+")


_GAP_IN_CUE = re.compile(r"[ :=.#(\n,'\"/+-]{0,5}")


_CODE_PREFIX = re.compile(r"(?<![^\W_])[a-z]{1,6}[-/]?$", re.IGNORECASE)


_SAME_AGAIN = re.compile(r"[ ]?(?:/|,|&|dan|atau|or|;)[ ]?")


_MONEY_BEFORE = re.compile(r"(?<![a-z])(?:rp|idr|rupiah|seharga|sebesar|senilai)[ .:]{0,3}$", re.IGNORECASE)


_MONEY_OR_AMOUNT_AFTER = re.compile(
    r"[ ]?(?:rb|ribu|rbu|juta|jt|miliar|milyar|rupiah|,-|m2|meter|m3|kg|kwh|watt|va|orang|kk|jiwa|persen|%|tahun|hari|bulan"
    r"|liter|ton|hektar|ha)(?![a-z])",
    re.IGNORECASE,
)


_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,4}+(?![.-]?\d)")


_MORE_OF_A_CODE = re.compile(r"(?:[-/][a-z0-9]{1,15}+){1,9}+", re.IGNORECASE)


_DATE = re.compile(
    r"(?:\d{1,2}(?P<a>[ .-])\d{1,2}(?P=a)(?:19|20)\d{2}|(?:19|20)\d{2}(?P<b>[.-])\d{1,2}(?P=b)\d{1,2})(?![.-]?\d)"
)


_TIME = re.compile(r"(?:[01]?\d|2[0-4])[.][0-5]\d(?![.-]?\d| \d{3})")


_LONGEST_AMOUNT = 9


_YEAR = re.compile(r"(?:19|20)\d\d")


_BEGINS_LIKE_A_PHONE = re.compile(r"08[1-9]|0[2-79]\d|62\d|8[1-9]\d")


_MOBILE = re.compile(r"(?:0|62|620)?8[1-9]\d{7,11}")


_LANDLINE = re.compile(r"(?:0|62)[2-9]\d{6,10}")


_PROVINCE = re.compile(r"1[1-9]|21|3[1-6]|5[1-3]|6[1-5]|7[1-6]|8[12]|9[1-7]")


class _Expected(NamedTuple):
    """How many digits a cue promises: groups are joined up to `least`, long ones to `most`; from `enough` on it's masked."""

    kind: str
    least: int
    most: int
    enough: int
    enough_without_number_word: int = 0


_EXPECTED = {
    "KK": _Expected("KK", 16, 16, 10),
    "NIK": _Expected("NIK", 16, 16, 10),
    "LONG": _Expected("NOMOR", 13, 20, 5, 8),
    "REKENING": _Expected("REKENING", 10, 18, 7),
    "TELEPON": _Expected("TELEPON", 9, 14, 6),
    "SURE": _Expected("NOMOR", 8, 20, 4),
    "MAYBE": _Expected("NOMOR", 8, 20, 4, 6),
}


_DIGITS_OF_ONE_MORE = 6


_Groups = list[tuple[int, int]]


def personal_numbers(plain: str) -> Iterator[Span]:
    told: tuple[_Expected, int] | None = None
    for chain in _CHAIN.finditer(plain):
        if chain.end() - chain.start() < _FEWEST_DIGITS or _YEAR.fullmatch(plain, *chain.span()):
            continue
        groups = [group.span() for group in _GROUP.finditer(plain, *chain.span())]
        cued = _cued_number(plain, groups) or _one_more(plain, groups, told)
        if cued:
            span, after, expected = cued
            yield span
            told = expected, span.end
        else:
            after = _after_amount(plain, groups) if _MONEY_BEFORE.search(words_before(plain, groups[0][0], 16)) else 0
        yield from _uncued_numbers(plain, groups, after)


def _uncued_numbers(plain: str, groups: _Groups, at: int) -> Iterator[Span]:
    floor = groups[at - 1][1] if at else 0
    while at < len(groups):
        if harmless := _harmless(plain, groups, at):
            at = harmless
            continue
        kind, after = _uncued_number(plain, groups, at)
        if kind:
            span = _with_brackets(plain, groups[at][0], groups[after - 1][1], kind, floor)
            yield span
            floor = span.end
        at = after


class _Cue(NamedTuple):
    name: str
    numbered: bool
    prefix: int


def _cue_before(plain: str, at: int) -> _Cue | None:
    """The cue that announces the number at a place: the nearest one with nothing but fillers in between."""
    before = words_before(plain, at, _CUE_REACH)
    words = [(match.group().lower(), *match.span()) for match in _LETTERS.finditer(before)]
    follows, prefix, numbered = len(before), 0, False
    for back in range(1, min(len(words), _MOST_FILLERS + 1) + 1):
        word, start, end = words[-back]
        previous = words[-back - 1][0] if back < len(words) else ""
        if not _GAP_IN_CUE.fullmatch(before, end, follows):
            return None
        numbered = numbered or word in _NUMBER_WORDS
        name = _CUES.get(f"{previous} {word}") or _CUES.get(word)
        if name:
            return _Cue(
                name, numbered or previous in _NUMBER_WORDS or _number_word_near(words[-back - 3 : -back]), prefix
            )
        if word not in _FILLERS:
            code = _CODE_PREFIX.search(before) if back == 1 else None
            if not code:
                return None
            prefix = len(before) - start
        elif back == 1 and end == len(before):
            prefix = len(before) - start
        follows = start
    return None


def _number_word_near(words: list[tuple[str, int, int]]) -> bool:
    return any(word in _NUMBER_WORDS for word, _, _ in words)


_Cued = tuple[Span, int, _Expected]


def _cued_number(plain: str, groups: _Groups) -> _Cued | None:
    cue = _cue_before(plain, groups[0][0])
    if not cue:
        return None
    expected = _EXPECTED[cue.name]
    total, after = _joined(plain, groups, 0, expected.least, expected.most)
    start, end = groups[0][0], groups[after - 1][1]
    enough = expected.enough if cue.numbered else max(expected.enough, expected.enough_without_number_word)
    if total < enough or (cue.name not in {"NIK", "KK"} and _is_amount(plain, start, end, numbered=cue.numbered)):
        return None
    kind = expected.kind
    if _MOBILE.fullmatch(_digits(plain, groups, 0, after)) and plain[start] == "0" and not cue.numbered:
        kind = "TELEPON"
    if kind == "NOMOR":
        start -= cue.prefix
        if more := _MORE_OF_A_CODE.match(plain, end):
            end = more.end()
            after = next((at for at in range(after, len(groups)) if groups[at][0] >= end), len(groups))
    return _with_brackets(plain, start, end, kind, 0), after, expected


def _one_more(plain: str, groups: _Groups, told: tuple[_Expected, int] | None) -> _Cued | None:
    """A second number after one that was announced: "telp 5550006 / 5550007"."""
    if told is None or not _SAME_AGAIN.fullmatch(plain, told[1], groups[0][0]):
        return None
    expected = told[0]
    total, after = _joined(plain, groups, 0, expected.least, expected.most)
    start, end = groups[0][0], groups[after - 1][1]
    if total < _DIGITS_OF_ONE_MORE or _is_amount(plain, start, end, numbered=True):
        return None
    return _with_brackets(plain, start, end, expected.kind, told[1]), after, expected


def _is_amount(plain: str, start: int, end: int, *, numbered: bool) -> bool:
    thousands = _THOUSANDS.match(plain, start)
    if (thousands and thousands.end() >= end) or _DATE.match(plain, start):
        return True
    written = plain[start:end]
    if _YEAR.fullmatch(written):
        return True
    if written[0] == "0" or len(written) > _LONGEST_AMOUNT or not written.isdigit():
        return False
    round_sum = not numbered and int(written) % 500 == 0
    return round_sum or _MONEY_OR_AMOUNT_AFTER.match(plain, end) is not None


def _joined(plain: str, groups: _Groups, first: int, least: int, most: int) -> tuple[int, int]:
    """How many digits the groups from `first` make together, and the group after them."""
    total, after = groups[first][1] - groups[first][0], first + 1
    size = total
    while after < len(groups):
        previous, size = size, groups[after][1] - groups[after][0]
        gap = plain[groups[after - 1][1] : groups[after][0]]
        tight = " " not in gap
        if total + size > most or (total >= least and not tight and size < 3 and size != previous):  # noqa: PLR2004 - a quantity
            break
        total += size
        after += 1
    return total, after


def _digits(plain: str, groups: _Groups, first: int, after: int) -> str:
    return "".join(plain[start:end] for start, end in groups[first:after])


def _with_brackets(plain: str, start: int, end: int, kind: str, floor: int) -> Span:
    """The span with the "+" or "(" that opens a telephone number."""
    while start > floor and plain[start - 1] in "+(" and (plain[start - 1] == "+" or ")" in plain[start : end + 1]):
        start -= 1
    if plain[start] == "(" and ")" not in plain[start:end] and plain[end : end + 1] == ")":
        end += 1
    return Span(start, end, kind)


def _after_amount(plain: str, groups: _Groups) -> int:
    """The first group that isn't part of the amount of money at the beginning."""
    for at, ((_, end), (start, stop)) in enumerate(pairwise(groups), start=1):
        if plain[end:start] != "." or stop - start > 3:  # noqa: PLR2004 - thousands
            return at
    return len(groups)


def _harmless(plain: str, groups: _Groups, at: int) -> int | None:
    """The group after a date, a time or a sum of money that starts here."""
    start = groups[at][0]
    if at and plain[start - 1] in ".-" and plain[start - 2] != " ":
        return None
    for pattern in (_DATE, _TIME, _THOUSANDS):
        if match := pattern.match(plain, start):
            return next((after for after in range(at + 1, len(groups)) if groups[after][0] >= match.end()), len(groups))
    return None


def _uncued_number(plain: str, groups: _Groups, at: int) -> tuple[str | None, int]:
    """The kind of the number that starts at a group, if it's personal, and the group after it."""
    if after := _phone(plain, groups, at):
        return "TELEPON", after
    start, end = groups[at]
    size = end - start
    if size >= 10:  # noqa: PLR2004 - nobody counts anything in so many digits but money
        if plain[start:end].endswith("000000") and size < _NIK_DIGITS:
            return None, at + 1
        return ("NIK" if size in {16, 17} else "NOMOR"), at + 1
    if size != 4 and not _PROVINCE.match(_digits(plain, groups, at, at + 2)):  # noqa: PLR2004 - in fours, as on the card
        return None, at + 1
    total, after = _joined(plain, groups, at, _NIK_DIGITS, _NIK_DIGITS)
    if total == _NIK_DIGITS and _is_spaced_nik(plain, groups, at, after):
        return "NIK", after
    return None, at + 1


def _phone(plain: str, groups: _Groups, at: int) -> int | None:
    start, end = groups[at]
    if plain[start] not in "068":
        return None
    if not _BEGINS_LIKE_A_PHONE.match(_digits(plain, groups, at, at + 3)):
        return None
    international = plain[start] == "6"
    total, after = _joined(plain, groups, at, 11 if international else 10, 14 if international else 13)
    digits = _digits(plain, groups, at, after)
    # A bare 8 begins too much else, unless the digits are written as one.
    if _MOBILE.fullmatch(digits) and (plain[start] != "8" or after == at + 1):
        return after
    total, after = _joined(plain, groups, at, 9, 12)
    abroad = international and plain[max(0, start - 1) : start] == "+"
    in_area = end - start in {3, 4} or abroad or total == end - start
    number_follows = abroad or after == at + 1 or groups[at + 1][1] - groups[at + 1][0] >= 3  # noqa: PLR2004 - not a clock or a date
    if in_area and number_follows and total >= 9 and _LANDLINE.fullmatch(_digits(plain, groups, at, after)):  # noqa: PLR2004
        return after
    return None


def _is_spaced_nik(plain: str, groups: _Groups, at: int, after: int) -> bool:
    parts = groups[at:after]
    if all(_YEAR.fullmatch(plain, start, end) for start, end in parts):
        return False
    in_fours = all(end - start == 4 for start, end in parts)  # noqa: PLR2004 - as on the card
    return in_fours or _PROVINCE.match(_digits(plain, groups, at, after)) is not None
