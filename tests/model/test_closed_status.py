"""The words of a status by which a complaint is closed."""

from __future__ import annotations

import pytest

from model.closed_status import means_closed


@pytest.mark.parametrize(
    "status",
    ["Selesai", "SELESAI", "Laporan selesai ditindaklanjuti", "Ditutup oleh Admin", "Tidak lengkap, diarsipkan",
     "Selesai (pelapor tidak puas)", "Terblokir", "Diarsipkan - bukan kewenangan"],
)  # fmt: skip
def test_a_closed_status_is_known(status: str) -> None:
    assert means_closed(status)


@pytest.mark.parametrize(
    "status",
    ["", "Belum selesai", "Belum Dapat Diselesaikan", "blm selesai", "belum juga selesai", "Tidak selesai", "Hampir selesai",
     "Proses penyelesaian", "akan ditutup", "Belum ditutup", "menunggu selesai", "Proses"],
)  # fmt: skip
def test_a_status_that_is_not_closed_yet_is_open(status: str) -> None:
    assert not means_closed(status)
