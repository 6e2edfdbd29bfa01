"""The officer's pages, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import csv
import html
import io
import re
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.exports.cells import rearm
from data.exports.open import open_export, write_laporan_ringkas
from service.app import create_app
from service.ledger.accounts import open_accounts
from service.ledger.complaints import Complaints
from service.ledger.decisions import Decision, Decisions
from service.ledger.tables import AuditEvent, StoredComplaint, Upload
from service.settings import Settings
from tests.service.desk import LOCAL, PASSWORD, Desk

if TYPE_CHECKING:
    from pathlib import Path

PHONE = "081200000001"
LONG = "Jalan di depan pasar lama rusak berat sejak musim hujan dan belum pernah diperbaiki oleh siapa pun"
HOSTILE = [
    "<script>alert(1)</script> lampu mati",
    "'; DROP TABLE complaints; -- lampu mati",
    "{{ 7 * 7 }} {% raw %} lampu mati",
    '=HYPERLINK("x") lampu mati',
    "../../etc/passwd lampu mati",
    '" onmouseover="alert(1)',
]


@pytest.fixture
def officer(desk: Desk) -> Desk:
    return desk.sign_in("sari")


# Signing in


@pytest.mark.parametrize("address", ["/antrean", "/dasbor", "/model", "/unggah", "/baru", "/ekspor", "/pengelola", "/"])
def test_nobody_sees_a_page_without_signing_in(desk: Desk, address: str) -> None:
    answer = desk.client.get(address)
    assert answer.url.path == "/masuk"


def test_the_way_leads_back_to_the_page_that_was_asked_for(desk: Desk) -> None:
    desk.sign_in("sari").client.cookies.clear()
    back = {"nama": "sari", "sandi": PASSWORD, "lanjut": "/dasbor?dari=2026-01-01"}
    answer = desk.client.post("/masuk", data=back, follow_redirects=False)
    assert answer.headers["location"] == "/dasbor?dari=2026-01-01"


@pytest.mark.parametrize(
    "elsewhere", ["https://example.org/", "//example.org", "/\\example.org", "javascript:alert(1)"]
)
def test_the_way_back_never_leads_elsewhere(desk: Desk, elsewhere: str) -> None:
    desk.sign_in("sari").client.cookies.clear()
    back = {"nama": "sari", "sandi": PASSWORD, "lanjut": elsewhere}
    assert desk.client.post("/masuk", data=back, follow_redirects=False).headers["location"] == "/"


def test_five_wrong_passwords_lock_even_the_right_one_out(desk: Desk) -> None:
    desk.sign_in("sari").client.cookies.clear()
    for _ in range(5):
        assert desk.client.post("/masuk", data={"nama": "sari", "sandi": "salah"}).status_code == 403
    assert desk.client.post("/masuk", data={"nama": "sari", "sandi": PASSWORD}).status_code == 403
    desk.sign_in("budi")


def test_a_cookie_of_before_signing_out_opens_nothing(officer: Desk) -> None:
    cookie = officer.client.cookies.get("pilah_masuk") or ""
    officer.post("/keluar")
    officer.client.cookies.set("pilah_masuk", cookie)
    assert officer.client.get("/antrean").url.path == "/masuk"


def test_a_disabled_user_is_signed_out_at_once(officer: Desk) -> None:
    with open_accounts(officer.database) as accounts:
        accounts.disable("sari", "test")
    assert officer.client.get("/antrean").url.path == "/masuk"


@pytest.mark.parametrize("token", ["", "x"])
def test_a_form_without_the_sessions_token_changes_nothing(officer: Desk, token: str) -> None:
    officer.send("1")
    unit = officer.stored("1")["suggestion"]["units"][0]["id"]
    address = f"/pengaduan/{officer.stored('1')['id']}/putuskan"
    assert officer.client.post(address, data={"token": token, "unit": unit}).status_code == 403
    assert officer.stored("1")["waiting"]


@pytest.mark.parametrize(
    ("name", "address", "status"),
    [
        ("sari", "/ekspor/berkas?bentuk=csv", 403),
        ("budi", "/ekspor/berkas?bentuk=csv", 200),
        ("sari", "/pengelola", 403),
        ("budi", "/pengelola", 403),
        ("rini", "/pengelola", 200),
    ],
)
def test_each_role_opens_its_own_pages(desk: Desk, name: str, address: str, status: int) -> None:
    assert desk.sign_in(name).client.get(address).status_code == status


def test_sign_in_decision_export_and_key_leave_a_trace_without_text(desk: Desk) -> None:
    desk.sign_in("budi").send("1")
    desk.decide("1")
    desk.client.get("/ekspor/berkas?bentuk=csv")
    with desk.database.reading() as session:
        events = {event.action for event in session.query(AuditEvent)}
    assert {"sign_in", "decision", "export", "key_added", "user_added"} <= events


def test_the_administrator_reads_who_did_what_and_which_model_answers(desk: Desk) -> None:
    desk.sign_in("rini").send("1", text="paspor rahasia sekali")
    desk.decide("1")
    desk.client.app.state.model_changes.record("20261126-080000-abcdef")  # type: ignore[attr-defined]
    for _ in range(100):
        page = desk.page("/pengelola")
        if "20261126-080000-abcdef" in page:
            break
        time.sleep(0.05)
    assert "versi model yang menjawab" in page
    assert "memutuskan" in page
    assert "paspor rahasia" not in page


# Keys


def test_an_office_with_users_takes_no_call_without_a_key(desk: Desk) -> None:
    answer = desk.client.post("/v1/predictions", json={"text": "lampu mati"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


def test_a_revoked_key_counts_no_more(desk: Desk) -> None:
    with open_accounts(desk.database) as accounts:
        accounts.revoke_key(accounts.api_keys()[0].id, "test")
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 401


def test_a_key_that_was_in_use_counts_no_more_a_second_after_it_is_revoked(desk: Desk) -> None:
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
    with open_accounts(desk.database) as accounts:
        accounts.revoke_key(accounts.api_keys()[0].id, "test")
    time.sleep(1.1)
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 401


def test_the_first_key_ends_calls_without_one_at_once(sample_home: Path, tmp_path: Path) -> None:
    settings = Settings(home=sample_home, database_url=SecretStr(f"sqlite:///{tmp_path / 'open.db'}"))
    app = create_app(settings)
    with TestClient(app, base_url=LOCAL) as client:
        assert client.get("/v1/units").status_code == 200
        with open_accounts(app.state.database) as accounts:
            accounts.add_key("SP4N", "test")
        assert client.get("/v1/units").status_code == 401


def test_a_key_that_nobody_gave_is_refused_each_time(desk: Desk) -> None:
    made_up = {"Authorization": "Bearer pilah_made-up"}
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200
    assert [desk.client.get("/v1/units", headers=made_up).status_code for _ in range(2)] == [401, 401]


def test_a_key_is_shown_once_and_never_kept(desk: Desk) -> None:
    answer = desk.sign_in("rini").post("/pengelola/kunci", nama="SP4N")
    key = re.search(r"pilah_[\w-]{20,}", answer.text)
    assert key
    assert key[0] not in desk.page("/pengelola")
    desk.key = key[0]
    assert desk.client.get("/v1/units", headers=desk.bearer).status_code == 200


# The queue


def test_the_nearest_deadline_comes_first(officer: Desk) -> None:
    days = {"baru": 0, "lama": 20, "tengah": 3}
    for reference, ago in days.items():
        officer.send(reference, received_at=(datetime.now(UTC) - timedelta(days=ago)).isoformat())
    page = officer.page("/antrean")
    places = [page.index(f'<span class="row-facts">{reference}') for reference in ("lama", "tengah", "baru")]
    assert places == sorted(places)
    assert "terlambat" in page


def test_nearly_the_same_complaints_stand_in_one_line_and_are_decided_together(officer: Desk) -> None:
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


def test_a_confidential_text_is_on_its_own_page_only(desk: Desk) -> None:
    desk.sign_in("budi").send("r", text="nama sandi rajawali disiksa petugas", confidential=True)
    assert "rajawali" not in desk.page("/antrean")
    assert "rajawali" not in desk.page("/daftar")
    assert "rajawali" not in desk.client.get("/ekspor/berkas?bentuk=csv").text
    assert "rajawali" in desk.page(f"/pengaduan/{desk.stored('r')['id']}")
    assert 'class="row"' not in desk.page("/antrean?cari=rajawali")


# The decision


def test_what_was_decided_together_is_undone_together_but_one_alone_too(officer: Desk) -> None:
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
    # What was decided on its own since then stays.
    assert [officer.stored(reference)["waiting"] for reference in "abc"] == [True, False, True]


def test_one_that_a_colleague_decided_in_the_meantime_keeps_that_decision(officer: Desk) -> None:
    for reference in ("a", "b"):
        officer.send(reference, text=f"{LONG}, salam dari warga {reference}")
    officer.decide("b", unit="-", tindak_lanjut="yudisial")
    with officer.database.session() as session:
        # As if it had been listed before the colleague's decision came.
        complaint = Complaints(session, "kumham").get("a")
        similar = [officer.stored("b")["id"]]
        entry, others = Decisions(session, "kumham").decide_with_similar(complaint, similar, Decision("mabes-polri"))
        assert (entry.together, others) == (None, 0)
    assert officer.stored("b")["decisions"][0]["outcome"] == "yudisial"


def test_other_units_are_informed_by_tick_or_by_name(officer: Desk) -> None:
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


def test_a_time_is_shown_as_the_offices_clock_has_it(officer: Desk) -> None:
    officer.send("1", received_at="2026-11-23T22:30:00+00:00")
    assert "24 Nov 2026 05.30" in officer.page(f"/pengaduan/{officer.stored('1')['id']}")
    assert "24 Nov 2026" in officer.page("/daftar?dari=2026-11-01&sampai=2026-11-30")


def test_a_decision_leads_to_the_next_complaint_and_can_be_taken_back(officer: Desk) -> None:
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


def test_another_unit_is_a_change_and_its_abbreviation_finds_it(officer: Desk) -> None:
    officer.send("1")
    found = officer.page("/unit?cari=KPK")
    first = re.search(r'value="([^"]+)" data-match> <span>([^<]+)', found)
    assert first
    assert first[2] == "Komisi Pemberantasan Korupsi"
    officer.decide("1", unit=first[1])
    decision = officer.stored("1")["decisions"][0]
    assert (decision["unit"], decision["verdict"]) == (first[1], "changed")


def test_without_a_script_the_typed_name_is_enough(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1", unit="", cari="komisi pemberantasan korupsi")
    assert officer.stored("1")["decisions"][0]["unit"]


def test_a_decision_without_a_unit_says_why(officer: Desk) -> None:
    officer.send("1")
    assert officer.decide("1", unit="-", tindak_lanjut="tangani").status_code == 422
    assert officer.stored("1")["waiting"]
    officer.decide("1", unit="-", tindak_lanjut="bukan kewenangan")
    assert officer.stored("1")["decisions"][0]["verdict"] == "rejected"


def test_the_second_of_two_officers_is_told_in_a_sentence(officer: Desk) -> None:
    officer.send("1")
    officer.decide("1")
    answer = officer.decide("1")
    assert answer.status_code == 409
    assert "rekan Anda" in answer.text
    assert len(officer.stored("1")["decisions"]) == 1


def test_a_return_waits_again_and_is_seen(officer: Desk) -> None:
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
        assert "49 " not in page
    assert desk.stored("h1")["text"] == text


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ringkas"])
def test_an_export_is_harmless_and_read_again(desk: Desk, kind: str, tmp_path: Path) -> None:
    desk.sign_in("budi").send("1", text='=HYPERLINK("x") lampu mati', title="+1")
    desk.decide("1")
    answer = desk.client.get(f"/ekspor/berkas?bentuk={kind}")
    path = tmp_path / ("e.csv" if kind == "csv" else "e.xlsx")
    path.write_bytes(answer.content)
    row = next(iter(open_export(path).rows()))
    assert row.fields["text"] == '=HYPERLINK("x") lampu mati'
    assert row.fields["unit"]
    if kind == "csv":
        cells = next(iter(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))))
        assert cells["text"].startswith("'=")
        assert rearm(cells["text"]).startswith("=")


# Coming in


def test_a_typed_complaint_is_kept_masked_and_suggested(officer: Desk) -> None:
    answer = officer.post("/baru", "/baru", isi=f"hubungi {PHONE} soal paspor", judul=f"dari {PHONE}")
    page = officer.page(answer.headers["location"])
    assert PHONE not in page
    assert "Unit yang disarankan" in page


def test_a_letter_has_a_number_and_a_date(officer: Desk) -> None:
    assert officer.post("/baru", "/baru", surat="ya", isi="sengketa tanah").status_code == 422
    answer = officer.post("/baru", "/baru", surat="ya", isi="sengketa tanah", nomor="AG-12/2026", tanggal="2026-11-02")
    assert "2026-11-02" in officer.page(answer.headers["location"])


def test_a_blank_or_too_long_text_is_refused_in_a_sentence(officer: Desk) -> None:
    assert "masih kosong" in officer.post("/baru", "/baru", isi="  ").text
    assert officer.post("/baru", "/baru", isi="a" * 50_001).status_code == 413


def _ringkas(path: Path, rows: list[dict[str, str]]) -> Path:
    base = {"Tanggal Laporan Masuk": "3 Nov 2026", "Waktu Laporan Masuk": "08:10"}
    write_laporan_ringkas(path, [base | row for row in rows])
    return path


def test_an_export_fills_the_queue_and_the_same_again_changes_nothing(officer: Desk, tmp_path: Path) -> None:
    rows = [{"Tracking ID": str(n), "Isi Laporan Awal": f"laporan nomor {n} di polres macet"} for n in range(120)]
    rows[5]["Isi Laporan Awal"] = ""
    rows[6]["Tipe Laporan (Anonim/Rahasia)"] = "Rahasia"
    path = _ringkas(tmp_path / "ringkas.xlsx", rows)
    first = officer.upload(path)
    assert (first["state"], first["done"], first["new"], first["unread"]) == ("done", 120, 119, 1)
    again = officer.upload(path)
    assert (again["new"], again["unchanged"]) == (0, 119)
    with officer.database.reading() as session:
        assert session.query(StoredComplaint).count() == 119
    assert officer.stored("6")["confidential"]


def test_a_later_export_says_what_agreed_differed_and_came_back(officer: Desk, tmp_path: Path) -> None:
    for reference in ("sama", "beda", "menunggu", "kembali"):
        officer.send(reference)
    suggested = officer.stored("sama")["suggestion"]["units"]
    for reference in ("sama", "beda", "kembali"):
        officer.decide(reference)
    rows = [
        {"Tracking ID": "sama", "Instansi Terdisposisi": suggested[0]["name"]},
        {"Tracking ID": "beda", "Instansi Terdisposisi": suggested[1]["name"]},
        {"Tracking ID": "menunggu", "Instansi Terdisposisi": suggested[0]["name"]},
        {"Tracking ID": "kembali", "Instansi Terdisposisi": suggested[0]["name"], "Status Laporan": "Bukan Wewenang"},
        {"Tracking ID": "lama", "Instansi Terdisposisi": suggested[0]["name"], "Status Laporan": "Ditutup oleh Admin"},
    ]
    text = "laporan saya di polres belum ada kejelasan"
    summary = officer.upload(_ringkas(tmp_path / "l.xlsx", [{"Isi Laporan Awal": text} | row for row in rows]))
    counts = {name: summary[name] for name in ("agreed", "differed", "decided", "returned", "recorded")}
    assert counts == dict.fromkeys(counts, 1)
    differed = officer.stored("beda")["decisions"]
    assert [entry["unit"] for entry in differed if not entry["undone_at"]] == [suggested[1]["id"]]
    assert officer.stored("lama")["decisions"][0]["verdict"] == "recorded"


def test_a_file_that_is_no_export_says_so_and_is_not_kept(officer: Desk, tmp_path: Path, sample_home: Path) -> None:
    broken = tmp_path / "rusak.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    assert officer.upload(broken)["error"] == "unreadable"
    nameless = tmp_path / "tanpa.csv"
    nameless.write_text("angka,lain\n1,2\n", encoding="utf-8")
    assert officer.upload(nameless)["error"] == "no_text_column"
    assert not list((sample_home / "uploads").rglob("*.xlsx"))
    old = tmp_path / "lama.xls"
    old.write_bytes(b"x")
    with old.open("rb") as file:
        answer = officer.post("/unggah", "/unggah", files={"berkas": ("../../lama.xls", file)})
    assert answer.status_code == 415


def test_an_upload_that_a_crash_broke_off_goes_on_where_it_was(officer: Desk, sample_home: Path) -> None:
    rows = [{"Tracking ID": str(n), "Isi Laporan Awal": f"laporan nomor {n} macet"} for n in range(80)]
    folder = sample_home / "uploads" / "kumham"
    folder.mkdir(parents=True, exist_ok=True)
    _ringkas(folder / "broken-off.xlsx", rows)
    with officer.database.session() as session:
        session.add(
            Upload(
                id="broken-off",
                office="kumham",
                file_name="r.xlsx",
                uploaded_by="sari",
                created_at=datetime(2026, 11, 1),  # noqa: DTZ001 - the ledger's columns are UTC
                state="reading",
                claimed_at=datetime(2026, 11, 1),  # noqa: DTZ001 - as above
                done=50,
                summary={"new": 50},
                error="",
            )
        )
    officer.client.app.state.uploads.resume()  # type: ignore[attr-defined]
    summary = officer.summary_of("broken-off")
    assert (summary["done"], summary["new"]) == (80, 80)
    with officer.database.reading() as session:
        assert session.query(StoredComplaint).count() == 30


# The dashboard


def test_every_figure_of_the_dashboard_opens_its_cases(officer: Desk) -> None:
    for n in range(8):
        officer.send(str(n))
    units = officer.stored("0")["suggestion"]["units"]
    for n in range(3):
        officer.decide(str(n))
    officer.decide("3", unit=units[1]["id"])
    officer.decide("4", unit="-", tindak_lanjut="bukan kewenangan")
    for reference in ("0", "3"):
        officer.post(f"/pengaduan/{officer.stored(reference)['id']}/kembali", alasan="salah")
    with officer.database.session() as session:
        overdue = session.get_one(StoredComplaint, officer.stored("1")["id"])
        overdue.settle_by = overdue.forward_by = datetime(2026, 1, 5).date()  # noqa: DTZ001 - a day
    page = html.unescape(officer.page("/dasbor"))
    assert "60%" in page
    # A cell of a table or the figure of a tile, and where it leads.
    linked = re.findall(r'href="(/daftar[^"]*)">(?:<span class="tile-name">[^<]*</span> <span[^>]*>)?(\d+)<', page)
    assert len(linked) >= 10
    for address, figure in linked:
        assert officer.page(address).count('href="/pengaduan/') == int(figure), address
    accepted = next(address for address in re.findall(r'href="(/daftar[^"]*)"', page) if "putusan=accepted" in address)
    assert officer.page(accepted).count('href="/pengaduan/') == 3


def test_the_model_page_speaks_of_the_model(officer: Desk) -> None:
    assert "Hasil uji pada pengaduan terbaru" in officer.page("/model")
