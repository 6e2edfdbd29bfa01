from __future__ import annotations

from model.complaint import Complaint, without_personal_data


def test_every_free_text_is_masked_and_text_and_title_are_counted() -> None:
    masked = without_personal_data(
        Complaint(
            "Hubungi 0812-0000-0002, NIK 3578019901900001",
            title="Nama: Siti Contoh",
            reporter_category="hp 081200000003",
            requested_unit="kirim ke budi@contoh.id",
        )
    )
    assert masked.complaint.whole_text == "Nama: [NAMA]\nHubungi [TELEPON], NIK [NIK]"
    assert (masked.complaint.reporter_category, masked.complaint.requested_unit) == ("hp [TELEPON]", "kirim ke [EMAIL]")
    assert masked.masked_count == 3


def test_a_complaint_without_personal_data_stays_the_same_object() -> None:
    complaint = Complaint("Lampu jalan mati", title="Lampu")
    assert without_personal_data(complaint).complaint is complaint
