"""From the first day to the first learning: an office started from its lists decides, trains on that, and promotes."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from model.suggestion import NoticeCode
from model.versions.artifact import read_card
from model.versions.office_home import Office
from pilah import app
from service.app import create_app
from service.jobs import subprocesses
from service.settings import Settings
from tests.service.desk import Desk
from training.evaluation.promotion import promote, verdict_on
from training.starting import NATIONAL, copy_categories, copy_units, start_office

if TYPE_CHECKING:
    from pathlib import Path

_UNITS = """id,name,description
dpu,Dinas Pekerjaan Umum,"Jalan rusak, jembatan, drainase, banjir"
dinkes,Dinas Kesehatan,"Puskesmas, imunisasi, demam berdarah, bidan"
"""
_PATIENCE_SECONDS = 120
_TEXTS = {
    "dpu": (
        "Jalan depan pasar berlubang besar, motor sering jatuh",
        "Banjir setinggi lutut sejak drainase di gang kami mampet",
        "Jembatan kayu menuju sawah patah, mohon dibangun lagi",
        "Aspal baru sebulan sudah mengelupas di tikungan sekolah",
        "Trotoar amblas dekat halte, lansia susah lewat",
        "Gorong-gorong tersumbat sampah bekas proyek",
        "Tanggul sungai retak dan air merembes ke kebun",
        "Pelebaran jalan berhenti, batu dan pasir berserakan",
        "Talud longsor menutup separuh badan jalan desa",
        "Lubang galian pipa dibiarkan menganga berminggu-minggu",
        "Selokan ditutup bangunan warung hingga air meluap",
    ),
    "dinkes": (
        "Puskesmas tutup sebelum jam pelayanan selesai",
        "Bidan tidak ada waktu istri saya hendak melahirkan",
        "Imunisasi anak ditunda terus, vaksin katanya kosong",
        "Antre obat hipertensi tiga jam, petugas hanya satu",
        "Banyak tetangga demam berdarah, minta pengasapan",
        "Ambulans menolak menjemput pasien stroke malam hari",
        "Dokter gigi jarang datang padahal jadwal terpampang",
        "Posyandu lansia tidak pernah ditimbang lagi",
        "Surat rujukan dipersulit walau sudah kontrol rutin",
        "Perawat membentak ibu saya saat ganti perban",
        "Alat rontgen rusak sehingga pasien tuberkulosis pulang",
    ),
}
_DECISIONS = [
    (unit, text) for texts in zip(*_TEXTS.values(), strict=True) for unit, text in zip(_TEXTS, texts, strict=True)
]


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """An office started from its lists."""
    office = Office(tmp_path / "home", "kabupaten")
    units = tmp_path / "units.csv"
    units.write_text(_UNITS, encoding="utf-8")
    copy_units(office, units)
    copy_categories(office, NATIONAL)
    start_office(office)
    return office


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'pilah.db'}"


@pytest.fixture
def decided(office: Office, url: str) -> None:
    """The office's first decisions."""
    settings = Settings(home=office.home, office=office.name, database_url=SecretStr(url), requests_per_minute=10_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        desk = Desk(client).sign_in("sari")
        first = datetime.now(UTC) - timedelta(days=30)
        for number, (unit, text) in enumerate(_DECISIONS):
            received_at = (first + timedelta(days=number)).isoformat()
            sent = desk.send(f"K-{number}", text=text, received_at=received_at)
            assert NoticeCode.NOTHING_LEARNED in {notice["code"] for notice in sent["notices"]}
            assert desk.decide(f"K-{number}", unit=unit).status_code == 303


@pytest.mark.usefixtures("decided")
def test_the_first_decisions_train_a_measured_version_that_may_replace_the_started_one(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = office.champion()
    monkeypatch.setenv("PILAH_DATABASE_URL", url)
    command = ["train", "--from-ledger", "--office", office.name, "--home", str(office.home)]
    trained = CliRunner().invoke(app, command)
    assert trained.exit_code == 0, trained.output
    version = office.versions()[-1]
    assert version != started
    card = read_card(office.versions_folder / version)
    assert card["data"]["rows"] == len(_DECISIONS)
    # The started version itself is measured on the newest decisions.
    assert card["comparison"]["champion"] == started
    assert card["comparison"]["measured"] == "itself"
    assert not verdict_on(office, version).findings
    promote(office, version, by="rini")
    assert office.champion() == version


@pytest.mark.usefixtures("decided")
def test_the_page_trains_on_the_first_decisions_and_promotes(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subprocesses, "_LOWEST_PRIORITY", ())
    settings = Settings(home=office.home, office=office.name, database_url=SecretStr(url))
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        keeper = Desk(client).sign_in("rini")
        run = keeper.post("/model/latih/mulai", "/model/latih", catatan="ya").headers["location"]
        keeper.post(f"{run}/latih", run)
        until = time.monotonic() + _PATIENCE_SECONDS
        while "Lihat hasilnya" not in (page := keeper.page(run)):
            assert "Galat" not in page
            assert time.monotonic() < until
            time.sleep(0.2)
        version = office.versions()[-1]
        assert "Saya tetap memakai" not in keeper.page(f"/model/versi/{version}/pakai")
        assert keeper.post(f"/model/versi/{version}/pakai", f"/model/versi/{version}/pakai").status_code == 303
    assert office.champion() == version


@pytest.mark.usefixtures("decided")
def test_a_measured_version_without_comparison_replaces_an_unmeasured_champion(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PILAH_DATABASE_URL", url)
    office.champion_file.rename(office.champion_file.with_name("aside"))
    command = ["train", "--from-ledger", "--office", office.name, "--home", str(office.home)]
    assert CliRunner().invoke(app, command).exit_code == 0
    # Trained while there was no champion, the version knows no comparison with the started one.
    started, version = office.versions()
    office.set_champion(started)
    assert not verdict_on(office, version).findings
    # The other way round there is nothing to say for the unmeasured one.
    office.set_champion(version)
    assert verdict_on(office, started).findings
