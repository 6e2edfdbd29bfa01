"""Histories without dates, and units that are valid from a day within or after the history."""

from __future__ import annotations

import csv
import re
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from model.complaint import Complaint
from model.history.rows import read_history
from model.versions.artifact import read_card
from model.versions.office_home import Office
from pilah import app
from service.app import create_app
from service.settings import Settings
from tests.training.histories import TOPICS, train_csv, write_history_csv
from training.dataset.ledger_rows import past_rows
from training.dataset.read import read_exports
from training.evaluation.metrics import evaluate

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def office(tmp_path: Path) -> Office:
    place = Office(tmp_path / "home", "kumham")
    place.own_folder.mkdir(parents=True)
    return place


@pytest.fixture
def undated(tmp_path: Path) -> Path:
    path = write_history_csv(tmp_path / "dated.csv", 120)
    with path.open(encoding="utf-8") as file:
        rows = [[cell for number, cell in enumerate(row) if number != 1] for row in csv.reader(file)]
    with (tmp_path / "undated.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "undated.csv"


def _valid_from(office: Office, day: str) -> None:
    rows = "".join(f"u{number},{name},{day}\n" for number, name in enumerate(TOPICS))
    (office.own_folder / "units.csv").write_text(f"id,name,valid_from\n{rows}", encoding="utf-8")


def test_a_history_without_dates_is_split_by_row_order_and_every_place_says_so(office: Office, undated: Path) -> None:
    # With today's units, whatever day they are valid from.
    _valid_from(office, "2024-04-10")
    common = ["--office", "kumham", "--home", str(office.home)]
    trained = CliRunner().invoke(app, ["train", str(undated), *common])
    assert trained.exit_code == 0, trained.output
    assert "by their order in the file, NOT by time" in trained.output
    assert "1970" not in trained.output
    (version,) = office.versions()
    card = read_card(office.versions_folder / version)
    assert card["split"]["kind"] == "by row order"
    assert (card["data"]["from"], card["split"]["to"], card["figures"]["months"]) == (None, None, [])
    assert card["evaluation"]["unit"]["top_1"] > 0.9
    report = (office.versions_folder / version / "report.html").read_text(encoding="utf-8")
    assert "Diuji menurut urutan baris, bukan menurut waktu" in report
    assert "1970" not in re.sub(r"<svg.*?</svg>", "", report, flags=re.DOTALL)
    assert "1970" not in CliRunner().invoke(app, ["models", *common]).output
    settings = Settings(home=office.home, demonstration=True)
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        for page in ("/model", f"/model/versi/{version}"):
            text = client.get(page).text
            assert "Hasil uji pada baris terakhir" in text
            assert "menurut urutan baris, bukan menurut waktu" in text
            assert "1970" not in text
        suggested = client.post("/v1/predictions", json={"text": "lampu jalan padam gelap tiang kabel"}).json()
        assert suggested["units"][0]["name"] == "Dinas Perhubungan"
        assert {precedent["received_at"] for precedent in suggested["evidence"]["precedents"]} <= {None}


def test_a_second_training_without_dates_is_compared_and_drift_says_that_it_has_no_dates(
    office: Office, undated: Path, tmp_path: Path
) -> None:
    train_csv(office, undated)
    again = train_csv(office, undated)
    card = read_card(office.versions_folder / again.version)
    assert card["comparison"]["figures"]
    assert "tidak bertanggal" in card["since_champion"]["note"]
    dated = train_csv(office, tmp_path / "dated.csv")
    assert read_card(office.versions_folder / dated.version)["split"]["kind"] == "by time"
    assert past_rows(office).in_order_of_file
    common = [str(undated), "--office", "kumham", "--home", str(office.home)]
    drift = CliRunner().invoke(app, ["drift", *common])
    assert (drift.exit_code, "have no dates" in drift.output) == (0, True)
    assert CliRunner().invoke(app, ["evaluate", *common]).exit_code == 0
    replayed = CliRunner().invoke(app, ["replay", *common])
    assert "a replay goes week by week" in str(replayed.exception)


@pytest.mark.parametrize("day", ["2024-03-01", "2024-04-10", "2024-04-25", "2099-01-01"])
def test_units_valid_from_a_day_after_part_of_the_history_end_no_training(
    office: Office, tmp_path: Path, day: str
) -> None:
    _valid_from(office, day)
    trained = train_csv(office, write_history_csv(tmp_path / "a.csv", 120))
    unit = trained.evaluation.unit
    assert unit is not None
    later = [row for row in read_history(office.history_folder) if row.received_at.isoformat() >= day]
    assert (unit.top_1 > 0.9) == (len(later) >= 24)
    router, _ = office.load_champion()
    assert bool(router.suggest(Complaint("lampu jalan padam gelap")).units) == (day < "2099")
    rows = read_exports([tmp_path / "a.csv"], columns={}, timezone="Asia/Jakarta").rows
    assert evaluate(router, rows, rows).unit
