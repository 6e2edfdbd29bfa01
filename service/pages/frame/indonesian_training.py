"""The pages' Indonesian about training runs: states, stages, errors and comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from data import indonesian
from service.jobs.training_states import State

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
    "writing": "Menyimpan",
    "done": "Menyimpan",
}
_OUT_OF_FILES = "Mulai lagi dengan berkas yang sudah diperbaiki."
_ERRORS = {
    "FileUnreadable": f"Berkas tidak dapat dibaca: rusak, terkunci kata sandi, kosong, atau bukan tabel. Ekspor ulang dari sistem asal sebagai .xlsx atau .csv. {_OUT_OF_FILES}",
    "ColumnMissing": f"Kolom yang diperlukan tidak ditemukan. Beri judul yang dikenal, atau sebutkan judulnya saat menyerahkan berkas. {_OUT_OF_FILES}",
    "HistoryUnusable": f"Riwayat ini terlalu sedikit untuk dipelajari dan diuji. Tambahkan bulan-bulan lain. {_OUT_OF_FILES}",
    "CorrectionsUnusable": "Buku perbaikan tidak dapat dipakai. Perbaiki, serahkan lagi, lalu ulangi.",
    "UnitsFileInvalid": "Isi units.csv kantor ini saling bertentangan. Perbaiki berkas itu, lalu ulangi.",
    "RulesFileInvalid": "rules.csv kantor ini tidak dapat dimengerti. Perbaiki berkas itu, lalu ulangi.",
    "TrainingBusy": "Pelatihan lain sedang berjalan untuk kantor ini. Tunggu sampai selesai, lalu ulangi.",
    "ArtifactMissing": "Versi yang diperlukan tidak ada. Lihat daftar versi.",
    "ArtifactTampered": "Berkas sebuah versi tidak sama dengan yang disegel saat dilatih, jadi tidak dipakai. Pulihkan dari cadangan atau latih ulang.",
    "ArtifactForeign": "Sebuah versi dibuat oleh Pilah atau pustaka versi lain, jadi tidak dapat dibaca. Latih ulang.",
    "Bug": "Ada kesalahan di Pilah sendiri. Beri tahu pengelola sistem; catatan teknisnya disebut di bawah.",
    "Expired": "Tidak dilanjutkan selama tujuh hari, jadi berkas yang diserahkan sudah dihapus.",
}
_FIGURES = {
    "unit_top_1": "Unit pertama benar",
    "unit_top_3": "Unit benar di antara tiga teratas",
    "category_top_1": "Kategori pertama benar",
    "category_top_3": "Kategori benar di antara tiga teratas",
}


@dataclass(frozen=True, slots=True)
class ErrorText:
    """An error in the page's words, and the command's own message."""

    sentence: str
    original: str = ""


def stage(name: str) -> str:
    """The name of a stage of a run."""
    return _STAGES.get(name, "Bekerja")


def error_text(error: Mapping[str, str]) -> ErrorText | None:
    """The error of a run; None where the run has none."""
    if not error:
        return None
    return ErrorText(_ERRORS.get(error.get("kind", ""), "Perintah berhenti karena galat."), error.get("message", ""))


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
