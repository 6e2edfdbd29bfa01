"""Masking of personal data: the first thing that happens to a complaint, before anything is stored, shown or learned.

The text is read through a plain copy of itself (one kind of digit, space and dash, nothing invisible), so that
full-width digits or a zero-width space don't carry a number past the rules. Each rule claims stretches of that copy; a
claimed stretch becomes a wall that no later rule reads across. Rules run until none claims anything new, so masking
twice is masking once. Repetition in the patterns is bounded or possessive: the work grows with the length of the text,
no faster.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_WALL = "\ue000"
_INVISIBLE = "\ue001"


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its personal data, how many stretches were masked, and their distinct kinds in order met."""

    text: str
    count: int
    kinds: tuple[str, ...]


_NOTHING_MASKED = Masked("", 0, ())


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


class _Span(NamedTuple):
    start: int
    end: int
    kind: str


def mask(text: str) -> Masked:
    """Replace personal data by placeholders such as [NIK]; placeholders already there stay and aren't counted.

    >>> mask("Nama: Siti Contoh, NIK 3578019901900001, RT 03")
    Masked(text='Nama: [NAMA], NIK [NIK], RT 03', count=2, kinds=('NAMA', 'NIK'))
    """
    if not text:
        return _NOTHING_MASKED
    plain, origins = _plain(text)
    found = sorted(_claims(plain))
    if not found:
        return Masked(text, 0, ())
    pieces: list[str] = []
    done = 0
    for start, end, kind in found:
        first, last = (start, end - 1) if origins is None else (origins[start], origins[end - 1])
        pieces += (text[done:first], f"[{kind}]")
        done = last + 1
    pieces.append(text[done:])
    return Masked("".join(pieces), len(found), tuple(dict.fromkeys(span.kind for span in found)))


# --- The plain copy ---------------------------------------------------------------------------------------------------


class _PlainCharacters(dict[int, str]):
    """One plain character for each character, worked out when first met."""

    def __missing__(self, code: int) -> str:
        plain = self[code] = _plain_character(chr(code))
        return plain


def _plain_character(character: str) -> str:
    category = unicodedata.category(character)
    if character in "\n\r\v\f\x1c\x1d\x1e\x85" or category in {"Zl", "Zp"}:
        return "\n"
    if character == "\t" or category in {"Zs", "Co"} or character in "\u2800\u3164":
        return " "
    if category in {"Cc", "Cf", "Mn", "Me"}:
        return _INVISIBLE
    if category == "Pd" or character == "\N{MINUS SIGN}":
        return "-"
    if (digit := unicodedata.digit(character, None)) is not None:
        return str(digit)
    composed = unicodedata.normalize("NFKC", character)
    return composed if len(composed) == 1 else character


_PLAIN_CHARACTERS = _PlainCharacters()
_UNUSUAL = re.compile(r"[^\n -~]")


def _plain(text: str) -> tuple[str, list[int] | None]:
    """The plain copy, and where each of its characters came from if that isn't simply the same place."""
    if not _UNUSUAL.search(text):
        return text, None
    plain = text.translate(_PLAIN_CHARACTERS)
    if _INVISIBLE not in plain:
        return plain, None
    return plain.replace(_INVISIBLE, ""), [at for at, character in enumerate(plain) if character != _INVISIBLE]


# --- Claiming ---------------------------------------------------------------------------------------------------------

_PLACEHOLDER = re.compile(r"\[(?:NIK|KK|TELEPON|EMAIL|TAUTAN|AKUN|PLAT|REKENING|NOMOR|NAMA)\]")
_MOST_ROUNDS = 9


def _claims(plain: str) -> list[_Span]:
    if "[" in plain:
        plain = _PLACEHOLDER.sub(lambda match: _WALL * len(match.group()), plain)
    found: list[_Span] = []
    # A second round sees the walls of the first; in practice it only confirms that nothing is left.
    for _ in range(_MOST_ROUNDS):
        before = len(found)
        for rule in _rules_for(plain):
            spans = _apart(rule(plain))
            if spans:
                found += spans
                plain = _walled(plain, spans)
        if len(found) == before:
            break
    return found


