"""PILAH_TIMEZONE and PILAH_HOME hold for the training commands as for the service."""

from __future__ import annotations

import csv
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.errors import PilahError
from model.history.rows import read_history
from model.versions.artifact import read_card
from model.versions.installation import home_folder
from model.versions.office_home import Office
from pilah import app
from service.settings import read_settings
from tests.training.histories import write_history_csv

COMMANDS = {
    "check": ["a.csv"],
    "train": ["a.csv"],
    "evaluate": ["a.csv"],
    "drift": ["a.csv"],
    "replay": ["a.csv"],
    "predict": ["lampu padam"],
    "watch": ["masuk"],
}


@pytest.fixture
def late_evenings(tmp_path: Path) -> Path:
    """A history whose complaints came in at 20:00 UTC: on the next day in all of Indonesia."""
    path = write_history_csv(tmp_path / "a.csv", rows=60)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        for row in rows:
            row["tanggal"] = f"{datetime.strptime(row['tanggal'], '%d-%m-%Y'):%Y-%m-%d}T20:00:00Z"  # noqa: DTZ007
            writer.writerow(row)
    return path


@pytest.mark.parametrize("command", COMMANDS)
def test_every_training_command_reads_the_timezone(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILAH_TIMEZONE", "Mars/Olympus")
    result = CliRunner().invoke(app, [command, *COMMANDS[command], "--office", "uji"])
    assert isinstance(result.exception, PilahError)
    assert "Asia/Makassar" in str(result.exception)


def test_a_training_keeps_dates_in_the_offices_timezone_under_a_home_of_the_user(
    tmp_path: Path, late_evenings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "user"))
    monkeypatch.setenv("PILAH_HOME", "~/pilah")
    monkeypatch.setenv("PILAH_TIMEZONE", "Asia/Jayapura")
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["train", str(late_evenings), "--office", "uji"])
    assert result.exit_code == 0, result.output
    assert not (tmp_path / "~").exists()
    office = Office(tmp_path / "user" / "pilah", "uji")
    rows = read_history(office.history_folder)
    assert {row.received_at.hour for row in rows} == {5}
    (version,) = office.versions()
    assert read_card(office.versions_folder / version)["trained_at"].endswith("+09:00")
    assert rows[0].received_at == datetime(2024, 1, 1) + timedelta(days=1, hours=5)  # noqa: DTZ001 - local time


def test_service_and_training_expand_the_home_alike(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PILAH_HOME", "~/x")
    assert read_settings().home == home_folder(Path("~/x")) == tmp_path / "x"
    monkeypatch.delenv("PILAH_HOME")
    assert read_settings().home == home_folder()


def test_the_home_of_an_unknown_user_is_an_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILAH_HOME", "~nobody-of-this-name/x")
    with pytest.raises(PilahError, match="a user that this machine doesn't know"):
        read_settings()
    with pytest.raises(PilahError, match="a user that this machine doesn't know"):
        home_folder(Path("~nobody-of-this-name/x"))
