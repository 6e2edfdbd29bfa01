"""The service as processes: several workers, and a stop that loses nothing."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import time
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx2 as httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.service.running import serving

if TYPE_CHECKING:
    from pathlib import Path

    from tests.service.running import Running

MARK = "mawarmerah77"
_ROWS = 400
# As many as a batch may hold: two of them keep a worker busy for the better part of a second.
_ITEMS = 1_000
_BATCH = {
    "complaints": [{"text": f"{MARK} laporan saya di polres belum ada kejelasan nomor {n}"} for n in range(_ITEMS)]
}


@pytest.fixture
def home(sample_home: Path, tmp_path: Path) -> Path:
    """A home with the sample office's model and a ledger of the test's own."""
    shutil.copytree(sample_home, tmp_path / "home", ignore=shutil.ignore_patterns("*.db*"))
    return tmp_path / "home"


def _figure(running: Running, name: str, **labels: str) -> float:
    families = text_string_to_metric_families(httpx.get(f"{running.address}/metrics", timeout=60).text)
    samples = (sample for family in families for sample in family.samples if sample.name == name)
    return sum(sample.value for sample in samples if labels.items() <= sample.labels.items())


def _until(condition: Any, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.05)


def _ask_for_a_batch(running: Running) -> int:
    answer = httpx.post(f"{running.address}/v1/predictions/batch", json=_BATCH, timeout=120)
    answer.raise_for_status()
    return len(answer.json()["results"])


def _batches_under_way(running: Running, callers: ThreadPoolExecutor) -> list[Future[int]]:
    """Four batches, two or more of which the service was still at a moment ago; sent anew where they were too quick to see."""
    while True:
        asked = [callers.submit(_ask_for_a_batch, running) for _ in range(4)]
        while not all(answer.done() for answer in asked):
            # The question is a request itself.
            if _figure(running, "pilah_requests_in_flight") > 2:
                return asked


def _refused(running: Running) -> bool:
    host, port = urlsplit(running.address).netloc.split(":")
    try:
        socket.create_connection((host, int(port)), timeout=5).close()
    except (ConnectionRefusedError, ConnectionResetError):
        # The second where the listener was closed while this connection came.
        return True
    return False


def _upload(running: Running) -> None:
    rows = "".join(f"U-{n},{MARK} laporan nomor {n} di polres belum ada kejelasan\n" for n in range(_ROWS))
    with httpx.Client(base_url=running.address, timeout=60) as browser:
        # The demonstration signs in whoever looks.
        page = browser.get("/unggah", follow_redirects=True).text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        files = {"berkas": (f"{MARK}.csv", f"tracking id,isi\n{rows}", "text/csv")}
        answer = browser.post("/unggah", data={"token": token}, files=files)
        assert answer.headers["location"].startswith("/unggah/")


def test_what_was_asked_is_answered_and_what_was_uploaded_is_read_whole_though_the_service_is_stopped(
    home: Path, tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with serving(home, log, "--workers", "2", PILAH_DEMONSTRATION="true") as running:
        for _ in range(20):
            assert httpx.get(f"{running.address}/v1/units").status_code == 200
        # Whichever worker answers, it tells what both have counted.
        assert _figure(running, "pilah_requests_total", route="/v1/units") == 20
        _upload(running)
        with ThreadPoolExecutor(4) as callers:
            asked = [callers.submit(_ask_for_a_batch, running) for _ in range(4)]
            _until(lambda: _figure(running, "pilah_requests_in_flight") == 5)
            running.process.send_signal(signal.SIGTERM)
            _until(lambda: _refused(running))
            assert [answer.result() for answer in asked] == [_ITEMS] * 4
        assert running.process.wait(timeout=60) == 0
        assert MARK not in running.log
    with serving(home, log, PILAH_DEMONSTRATION="true") as running:
        _until(lambda: _figure(running, "pilah_uploads_waiting") == 0)
        assert _figure(running, "pilah_ledger_complaints") == _ROWS
        running.stop()
        assert MARK not in running.log


def test_a_worker_that_dies_is_replaced_and_none_outlives_its_parent(home: Path, tmp_path: Path) -> None:
    with serving(home, tmp_path / "log", "--workers", "2") as running:
        first = _workers(running)
        assert len(first) == 2
        _until(lambda: running.log.count("worker answers") == 2)
        os.kill(min(first), signal.SIGKILL)
        (second,) = _newcomers(running, first)
        # It still waits for its start: that one worker can't start is no reason to end the other.
        os.kill(second, signal.SIGKILL)
        _newcomers(running, first | {second})
        assert running.log.count("worker died") == 2
        assert httpx.get(f"{running.address}/healthz", timeout=60).is_success
        os.kill(running.process.pid, signal.SIGKILL)
        _until(lambda: _refused(running))


def _newcomers(running: Running, known: set[int]) -> set[int]:
    _until(lambda: _workers(running) - known)
    return _workers(running) - known


def _workers(running: Running) -> set[int]:
    with open(f"/proc/{running.process.pid}/task/{running.process.pid}/children", encoding="ascii") as file:  # noqa: PTH123
        children = {int(pid) for pid in file.read().split()}
    return {pid for pid in children if "spawn_main" in _command(pid)}


def _command(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/cmdline", encoding="utf-8") as file:  # noqa: PTH123 - a file of the kernel's
            return file.read()
    except FileNotFoundError:
        return ""
