"""What the pages say, in Indonesian, for each thing that the model can say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from model.suggestion import NoticeCode, ResolvedBy, Status

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

_RATHER_SURE = 0.75
_LIKELY = 0.5
_POSSIBLE = 0.2
_PROMISES_LITTLE_BELOW = 0.3


@dataclass(frozen=True, slots=True)
class StatusWords:
    """How far to lean on a suggestion: in a word or two, and what to do about it."""

    label: str
    advice: str


UNIT_STATUS = {
    Status.CONFIDENT: StatusWords(
        "Yakin", "Saran pertama jarang meleset pada pengaduan serupa ini. Baca sebelum memutuskan."
    ),
    Status.REVIEW: StatusWords("Perlu ditimbang", "Pilah belum cukup yakin. Timbang beberapa unit teratas."),
    Status.UNSURE: StatusWords(
        "Tidak yakin", "Tidak ada unit yang dikenal Pilah cocok dengan teks ini. Baca dan putuskan sendiri."
    ),
}
CATEGORY_STATUS = {
    Status.CONFIDENT: StatusWords("Yakin", "Kategori pertama jarang meleset pada pengaduan serupa ini."),
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
_NOTICES = {
    NoticeCode.PERSONAL_DATA_MASKED: "{count} data pribadi disamarkan sebelum teks dibaca. Pilah tidak menyimpannya.",
    NoticeCode.TEXT_TOO_SHORT: "Teks terlalu pendek untuk dinilai. Minta pelapor melengkapi pengaduannya.",
    NoticeCode.UNLIKE_ANYTHING_KNOWN: "Teks ini tidak mirip dengan pengaduan mana pun yang pernah dipelajari Pilah.",
    NoticeCode.PLACE_MISSING: "Unit bergantung pada tempat kejadian, tetapi tempatnya tidak disebut. Isi kecamatan atau kelurahan.",
    NoticeCode.POSSIBLE_DUPLICATE: "Pengaduan serupa sudah pernah masuk: {detail}. Periksa apakah ini kiriman ulang.",
    NoticeCode.MASS_LETTER: "Surat massal: {count} pengaduan lain berisi hampir sama.",
    NoticeCode.UNIT_RETIRED: "{detail}",
    NoticeCode.RULE_AND_MODEL_DIFFER: "Aturan kantor dan model berbeda pendapat: model menyarankan {detail}.",
    NoticeCode.ADDRESSEE_NAMED: "Pelapor menulis tujuan sendiri: “{detail}”. Belum tentu unit itu yang berwenang.",
    NoticeCode.FEW_EXAMPLES: "Baru {count} pengaduan di riwayat yang ditangani {detail}: keyakinan ini belum dapat dipegang.",
    NoticeCode.UNKNOWN_FIELD: "Isian “{detail}” tidak dikenal dan diabaikan.",
}

DEEDS = {
    "sign_in": "masuk",
    "locked": "terkunci: terlalu sering salah kata sandi",
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
    "training_files": "menyerahkan berkas latihan",
    "training_train": "memulai latihan",
    "training_check": "memeriksa berkas latihan",
    "training_cancelled": "menghentikan latihan",
    "training_done": "latihannya menghasilkan versi",
    "model": "mengganti versi model",
    "model_change": "versi model yang menjawab sejak ini",
}
_ACTIONS = {"pin": "menetapkan", "forbid": "melarang", "prefer": "mengutamakan"}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


def notice(code: NoticeCode, count: int | None, detail: str | None) -> str:
    """A notice as a sentence."""
    return _NOTICES[code].format(count=count, detail=detail)


def track_record(cases: int, correct: int) -> str:
    """What became of suggestions that were about as sure, in a sentence.

    >>> track_record(214, 193)
    'Pada skor seperti ini 193 dari 214 saran terbukti benar.'
    """
    return f"Pada skor seperti ini {number(correct)} dari {number(cases)} saran terbukti benar."


def promise(confident_share: float | None, promised: float) -> str:
    """What the model can promise at all, from its share of confident suggestions on later rows; blank where it is much."""
    if confident_share is None or confident_share >= _PROMISES_LITTLE_BELOW:
        return ""
    if confident_share == 0:
        return f"Model ini belum dapat menjanjikan ketepatan {percent(promised)}: timbang setiap saran."
    return f"Model ini hanya yakin pada {percent(confident_share)} pengaduan: timbang saran yang lain."


def rule(rule_id: str, action: str, unit: str, reason: str) -> str:
    """The office's rule that applied, in a sentence."""
    because = f" Alasan: {reason}" if reason else ""
    return f"Aturan kantor {rule_id} {_ACTIONS[action]} {unit}.{because}"


