"""Find number plates, police reports and court cases."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from model.privacy.spans import DIGIT, Span, walled, word_set, words_before

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def case_numbers(plain: str) -> Iterator[Span]:
    """Numbers of police reports and court cases."""
    reports = [Span(*match.span(), "NOMOR") for match in _POLICE_REPORT.finditer(plain) if DIGIT.search(match[0])]
    yield from reports
    yield from (Span(*match.span(), "NOMOR") for match in _COURT_CASE.finditer(walled(plain, reports)))


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

_NOT_SERIES = word_set("""
    dan di ke rt rw no yg ini itu ada dr kk wib wit th jl gg km kg cm pm am m mm rb jt k rp tp sdh tdk ga gak blm dg
    jam tgl per kec kel kab lt blk hr bln thn org va kwh mg ml ha ton hp wa bau mau bu pak tak utk dgn pd krn jg sd
    smp sma smk pp uu s.d sp si se hal tv ac kw watt dll dsb
""")

_FEWEST_DIGITS_OF_A_BARE_PLATE = 3


def number_plates(plain: str) -> Iterator[Span]:
    """Number plates: any after "nopol" or "plat", otherwise those with a series of letters."""
    announced = _PLATE_CUE.search(plain) is not None
    for match in _PLATE.finditer(plain):
        if not announced and not match["series"]:
            continue
        before = words_before(plain, match.start(), 40)
        if announced and _PLATE_CUE.search(before):
            last = "number" if (match["series"] or "").lower() in _NOT_SERIES else 0
            yield Span(match.start(), match.end(last), "PLAT")
        elif _is_plate(match, before):
            yield Span(*match.span(), "PLAT")


def _is_plate(match: re.Match[str], before: str) -> bool:
    series = match["series"]
    if series is None or series.lower() in _NOT_SERIES or _NUMBERED_PLACE.search(before):
        return False
    if _VEHICLE.search(before):
        return True
    written_as_one = not match["gap"] and match.end("number") == match.start("series")
    capitals = match["region"].isupper() and series.isupper()
    return len(match["number"]) >= _FEWEST_DIGITS_OF_A_BARE_PLATE and (capitals or (written_as_one and len(series) > 1))
