"""Case lists: one's own decisions of today, and hasty decisions."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from service.ledger.tables import StoredDecision

if TYPE_CHECKING:
    from tests.service.desk import Desk


def test_own_decisions_of_today_are_listed_and_can_be_undone(officer: Desk) -> None:
    for reference in ("satu", "dua", "lama"):
        officer.send(reference)
        officer.decide(reference)
    with officer.database.session() as session:
        old = session.get_one(StoredDecision, officer.stored("lama")["decisions"][0]["id"])
        old.decided_at -= timedelta(days=1)
        # The notice after a decision is long gone.
        session.get_one(StoredDecision, officer.stored("satu")["decisions"][0]["id"]).decided_at -= timedelta(
            seconds=60
        )
    page = officer.page("/putusan-saya")
    assert ("satu" in page, "dua" in page, "lama<" in page) == (True, True, False)
    decision = officer.stored("satu")["decisions"][0]["id"]
    answer = officer.post(f"/putusan/{decision}/urungkan", "/putusan-saya", lanjut="/putusan-saya")
    assert answer.headers["location"] == "/putusan-saya"
    assert officer.stored("satu")["waiting"]
    assert "dibatalkan" in officer.page("/putusan-saya")
    officer.client.cookies.clear()
    assert "satu" not in officer.sign_in("budi").page("/putusan-saya")


def test_undoing_never_redirects_to_another_host(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1")
    decision = officer.stored("1")["decisions"][0]["id"]
    assert officer.post(f"/putusan/{decision}/urungkan", lanjut="https://example.org/").headers["location"] == "/"


def test_hasty_decisions_are_marked_for_the_supervisor_and_counted_apart(officer: Desk) -> None:
    for reference, seconds in (("kilat", "1.4"), ("dibaca", "31"), ("api", "")):
        officer.send(reference)
        officer.decide(reference, detik=seconds)
    assert 'tag">di bawah 3 detik' not in officer.page("/daftar")
    officer.client.cookies.clear()
    supervisor = officer.sign_in("budi")
    assert supervisor.page("/daftar").count('tag">di bawah 3 detik') == 1
    assert 'tergesa=ya">1<' in supervisor.page("/dasbor").replace("&amp;", "&")
    listed = supervisor.page("/daftar?tergesa=ya")
    assert "kilat" in listed
    assert "dibaca" not in listed
    assert "di bawah 3 detik" in supervisor.page(f"/pengaduan/{supervisor.stored('kilat')['id']}")
