"""The words of a status by which a unit returns a complaint, as Indonesian offices write them.

The list is closed. A status that only resembles these words is no return: the check asks the office about it.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import lru_cache

_MATTER = (
    r"(?:kewenangan|wewenang|tupoksi|tusi|ranah|domain|urusan|tugas|bidang|kompetensi|yurisdiksi|lingkup|cakupan|otoritas"
    r"|kapasitas|porsi|wilayah|tanggung ?jawab)"
)
_UNIT = (
    r"(?:opd|skpd|uptd|satker|instansi|dinas|badan|unit|perangkat daerah|kecamatan|kelurahan|kementerian|lembaga|biro"
    r"|pejabat penghubung)"
)
_FILLER = r"(?:(?:lagi|merupakan|termasuk|menjadi|masuk|dalam|di|pada|ke|ruang) ){0,3}"
_RETURNS = re.compile(
    rf"\b(?:bukan {_FILLER}(?:{_MATTER}|{_UNIT})"
    rf"|(?:tidak|tdk|tak) (?:lagi )?(?:berwenang|sesuai (?:dengan )?(?:{_MATTER}|disposisi)"
    rf"|(?:memiliki|mempunyai|punya|ada|termasuk|masuk|merupakan|menjadi) {_FILLER}{_MATTER})"
    rf"|luar {_FILLER}{_MATTER}"
    rf"|{_MATTER} (?:dari |milik |pada )?(?:(?:pihak|pemerintah|pemda|daerah|{_UNIT}) )?lain"
    rf"|(?:salah|keliru|kesalahan|kekeliruan) (?:alamat|disposisi|penerusan|diteruskan|meneruskan|teruskan|penugasan"
    rf"|tujuan|rute|kamar|{_UNIT})"
    rf"|disposisi (?:salah|keliru|ditolak)"
    rf"|(?:ditolak|penolakan) (?:oleh |dari )?(?:disposisi|{_UNIT})"
    rf"|{_UNIT} (?:(?:terkait|tujuan|penerima) )?menolak|menolak disposisi"
    rf"|(?:dikembalikan|kembali) ke(?:pada)? (?:admin|verifikator|pusat|pengirim|asal|disposisi|pemberi disposisi)"
    rf"|pengembalian disposisi|dikembalikan"
    rf"|not our (?:authority|jurisdiction)|wrong (?:unit|agency|department)|returned)\b"
)
# What comes before turns the words round: "belum ditolak OPD".
_NEGATED = re.compile(
    r"\b(?:tidak|tdk|tak|belum|batal|bukan|jangan|not)(?: (?:jadi|pernah|perlu|akan|lagi|karena|di))? $"
)
# Sent back to the citizen, or to the unit for a better answer: the unit stays responsible.
_TO_OTHERS = re.compile(
    rf"\b(?:dikembalikan|kembali|returned) (?:ke|kepada|pada|to) (?:(?:pelapor|pengadu|pemohon|warga|masyarakat)\b|{_UNIT}\b)"
)
_FOR_COMPLETION = re.compile(r"\b(?:dilengkapi|melengkapi|kelengkapan|lengkap|perbaikan|diperbaiki|revisi|direvisi)\b")
_GLUED = re.compile(r"\bdi (kembalikan|tolak|teruskan|luar)\b")

_RESEMBLING = (
    "wewenang", "kewenangan", "berwenang", "tupoksi", "dikembalikan", "pengembalian", "kembalikan", "ditolak", "penolakan",
    "dialihkan", "pengalihan", "dilimpahkan", "pelimpahan", "returned", "rejected",
)  # fmt: skip
_RESEMBLING_SHORT = frozenset(
    (
        "bukan",
        "salah",
        "keliru",
        "kembali",
        "luar",
        "tolak",
        "menolak",
        "alih",
        "pindah",
        "lain",
        "retur",
        "redisposisi",
    )
)
_RESEMBLING_PHRASES = re.compile(r"\bdisposisi(?:kan)? (?:ulang|kembali)\b|\bdidisposisi(?:kan)? (?:ulang|kembali)\b")
_SIMILARITY = 0.85
_STATUSES_REMEMBERED = 1_000


@lru_cache(_STATUSES_REMEMBERED)
def means_returned(status: str) -> bool:
    """Whether a status says that the unit wasn't responsible.

    >>> [means_returned(status) for status in ("Laporan Bukan Wewenang", "Salah disposisi", "Bukan prioritas")]
    [True, True, False]
    """
    words = _words(status)
    if _TO_OTHERS.search(words):
        return False
    return any(
        not _NEGATED.search(words[: found.start()])
        and not (found[0] in {"dikembalikan", "returned"} and _FOR_COMPLETION.search(words))
        for found in _RETURNS.finditer(words)
    )


@lru_cache(_STATUSES_REMEMBERED)
def may_mean_returned(status: str) -> bool:
    """Whether a status resembles a return without being one; only the office knows.

    >>> [may_mean_returned(status) for status in ("Ditolak", "Bukan Wewenag", "Selesai", "Bukan Wewenang")]
    [True, True, False, False]
    """
    if means_returned(status):
        return False
    words = _words(status)
    return bool(
        _RETURNS.search(words)
        or _RESEMBLING_PHRASES.search(words)
        or any(
            word in _RESEMBLING_SHORT or get_close_matches(word, _RESEMBLING, n=1, cutoff=_SIMILARITY)
            for word in words.split()
        )
    )


def _words(status: str) -> str:
    """The words in lower case, a space between, without the suffix -nya; "di kembalikan" is one word.

    >>> _words("Di kembalikan: bukan KEWENANGANNYA")
    'dikembalikan bukan kewenangan'
    """
    spaced = " ".join(re.findall(r"[^\W_]+", status.casefold()))
    return _GLUED.sub(r"di\1", re.sub(r"(?<=\w{4})nya\b", "", spaced)).replace("diluar", "di luar")
