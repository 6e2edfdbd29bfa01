"""Offices with categories alone, and with units alone, on SQLite and PostgreSQL: API, desk, uploads and training rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr

from data.exports.open import write_laporan_ringkas
from model.suggestion import Status
from model.versions.office_home import Office
from service.app import create_app
from service.ledger.training_rows import exported_training_rows
from service.settings import Settings
from tests.service.desk import Desk
from tests.service.jobs.test_own_exports import edited, enter, ledger, written
from training.dataset.ledger_rows import past_rows, with_ledger
from training.dataset.read import read_exports
from training.fitting.recipe import Recipe
from training.pipeline import train

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

TOPICS = {
    "Penerangan Jalan": "lampu jalan padam gelap",
    "Persampahan": "sampah bau menumpuk lalat",
    "Bantuan Sosial": "bantuan beras keluarga lansia",
}
LAMP = "lampu jalan di gang melati padam dan gelap"


def _home(folder: Path, header: str, count: int = 120) -> Path:
    """The home of an office whose rows have one label, in a column with this header."""
    rows = [
        f'{n},{n % 27 + 1:02}-{n // 27 + 1:02}-2024,"{text} nomor{n} gang{n * 7}",{name}'
        for n in range(count)
        for name, text in [list(TOPICS.items())[n % 3]]
    ]
    file = folder / "riwayat.csv"
    file.write_text("\n".join((f"no laporan,tanggal,isi laporan,{header}", *rows)), encoding="utf-8")
    train(Office(folder, "kumham"), read_exports([file], columns={}, timezone="Asia/Jakarta"), Recipe())
    return folder


def _desk(home: Path, url: str) -> Iterator[Desk]:
    settings = Settings(home=home, database_url=SecretStr(url), requests_per_minute=100_000)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        yield Desk(client)


@pytest.fixture(scope="module")
def categories_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _home(tmp_path_factory.mktemp("kategori"), "kategori")


@pytest.fixture(params=["sqlite", "postgresql"])
def without_units(
    request: pytest.FixtureRequest, categories_home: Path, new_database: Callable[[str], str]
) -> Iterator[Desk]:
    yield from _desk(categories_home, new_database(request.param))


@pytest.fixture
def without_categories(tmp_path_factory: pytest.TempPathFactory, new_database: Callable[[str], str]) -> Iterator[Desk]:
    yield from _desk(_home(tmp_path_factory.mktemp("unit"), "unit"), new_database("sqlite"))


def _decide(desk: Desk, reference: str, **fields: Any) -> Any:
    body = {"reference_id": reference, **fields}
    return desk.client.post("/v1/decisions", json=body, headers=desk.bearer)


def test_the_api_answers_by_category_and_takes_decisions_on_it(without_units: Desk) -> None:
    desk = without_units
    sent = desk.send("1", text=LAMP)
    assert (sent["units"], sent["copies"], sent["unit_status"]) == ([], [], "unsure")
    assert sent["status"] == sent["category_status"] == Status.REVIEW
    lamp, other = (category["id"] for category in sent["categories"][:2])
    assert desk.client.get("/v1/units", headers=desk.bearer).json()["units"] == []
    desk.send("2", text=LAMP)
    desk.send("3", text=LAMP)
    made = [_decide(desk, "1"), _decide(desk, "2", category=other), _decide(desk, "3", outcome="bukan kewenangan")]
    assert [(answer.status_code, answer.json()["unit"], answer.json()["verdict"]) for answer in made] == [
        (201, "", "accepted"),
        (201, "", "changed"),
        (201, "", "rejected"),
    ]
    assert [answer.json()["category"] for answer in made] == [lamp, other, ""]
    assert _decide(desk, "1", unit="Dinas Perhubungan").status_code == 422


def test_an_officer_decides_a_category_without_a_list_of_units(without_units: Desk) -> None:
    desk = without_units.sign_in("sari")
    category = desk.send("1", text=LAMP)["categories"][0]
    queue = desk.page("/antrean")
    assert category["name"] in queue
    assert "Tidak ada saran unit" not in queue
    stored = desk.stored("1")
    page = desk.page(f"/pengaduan/{stored['id']}")
    assert 'name="unit"' not in page
    assert "Unit yang disarankan" not in page
    address = f"/pengaduan/{stored['id']}/putuskan"
    assert "Pilih kategorinya dahulu" in desk.post(address).text
    answer = desk.post(address, kategori=category["id"])
    assert answer.status_code == 303
    assert f"diberi kategori {category['name']}" in desk.page(answer.headers["location"])
    decided = desk.stored("1")["decisions"]
    assert [(entry["unit"], entry["category"], entry["verdict"]) for entry in decided] == [
        ("", category["id"], "accepted")
    ]
    assert category["name"] in desk.page(f"/pengaduan/{stored['id']}")
    assert category["name"] in desk.page("/putusan-saya")
    desk.send("2", text=LAMP)
    rejected = desk.post(f"/pengaduan/{desk.stored('2')['id']}/putuskan", tindak_lanjut="bukan kewenangan")
    assert rejected.status_code == 303
    assert desk.page("/model").count("Tidak ada baris yang menyebut unit") == 1


def test_the_dashboard_counts_the_corrected_categories_of_an_office_without_units(without_units: Desk) -> None:
    desk = without_units.sign_in("sari")
    suggested, chosen = desk.send("1", text=LAMP)["categories"][:2]
    assert desk.post(f"/pengaduan/{desk.stored('1')['id']}/putuskan", kategori=chosen["id"]).status_code == 303
    page = desk.page("/dasbor")
    assert f"<td>{suggested['name']}</td><td>{chosen['name']}</td>" in page
    assert "Tidak ada koreksi" not in page


def test_an_export_with_categories_is_reconciled_by_category(without_units: Desk, tmp_path: Path) -> None:
    desk = without_units.sign_in("budi")
    for reference in ("sama", "beda", "menunggu"):
        desk.send(reference, text=f"{LAMP} {reference}")
    lamp, other = desk.stored("sama")["suggestion"]["categories"][:2]
    assert _decide(desk, "sama").status_code == _decide(desk, "beda").status_code == 201
    path = tmp_path / "asal.xlsx"
    rows = {"sama": lamp["name"], "beda": other["name"], "menunggu": other["name"], "lama": lamp["name"], "baru": ""}
    write_laporan_ringkas(
        path,
        [
            {"Tracking ID": reference, "Isi Laporan Awal": f"{LAMP} {reference}", "Kategori": category}
            for reference, category in rows.items()
        ],
    )
    summary = desk.upload(path)
    counts = {name: summary[name] for name in ("agreed", "differed", "decided", "recorded", "new")}
    assert counts == dict.fromkeys(counts, 1)
    assert desk.upload(path)["unchanged"] + desk.upload(path)["agreed"] == 5
    standing = [entry for entry in desk.stored("beda")["decisions"] if not entry["undone_at"]]
    assert [entry["category"] for entry in standing] == [other["id"]]


def test_decisions_on_categories_teach_the_next_version(without_units: Desk) -> None:
    desk = without_units
    other = desk.send("1", text=LAMP)["categories"][1]
    assert _decide(desk, "1", category=other["id"]).status_code == 201
    settings = desk.client.app.state.settings  # type: ignore[attr-defined]
    office = Office(settings.home, settings.office)
    with exported_training_rows(settings) as path:
        reading = with_ledger(past_rows(office), path)
    taught = [row for row in reading.rows if row.verdict]
    assert [(row.unit, row.category, row.verdict) for row in taught] == [("", other["name"], "changed")]
    assert train(office, reading, Recipe()).evaluation.category is not None


def test_an_office_with_units_alone_decides_without_categories(without_categories: Desk) -> None:
    desk = without_categories.sign_in("sari")
    sent = desk.send("1", text=LAMP)
    assert (sent["categories"], sent["status"]) == ([], sent["unit_status"])
    stored = desk.stored("1")
    page = desk.page(f"/pengaduan/{stored['id']}")
    assert "Kategori yang disarankan" not in page
    unit = sent["units"][0]["id"]
    assert desk.post(f"/pengaduan/{stored['id']}/putuskan", unit=unit).status_code == 303
    assert [entry["verdict"] for entry in desk.stored("1")["decisions"]] == ["accepted"]
    assert desk.page("/model").count("yang disarankan hanya unit") == 1


def test_its_own_exports_uploaded_unchanged_change_nothing(without_units: Desk, tmp_path: Path) -> None:
    desk = without_units.sign_in("budi")
    for reference in ("menunggu", "diputus", "ditolak"):
        desk.send(reference, text=f"{LAMP} {reference}")
    assert _decide(desk, "diputus").status_code == 201
    assert _decide(desk, "ditolak", outcome="bukan kewenangan").status_code == 201
    before = ledger(desk)
    for path in written(desk, tmp_path):
        summary = enter(desk, path)
        assert ledger(desk) == before, path.name
        assert summary.unchanged == 3, path.name


def test_a_version_that_was_not_measured_says_so_on_its_pages(
    tmp_path: Path, new_database: Callable[[str], str]
) -> None:
    home = _home(tmp_path, "kategori", count=5)
    for desk in _desk(home, new_database("sqlite")):
        desk.sign_in("rini")
        assert desk.send("1", text=LAMP)["status"] != Status.CONFIDENT
        version = Office(home, "kumham").champion()
        for page in (desk.page("/model"), desk.page(f"/model/versi/{version}")):
            assert "Belum ada yang diuji: baru ada 5 baris" in page
        assert "Saran pertama benar" not in desk.page("/model")


def test_a_category_changed_in_its_own_export_is_a_decision(without_units: Desk, tmp_path: Path) -> None:
    desk = without_units.sign_in("budi")
    other = desk.send("1", text=LAMP)["categories"][1]
    assert _decide(desk, "1").status_code == 201
    assert enter(desk, edited(desk, tmp_path, "1", category=other["name"])).differed == 1
    standing = [entry for entry in desk.stored("1")["decisions"] if not entry["undone_at"]]
    assert [entry["category"] for entry in standing] == [other["id"]]
