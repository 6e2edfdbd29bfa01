"""Tables of invented complaints, written as CSV."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMPLAINTS = [
    "Lampu jalan di depan pasar mati sejak tiga malam, gelap dan rawan jambret",
    "Jalan menuju sekolah berlubang besar, kemarin ada anak jatuh dari sepeda",
    "Air keran di rumah kami tidak mengalir sejak kemarin pagi, mohon dicek",
    "Sampah di pojok lapangan menumpuk dan baunya sampai ke dalam rumah",
    "Got depan gang tersumbat, tiap hujan airnya masuk ke teras warga",
    "Pohon besar di tikungan hampir tumbang dan menyentuh kabel listrik",
    "Antrean di loket sangat lama, padahal petugasnya hanya seorang",
    "Surat pengantar saya belum jadi sesudah dua minggu menunggu kabar",
    "Angkutan kota ugal-ugalan dan sering berhenti di tengah jalan raya",
    "Trotoar dipakai berjualan sehingga pejalan kaki turun ke badan jalan",
    "Jembatan kayu ke dusun sebelah sudah lapuk, papannya banyak yang hilang",
    "Suara pabrik terdengar sampai malam dan mengganggu tidur anak-anak",
]


def table(columns: Mapping[str, Sequence[str]], separator: str = ",") -> str:
    """CSV text of columns; a shorter column ends in blank cells."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator)
    writer.writerow(columns)
    for place in range(max(map(len, columns.values()))):
        writer.writerow([cells[place] if place < len(cells) else "" for cells in columns.values()])
    return text.getvalue()
