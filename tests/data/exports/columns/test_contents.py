"""Measures of a column's cells, and what they rule out or tell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.exports.open import open_export
from tests.data.exports.columns.tables import COMPLAINTS, table
from tests.data.exports.files import written

if TYPE_CHECKING:
    from pathlib import Path

_DAYS = [f"{day:02d}/03/2024" for day in range(1, 13)]
_UNITS = ["Dinas Air", "Dinas Jalan", "Dinas Lampu"] * 4
_KINDS = ["Jalan Rusak", "Lampu Mati", "Air Mati"] * 4


def fields_in(folder: Path, **columns: list[str]) -> dict[str, str]:
    return dict(open_export(written(folder, table(columns))).columns)


def test_a_column_of_labels_is_no_text_whatever_its_name(tmp_path: Path) -> None:
    columns = fields_in(tmp_path, **{"Complaint Type": _KINDS, "content": COMPLAINTS, "label": _UNITS})
    assert columns == {"category": "Complaint Type", "text": "content"}


def test_labels_under_a_name_of_the_text_give_way_to_sentences(tmp_path: Path) -> None:
    columns = fields_in(tmp_path, Pengaduan=_KINDS, **{"Masalah yang dialami": COMPLAINTS})
    assert columns["text"] == "Masalah yang dialami"


def test_short_complaints_under_a_name_of_the_text_stay_the_text(tmp_path: Path) -> None:
    assert fields_in(tmp_path, Keluhan=_KINDS, Dinas=_UNITS) == {"text": "Keluhan", "unit": "Dinas"}


def test_recurring_complaints_are_the_text_where_nothing_else_is(tmp_path: Path) -> None:
    assert fields_in(tmp_path, **{"Isi Aduan Masyarakat": _KINDS, "Dinas": _UNITS})["text"] == "Isi Aduan Masyarakat"


@pytest.mark.parametrize("cells", [_DAYS, [f"10{n}" for n in range(12)]])
def test_numbers_and_dates_under_a_name_of_the_text_are_no_text(tmp_path: Path, cells: list[str]) -> None:
    assert fields_in(tmp_path, Laporan=cells, Cerita=COMPLAINTS)["text"] == "Cerita"


@pytest.mark.parametrize("header", ["Waktu Masuk", "Jam", "Kapan", "Created Date", "Date received", "waktu_lapor"])
def test_the_only_dates_are_the_dates_of_arrival(tmp_path: Path, header: str) -> None:
    assert fields_in(tmp_path, Keluhan=COMPLAINTS, **{header: _DAYS})["received_at"] == header


@pytest.mark.parametrize("header", ["Tanggal Selesai", "Closed Date", "Target penyelesaian"])
def test_the_date_of_a_later_event_is_no_date_of_arrival(tmp_path: Path, header: str) -> None:
    assert "received_at" not in fields_in(tmp_path, Keluhan=COMPLAINTS, **{header: _DAYS})


def test_of_a_date_and_a_time_each_keeps_its_half(tmp_path: Path) -> None:
    times = [f"{hour:02d}:15" for hour in range(12)]
    path = written(tmp_path, table({"Waktu": times, "Tgl": _DAYS, "Keluhan": COMPLAINTS}))
    assert [row.fields["received_at"] for row in open_export(path).rows()][3] == "2024-03-04T03:15:00"


def test_kinds_of_matters_are_the_category_where_nothing_else_is(tmp_path: Path) -> None:
    assert fields_in(tmp_path, Isi=COMPLAINTS, Jenis=_KINDS)["category"] == "Jenis"
    kinds = ["Pengaduan", "Aspirasi", "Permintaan Informasi"] * 4
    assert fields_in(tmp_path, Isi=COMPLAINTS, Jenis=kinds) == {"text": "Isi", "type": "Jenis"}


@pytest.mark.parametrize("header", ["Unit Layanan / Bagian", "Ditangani oleh", "unit_kerja", "Owner Department"])
def test_a_unit_is_known_by_more_names(tmp_path: Path, header: str) -> None:
    assert fields_in(tmp_path, Isi=COMPLAINTS, **{header: _UNITS})["unit"] == header


def test_a_question_of_a_form_is_a_header(tmp_path: Path) -> None:
    question = "Silakan sampaikan keluhan Anda selengkap mungkin, termasuk lokasi, waktu, dan kronologi kejadiannya"
    columns = fields_in(tmp_path, Timestamp=_DAYS, **{"Nama Lengkap": _UNITS, question: COMPLAINTS})
    assert columns == {"text": question, "received_at": "Timestamp"}


def test_an_answer_beside_the_complaint_is_not_the_text(tmp_path: Path) -> None:
    answers = [f"Terima kasih atas laporannya, sudah kami teruskan ke petugas nomor {n} di lapangan" for n in range(12)]
    assert fields_in(tmp_path, Cerita=COMPLAINTS, Tanggapan=answers)["text"] == "Cerita"


def test_a_chosen_column_takes_precedence_over_its_cells(tmp_path: Path) -> None:
    path = written(tmp_path, table({"Laporan": _DAYS, "Cerita": COMPLAINTS}))
    assert open_export(path, columns={"text": "Laporan"}).columns["text"] == "Laporan"


def test_a_form_asks_for_the_agency_that_the_reporter_wants(tmp_path: Path) -> None:
    asked = "Kepada dinas mana aduan ini ditujukan?"
    columns = fields_in(tmp_path, **{"Ceritakan keluhan Anda": COMPLAINTS, asked: _UNITS})
    assert columns == {"text": "Ceritakan keluhan Anda", "requested_unit": asked}


def test_kinds_of_a_form_that_are_no_kinds_of_report_are_the_category(tmp_path: Path) -> None:
    kinds = [*_KINDS[:6], "Sampah", "Banjir", "Parkir Liar", "Air Mati", "Lampu Mati", "Jalan Rusak"]
    columns = fields_in(tmp_path, Keluhan=COMPLAINTS, **{"Apa jenis aduan Anda?": kinds})
    assert columns["category"] == "Apa jenis aduan Anda?"
    assert "type" not in columns


@pytest.mark.parametrize("header", ["Sifat", "Keterangan Pelapor", "visibility"])
def test_who_is_confidential_is_told_by_the_cells(tmp_path: Path, header: str) -> None:
    cells = ["Publik", "Rahasia", "", "Anonim|Rahasia", "Publik", "Anonim"] * 2
    columns = fields_in(tmp_path, Keluhan=COMPLAINTS, **{header: cells})
    assert columns["privacy"] == header


def test_words_beside_the_privacy_are_no_privacy(tmp_path: Path) -> None:
    cells = ["Rahasia Negara", "Dokumen", "Arsip", "Rahasia"] * 3
    assert "privacy" not in fields_in(tmp_path, Keluhan=COMPLAINTS, Perihal=cells)


def test_one_number_in_all_cells_tells_no_complaints_apart(tmp_path: Path) -> None:
    columns = fields_in(tmp_path, Keluhan=COMPLAINTS, **{"Nomor Tiket": ["3201234567890123"] * 12})
    assert "id" not in columns


def test_a_renamed_copy_of_the_official_export_keeps_number_and_privacy(tmp_path: Path) -> None:
    blank = [""] * 12
    columns = fields_in(tmp_path, id_tracking=[f"91{n}" for n in range(12)], isi_laporan_awal=COMPLAINTS, tipe=blank)
    assert (columns["id"], columns["privacy"]) == ("id_tracking", "tipe")
