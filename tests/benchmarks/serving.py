"""Starts services for measurements: Pilah, and a constant route for comparison."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import Request, urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
_START_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Service:
    """A running service: port, main process, time from the start to the first answer, and an API key."""

    port: int
    process: int
    seconds_to_first_answer: float
    key: str

    def processor_seconds(self) -> float:
        """The processor time of the service's processes; other load on the machine changes this time little."""
        return sum(_processor_seconds(member) for member in (self.process, *_descendants(self.process)))


@contextmanager
def pilah(home: Path, office: str, workers: int, body: bytes) -> Iterator[Service]:
    """Run `pilah serve` over a trained home, with an API key as for an intake system."""
    port = _free_port()
    command = [
        "-m",
        "pilah",
        "serve",
        "--office",
        office,
        "--home",
        str(home),
        "--port",
        str(port),
        "--workers",
        str(workers),
    ]
    settings = {
        "PILAH_REQUESTS_PER_MINUTE": str(10**9),
        "PILAH_MAX_CONCURRENT_REQUESTS": "64",
        "PILAH_DATABASE_URL": f"sqlite:///{home / f'bench-{port}.db'}",
    }
    add_key = [sys.executable, "-m", "pilah", "keys", "add", "bench", "--office", office, "--home", str(home)]
    added = subprocess.run(add_key, cwd=ROOT, env=os.environ | settings, capture_output=True, check=True, text=True)
    key = added.stdout.strip().splitlines()[-1]
    with _started([sys.executable, *command], settings, port, "/v1/predictions?store=false", body, key) as service:
        yield service


@contextmanager
def constant_route(answer: bytes, workers: int, body: bytes) -> Iterator[Service]:
    """Run a FastAPI `def` route that always answers the same JSON."""
    port = _free_port()
    command = ["-m", "tests.benchmarks.constant_route", str(port), str(workers)]
    settings = {"CONSTANT_ANSWER": answer.decode()}
    with _started([sys.executable, *command], settings, port, "/v1/predictions", body) as service:
        yield service


def ask(port: int, path: str, body: bytes, key: str) -> bytes:
    """Send one request and return the answer's body."""
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {key}"}
    request = Request(f"http://127.0.0.1:{port}{path}", body, headers)
    with urlopen(request, timeout=30) as answer:  # noqa: S310
        content: bytes = answer.read()
        return content


def load(service: Service, path: str, bodies: Path, connections: int, seconds: float) -> dict[str, float]:
    """Run a load: requests, failures, seconds, p50_ms, p99_ms, and the service's processor_ms for each request."""
    before = service.processor_seconds()
    sent = [str(service.port), path, str(bodies), str(connections), str(seconds), service.key]
    finished = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.load", "127.0.0.1", *sent],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(finished.stdout)
    figures["processor_ms"] = 1000 * (service.processor_seconds() - before) / max(figures["requests"], 1)
    return figures


def proportional_memory(process: int) -> float:
    """The memory of a process and its descendants in megabytes, shared pages counted proportionally (PSS)."""
    total = 0.0
    for member in (process, *_descendants(process)):
        rollup = Path(f"/proc/{member}/smaps_rollup").read_text()
        total += sum(int(kilobytes) for kilobytes in re.findall(r"^Pss: +(\d+)", rollup, re.MULTILINE)) / 1024
    return total


def _processor_seconds(process: int) -> float:
    user, system = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


def _descendants(process: int) -> list[int]:
    children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    return [member for child in map(int, children) for member in (child, *_descendants(child))]


@contextmanager
def _started(
    command: list[str], settings: dict[str, str], port: int, path: str, body: bytes, key: str = "none"
) -> Iterator[Service]:
    began = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield Service(port, process.pid, _until_answered(process, port, path, body, key) - began, key)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _until_answered(process: subprocess.Popen[bytes], port: int, path: str, body: bytes, key: str) -> float:
    give_up = time.perf_counter() + _START_TIMEOUT_SECONDS
    while time.perf_counter() < give_up and process.poll() is None:
        try:
            ask(port, path, body, key)
            return time.perf_counter()
        except OSError:
            time.sleep(0.02)
    raise TimeoutError(f"no answer at port {port} from: {process.args!r}")


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port