def _apart(spans: Iterable[_Span]) -> list[_Span]:
    """In order, without those that begin inside an earlier one: one rule can find two readings of the same stretch."""
    apart: list[_Span] = []
    for span in sorted(spans):
        if not apart or span.start >= apart[-1].end:
            apart.append(span)
    return apart


def _walled(plain: str, spans: list[_Span]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end, _ in spans:
        pieces += (plain[done:start], _WALL * (end - start))
        done = end
    pieces.append(plain[done:])
    return "".join(pieces)


_DIGIT = re.compile("[0-9]")
_DOT_IN_WORD = re.compile(r"\.(?<=[A-Za-z0-9]\.)[A-Za-z]")
_ADDRESS_HINTS = ("://", ": //", "www", "http", "hxxp")
_AT_HINTS = ("@", "(at)", "[at]")
_PLATFORM_HINTS = (
    "ig:",
    " ig",
    "ig ",
    "insta",
    "twit",
    "tikt",
    "tik t",
    "telegram",
    "tele:",
    "tele ",
    "fb",
    "facebook",
    "face book",
    "akun",
    "user",
    "line:",
)
_NAME_HINTS = (
    "nama",
    "a.n",
    "a n",
    "a/n",
    " an.",
    " an:",
    "\nan.",
    "sdr",
    "saudar",
    "kenalkan",
    "tanda",
    "ttd",
    "hormat",
)
_PARTY_HINTS = ("por", "mohon", "adu", "gugat", "dakwa", "sangka", "korban", "pelaku")


def _rules_for(plain: str) -> Iterator[Callable[[str], Iterator[_Span]]]:
    """The rules that have anything to look for: plain substring tests are far cheaper than the rules."""
    lowered = plain.lower()
    if _any_in(lowered, _ADDRESS_HINTS):
        yield _addresses
    if _any_in(lowered, _AT_HINTS):
        yield _emails
    if _DOT_IN_WORD.search(plain):
        yield _hosts
    if "@" in lowered:
        yield _mentions
    if _any_in(lowered, _PLATFORM_HINTS):
        yield _accounts
    if _DIGIT.search(plain):
        if "/" in lowered:
            yield _files
        yield _plates
        yield _numbers
    if _any_in(lowered, _NAME_HINTS) or lowered.startswith("an") or (":" in plain and _any_in(lowered, _PARTY_HINTS)):
        yield _names
    yield _addressed


def _any_in(lowered: str, hints: tuple[str, ...]) -> bool:
    for hint in hints:  # noqa: SIM110 - any() over a generator takes three times as long, and this is the fast path
        if hint in lowered:
            return True
    return False


def _before(plain: str, at: int, reach: int) -> str:
    """Up to `reach` characters in front of a place, but nothing from beyond a wall."""
    return plain[max(0, at - reach) : at].rpartition(_WALL)[2]


# --- Links, e-mail, social accounts -----------------------------------------------------------------------------------

_ADDRESS = re.compile(
    rf"(?:(?<![a-z0-9])h(?:tt|xx)ps?[ ]?:[ ]?//[ ]?|(?<![a-z0-9])www\d?\.)[^\s{_WALL}]++", re.IGNORECASE
)
_HOST = re.compile(
    r"(?<![\w@.+-])[a-z0-9](?:[a-z0-9-]{0,62})++(?:\.[a-z0-9-]{1,63}+){1,6}+(?::\d{2,5}+)?"
    rf"(?P<path>[/?][^\s{_WALL}]*+)?(?!@)",
    re.IGNORECASE,
)
_TOP_LEVEL = frozenset({"com", "net", "org", "xyz", "edu", "gov", "example"})
# These are also ordinary words after a full stop without a space, so only a path behind them makes a link.
_TOP_LEVEL_WITH_PATH = _TOP_LEVEL | _words("""
    id me ly gl be gle io co cc tv my sg app info link site online shop store biz dev page top club live ws to us uk
    web bio win vip pro asia click fun space tech cloud ai gd do ee la in pw ru cn
""")
_NOT_HOSTS = frozenset({"no", "nomor", "nmr", "kode", "tracking", "laporan"})
_TRAILING = ".,;:!?)]}'\"*>"


def _addresses(plain: str) -> Iterator[_Span]:
    for match in _ADDRESS.finditer(plain):
        yield _Span(match.start(), _untrailed(plain, *match.span()), "TAUTAN")


def _hosts(plain: str) -> Iterator[_Span]:
    for match in _HOST.finditer(plain):
        if _is_link(match):
            yield _Span(match.start(), _untrailed(plain, *match.span()), "TAUTAN")


def _untrailed(plain: str, start: int, end: int) -> int:
    return start + len(plain[start:end].rstrip(_TRAILING))


def _is_link(match: re.Match[str]) -> bool:
    host = match.group().lower()
    path = match.group("path")
    labels = (host[: -len(path)] if path else host).split(":")[0].split(".")
    if path:
        return labels[-1] in _TOP_LEVEL_WITH_PATH and labels[0] not in _NOT_HOSTS
    # The bare name of a government site is nobody's personal data, and says much about the unit.
    if labels[-1] == "id":
        return labels[0] not in _NOT_HOSTS and labels[-2] != "go"
    return labels[-1] in _TOP_LEVEL


_EMAIL_REST = re.compile(
    r"(?:(?<=[\w.+%-])@|[ ]?(?:\(at\)|\[at\])[ ]?|(?<=[\w-])[ ]@[ ](?=[a-z0-9-]{2,63}+[ ]?\.[ ]?[a-z]))"
    # "beras@Rp5.000" is a price; what goes on to the end of a host, as "a@rp5-group.com" does, is an address.
    r"(?!rp[ ]\d)(?!rp\.?\d(?![a-z0-9.-]{0,250}\.[a-z]{2}))"
    r"(?=[a-z0-9-]{0,20}[a-z]{2})[a-z0-9-]{2,63}+(?:\.[a-z0-9-]{1,63}+){0,6}+",
    re.IGNORECASE,
)
_LOCAL_PART_BACKWARDS = re.compile(r"[\w.+%-]{1,64}")


def _emails(plain: str) -> Iterator[_Span]:
    done = 0
    for rest in _EMAIL_REST.finditer(plain):
        backwards = plain[max(done, rest.start() - 64) : rest.start()][::-1]
        local = _LOCAL_PART_BACKWARDS.match(backwards)
        if local:
            done = _untrailed(plain, *rest.span())
            yield _Span(rest.start() - local.end(), done, "EMAIL")


# "@5000", "@ Rp 5.000" and "@10rb" are prices by the piece.
_MENTION = re.compile(
    r"@(?!rp\.?[ ]?\d|rp\b|\d+(?:[.,]\d+)*[ ]?(?:rb|ribu|k|jt|juta|kg|gr|org|orang|bh|buah|liter|ltr|lt|cm|m|pcs|sak|unit)?\b)"
    r"[\w](?:[\w.]{1,60})",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?<![a-z0-9])(?:akun[ ])?(?:ig|insta(?:gram)?|twitter|tik[ ]?tok|tele(?:gram)?|fb|face[ ]?book|line|user[ ]?(?:name|id)|akun)"
    r"(?:nya|[ ]nya)?(?:[ ](?:saya|sy|pelaku|penipu|akun|atas nama))?"
    r"(?:[ ]{0,2}[:=][ ]{0,2}(?P<told>@?[a-z0-9_][\w.]{1,60})|[ ]{1,2}(?P<odd>[a-z_][\w.]{2,60}))",
    re.IGNORECASE,
)
_ODD_ACCOUNT = re.compile(r"[a-z][\w.]{0,60}[_\d]|_\w|[a-z0-9]{3,60}\.[a-z0-9]{3}", re.IGNORECASE)


