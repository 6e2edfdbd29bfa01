"""`pilah learn` on a real ledger: the week is trained or skipped once."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from fastapi.testclient import TestClient
from pydantic import SecretStr
from typer.testing import CliRunner

from pilah import app
from service.app import create_app
from service.jobs import subprocesses
from service.settings import Settings
from tests.service.desk import LOCAL, Desk
from tests.service.stand_in import VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def desk(sample_home: Path, tmp_path: Path, empty_database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    """An office, and the environment in which the command finds it."""
    home = tmp_path / "home"
    shutil.copytree(sample_home, home, ignore=shutil.ignore_patterns("trainings", "uploads"))
    monkeypatch.setenv("PILAH_HOME", str(home))
    monkeypatch.setenv("PILAH_DATABASE_URL", empty_database_url)
    stand_in = Path(__file__).parents[1] / "stand_in.py"
    monkeypatch.setattr(subprocesses, "_PILAH", (sys.executable, str(stand_in)))
    settings = Settings(home=home, database_url=SecretStr(empty_database_url))
    with TestClient(create_app(settings), base_url=LOCAL) as client:
        yield Desk(client).sign_in("rini")


def test_nothing_to_learn_is_said_and_no_fault(desk: Desk) -> None:
    outcome = CliRunner().invoke(app, ["learn"])
    assert outcome.exit_code == 0, outcome.output
    assert "Nothing was decided since the last training" in outcome.stdout
    assert "dilewati" in desk.page("/model")


def test_a_week_is_learned_once(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_DOES", "end")
    desk.send("1")
    desk.decide("1")
    first, second = (CliRunner().invoke(app, ["learn"]) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert f"version {VERSION} was trained and answers now" in first.stdout
    assert first.stdout == second.stdout


def test_a_failed_training_ends_with_status_1(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STAND_IN_DOES", "fail")
    desk.send("1")
    desk.decide("1")
    outcome = CliRunner().invoke(app, ["learn"])
    assert outcome.exit_code == 1
    assert "no column for the text" in outcome.stdout
