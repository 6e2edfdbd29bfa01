"""Hide the reporter's own name in the text of the report."""

from __future__ import annotations

import re
from functools import lru_cache

PLACEHOLDER = "[NAMA]"
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
# A longer cell is no name.
_MOST_WORDS = 8
_SHORTEST_PART = 3
# Reporters who give no name, and words of groups, titles and places, which stay in the text.
_NO_NAMES = frozenset(
    {
        "admin", "ada", "allah", "anonim", "anonymous", "bapak", "bpk", "camat", "cv", "desa", "diketahui",
        "dinas", "dirahasiakan", "disebutkan", "dusun", "forum", "guru", "hamba", "ibu", "jalan",
        "kabupaten", "kampung", "kantor", "karang", "kecamatan", "kelurahan", "kepala", "ketua",
        "komunitas", "kota", "lingkungan", "lsm", "lurah", "masyarakat", "mahasiswa", "nama", "orang",
        "paguyuban", "pak", "pasar", "pedagang", "peduli", "pegawai", "pelajar", "pelapor", "pengguna",
        "perumahan", "puskesmas", "rahasia", "rakyat", "rumah", "sakit", "saudara", "sekolah", "siswa",
        "taruna", "tidak", "tokoh", "toko", "umum", "user", "wali", "warga",
    }
)  # fmt: skip


def hide_name(text: str, name: str) -> str:
    """The text with the name replaced by a placeholder: the whole name in any case, its parts where they are capitalised.

    >>> hide_name("saya SITI CONTOH; panggil Siti. Jalan rusak", "Siti Contoh")
    'saya [NAMA]; panggil [NAMA]. Jalan rusak'
    """
    pattern = _pattern(name)
    return pattern.sub(PLACEHOLDER, text) if pattern and text else text


@lru_cache(maxsize=1024)
def _pattern(name: str) -> re.Pattern[str] | None:
    words = _WORD.findall(name)
    parts = [word for word in words if len(word) >= _SHORTEST_PART and word.casefold() not in _NO_NAMES]
    if not parts or len(words) > _MOST_WORDS:
        return None
    whole = r"[\s.,]+".join(map(re.escape, words))
    written = {spelling for part in parts for spelling in (part.capitalize(), part.upper())}
    alone = "|".join(map(re.escape, sorted(written, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)(?:(?i:{whole})|{alone})(?!\w)")