def _mentions(plain: str) -> Iterator[_Span]:
    for match in _MENTION.finditer(plain):
        yield _Span(match.start(), _untrailed(plain, *match.span()), "AKUN")


def _accounts(plain: str) -> Iterator[_Span]:
    """What follows "ig:" or "akun twitter"; without a colon only what doesn't look like a word."""
    for match in _ACCOUNT.finditer(plain):
        group = "told" if match["told"] else "odd"
        written = match[group].rstrip(".").removeprefix("@")
        ordinary = written.lower() in _NOT_NAMES or written.isdigit()
        if not ordinary and (group == "told" or _ODD_ACCOUNT.match(written)):
            # On Facebook people go by a name of several words.
            name = _name_at(plain, match.start(group), only_capitals=True)
            end = max(_untrailed(plain, *match.span(group)), name.end if name else 0)
            yield _Span(match.start(group), end, "AKUN")


# --- Police reports and court cases: numbers that say themselves what they are ----------------------------------------

_POLICE_REPORT = re.compile(
    r"(?<![\w/])(?:LP|STTLP|STPLP?|STBL|TBL|STTPL|SPDP|SP2HP|LI|R/LI)[A-Z]{0,3}(?:[ ]?/[ ]?[\w.-]{1,24}+){2,10}+"
    r"(?:(?-i:[ ][A-Z][\w.]{1,20}){1,2})?",
    re.IGNORECASE,
)
_COURT_CASE = re.compile(
    r"(?<![\w/])\d{1,6}+[ ]?(?:(?:K|PK)[ ]?)?/[ ]?(?:Pdt|Pid|TUN|PUU|PHPU|PHI|G|P|B|Pailit|PKPU|Pts|Ag|JN)[\w.-]{0,24}+"
    r"(?:/[\w.-]{1,24}+){1,5}+(?:(?-i:[ ][A-Z][\w.]{1,20}))?",
    re.IGNORECASE,
)


