"""Totals, notes and signatures below a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from data.exports.handmade.closing_rows import ClosingRows
from data.exports.open import open_export
from tests.data.exports.files import written

if TYPE_CHECKING:
    from pathlib import Path

_PLACES = {"id": 0, "received_at": 1, "text": 2, "unit": 3}


@pytest.mark.parametrize(
    "cells",
    [
        ["JUMLAH", "", "60", ""],
        ["", "", "Total pengaduan: 60", ""],
        ["", "", "Grand Total", 60],
        ["", "", "Catatan: data sampai dengan Maret", ""],
        ["", "", "Kota Contoh, 31 Desember 2024", ""],
        ["", "", "Mengetahui,", ""],
        ["", "", "NIP. 19700101 199003 1 001", ""],
        ["", "", "Dicetak pada 31-12-2024", ""],
    ],
)
def test_a_total_a_note_and_a_signature_close_the_table(cells: list[object]) -> None:
    assert ClosingRows(_PLACES).takes(cells)


@pytest.mark.parametrize(
    "cells",
    [
        ["7", "2024-01-05", "Total sudah tiga minggu lampu mati", "Dinas A"],
        ["", "", "Jumlah sampah di pasar makin banyak", ""],
        ["7", "2024-01-05", "Catatan: lampu mati", "Dinas A"],
        ["", "", "Keterangan lampu jalan mati sejak lama", "Dinas A"],
        ["", "", "Total", "Dinas A"],
    ],
)
def test_a_complaint_does_not_close_the_table(cells: list[object]) -> None:
    assert not ClosingRows(_PLACES).takes(cells)


def test_the_names_below_a_signature_belong_to_it_and_later_complaints_are_read(tmp_path: Path) -> None:
    rows = [
        "No;Tanggal;Isi Laporan;OPD",
        "1;2024-01-05;lampu mati;Dinas A",
        ";;Mengetahui;",
        ";;Kepala Bidang Contoh;",
        ";;Nama Contoh, S.Sos;",
        "2;2024-01-06;air mati;Dinas B",
    ]
    problems = [row.problem and row.problem.code for row in open_export(written(tmp_path, "\n".join(rows))).rows()]
    assert problems == [None, *["exports.closing-row"] * 3, None]