def deadline(days_left: int) -> str:
    """How long there is until a complaint must be forwarded.

    >>> deadline(2), deadline(0), deadline(-3)
    ('2 hari kerja lagi', 'hari ini', 'terlambat 3 hari kerja')
    """
    if days_left < 0:
        return f"terlambat {-days_left} hari kerja"
    return f"{days_left} hari kerja lagi" if days_left else "hari ini"


def short_day(day: date) -> str:
    """A day and its month."""
    return f"{day.day} {_MONTHS[day.month - 1]}"


def clock(moment: datetime) -> str:
    """Day and time of a moment at the office.

    >>> from datetime import datetime
    >>> clock(datetime(2024, 10, 21, 9, 5))
    '21 Okt 2024 09.05'
    """
    return f"{day(moment)} {moment:%H.%M}"


def at_office(moment: datetime, zone: ZoneInfo) -> str:
    """A moment of the ledger as the office's clock shows it.

    >>> from datetime import datetime
    >>> from zoneinfo import ZoneInfo
    >>> at_office(datetime(2026, 11, 26, 20, 5), ZoneInfo("Asia/Jakarta"))
    '27 Nov 2026 03.05 WIB'
    """
    local = moment.replace(tzinfo=UTC).astimezone(zone)
    return f"{day(local)} {local:%H.%M} {local.tzname()}"


def duration(seconds: float | None) -> str:
    """A duration in the unit that says most.

    >>> duration(42.0), duration(150.0), duration(7200.0), duration(None)
    ('42 detik', '2,5 menit', '2 jam', 'belum ada')
    """
    if seconds is None:
        return "belum ada"
    for size, name in ((86_400, "hari"), (3_600, "jam"), (60, "menit")):
        if seconds >= size:
            return f"{seconds / size:.1f}".replace(".", ",").removesuffix(",0") + f" {name}"
    return f"{seconds:.0f} detik"


def share(part: int, whole: int) -> str:
    """A part of a whole in percent; a stroke where there is no whole."""
    return f"{100 * part / whole:.0f}%" if whole else "–"


def day(moment: date) -> str:
    """A date as Indonesians write it.

    >>> day(datetime(2024, 10, 21))
    '21 Okt 2024'
    """
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}"


def day_of(iso: str | None) -> str:
    """The day of a moment as a model's card writes it; a stroke where the rows had no dates.

    >>> day_of("2024-10-22T09:30:00+07:00"), day_of(None)
    ('22 Okt 2024', '–')
    """
    return day(datetime.fromisoformat(iso)) if iso else "–"


def likelihood(confidence: float) -> str:
    """A confidence in words."""
    if confidence >= _RATHER_SURE:
        return "sangat mungkin"
    if confidence >= _LIKELY:
        return "kemungkinan besar"
    return "mungkin" if confidence >= _POSSIBLE else "kecil kemungkinan"


def percent(confidence: float) -> str:
    """A confidence as a whole percentage that is never rounded to certainty.

    >>> percent(0.834), percent(0.9999), percent(0.0001)
    ('83%', '>99%', '<1%')
    """
    rounded = round(confidence * 100)
    if rounded >= 100:  # noqa: PLR2004 - percent
        return ">99%"
    return f"{rounded}%" if rounded >= 1 else "<1%"


def learned_of(data: Mapping[str, Any]) -> str:
    """How many complaints a model learned from, and of how many where that isn't all; `data` is what its card says.

    >>> learned_of({"rows": 80000, "learned": 50000}), learned_of({"rows": 8000})
    ('50.000 dari 80.000 pengaduan', '8.000 pengaduan')
    """
    rows = int(data["rows"])
    learned = int(data.get("learned", rows))
    return f"{number(rows)} pengaduan" if learned == rows else f"{number(learned)} dari {number(rows)} pengaduan"


def number(value: int) -> str:
    """A number with Indonesian thousands.

    >>> number(50000)
    '50.000'
    """
    return f"{value:,}".replace(",", ".")