def _files(plain: str) -> Iterator[_Span]:
    reports = [_Span(*match.span(), "NOMOR") for match in _POLICE_REPORT.finditer(plain) if _DIGIT.search(match[0])]
    yield from reports
    yield from (_Span(*match.span(), "NOMOR") for match in _COURT_CASE.finditer(_walled(plain, reports)))


# --- Vehicle plates ---------------------------------------------------------------------------------------------------

_PLATE = re.compile(
    r"(?<![\w-])(?P<region>A[ABDEG]|B[ABDEGHKLMNP]|D[ABCDEGHKLMNRST]|E[ABD]|K[BHTU]|P[ABEGST]|[ABDEFGHKLMNPRSTWZ])"
    r"(?P<gap>[ .-]{0,3})(?P<number>\d{1,4})(?:[ .-]{0,3}(?P<series>[A-Z]{1,3}))?(?![\w])",
    re.IGNORECASE,
)
_PLATE_CUE = re.compile(r"(?<![a-z])(?:nopol|no[ .]{0,2}pol|nomor polisi|nomor kendaraan|plat|pelat)", re.IGNORECASE)
_VEHICLE = re.compile(
    r"(?<![a-z])(?:mobil|motor|sepeda motor|truk|truck|bus|bis|angkot|taksi|taxi|kendaraan|stnk|bpkb|pick[ -]?up|ambulans?"
    r"|avanza|xenia|innova|kijang|brio|jazz|agya|ayla|calya|sigra|ertiga|fortuner|pajero|xpander|carry|gran ?max|l300"
    r"|beat|vario|scoopy|mio|nmax|pcx|supra|revo|jupiter|vixion|ninja|satria|aerox|dump|travel|ojek|ojol|tronton|trailer)",
    re.IGNORECASE,
)
_NUMBERED_PLACE = re.compile(
    r"(?<![a-z])(?:blok|block|blk|gang|gg|lantai|lt|tower|trayek|lyn|lin|rute|jalur|kelas|tipe|type|vitamin|kav(?:ling)?"
    r"|golongan|gol|kode|kertas|perum(?:ahan)?|nilai|hepatitis|pasal|formulir|form|no|nomor|peron|koridor|gate|unit)"
    r"[ .:]{0,3}$",
    re.IGNORECASE,
)
_NOT_SERIES = _words("""
    dan di ke rt rw no yg ini itu ada dr kk wib wit th jl gg km kg cm pm am m mm rb jt k rp tp sdh tdk ga gak blm dg
    jam tgl per kec kel kab lt blk hr bln thn org va kwh mg ml ha ton hp wa bau mau bu pak tak utk dgn pd krn jg sd
    smp sma smk pp uu s.d sp si se hal tv ac kw watt dll dsb
""")
_FEWEST_DIGITS_OF_A_BARE_PLATE = 3


