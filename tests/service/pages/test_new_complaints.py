"""Typed complaints, paper letters and uploaded exports."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from zipfile import ZipFile

from data.exports.open import write_laporan_ringkas
from service.jobs.renewals import Renewals
from service.ledger.complaints import to_complaint
from service.ledger.tables import StoredComplaint, Upload

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from tests.service.desk import Desk

PHONE = "081200000001"


def _ringkas(path: Path, rows: list[dict[str, str]]) -> Path:
    base = {"Tanggal Laporan Masuk": "3 Nov 2026", "Waktu Laporan Masuk": "08:10"}
    write_laporan_ringkas(path, [base | row for row in rows])
    return path


def test_a_typed_complaint_is_stored_masked_with_a_suggestion(officer: Desk) -> None:
    answer = officer.post("/baru", "/baru", isi=f"hubungi {PHONE} soal paspor", judul=f"dari {PHONE}")
    page = officer.page(answer.headers["location"])
    assert PHONE not in page
    assert "Unit yang disarankan" in page


def test_a_typed_complaint_is_kept_without_a_model_and_suggested_for_later(
    officer: Desk, no_model: Callable[[], AbstractContextManager[None]]
) -> None:
    with no_model():
        answer = officer.post("/baru", "/baru", isi=f"hubungi {PHONE} soal paspor", nomor="surat/7", surat="ya")
        assert answer.status_code == 303
        page = officer.page(answer.headers["location"])
        assert "Belum ada saran" in page
        assert PHONE not in page
        assert "surat/7" in officer.page("/antrean")
    app = officer.client.app
    Renewals(app.state.database, app.state.champion, app.state.intake).renew_all()  # type: ignore[attr-defined]
    assert "Belum ada saran" not in officer.page(answer.headers["location"])


def test_a_form_sent_twice_is_one_complaint(officer: Desk) -> None:
    fields = {"isi": "paspor belum jadi juga", "halaman": "a" * 32}
    first, second = (officer.post("/baru", "/baru", **fields).headers["location"] for _ in range(2))
    other = officer.post("/baru", "/baru", **fields | {"isi": "sertifikat tanah belum terbit"}).headers["location"]
    assert first == second
    assert other != first


def test_a_letter_has_a_number_and_a_date(officer: Desk) -> None:
    assert officer.post("/baru", "/baru", surat="ya", isi="sengketa tanah").status_code == 422
    answer = officer.post("/baru", "/baru", surat="ya", isi="sengketa tanah", nomor="AG-12/2026", tanggal="2/11/2026")
    assert "tertanggal 2 Nov 2026" in officer.page(answer.headers["location"])


def test_a_letter_with_the_number_of_another_letter_does_not_take_its_place(officer: Desk) -> None:
    letters = ("sengketa tanah warisan di Langkat belum selesai", "paspor tertahan di kantor imigrasi Medan")
    first, second = (
        officer.post("/baru", "/baru", surat="ya", isi=text, nomor="12").headers["location"] for text in letters
    )
    assert first != second
    assert (officer.stored("12")["text"], officer.stored("12")["waiting"]) == (letters[0], True)
    assert "12 (20" in officer.page(second)


def test_a_blank_or_too_long_text_is_refused_in_a_sentence(officer: Desk) -> None:
    assert "masih kosong" in officer.post("/baru", "/baru", isi="  ").text
    assert officer.post("/baru", "/baru", isi="a" * 50_001).status_code == 413


def test_an_uploaded_export_fills_the_queue_once(officer: Desk, tmp_path: Path) -> None:
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


def test_a_later_export_counts_agreements_differences_and_returns(officer: Desk, tmp_path: Path) -> None:
    for reference in ("sama", "beda", "menunggu", "kembali"):
        officer.send(reference)
    suggested = officer.stored("sama")["suggestion"]["units"]
    for reference in ("sama", "beda", "kembali"):
        officer.decide(reference)
    rows = [
        {"Tracking ID": "sama", "Instansi Terdisposisi": suggested[0]["name"]},
        {"Tracking ID": "beda", "Instansi Terdisposisi": suggested[1]["name"]},
        {"Tracking ID": "menunggu", "Instansi Terdisposisi": suggested[0]["name"]},
        {"Tracking ID": "kembali", "Instansi Terdisposisi": suggested[0]["name"], "Status Laporan": "Bukan Kewenangan"},
        {"Tracking ID": "lama", "Instansi Terdisposisi": suggested[0]["name"], "Status Laporan": "Ditutup oleh Admin"},
    ]
    text = "laporan saya di polres belum ada kejelasan"
    summary = officer.upload(_ringkas(tmp_path / "l.xlsx", [{"Isi Laporan Awal": text} | row for row in rows]))
    counts = {name: summary[name] for name in ("agreed", "differed", "decided", "returned", "recorded")}
    assert counts == dict.fromkeys(counts, 1)
    differed = officer.stored("beda")["decisions"]
    assert [entry["unit"] for entry in differed if not entry["undone_at"]] == [suggested[1]["id"]]
    assert officer.stored("lama")["decisions"][0]["verdict"] == "recorded"


def test_an_export_keeps_title_type_and_names_that_the_office_does_not_know(officer: Desk, tmp_path: Path) -> None:
    rows = [
        {"Tracking ID": "1", "Judul Laporan": f"Lampu mati, hubungi {PHONE}"},
        {"Tracking ID": "2", "Instansi Terdisposisi": "Dinas Pohon & Taman", "Kategori": "Pohon/Tumbang"},
    ]
    base = {"Isi Laporan Awal": "lampu jalan mati", "Klasifikasi Laporan": "Pengaduan  Tidak Berkadar Pengawasan"}
    path = _ringkas(tmp_path / "l.xlsx", [base | row for row in rows])
    officer.upload(path)
    page = officer.page(f"/pengaduan/{officer.stored('1')['id']}")
    assert "Lampu mati, hubungi" in page
    assert PHONE not in page
    assert '<option value="pengaduan tidak berkadar pengawasan" selected>' in page
    assert "Lampu mati" in officer.page("/antrean?cari=lampu+mati,+hubungi")
    with officer.database.reading() as session:
        entry = session.query(StoredComplaint).filter_by(reference_id="1").one()
        assert (entry.title, to_complaint(entry).title) == ("", "")
    decided = officer.stored("2")
    assert decided["decisions"][0]["type"] == "pengaduan tidak berkadar pengawasan"
    assert "Dinas Pohon &amp; Taman" in officer.page(f"/pengaduan/{decided['id']}")
    assert "Pohon/Tumbang" in officer.page(f"/pengaduan/{decided['id']}")
    again = officer.upload(path)
    assert (again["new"], again["unchanged"], again["agreed"]) == (0, 1, 1)


def test_a_type_in_capitals_from_the_api_is_selected_in_the_form(officer: Desk) -> None:
    officer.send("1", type="Permintaan Informasi")
    page = officer.page(f"/pengaduan/{officer.stored('1')['id']}")
    assert '<option value="permintaan informasi" selected>' in page


def test_an_unreadable_upload_is_refused_and_not_kept(officer: Desk, tmp_path: Path, sample_home: Path) -> None:
    broken = tmp_path / "rusak.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    assert officer.upload(broken)["error"] == "unreadable"
    nameless = tmp_path / "tanpa.csv"
    nameless.write_text("angka,lain\n1,2\n", encoding="utf-8")
    assert officer.upload(nameless)["error"] == "no_text_column"
    unclear = tmp_path / "dua.csv"
    cells = ["lampu jalan di depan pasar mati", "air keran tidak mengalir lagi", "jalan di desa kami berlubang"]
    unclear.write_text("satu,dua\n" + "".join(f"{cell},{cell} {n}\n" for n, cell in enumerate(cells)), encoding="utf-8")
    asked = officer.upload(unclear)
    assert (asked["error"], asked["text_candidates"]) == ("no_text_column", ["satu", "dua"])
    with officer.database.reading() as session:
        upload_id = session.query(Upload).filter_by(file_name=unclear.name).one().id
    assert "Yang mungkin: “satu”, “dua”." in officer.page(f"/unggah/{upload_id}")
    assert not list((sample_home / "uploads").rglob("*.xlsx"))
    letter = tmp_path / "surat.docx"
    letter.write_bytes(b"x")
    with letter.open("rb") as file:
        answer = officer.post("/unggah", "/unggah", files={"berkas": ("../../surat.docx", file)})
    assert answer.status_code == 415


def test_a_web_page_saved_as_an_old_workbook_is_read_in(officer: Desk, tmp_path: Path) -> None:
    page = tmp_path / "ekspor.xls"
    rows = "<tr><td>Tracking ID</td><td>Isi Laporan Awal</td></tr><tr><td>77</td><td>lampu jalan padam</td></tr>"
    page.write_text(f"<html><body><table>{rows}</table></body></html>", encoding="utf-8")
    assert officer.upload(page)["new"] == 1
    packed = tmp_path / "ekspor.zip"
    with ZipFile(packed, "w") as archive:
        archive.write(page, "ekspor.xls")
    assert officer.upload(packed)["unchanged"] == 1


def test_an_interrupted_upload_resumes_where_it_stopped(officer: Desk, sample_home: Path) -> None:
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


def test_of_several_units_in_a_cell_the_first_is_recorded_and_the_page_says_so(officer: Desk, tmp_path: Path) -> None:
    units = [unit["name"] for unit in officer.client.get("/v1/units", headers=officer.bearer).json()["units"]][:2]
    row = {"Tracking ID": "801", "Isi Laporan Awal": "lapas penuh sesak", "Instansi Terdisposisi": "; ".join(units)}
    summary = officer.upload(_ringkas(tmp_path / "a.xlsx", [row]))
    assert (summary["recorded"], summary["several_units"], summary["unknown_units"]) == (1, 1, [])


def test_what_reading_did_to_cells_is_kept_with_the_upload(officer: Desk, tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("Isi Laporan;OPD\nlapas penuh sesak;#N/A\n", encoding="utf-8")
    assert officer.upload(table)["adjustments"] == [
        "1 sel berisi galat rumus dan dianggap kosong: OPD: #N/A (1). Perbaiki rumusnya, lalu ekspor ulang."
    ]
