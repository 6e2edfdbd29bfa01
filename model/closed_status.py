"""The words of a status by which an intake system says that a complaint is closed."""

from __future__ import annotations

import re

_CLOSED = re.compile(r"\b(?:ditutup|diarsipkan|selesai|terblokir)\b")
# What comes before turns the word round: "belum selesai", "belum dapat ditutup", "hampir selesai".
_NOT_YET = re.compile(
    r"(?:\b(?:belum|blm)(?: \w+){0,2}|\b(?:tidak|tdk|tak|bukan|akan|hampir|segera|menunggu|target|batal)"
    r"(?: (?:jadi|dapat|bisa|kunjung|juga|pernah))?) $"
)
_CLAUSE = re.compile(r"[,;:./()\[\]|\n-]+")


def means_closed(status: str) -> bool:
    """Whether a status says that the complaint is closed.

    >>> means_closed("Selesai"), means_closed("Belum selesai"), means_closed("Tidak lengkap, diarsipkan")
    (True, False, True)
    """
    clauses = (" ".join(clause.split()) for clause in _CLAUSE.split(status.casefold()))
    return any(not _NOT_YET.search(clause[: word.start()]) for clause in clauses for word in _CLOSED.finditer(clause))