def _plates(plain: str) -> Iterator[_Span]:
    announced = _PLATE_CUE.search(plain) is not None
    for match in _PLATE.finditer(plain):
        if not announced and not match["series"]:
            continue
        before = _before(plain, match.start(), 40)
        if announced and _PLATE_CUE.search(before):
            last = "number" if (match["series"] or "").lower() in _NOT_SERIES else 0
            yield _Span(match.start(), match.end(last), "PLAT")
        elif _is_plate(match, before):
            yield _Span(*match.span(), "PLAT")


def _is_plate(match: re.Match[str], before: str) -> bool:
    series = match["series"]
    if series is None or series.lower() in _NOT_SERIES or _NUMBERED_PLACE.search(before):
        return False
    if _VEHICLE.search(before):
        return True
    written_as_one = not match["gap"] and match.end("number") == match.start("series")
    capitals = match["region"].isupper() and series.isupper()
    return len(match["number"]) >= _FEWEST_DIGITS_OF_A_BARE_PLATE and (capitals or (written_as_one and len(series) > 1))


# --- Numbers ----------------------------------------------------------------------------------------------------------

# Groups of digits that may be one number; a letter's or a law's number has slashes and so never is.
_CHAIN = re.compile(r"\d++(?:[ .()_·•*-]{1,3}+\d++)*+")
_GROUP = re.compile(r"\d+")
_FEWEST_DIGITS = 4
_NIK_DIGITS = 16

