"""Uploads: tries, turns, cancellation, and models that come late."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from data.exports.open import write_laporan_ringkas
from model.errors import ArtifactError, ArtifactMissing
from service.jobs import uploads
from service.ledger.tables import StoredComplaint, Upload
from tests.data.exports.files import workbook
from tests.service.jobs.reading.test_rows import hostile_parquet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.desk import Desk

_TEXT = "laporan saya di polres belum ada kejelasan"


@pytest.fixture
def officer(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(uploads, "_RETRY_SECONDS", 0.2)
    return desk.sign_in("sari")


def _ringkas(path: Path, count: int, **cells: str) -> Path:
    rows = [{"Tracking ID": f"{path.stem} {n}", "Isi Laporan Awal": f"{_TEXT} {n}"} | cells for n in range(count)]
    write_laporan_ringkas(path, rows)
    return path


def _hand_over(officer: Desk, path: Path) -> str:
    with path.open("rb") as file:
        answer = officer.post("/unggah", "/unggah", files={"berkas": (path.name, file)})
    location: str = answer.headers["location"]
    return location.rsplit("/", 1)[-1]


def _state(officer: Desk, upload_id: str) -> tuple[str, int]:
    with officer.database.reading() as session:
        upload = session.get_one(Upload, upload_id)
        return upload.state, upload.done


def _files(sample_home: Path, upload_id: str) -> list[Path]:
    return list((sample_home / "uploads" / "kumham").glob(f"{upload_id}.*"))


def _until(officer: Desk, upload_id: str, state: str) -> None:
    for _ in range(600):
        if _state(officer, upload_id)[0] == state:
            return
        time.sleep(0.05)
    raise AssertionError(f"never {state}: {_state(officer, upload_id)}")


def test_a_file_that_ends_its_reader_twice_is_given_up_and_the_next_is_read(
    officer: Desk, tmp_path: Path, sample_home: Path
) -> None:
    hostile = _hand_over(officer, hostile_parquet(tmp_path / "besar.parquet"))
    assert officer.upload(_ringkas(tmp_path / "kecil.xlsx", 1))["new"] == 1
    summary = officer.summary_of(hostile)
    assert (summary["state"], summary["error"]) == ("failed", "reader_ended")
    assert "dua kali terhenti" in officer.page(f"/unggah/{hostile}")
    assert not _files(sample_home, hostile)


def test_a_file_during_which_the_service_died_twice_is_given_up(
    officer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    service: Any = officer.client.app.state.uploads  # type: ignore[attr-defined]
    with monkeypatch.context() as patch:
        patch.setattr(service, "start", lambda _: None)
        upload_id = _hand_over(officer, _ringkas(tmp_path / "e.xlsx", 1))
    with officer.database.session() as session:
        died = {"state": "reading", "tries": 2, "claimed_at": datetime(2026, 11, 1)}  # noqa: DTZ001 - as in the ledger
        session.execute(update(Upload).where(Upload.id == upload_id).values(**died))
    service.resume()
    assert officer.summary_of(upload_id)["error"] == "reader_ended"


def test_an_upload_can_be_cancelled_while_it_is_read(
    officer: Desk, tmp_path: Path, sample_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "_BATCH_ROWS", 2)
    upload_id = _hand_over(officer, _ringkas(tmp_path / "panjang.xlsx", 2_000))
    _until(officer, upload_id, "reading")
    assert "Batalkan unggahan" in officer.page(f"/unggah/{upload_id}")
    assert officer.post(f"/unggah/{upload_id}/batal", "/unggah").status_code == 303
    assert "Dibatalkan" in officer.page(f"/unggah/{upload_id}")
    # The next upload is read, and the cancelled one stays as it is.
    assert officer.upload(_ringkas(tmp_path / "lain.xlsx", 1))["new"] == 1
    state, done = _state(officer, upload_id)
    assert state == "cancelled"
    assert done < 2_000
    assert not _files(sample_home, upload_id)


def test_a_long_file_does_not_hold_up_the_next(officer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(uploads, "_BATCH_ROWS", 5)
    long = _hand_over(officer, _ringkas(tmp_path / "panjang.xlsx", 300))
    assert officer.upload(_ringkas(tmp_path / "pendek.xlsx", 1))["new"] == 1
    assert _state(officer, long)[1] < 300
    summary = officer.summary_of(long)
    assert (summary["done"], summary["new"]) == (300, 300)


def test_an_upload_is_kept_until_a_model_answers(
    officer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion: Any = officer.client.app.state.champion  # type: ignore[attr-defined]

    def missing() -> None:
        raise ArtifactMissing("model.history-missing", folder=tmp_path)

    with monkeypatch.context() as patch:
        patch.setattr(champion, "current", missing)
        upload_id = _hand_over(officer, _ringkas(tmp_path / "e.xlsx", 3))
        for _ in range(200):
            with officer.database.reading() as session:
                if session.get_one(Upload, upload_id).error == "no_model":
                    break
            time.sleep(0.05)
        assert "Belum ada model" in officer.page(f"/unggah/{upload_id}")
    assert officer.summary_of(upload_id)["new"] == 3
    assert issubclass(ArtifactMissing, ArtifactError)


def test_a_status_that_is_not_closed_is_taken_as_such(officer: Desk, tmp_path: Path) -> None:
    waiting = officer.upload(_ringkas(tmp_path / "b.xlsx", 1, **{"Status Laporan": "Belum selesai"}))
    assert (waiting["new"], waiting["closed"]) == (1, 0)


def test_dates_are_read_in_the_order_of_the_column_and_what_is_odd_is_said(officer: Desk, tmp_path: Path) -> None:
    dates = ("05/06/2024", "05/29/2024", "minggu lalu, NIK 3578120506900001", "", "-")
    rows = "".join(f'{n},"{date}",{_TEXT} yang ke-{n}\n' for n, date in enumerate(dates))
    path = tmp_path / "a.csv"
    path.write_text(f"No Laporan,Tanggal,Isi Laporan\n{rows}", encoding="utf-8")
    upload_id = _hand_over(officer, path)
    summary = officer.summary_of(upload_id)
    assert (summary["new"], summary["unread"], summary["unread_dates"], summary["undated"]) == (4, 1, 1, 2)
    ((place, reason),) = summary["problems"]
    assert (place, reason) == ("baris 4", 'tanggal masuk "minggu lalu, NIK [NIK]" tidak terbaca')
    page = officer.page(f"/unggah/{upload_id}")
    assert "2 tanggal dibaca dengan bulan di depan" in page
    assert "2 pengaduan tidak bertanggal: dicatat masuk pada saat diunggah" in page
    assert "1 baris tidak masuk karena tanggalnya tidak terbaca" in page
    assert officer.stored("0")["received_at"].startswith("2024-05-05T17:00")


def test_all_sheets_of_a_workbook_are_read_and_counted(
    officer: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One batch holds rows of both sheets with the same row numbers.
    monkeypatch.setattr(uploads, "_BATCH_ROWS", 7)

    def month(name: str) -> list[list[str]]:
        return [["id", "Isi Laporan"], *([f"{name} {n}", f"{_TEXT} di bulan {name} {n}"] for n in range(4))]

    path = workbook(
        tmp_path / "e.xlsx",
        Rekap=[["Bulan", "Jumlah"], ["Januari", "4"]],
        Januari=month("Januari"),
        Februari=[*month("Februari"), ["Februari 5", ""]],
    )
    upload_id = _hand_over(officer, path)
    upload = officer.summary_of(upload_id)
    assert (upload["done"], upload["new"], upload["unread"]) == (9, 8, 1)
    assert (upload["sheets"], upload["unread_sheets"]) == ({"Januari": 4, "Februari": 5}, ["Rekap"])
    assert upload["problems"] == [['lembar "Februari", baris 6', "isi pengaduan kosong"]]
    with officer.database.reading() as session:
        stored = {row.reference_id: row.text for row in session.scalars(select(StoredComplaint))}
    assert stored["Januari 3"].endswith("Januari 3")
    assert stored["Februari 3"].endswith("Februari 3")
    page = officer.page(f"/unggah/{upload_id}")
    assert "Per lembar: Januari 4 baris, Februari 5 baris." in page
    assert "Tidak dibaca karena tidak memuat pengaduan: Rekap." in page


@pytest.mark.parametrize("numbers", [("No Laporan", "71", "72"), ("Catatan", "", "")])
def test_the_order_of_dates_that_an_officer_names_corrects_an_earlier_upload(
    officer: Desk, tmp_path: Path, numbers: tuple[str, str, str]
) -> None:
    header, *given = numbers
    path = tmp_path / "a.csv"
    rows = zip(given, ("05/06/2024", "07/06/2024"), (_TEXT, "sertifikat tanah ganda"), ("", "Polda Jambi"), strict=True)
    path.write_text(
        f"{header},Tanggal,Isi Laporan,Unit\n" + "".join(f"{','.join(row)}\n" for row in rows), encoding="utf-8"
    )

    def days() -> list[str]:
        with officer.database.reading() as session:
            found = session.scalars(select(StoredComplaint).order_by(StoredComplaint.received_at)).all()
            return [f"{complaint.received_at:%Y-%m-%d}" for complaint in found]

    first = officer.upload(path)
    assert (first["new"], first["recorded"], first["redated"]) == (1, 1, 0)
    assert days() == ["2024-06-04", "2024-06-06"]
    with path.open("rb") as file:
        answer = officer.post("/unggah", "/unggah", files={"berkas": (path.name, file)}, urutan_tanggal="month-first")
    upload_id = answer.headers["location"].rsplit("/", 1)[-1]
    again = officer.summary_of(upload_id)
    assert (again["new"], again["recorded"], again["redated"], again["told_apart"]) == (0, 0, 2, 0)
    assert days() == ["2024-05-05", "2024-07-05"]
    assert "2 pengaduan dari unggahan sebelumnya dibetulkan tanggalnya" in officer.page(f"/unggah/{upload_id}")
