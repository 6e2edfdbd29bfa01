"""The pages' Indonesian: statuses, notices, deadlines, moments and figures."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from data import indonesian
from data.indonesian import number
from data.messages import Language
from model.language.letters.parts import Part
from model.suggestion import NoticeCode, ResolvedBy, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

    from data.errors import PilahError
    from data.messages import Sentence

__all__ = ["number"]

_RATHER_SURE = 0.75
_LIKELY = 0.5
_POSSIBLE = 0.2
_FEW_CONFIDENT_BELOW = 0.3


@dataclass(frozen=True, slots=True)
class StatusWords:
    """A status in one or two words, and advice for the officer."""

    label: str
    advice: str


UNIT_STATUS = {
    Status.CONFIDENT: StatusWords(
        "Yakin", "Pada pengaduan seperti ini, saran pertama jarang keliru. Baca sebelum memutuskan."
    ),
    Status.REVIEW: StatusWords("Perlu ditimbang", "Pilah belum cukup yakin. Timbang beberapa unit teratas."),
    Status.UNSURE: StatusWords(
        "Tidak yakin", "Tidak ada unit yang dikenal Pilah cocok dengan teks ini. Baca dan putuskan sendiri."
    ),
}
CATEGORY_STATUS = {
    Status.CONFIDENT: StatusWords("Yakin", "Pada pengaduan seperti ini, kategori pertama jarang keliru."),
    Status.REVIEW: StatusWords("Perlu ditimbang", "Timbang beberapa kategori teratas."),
    Status.UNSURE: StatusWords("Tidak yakin", "Tidak ada kategori yang dikenal Pilah cocok dengan teks ini."),
}
RESOLVED_BY = {
    ResolvedBy.LOCATION: "dipilih menurut isian tempat",
    ResolvedBy.TEXT: "dipilih menurut tempat yang disebut dalam teks",
    ResolvedBy.HISTORY: "dipilih menurut riwayat disposisi",
    ResolvedBy.RULE: "dipilih menurut aturan kantor",
    ResolvedBy.NONE: "",
}
LETTER_PARTS = {
    Part.HEAD: "Kepala surat",
    Part.SUBJECT: "Perihal",
    Part.ADDRESSEE: "Tujuan surat",
    Part.GREETING: "Salam",
    Part.IDENTITY: "Identitas pengirim",
    Part.BODY: "Isi",
    Part.DEMAND: "Permohonan",
    Part.CLOSING: "Penutup",
    Part.COPIES: "Tembusan",
    Part.DISPOSITION: "Disposisi",
    Part.QUOTED: "Kepala surel",
}
VERDICTS = {
    "accepted": "sesuai saran",
    "changed": "dikoreksi",
    "rejected": "tanpa unit",
    "recorded": "diputuskan di sistem asal",
}
ROLES = {"officer": "petugas", "supervisor": "penyelia", "administrator": "pengelola"}
_NOTICES = {
    NoticeCode.PERSONAL_DATA_MASKED: "{count} data pribadi disamarkan sebelum teks dibaca. Pilah tidak menyimpannya.",
    NoticeCode.TEXT_TOO_SHORT: "Teks terlalu pendek untuk dinilai. Minta pelapor melengkapi pengaduannya.",
    NoticeCode.WITHOUT_CONTENT: "Teks ini tidak memuat pokok pengaduan. Minta pelapor melengkapi pengaduannya.",
    NoticeCode.CONTRAST: "Teks ini menyangkal satu hal dan melaporkan hal lain (“tidak …, yang …”, “bukan … melainkan …”). Pastikan hal mana yang dilaporkan.",
    NoticeCode.SEVERAL_MATTERS: "Teks ini tampaknya memuat lebih dari satu hal: sebagian lebih cocok untuk {detail}. Timbang unitnya, atau tambahkan tembusan.",
    NoticeCode.UNLIKE_ANYTHING_KNOWN: "Teks ini tidak mirip dengan pengaduan mana pun yang pernah dipelajari Pilah.",
    NoticeCode.PLACE_MISSING: "Unit bergantung pada tempat kejadian, tetapi tempatnya tidak disebut. Isi kecamatan atau kelurahan.",
    NoticeCode.POSSIBLE_DUPLICATE: "Pengaduan serupa sudah pernah masuk: {detail}. Periksa apakah ini kiriman ulang.",
    NoticeCode.MASS_LETTER: "Surat massal: {count} pengaduan lain berisi hampir sama.",
    NoticeCode.UNIT_RETIRED: "{detail}",
    NoticeCode.RULE_AND_MODEL_DIFFER: "Aturan kantor dan model berbeda: model menyarankan {detail}.",
    NoticeCode.ADDRESSEE_NAMED: "Pelapor menulis tujuan sendiri: “{detail}”. Belum tentu unit itu yang berwenang.",
    NoticeCode.FEW_EXAMPLES: "Baru {count} pengaduan di riwayat yang ditangani {detail}: keyakinan ini belum dapat dipegang.",
    NoticeCode.NOTHING_LEARNED: "{detail}",
    NoticeCode.RETURNED_BY_UNIT: "Sudah dikembalikan oleh {detail}, untuk pengaduan ini atau yang hampir sama. Unit itu tidak disarankan lagi.",
    NoticeCode.UNKNOWN_FIELD: "Isian “{detail}” tidak dikenal dan diabaikan.",
}
AUDIT_ACTIONS = {
    "sign_in": "masuk",
    "locked": "terkunci: terlalu sering salah kata sandi",
    "first_administrator": "menjadi pengelola pertama",
    "new_browser": "masuk dari peramban baru, di alamat",
    "sign_ins_throttled": "terlalu sering gagal masuk dari alamat ini",
    "decision": "memutuskan",
    "undo": "membatalkan putusan",
    "return": "mencatat pengembalian",
    "upload": "mengunggah ekspor",
    "export": "mengunduh ekspor",
    "user_added": "menambah pengguna",
    "user_disabled": "menonaktifkan pengguna",
    "password_set": "mengganti kata sandi",
    "role_officer": "menjadikan petugas",
    "role_supervisor": "menjadikan penyelia",
    "role_administrator": "menjadikan pengelola",
    "key_added": "membuat kunci API",
    "key_revoked": "mencabut kunci API",
    "deleted": "menghapus pengaduan lama, sebanyak",
    "rule": "menambah aturan",
    "wording": "mengubah nama atau uraian",
    "training_files": "menyerahkan berkas latihan",
    "training_start": "memulai kantor dari daftar unit dan kategori",
    "training_train": "memulai latihan",
    "training_check": "memeriksa berkas latihan",
    "training_cancelled": "menghentikan latihan",
    "training_done": "latihannya menghasilkan versi",
    "model": "mengganti versi model",
    "model_change": "versi model yang menjawab sejak saat ini",
}
_RULE_ACTIONS = {"pin": "menetapkan", "forbid": "melarang", "prefer": "mengutamakan"}


def sentence(error: PilahError | Sentence) -> str:
    """An error, or a sentence of a list, in Indonesian."""
    return error.told_in(Language.INDONESIAN)


def notice(code: NoticeCode, count: int | None, detail: str | None) -> str:
    """A notice as a sentence."""
    return _NOTICES[code].format(count=count, detail=detail)


def track_record(cases: int, correct: int) -> str:
    """The share of earlier suggestions with a similar confidence that proved right, as a sentence.

    >>> track_record(214, 193)
    'Pada skor seperti ini 193 dari 214 saran terbukti benar.'
    """
    return f"Pada skor seperti ini {number(correct)} dari {number(cases)} saran terbukti benar."


def promise(confident_share: float | None, promised: float) -> str:
    """A warning where the model was confident on few held-out rows, otherwise blank."""
    if confident_share is None or confident_share >= _FEW_CONFIDENT_BELOW:
        return ""
    if confident_share == 0:
        return f"Untuk unit, model ini belum dapat menjanjikan ketepatan {percent(promised)}: timbang setiap saran."
    return f"Model ini hanya yakin pada {percent(confident_share)} pengaduan, dan bukan pada yang ini: timbang setiap saran."


def rule(rule_id: str, action: str, unit: str, reason: str) -> str:
    """An applied rule of the office as a sentence."""
    because = f" Alasan: {reason}" if reason else ""
    return f"Aturan kantor {rule_id} {_RULE_ACTIONS[action]} {unit}.{because}"


def deadline(days_left: int) -> str:
    """The working days left to forward a complaint.

    >>> deadline(2), deadline(0), deadline(-3)
    ('2 hari kerja lagi', 'hari ini', 'terlambat 3 hari kerja')
    """
    if days_left < 0:
        return f"terlambat {-days_left} hari kerja"
    return f"{days_left} hari kerja lagi" if days_left else "hari ini"


def day(moment: date | str | None, pattern: str = "d MMM y") -> str:
    """A day with its month abbreviated; a dash where there is no day.

    >>> day(datetime(2024, 8, 21)), day("2024-10-22T09:30:00+07:00", "d MMM"), day(None)
    ('21 Agu 2024', '22 Okt', '–')
    """
    return indonesian.day(moment, pattern)


def clock(moment: datetime) -> str:
    """Day and time of a moment in the office's timezone.

    >>> clock(datetime(2024, 10, 21, 9, 5))
    '21 Okt 2024 09.05'
    """
    return day(moment, "d MMM y HH.mm")


def time_of_day(moment: datetime) -> str:
    """The time of a moment in the office's timezone.

    >>> time_of_day(datetime(2024, 10, 21, 9, 5))
    '09.05'
    """
    return day(moment, "HH.mm")


def at_office(moment: datetime, zone: ZoneInfo) -> str:
    """A UTC moment of the ledger in the office's timezone, with the zone's name.

    >>> from zoneinfo import ZoneInfo
    >>> at_office(datetime(2026, 11, 26, 20, 5), ZoneInfo("Asia/Jakarta"))
    '27 Nov 2026 03.05 WIB'
    """
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return f"{clock(local)} {local.tzname()}"


def duration(seconds: float | None) -> str:
    """A duration in its largest whole unit.

    >>> duration(42.0), duration(150.0), duration(7200.0), duration(None)
    ('42 detik', '2,5 menit', '2 jam', 'belum ada')
    """
    if seconds is None:
        return "belum ada"
    for size, name in ((86_400, "hari"), (3_600, "jam"), (60, "menit")):
        if seconds >= size:
            return f"{number(seconds / size, '0.#')} {name}"
    return f"{number(seconds, '0')} detik"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; a dash where the whole is 0."""
    return indonesian.percent(part / whole if whole else None)


def likelihood(confidence: float) -> str:
    """A confidence in words."""
    if confidence >= _RATHER_SURE:
        return "sangat mungkin"
    if confidence >= _LIKELY:
        return "kemungkinan besar"
    return "mungkin" if confidence >= _POSSIBLE else "kecil kemungkinan"


def percent(confidence: float) -> str:
    """A confidence as a whole percentage, never rounded to certainty.

    >>> percent(0.834), percent(0.9999), percent(0.0001)
    ('83%', '>99%', '<1%')
    """
    rounded = round(confidence * 100)
    if rounded >= 100:  # noqa: PLR2004 - percent
        return ">99%"
    return f"{rounded}%" if rounded >= 1 else "<1%"


def learned_of(data: Mapping[str, Any]) -> str:
    """The number of complaints in a model card's `data` that the model learned from, of all where that differs.

    >>> learned_of({"rows": 80000, "learned": 50000}), learned_of({"rows": 8000})
    ('50.000 dari 80.000 pengaduan', '8.000 pengaduan')
    """
    rows = int(data["rows"])
    learned = int(data.get("learned", rows))
    return f"{number(rows)} pengaduan" if learned == rows else f"{number(learned)} dari {number(rows)} pengaduan"
