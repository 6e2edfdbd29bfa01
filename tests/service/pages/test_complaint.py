"""The complaint page: decisions, copies, undo, returns and hostile texts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from service.ledger.complaints import Complaints
from service.ledger.decisions import Decision, Decisions
from service.ledger.tables import StoredComplaint

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from tests.service.desk import Desk

LONG = "Jalan di depan pasar lama rusak berat sejak musim hujan dan belum pernah diperbaiki oleh siapa pun"
HOSTILE = [
    "<script>alert(1)</script> lampu mati",
    "'; DROP TABLE complaints; -- lampu mati",
    "{{ 777 * 777 }} {% raw %} lampu mati",
    '=HYPERLINK("x") lampu mati',
    "../../etc/passwd lampu mati",
    '" onmouseover="alert(1)',
]


def test_decisions_made_together_are_undone_together_or_one_by_one(officer: Desk) -> None:
    for reference in ("a", "b", "c"):
        officer.send(reference, text=f"{LONG}, salam dari warga {reference}")
    answer = officer.decide("a", serupa="ya", detik="30")
    assert "dan 2 yang hampir sama" in officer.page(answer.headers["location"])
    with officer.database.reading() as session:
        timed = [session.get_one(StoredComplaint, officer.stored(name)["id"]).decisions[0].seconds for name in "abc"]
    assert timed == [30, None, None]
    officer.post(f"/putusan/{officer.stored('b')['decisions'][0]['id']}/urungkan")
    assert [officer.stored(reference)["waiting"] for reference in "abc"] == [False, True, False]
    officer.decide("b", unit="-", tindak_lanjut="yudisial")
    officer.post(f"/putusan/{officer.stored('a')['decisions'][0]['id']}/urungkan", bersama="ya")
    # The decision made separately since then stays.
    assert [officer.stored(reference)["waiting"] for reference in "abc"] == [True, False, True]


def test_a_colleagues_decision_made_in_the_meantime_stays(officer: Desk) -> None:
    for reference in ("a", "b"):
        officer.send(reference, text=f"{LONG}, salam dari warga {reference}")
    officer.decide("b", unit="-", tindak_lanjut="yudisial")
    with officer.database.session() as session:
        # The list was read before the colleague's decision.
        complaint = Complaints(session, "kumham").get("a")
        similar = [officer.stored("b")["id"]]
        entry, others = Decisions(session, "kumham").decide_with_similar(complaint, similar, Decision("mabes-polri"))
        assert (entry.together, others) == (None, 0)
    assert officer.stored("b")["decisions"][0]["outcome"] == "yudisial"


def test_copies_are_chosen_by_tick_or_by_name(officer: Desk) -> None:
    officer.send("1")
    assert 'type="checkbox" name="tembusan"' in officer.page("/tembusan?cari_tembusan=kpk")
    refused = officer.decide("1", unit="-", tindak_lanjut="tangani", tembusan="mabes-polri")
    assert re.search(r'value="mabes-polri" checked', refused.text)
    first = officer.stored("1")["suggestion"]["units"][0]["id"]
    unknown = officer.decide("1", tembusan=["mabes-polri", first, "bukan-unit"])
    assert unknown.status_code == 422
    assert "Unit tembusan itu tidak ada di kantor ini" in unknown.text
    officer.decide("1", tembusan=["mabes-polri", first], cari_tembusan="komisi kejaksaan")
    copies = officer.stored("1")["decisions"][0]["copies"]
    assert copies == [unit for unit in ("mabes-polri", "komisi-kejaksaan") if unit != first]


def test_times_are_shown_in_the_offices_timezone(officer: Desk) -> None:
    officer.send("1", received_at="2026-11-23T22:30:00+00:00")
    assert "24 Nov 2026 05.30" in officer.page(f"/pengaduan/{officer.stored('1')['id']}")
    assert "24 Nov 2026" in officer.page("/daftar?dari=2026-11-01&sampai=2026-11-30")


def test_a_decision_leads_to_the_next_complaint_and_can_be_undone(officer: Desk) -> None:
    officer.send("1")
    officer.send("2", text="paspor belum jadi juga")
    answer = officer.decide("1", detik="12.5")
    onward = officer.page(answer.headers["location"])
    assert "2" in answer.headers["location"]
    assert "diteruskan ke" in onward
    decision = officer.stored("1")["decisions"][0]
    assert (decision["verdict"], decision["officer"]) == ("accepted", "sari")
    officer.post(f"/putusan/{decision['id']}/urungkan")
    assert officer.stored("1")["waiting"]


def test_another_unit_is_found_by_abbreviation_and_counts_as_changed(officer: Desk) -> None:
    officer.send("1")
    found = officer.page("/unit?cari=KPK")
    first = re.search(r'value="([^"]+)" data-match> <span><bdi>([^<]+)', found)
    assert first
    assert first[2] == "Komisi Pemberantasan Korupsi"
    officer.decide("1", unit=first[1])
    decision = officer.stored("1")["decisions"][0]
    assert (decision["unit"], decision["verdict"]) == (first[1], "changed")


@pytest.mark.parametrize("typed", ["komisi pemberantasan korupsi", "KPK", "pemberantasan korupsi"])
def test_a_typed_name_counts_before_the_chosen_candidate(officer: Desk, typed: str) -> None:
    officer.send("1")
    assert officer.decide("1", cari=typed).status_code == 303
    assert officer.stored("1")["decisions"][0]["unit"] == "komisi-pemberantasan-korupsi"


@pytest.mark.parametrize(
    ("field", "typed", "sentence"),
    [
        ("cari", "komisi", "Lebih dari satu unit memuat nama itu"),
        ("cari", "dinas kebersihan", "Tidak ada unit bernama itu"),
        ("cari_kategori", "xyz", "Tidak ada kategori bernama itu"),
        ("cari_tembusan", "komisi", "Lebih dari satu unit memuat nama itu"),
    ],
)
def test_an_unclear_name_is_asked_about_beside_its_field(officer: Desk, field: str, typed: str, sentence: str) -> None:
    officer.send("1")
    answer = officer.decide("1", alasan="sesuai rapat", **{field: typed})
    assert answer.status_code == 422
    assert re.search(rf'id="galat-{field}"[^>]*><span>{sentence}', answer.text)
    assert re.search(rf'name="{field}" value="{typed}"', answer.text)
    assert ">sesuai rapat</textarea>" in answer.text
    assert officer.stored("1")["waiting"]


def test_without_a_script_an_offered_match_is_chosen(officer: Desk) -> None:
    officer.send("1")
    asked = officer.decide("1", cari="komisi")
    offered = re.search(r'value="(komisi-[a-z-]+)" data-match', asked.text)
    assert offered
    assert 'name="cari_ditawarkan" value="komisi"' in asked.text
    assert officer.decide("1", unit=offered[1], cari="komisi", cari_ditawarkan="komisi").status_code == 303
    assert officer.stored("1")["decisions"][0]["unit"] == offered[1]


def test_a_unit_outside_the_suggestions_stays_chosen_after_an_error(officer: Desk) -> None:
    sent = officer.send("1")
    assert "komnas-ham" not in {unit["id"] for unit in sent["units"]}
    answer = officer.decide("1", unit="komnas-ham", tindak_lanjut="entah")
    assert re.search(r'value="komnas-ham" data-match checked', answer.text)


def _checked(page: str, name: str) -> bool:
    return re.search(rf'name="{name}"[^>]*checked', page) is not None


def test_only_a_confident_suggestion_is_preselected(officer: Desk) -> None:
    statuses = set()
    for number, text in enumerate(
        ("laporan saya di polres belum ada kejelasan", "paspor belum jadi juga", "zzz qqq xxx")
    ):
        sent = officer.send(str(number), text=text)
        page = officer.page(f"/pengaduan/{officer.stored(str(number))['id']}")
        confident = sent["unit_status"] == "confident"
        assert _checked(page, "unit") == confident
        assert _checked(page, "kategori") == (sent["category_status"] == "confident")
        assert confident or "selected" not in page
        statuses.add(sent["unit_status"])
    assert len(statuses) > 1


def test_the_preselected_choices_never_contradict_each_other(officer: Desk) -> None:
    for number, text in enumerate(
        ("perkara saya sudah di pengadilan negeri", "laporan saya di polres belum ada kejelasan")
    ):
        officer.send(str(number), text=text)
        page = officer.page(f"/pengaduan/{officer.stored(str(number))['id']}")
        assert not re.search(r'value="(yudisial|bukan kewenangan|minta kelengkapan)" selected', page)


def test_a_unit_needs_a_category(officer: Desk) -> None:
    officer.send("1")
    answer = officer.decide("1", kategori="")
    assert answer.status_code == 422
    assert "Pilih kategorinya dahulu" in answer.text
    assert officer.decide("1", kategori="", unit="-", tindak_lanjut="yudisial").status_code == 303


def test_a_decision_without_a_unit_needs_a_fitting_outcome(officer: Desk) -> None:
    officer.send("1")
    assert officer.decide("1", unit="-", tindak_lanjut="tangani").status_code == 422
    assert officer.stored("1")["waiting"]
    officer.decide("1", unit="-", tindak_lanjut="bukan kewenangan")
    assert officer.stored("1")["decisions"][0]["verdict"] == "rejected"


def test_the_loser_of_two_decisions_keeps_choice_and_reason_and_may_replace(officer: Desk) -> None:
    units = [unit["id"] for unit in officer.send("1")["units"]]
    officer.decide("1")
    first = officer.stored("1")["decisions"][0]["id"]
    officer.client.cookies.clear()
    colleague = officer.sign_in("budi")
    answer = colleague.decide("1", unit=units[1], alasan="sesuai hasil rapat")
    assert answer.status_code == 409
    assert "rekan Anda" in answer.text
    assert ">sesuai hasil rapat</textarea>" in answer.text
    assert re.search(rf'name="unit" value="{units[1]}"[^>]* checked', answer.text)
    assert f'name="gantikan" value="{first}"' in answer.text
    assert len(colleague.stored("1")["decisions"]) == 1
    colleague.decide("1", unit=units[1], alasan="sesuai hasil rapat", gantikan=first)
    standing = [entry for entry in colleague.stored("1")["decisions"] if not entry["undone_at"]]
    assert [(entry["unit"], entry["officer"]) for entry in standing] == [(units[1], "budi")]
    # Only the decision that was seen is replaced.
    assert colleague.decide("1", unit=units[0], gantikan=first).status_code == 409


def test_a_double_click_decides_once_and_is_no_conflict(officer: Desk) -> None:
    officer.send("1")
    assert [officer.decide("1").status_code for _ in range(2)] == [303, 303]
    assert len(officer.stored("1")["decisions"]) == 1


def test_a_late_double_click_on_a_return_leaves_the_new_decision(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1")
    stored = officer.stored("1")
    form = {"alasan": "bukan kewenangan kami", "putusan": stored["decisions"][0]["id"]}
    officer.post(f"/pengaduan/{stored['id']}/kembali", **form)
    officer.decide("1", alasan="lain")
    officer.post(f"/pengaduan/{stored['id']}/kembali", **form)
    assert not officer.stored("1")["waiting"]


def test_ones_own_earlier_decision_is_named_as_such(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1")
    again = officer.decide("1", unit="-", tindak_lanjut="yudisial")
    assert again.status_code == 409
    assert "Anda sudah memutuskan" in again.text


def test_a_decision_without_a_model_keeps_the_form(
    officer: Desk, no_model: Callable[[], AbstractContextManager[None]]
) -> None:
    officer.send("1")
    stored = officer.stored("1")
    with no_model():
        answer = officer.decide("1", alasan="sesuai hasil rapat")
    assert answer.status_code == 503
    assert ">sesuai hasil rapat</textarea>" in answer.text
    assert officer.stored("1") == stored


def test_a_returned_complaint_waits_again_and_shows_the_reason(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1")
    stored = officer.stored("1")
    officer.post(f"/pengaduan/{stored['id']}/kembali", alasan="bukan kewenangan kami")
    assert officer.stored("1")["waiting"]
    assert "bukan kewenangan kami" in officer.page(f"/pengaduan/{stored['id']}")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_as_text_everywhere(desk: Desk, text: str) -> None:
    desk.sign_in("budi")
    desk.post("/baru", "/baru", isi=text, judul=text, nomor="h1", saluran=text)
    desk.decide("h1", alasan=text)
    pages = [desk.page(address) for address in ("/antrean", "/daftar", f"/pengaduan/{desk.stored('h1')['id']}")]
    pages.append(desk.page("/unit", 200) + desk.client.get("/unit", params={"cari": text}).text)
    for page in pages:
        assert "<script>alert" not in page
        assert 'onmouseover="alert' not in page
        assert "603729" not in page
    assert desk.stored("h1")["text"] == text


def test_a_confident_suggestion_never_stands_beside_the_doubt_about_the_model(
    officer: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    officer.send("1")
    champion = officer.client.app.state.champion  # type: ignore[attr-defined]
    card = champion.current().card
    monkeypatch.setitem(card["evaluation"]["unit"], "confident_share", 0.0)
    address = f"/pengaduan/{officer.stored('1')['id']}"
    assert "belum dapat menjanjikan" in officer.page(address)
    with officer.database.session() as session:
        complaint = Complaints(session, "kumham").get("1")
        suggestion = Complaints(session, "kumham").suggestion_of(complaint)
        assert suggestion is not None
        suggestion.answer = suggestion.answer | {"status": "confident", "unit_status": "confident"}
    page = officer.page(address)
    assert "badge confident" in page
    assert "belum dapat menjanjikan" not in page


def test_a_letter_is_shown_part_by_part_with_its_demands(officer: Desk) -> None:
    text = (
        "Nomor: 12/PW/2025\nPerihal: Sertifikat ganda\nKepada Yth. Menteri Koordinator di Jakarta\n\nDengan hormat,\n"
        "Sertifikat tanah kami digandakan kantor pertanahan.\n\nKami mohon sertifikat itu dibatalkan.\n"
        "Kami mohon penyidik polres memeriksa pembuatnya.\n\nDemikian, terima kasih.\n\nTembusan: KPK"
    )
    officer.send("surat", text=text)
    page = officer.page(f"/pengaduan/{officer.stored('surat')['id']}")
    assert '<details class="part"><summary>Kepala surat</summary>' in page
    assert '<details class="part"><summary>Tembusan</summary>Tembusan: KPK</details>' in page
    assert '<span class="part-name">Permohonan 2</span>' in page
    assert "Hal yang diminta" in page
    assert "sudah ditembusi pengirim" in page
    officer.send("biasa", text=LONG)
    assert 'class="part"' not in officer.page(f"/pengaduan/{officer.stored('biasa')['id']}")
