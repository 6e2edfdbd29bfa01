"""The queue: order, groups, search and confidential texts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from tests.service.desk import Desk

LONG = "Jalan di depan pasar lama rusak berat sejak musim hujan dan belum pernah diperbaiki oleh siapa pun"


def test_the_nearest_deadline_comes_first(officer: Desk) -> None:
    days = {"baru": 0, "lama": 20, "tengah": 3}
    for reference, ago in days.items():
        officer.send(reference, received_at=(datetime.now(UTC) - timedelta(days=ago)).isoformat())
    page = officer.page("/antrean")
    places = [page.index(f'<span class="row-facts"><bdi>{reference}') for reference in ("lama", "tengah", "baru")]
    assert places == sorted(places)
    assert "terlambat" in page


def test_near_duplicates_share_a_row_and_are_decided_together(officer: Desk) -> None:
    for reference in ("a", "b", "c"):
        officer.send(reference, text=f"{LONG}, salam dari warga {reference}")
    page = officer.page("/antrean")
    assert page.count('class="row"') == 1
    assert "3 pengaduan hampir sama" in page
    officer.decide("a", serupa="ya")
    assert [officer.stored(reference)["waiting"] for reference in ("a", "b", "c")] == [False] * 3


def test_the_queue_is_searched_and_filtered(officer: Desk) -> None:
    officer.send("1", text="sertifikat tanah belum terbit")
    officer.send("2", text="paspor belum jadi")
    assert officer.page("/antrean?cari=paspor").count('class="row"') == 1
    unit = officer.stored("1")["suggestion"]["units"][0]["id"]
    assert 'class="row"' in officer.page(f"/antrean?unit={unit}")
    assert "Tidak ada yang cocok" in officer.page("/antrean?cari=100%25")


def test_a_found_complaint_is_not_hidden_behind_its_group(officer: Desk) -> None:
    officer.send("a", text=f"{LONG}, salam dari warga")
    officer.send("b", text=f"{LONG}, salam dari warga Kedungwaru")
    assert officer.page("/antrean").count('class="row"') == 1
    found = officer.page("/antrean?cari=kedungwaru")
    assert found.count('class="row"') == 1
    assert officer.stored("b")["id"] in found


def test_a_confidential_text_is_on_its_own_page_only(desk: Desk) -> None:
    desk.sign_in("budi").send("r", text="nama sandi rajawali disiksa petugas", confidential=True)
    assert "rajawali" not in desk.page("/antrean")
    assert "rajawali" not in desk.page("/daftar")
    assert "rajawali" not in desk.client.get("/ekspor/berkas?bentuk=csv").text
    assert "rajawali" in desk.page(f"/pengaduan/{desk.stored('r')['id']}")
    assert 'class="row"' not in desk.page("/antrean?cari=rajawali")


def test_every_count_of_the_queue_is_the_number_of_complaints_that_it_opens(officer: Desk) -> None:
    for reference in ("a", "b", "c", "d"):
        officer.send(reference, text=f"{LONG}, salam dari warga {reference}")
    with officer.database.session() as session:
        # The group's first complaint has another status and unit than the rest.
        first = session.get_one(StoredComplaint, officer.stored("a")["id"])
        first.unit_status, first.unit_id = "confident", "komnas-ham"
        for reference in ("b", "c", "d"):
            session.get_one(StoredComplaint, officer.stored(reference)["id"]).unit_status = "review"
    assert "4 pengaduan dalam 1 baris" in officer.page("/antrean")
    assert "3 pengaduan dalam 1 baris" in officer.page("/antrean?status=review")
    assert officer.page("/antrean?status=confident").count('class="row"') == 1
    assert officer.page("/antrean?unit=komnas-ham").count('class="row"') == 1
