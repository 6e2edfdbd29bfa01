"""Statuses by which units return a complaint, and statuses that only look like it."""

import pytest

from model.returned_status import may_mean_returned, means_returned

RETURNED = (
    "Bukan Kewenangan", "Bukan Wewenang", "Laporan Bukan Wewenang", "BUKAN  KEWENANGANNYA", "bukan-kewenangan",
    "Bukan kewenangan OPD kami", "Bukan merupakan kewenangan dinas", "Bukan termasuk dalam wewenang kami",
    "Bukan menjadi kewenangan", "Bukan tupoksi", "Bukan Tupoksinya", "Bukan tugas dan fungsi", "Bukan ranah kami",
    "Bukan domain", "Bukan urusan dinas", "Bukan bidang kami", "Bukan wilayah kerja", "Bukan tanggung jawab",
    "Bukan OPD terkait", "Bukan instansi kami", "Tidak berwenang", "Tidak memiliki kewenangan", "tdk sesuai tupoksi",
    "Tidak termasuk kewenangan", "Di luar kewenangan", "Diluar wewenang", "Luar kewenangan",
    "Kewenangan instansi lain", "Wewenang OPD lain", "Urusan pihak lain", "Salah alamat", "Salah disposisi",
    "SALAH DISPOSISI/bukan tupoksi", "Salah OPD", "Salah instansi", "Keliru disposisi", "Disposisi salah",
    "Dikembalikan", "Di kembalikan", "Laporan dikembalikan", "Dikembalikan oleh OPD", "Dikembalikan ke admin",
    "Kembali ke admin", "Dikembalikan karena bukan kewenangan", "Pengembalian disposisi", "Ditolak OPD",
    "Ditolak instansi", "Ditolak oleh Dinas", "Di tolak SKPD", "Instansi menolak", "Disposisi ditolak",
    "Selesai (bukan kewenangan)", "Tidak dilengkapi, bukan kewenangan",
)  # fmt: skip
PLAIN = (
    "", "Laporan Selesai", "Laporan Terverifikasi", "Laporan Dalam Progress", "Ditutup oleh Sistem", "Ditutup oleh Admin",
    "Diarsipkan oleh Pelapor", "Menunggu Kelengkapan Informasi", "Konten Terblokir", "Belum Terverifikasi", "Ditunda",
    "Terdisposisi", "Sudah didisposisi", "Diteruskan ke instansi", "Sedang ditindaklanjuti", "Dalam proses", "Diterima",
    "Diterima OPD", "Selesai ditangani unit", "Diselesaikan", "Ditangani", "Baru",
)  # fmt: skip
ASKED = (
    "Ditolak", "Laporan ditolak", "Ditolak admin", "Bukan Wewenag", "Bukan prioritas", "Dikembalikan ke pelapor",
    "Dikembalikan kepada pelapor untuk dilengkapi", "Dikembalikan ke OPD untuk diperbaiki", "Dikembalikan, tidak lengkap",
    "Tidak dikembalikan", "Belum ditolak OPD", "Bukan salah alamat", "Dialihkan", "Disposisi ulang", "Dilimpahkan",
    "Kewenangan pusat", "Salah kirim", "Dikembalkan", "Pindah OPD", "Sesuai kewenangan",
)  # fmt: skip


@pytest.mark.parametrize("status", RETURNED)
def test_a_unit_returns_a_complaint_in_many_words(status: str) -> None:
    assert means_returned(status)
    assert not may_mean_returned(status)


@pytest.mark.parametrize("status", PLAIN)
def test_an_ordinary_status_is_no_return_and_no_question(status: str) -> None:
    assert not means_returned(status)
    assert not may_mean_returned(status)


@pytest.mark.parametrize("status", ASKED)
def test_a_status_that_resembles_a_return_is_asked_about(status: str) -> None:
    assert not means_returned(status)
    assert may_mean_returned(status)
