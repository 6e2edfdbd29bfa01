"""Training from the page with the real `pilah`: ends of the service or of the training's process."""

from __future__ import annotations

import os
import re
import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi.testclient import TestClient
from pydantic import SecretStr

from model.versions.office_home import Office
from model.versions.training_lock import lock_holder
from service.app import create_app
from service.jobs.training.states import Step
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from service.jobs.training.runs import TrainingRuns

_SAMPLE = Path(__file__).parents[3] / "data" / "offices" / "kumham" / "complaints.csv"
_PATIENCE_SECONDS = 60


def _until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < until, "it never came"
        time.sleep(0.05)


def _training_runs(client: TestClient) -> TrainingRuns:
    runs: TrainingRuns = client.app.state.training_runs  # type: ignore[attr-defined]
    return runs


def _begin_training(client: TestClient) -> str:
    """Start a training; returns the run's id."""
    runs = _training_runs(client)
    with client.app.state.database.session() as session, _SAMPLE.open("rb") as file:  # type: ignore[attr-defined]
        run = runs.receive(session, [("contoh.csv", file)], columns={}, from_ledger=False, by="rini")
        run.state = "checked"
        session.flush()
        start = runs.begin(session, run, Step.TRAIN, "rini")
    runs.launch(start)
    return start.run_id


def _state(client: TestClient, run_id: str) -> str:
    run = _training_runs(client).find(run_id)
    assert run is not None
    return run.state


def _rows(client: TestClient, run_id: str) -> int | None:
    run = _training_runs(client).find(run_id)
    assert run is not None
    return _training_runs(client).files(run).progress(Step(run.step)).rows


def test_a_training_outlives_the_service_and_the_next_service_notices_its_end(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, database_url=SecretStr(f"sqlite:///{tmp_path / 'pilah.db'}"), demonstration=True)
    office = Office(tmp_path, "kumham")
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        run_id = _begin_training(client)
        _until(lambda: _rows(client, run_id) == 500)
    assert lock_holder(office) == run_id
    with TestClient(create_app(settings), base_url="http://127.0.0.1") as client:
        assert 'id="kemajuan"' in client.get(f"/model/latih/{run_id}").text
        process = _process_of(run_id)
        assert os.getpriority(os.PRIO_PROCESS, process) == 19
        os.kill(process, signal.SIGKILL)
        _until(lambda: _state(client, run_id) == "interrupted")
        assert re.search("Terputus.*Ulangi", client.get(f"/model/latih/{run_id}").text, re.DOTALL)
    assert office.versions() == []


def _process_of(run_id: str) -> int:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if run_id in (folder / "cmdline").read_text():
                return int(folder.name)
        except OSError:
            continue
    raise AssertionError("there is no such process")
