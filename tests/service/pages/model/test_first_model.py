"""An office started on the page: lists typed, looked at and confirmed; the real process; the waiting complaints."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from model.versions.office_home import Office
from service.app import create_app
from service.jobs import subprocesses
from service.ledger.tables import AuditEvent
from service.settings import Settings
from tests.service.desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

UNITS = """nama;singkatan;uraian
Dinas Pekerjaan Umum;DPU;Jalan rusak, jembatan, drainase, banjir
Dinas Kesehatan;Dinkes;Puskesmas, imunisasi, demam berdarah
Dinas Pendidikan;;Sekolah, guru, ijazah
;;tanpa nama
Dinas Kesehatan;;
"""
_PATIENCE_SECONDS = 90
_FORM = {"daftar_unit": UNITS, "pilihan_kategori": "nasional", "pemisah": "", "daftar_kategori": ""}


@pytest.fixture
def keeper(tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """The administrator of an office without a model."""
    monkeypatch.setattr(subprocesses, "_LOWEST_PRIORITY", ())
    settings = Settings(home=tmp_path / "home", office="kabupaten", database_url=SecretStr(empty_database_url))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield Desk(client).sign_in("rini")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path / "home", "kabupaten")


def _send(desk: Desk, address: str = "/model/mulai", **fields: Any) -> Any:
    return desk.post(address, "/model/mulai", **_FORM | fields)


def _until(true: Any) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.2)


def test_an_office_without_a_model_starts_on_the_page_and_its_waiting_complaints_get_suggestions(
    keeper: Desk, office: Office
) -> None:
    assert "/model/mulai" in keeper.page("/antrean")
    assert "/model/mulai" in keeper.page("/model")
    text = "Jembatan di desa kami putus dan jalan rusak parah sejak banjir kemarin."
    typed = keeper.post("/baru", "/baru", isi=text, halaman="x").headers["location"]
    assert "Belum ada saran" in keeper.page(typed)

    looked = _send(keeper)
    assert looked.status_code == 200
    assert "Dinas Pekerjaan Umum" in looked.text
    assert "Baris 5 tidak memuat nama" in looked.text
    assert "Dinas Kesehatan sudah ada di baris 3" in looked.text
    assert not office.own_folder.exists()

    begun = _send(keeper, "/model/mulai/jalankan")
    assert begun.status_code == 303
    address = begun.headers["location"]
    _until(lambda: "Selesai: versi" in keeper.page(address) or "Galat" in keeper.page(address))
    assert "Selesai: versi" in keeper.page(address)
    assert [unit.id for unit in office.units()] == ["dinas-pekerjaan-umum", "dinas-kesehatan", "dinas-pendidikan"]
    assert len(office.categories()) > 100
    assert office.champion() is not None
    _until(lambda: "Belum ada saran" not in keeper.page(typed))
    assert "Dinas Pekerjaan Umum" in keeper.page(typed)
    assert "Belum ada yang dipelajari dari pengaduan: saran ini" in keeper.page(typed)
    with keeper.database.reading() as session:
        events = {(event.action, event.actor) for event in session.query(AuditEvent)}
    assert {("training_start", "rini"), ("training_done", "rini")} <= events
    # The office has a model now: the page leads there.
    assert keeper.client.get("/model/mulai", follow_redirects=False).headers["location"] == "/model"
    assert "Belum ada yang dipelajari" in keeper.page("/model")


def test_mistakes_stand_beside_their_field_and_nothing_typed_is_lost(keeper: Desk) -> None:
    answer = _send(keeper, daftar_unit="", pilihan_kategori="sendiri", daftar_kategori="")
    assert answer.status_code == 422
    assert 'id="daftar_kategori-galat"' in answer.text
    answer = _send(keeper, daftar_unit="", pilihan_kategori="tanpa", daftar_kategori="Jalan <b>")
    assert 'id="daftar_unit-galat"' in answer.text
    assert "Jalan &lt;b&gt;" in answer.text
    answer = _send(keeper, "/model/mulai/jalankan", daftar_unit="nama;sampai\nDinas PU;besok", pilihan_kategori="tanpa")
    assert answer.status_code == 422
    assert "besok” bukan tanggal" in answer.text


def test_a_file_fills_the_form_beside_what_was_typed(keeper: Desk) -> None:
    file = "id,name\ndpu,Dinas Pekerjaan Umum\n".encode("utf-16")
    answer = _send(
        keeper,
        "/model/mulai/berkas",
        daftar_kategori="Jalan",
        daftar_unit="",
        files={"berkas_unit": ("units.csv", file)},
    )
    assert answer.status_code == 200
    assert "dpu,Dinas Pekerjaan Umum" in answer.text
    assert "Jalan" in answer.text
    refused = _send(keeper, "/model/mulai/berkas", files={"berkas_unit": ("units.xlsx", b"PK")})
    assert 'id="berkas_unit-galat"' in refused.text
    assert "Dinas Kesehatan;Dinkes" in refused.text


def test_a_file_of_the_office_is_used_and_never_replaced(keeper: Desk, office: Office) -> None:
    own = "id,name\ndpu,Dinas PU\n"
    office.own_folder.mkdir(parents=True)
    (office.own_folder / "units.csv").write_text(own, encoding="utf-8")
    assert "sudah mempunyai <code>units.csv</code> dengan 1 unit" in keeper.page("/model/mulai")
    address = _send(keeper, "/model/mulai/jalankan", pilihan_kategori="tanpa").headers["location"]
    _until(lambda: office.champion() is not None)
    _until(lambda: "Selesai: versi" in keeper.page(address))
    assert (office.own_folder / "units.csv").read_text(encoding="utf-8") == own
    assert not office.categories_file.exists()


def test_an_interrupted_start_is_repeated_with_the_same_lists(keeper: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = Path(__file__).parents[2] / "stand_in.py"
    monkeypatch.setattr(subprocesses, "_PILAH", (sys.executable, str(stand_in)))
    monkeypatch.setenv("STAND_IN_DOES", "die")
    address = _send(keeper, "/model/mulai/jalankan").headers["location"]
    _until(lambda: "Terputus, ulangi" in keeper.page(address))
    assert "daftar unit dan kategori" in keeper.page("/model/latih")
    # A run of lists has neither a check nor a training.
    assert keeper.post(f"{address}/latih", address).headers["location"].endswith("galat=berubah")
    monkeypatch.setenv("STAND_IN_DOES", "end")
    keeper.post(f"{address}/mulai", address)
    _until(lambda: "Selesai: versi" in keeper.page(address))


def test_a_cancelled_start_leaves_nothing(keeper: Desk, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in = Path(__file__).parents[2] / "stand_in.py"
    monkeypatch.setattr(subprocesses, "_PILAH", (sys.executable, str(stand_in)))
    monkeypatch.setenv("STAND_IN_DOES", "hang")
    address = _send(keeper, "/model/mulai/jalankan").headers["location"]
    keeper.post(f"{address}/batal", address)
    assert "Dibatalkan. Tidak ada yang berubah." in keeper.page(address)
    _until(lambda: not any((office.home / "trainings" / office.name).iterdir()))
    assert not office.own_folder.exists()


def test_only_an_administrator_starts_an_office(keeper: Desk) -> None:
    supervisor = keeper.sign_in("budi")
    supervisor.page("/model/mulai", 403)
    assert "/model/mulai" not in supervisor.page("/antrean")
    assert supervisor.post("/model/mulai/jalankan", "/antrean", **_FORM).status_code == 403


def test_an_ended_session_keeps_the_lists(keeper: Desk) -> None:
    keeper.page("/model/mulai")
    keeper.client.cookies.clear()
    answer = keeper.client.post("/model/mulai", data={"token": "x", **_FORM}, follow_redirects=False)
    assert "Puskesmas, imunisasi" in answer.text
