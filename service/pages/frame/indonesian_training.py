"""The pages' Indonesian about training runs: states, stages, errors and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data import indonesian
from service.jobs.training.states import State

if TYPE_CHECKING:
    from collections.abc import Mapping

STATES = {
    State.RECEIVED: "berkas diterima",
    State.CHECKING: "sedang diperiksa",
    State.CHECKED: "menunggu dilatih",
    State.TRAINING: "sedang dilatih",
    State.TRAINED: "selesai",
    State.FAILED: "gagal",
    State.INTERRUPTED: "terputus",
    State.CANCELLED: "dibatalkan",
}
_STAGES = {
    "starting": "Menyiapkan",
    "reading": "Membaca berkas",
    "checking": "Memeriksa riwayat",
    "training": "Belajar, lalu diuji pada pengaduan terbaru",
    "first-version": "Membaca unit dan kategori, lalu menyusun model",
    "writing": "Menyimpan",
    "done": "Menyimpan",
}
_BUG = "Ada kesalahan di Pilah sendiri. Beri tahu pengelola sistem; catatan teknisnya disebut di bawah."
# A command names the option --text; on the page the form has a field for it.
_COLUMN_MISSING = "Beri judul yang dikenal pada kolomnya, atau sebutkan judulnya saat menyerahkan berkas."
_EXPIRED = "Tidak dilanjutkan selama tujuh hari, jadi berkas yang diserahkan sudah dihapus."
_FIGURES = {
    "unit_top_1": "Unit pertama benar",
    "unit_top_3": "Unit benar di antara tiga teratas",
    "category_top_1": "Kategori pertama benar",
    "category_top_3": "Kategori benar di antara tiga teratas",
}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error as a sentence, with a detail where a command gave one."""

    sentence: str
    detail: str = ""


def stage(name: str) -> str:
    """The name of a stage of a run."""
    return _STAGES.get(name, "Bekerja")


def error_text(error: Mapping[str, str]) -> ErrorText | None:
    """The error of a run; None where the run has none."""
    match error.get("kind"):
        case None:
            return None
        case "Bug":
            return ErrorText(_BUG, error.get("message", ""))
        case "Expired":
            return ErrorText(_EXPIRED)
    detail = _COLUMN_MISSING if error["kind"] == "ColumnMissing" else ""
    return ErrorText(error.get("indonesian") or error.get("message", ""), detail)


def figure(name: str) -> str:
    """The name of a figure in a comparison; a unit's figure is named after the unit.

    >>> figure("unit_top_1"), figure("Dinas Kebersihan")
    ('Unit pertama benar', 'Dinas Kebersihan')
    """
    return _FIGURES.get(name, name)


def points(difference: float) -> str:
    """A difference of shares in percentage points.

    >>> points(0.0312), points(-0.1)
    ('+3,1 poin', '−10,0 poin')
    """
    return f"{indonesian.points(difference)} poin"