_NUMBER_WORDS = _words("""
    no nomor nomer nmr nmer number id kode noktp nokk norek nohp nowa idpel norekening
""")
_BANKS = _words("""
    bank bri bni bca bsi btn btpn mandiri cimb niaga danamon permata mega bukopin jatim jateng bjb dki seabank jago
    jenius muamalat panin ocbc maybank dana shopeepay linkaja briva
""")
# Words that may stand between a cue and its number.
_FILLERS = _NUMBER_WORDS | _words("""
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


def _numbers(plain: str) -> Iterator[_Span]:
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
            after = _after_amount(plain, groups) if _MONEY_BEFORE.search(_before(plain, groups[0][0], 16)) else 0
        yield from _uncued_numbers(plain, groups, after)


def _uncued_numbers(plain: str, groups: _Groups, at: int) -> Iterator[_Span]:
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
    before = _before(plain, at, _CUE_REACH)
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


_Cued = tuple[_Span, int, _Expected]


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


def _with_brackets(plain: str, start: int, end: int, kind: str, floor: int) -> _Span:
    """The span with the "+" or "(" that opens a telephone number."""
    while start > floor and plain[start - 1] in "+(" and (plain[start - 1] == "+" or ")" in plain[start : end + 1]):
        start -= 1
    if plain[start] == "(" and ")" not in plain[start:end] and plain[end : end + 1] == ")":
        end += 1
    return _Span(start, end, kind)


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


# --- Names ------------------------------------------------------------------------------------------------------------

_ROLE = (
    r"(?:lengkap|saya|sy|aku|pelapor|terlapor|pemohon|pengadu|korban|anak|istri|suami|ibu|ayah|bapak|orang tua|siswa|pasien|pemilik"
    r"|penerima|pelaku|pelanggan|ahli waris|kandung|panggilan|wali|murid|mahasiswa|peserta|almarhum|alm|penipu|petugas|guru)"
)
# Any: words of either case follow. Capitals: only capitalised words do, since the cue itself is ordinary speech.
_NAME_CUE = re.compile(
    r"(?<![^\W_])(?:(?P<any>"
    rf"nama(?:[ ]{_ROLE}){{0,3}}(?:nya)?[ ]{{0,3}}[:=]"
    r"|nama(?:[ ]lengkap)?[ ](?:saya|sy|aku|gue|gw)(?:[ ](?:adalah|ialah|yaitu|itu))?(?=[ ,:])|namaku"
    r"|a[.]?[ ]?n[.][ ]?:?|a/n[.]?[ ]?:?|an[.:][ ]?|atas[ ]nama(?=[ :])|a[ ]?\.[ ]?n[ ]?(?=[ :])"
    r"|ber?nama(?=[ :])|(?:per)?kenalkan[ ,]{0,3}(?:nama[ ])?(?:saya|sy|aku)(?=[ ,:])"
    r"|sdra?i?[. ]|sdr[i]?/i[. ]"
    r")|(?P<capitals>"
    rf"nama(?:[ ]{_ROLE}){{1,3}}(?=[ ])|(?:^|(?<=[:;,.(\n])|(?<=[:;,.(\n][ ])|(?<=dengan[ ])|(?<=dgn[ ]))nama(?=[ ])"
    r"|(?:saudara|saudari|saudara/i)(?=[ :])|bertanda[ ]?tangan(?:[ ]di[ ]?bawah)?(?:[ ]ini)?(?=[ ,:])"
    r"|(?:pelapor|terlapor|pemohon|pengadu|penggugat|tergugat|terdakwa|tersangka|korban|pelaku)[ ]{0,2}:"
    r"|hormat[ ](?:saya|kami)|(?<=[.,\n ])ttd|tertanda"
    r"))[ \n,.:=-]{0,5}",
    re.IGNORECASE | re.MULTILINE,
)
_ADDRESSED = re.compile(r"[PpBbIiMm](?:ak|apak|pk|u|bu|as|bak|ba)[.]?[ ](?=[A-Z])")
_PLACE_BEFORE = re.compile(
    r"(?:jalan|jln?|rs\w{0,3}|gang|gg|sakit|klinik|sekolah|toko|warung|masjid|yayasan|bakso|depot|hari|kampung|desa)[. ]{1,2}$",
    re.IGNORECASE,
)
_NAME_WORD = re.compile(r"[ ]{0,3}(?P<word>[^\W\d_](?:['’`-]?[^\W\d_]){0,59}+)(?P<dot>[.]?)")
_TITLES = _words("""
    h hj kh dr drs dra ir prof alm almh almarhum almarhumah m muh moh mohd muhamad st rr r rm ra tn ny nn tuan
    nyonya nona bapak bpk pak ibu bu sdr sdri saudara saudari ust ustad ustadz ustadzah kyai kiai gus raden mas mbak
    sr pdt apt ns drg kompol akp ipda iptu aiptu bripka brigadir briptu letkol mayor kapten serka sertu kol
""")
_JOINS = frozenset({"bin", "binti", "bt", "b", "alias", "als", "al", "el", "van", "de", "der", "da"})
_NOT_NAMES = _words("""
    ada adalah agar akan akhirnya aku apa apakah apabila atas atau bagaimana bahkan bahwa baik banyak baru beda
    belum blm bisa biar bukan bkn cuma dalam dan dapat dari dr dengan dgn di dimana disini dulu gak ga gk engga
    enggak hanya harap harus hilang ialah ikut ingin ini itu jadi jangan jika juga jg kalau kalo kami karena krn
    kata kapan ke kemudian kenapa kepada kita kok kosong lagi lahir lain lalu lama langsung lewat maka masih masuk
    mau meski minta mohon mhn muncul namun nih oleh pada padahal pdhl paling per pernah pun sabar saja sj salah sama
    sampai sampe saat satu saya sy sdh sudah udah udh sebagai sbg sebab sebelum sebuah sehingga sejak selaku selama
    semua seorang sering serta setelah seluruh siapa silakan sini sm supaya tak tapi tp tdk tidak telah tetap tetapi
    tolong tlg tsb tersebut untuk utk waktu ya yaitu yakni yang yg nya dong deh sih min gan kak beliau dia ia mereka
    punya anda kamu kalian ganda keliru typo mirip sesuai kurang lebih sangat hendak bermaksud lapor melapor izin
    ijin cek dicek tanya bertanya datang kerja bekerja tinggal domisili asal selamat pagi siang sore malam terima
    kasih makasih trima salam hormat bantu tinggalnya beralamat kelahiran alamat almt nik ktp kk no nomor nmr hp wa
    telp tlp telepon email umur usia pekerjaan jabatan agama jenis kelamin tempat tanggal tgl ttl status nip npwp
    nisn rekening rek perihal hal keluhan laporan pengaduan tujuan keterangan pendidikan lokasi kejadian kronologi
    kelas jurusan prodi unit instansi nama alias-nya panggilan lengkap kode bank rt rw warga masyarakat rakyat
    penduduk penghuni orang tua anak istri suami ibu bapak ayah kakek nenek kakak adik keluarga saudara kandung
    tetangga mahasiswa mahasiswi siswa siswi pelajar murid guru dosen pns asn pppk honorer karyawan karyawati
    pegawai pedagang petani nelayan buruh pekerja sopir supir driver ojol wiraswasta pensiunan janda duda lansia
    pemilik pelapor terlapor pemohon pelaku korban penerima pelanggan pengguna penumpang peserta calon ketua wakil
    sekretaris bendahara anggota pengurus perwakilan wali kuasa hukum ahli waris pihak oknum petugas admin polisi
    tni dokter perawat bidan kader kepala direktur manajer menteri gubernur bupati walikota camat lurah kades kadus
    presiden sekda kadis kapolri kapolda kapolres kapolsek jaksa hakim rektor dekan panitia komite sekolah kepsek
    perangkat desa kelurahan kecamatan kabupaten kota provinsi dinas kantor badan kementerian pemerintah pemda
    pemkot pemkab negara bangsa perusahaan pt cv ud koperasi bumn yayasan lembaga organisasi paguyuban komunitas
    kelompok tim toko rs rsud puskesmas polsek polres polda pln pdam bpjs bpn kua samsat pengadilan universitas
    kampus smp sma smk sd sdn smpn sman masjid gereja pesantren pribadi sendiri jemaat umat tuhan allah keadilan
    kebenaran kemanusiaan demokrasi solidaritas sebagian beberapa para tiap setiap masing rombongan mantan alumni
    lulusan penyandang difabel kreditur debitur nasabah konsumen pembeli penjual penyewa kontraktor developer
    pengembang investor yth ri republik indonesia hamil jalan jln jl gang blok perumahan perum kampung dusun rumah
    tanah kendaraan mobil motor sertifikat akta ijazah kartu program produk merek merk barang file akun aplikasi
    website web situs grup domain kegiatan acara proyek daerah wilayah bus kapal obat penyakit surat dokumen berkas
    usaha usahanya sama-nya dagang pena pasar link facebook fb ig instagram twitter tiktok telegram whatsapp media
    sosial resmi diatas dibawah tertera tercantum terdaftar hormatnya kecil wargaku dunia kemajuan seluruhnya
    masing-masing warga-warga pajak sim stnk bpkb pbb shm paspor
""")
_FORMED_WORD = re.compile(r"(?:di|ter|ber|meng|mem|men|meny|peng|pem|peny|ke)\w{4,}|\w{2,}nya|se\w{5,}", re.IGNORECASE)
_NAMES_LIKE_FORMED_WORDS = _words("""
    dimas diandra dianita bernard bernadus bernadeta teresa teresia terry mentari memey melati berliana bertha kevin
    kelvin kenneth kenanga keisha ketut kezia kertanegara kesuma kencana kertajaya setiawan setyawan setiabudi
    setyabudi sebastian septian septiana septiani setyaningsih setyowati setianingsih selviana semiati suwenya
    tersiana dianingsih dirgantara dinasti pemayun kenya tanya sonya vanya anya selamet sesilia serafina setiani
    setyono setyorini septianingsih
""")
_MOST_NAME_WORDS = 5
_MOST_TITLES = 3


def _names(plain: str) -> Iterator[_Span]:
    done = 0
    for cue in _NAME_CUE.finditer(plain):
        if cue.end() < done:
            continue
        span = _name_at(plain, cue.end(), only_capitals=cue["any"] is None)
        # "NAMA PEMOHON TIDAK ADA": where everything is shouted, a capital says nothing.
        shouted = cue["any"] is None and cue.group().strip(" \n,.:=-").isupper()
        if span and not (shouted and plain[span.start : span.end].isupper()):
            yield span
            done = span.end


def _addressed(plain: str) -> Iterator[_Span]:
    """Names after "Pak" or "Ibu", where they stand out as capitalised words between ordinary ones."""
    done = 0
    for cue in _ADDRESSED.finditer(plain):
        inside_a_word = cue.start() > 0 and plain[cue.start() - 1].isalnum()
        if inside_a_word or cue.end() < done or _PLACE_BEFORE.search(_before(plain, cue.start(), 16)):
            continue
        span = _name_at(plain, cue.end(), only_capitals=True)
        if span and not plain[span.start : span.end].isupper():
            yield span
            done = span.end


def _name_at(plain: str, at: int, *, only_capitals: bool) -> _Span | None:
    """The name that starts here, with its titles, up to the first word that can't belong to it."""
    start = end = position = at
    names = titles = 0
    capitals = only_capitals
    while names < _MOST_NAME_WORDS and titles <= _MOST_TITLES and (match := _NAME_WORD.match(plain, position)):
        word, dotted = match["word"], bool(match["dot"])
        if not names and not titles:
            start = match.start("word")
        if _is_title(word, dotted=dotted) and (dotted or names == 0):
            titles += 1
            position = match.end()
            if names:
                end = position
            continue
        joins = names > 0 and word.lower() in _JOINS
        if not joins and not _may_be_name(word, capitals=capitals):
            break
        if not names:
            # Whoever begins a name with a capital goes on with capitals; otherwise ordinary words end it.
            capitals = capitals or word[0].isupper()
        names += 1
        if not joins:
            end = match.end("word")
        position = match.end("word")
        if dotted and len(word) > 1:
            break
    return _Span(start, end, "NAMA") if end > start else None


def _is_title(word: str, *, dotted: bool) -> bool:
    return (dotted and len(word) == 1) or word.lower() in _TITLES


def _may_be_name(word: str, *, capitals: bool) -> bool:
    lowered = word.lower()
    if capitals and not word[0].isupper():
        return False
    if lowered in _NOT_NAMES:
        return False
    # "Terdaftar" at the head of a sentence is written like a name; "TERDAFTAR" in a shouted one is too.
    ordinary = not capitals or word.isupper()
    return not (ordinary and _FORMED_WORD.fullmatch(word) and lowered not in _NAMES_LIKE_FORMED_WORDS)
