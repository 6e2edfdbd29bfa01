"""Send twice as many requests as the service can answer, and count the results.

First the capacity is found with as many clients as answers come back, then requests are sent at twice that rate
whether or not they are answered. What can't be answered must be refused honestly: a 503 or 429 with Retry-After. At the
end everything that was acknowledged must be there, and the memory must not have grown with the load.

Usage: python -m tests.service.load_run --minutes 30 [--database sqlite|postgresql] [--workers 1]
"""

from __future__ import annotations

import argparse
import http.client
import json
import queue
import random
import resource
import sys
import tempfile
import threading
import time
from collections import Counter, deque
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from tests.service.kill_loop import with_postgresql
from tests.service.running import serving

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_CAPACITY_SECONDS = 20
_CAPACITY_CLIENTS = 8
_CLIENTS = 96
_START_SECONDS = 90
_TIMEOUT_SECONDS = 60
_REFUSALS = {http.HTTPStatus.SERVICE_UNAVAILABLE, http.HTTPStatus.TOO_MANY_REQUESTS}
_CHECKED = 20_000
_WORDS = [
    "laporan",
    "polisi",
    "saya",
    "belum",
    "ada",
    "kejelasan",
    "sejak",
    "tahun",
    "lalu",
    "mohon",
    "ditindaklanjuti",
    "karena",
    "berkas",
    "hilang",
    "di",
    "kantor",
    "sertifikat",
    "tanah",
    "diserobot",
    "paspor",
    "anak",
    "kami",
    "terlambat",
    "petugas",
    "lapas",
    "meminta",
    "uang",
    "notaris",
    "tidak",
    "menjawab",
    "surat",
]


@dataclass
class Report:
    """The results of the requests; latencies in seconds, memory in bytes."""

    capacity: float = 0.0
    sent: int = 0
    late: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    latencies: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    faults: Counter[str] = field(default_factory=Counter)
    complaints: int = 0
    decisions: int = 0

    def lines(self) -> Iterator[str]:
        answered = self.statuses[200] + self.statuses[201]
        yield f"capacity {self.capacity:.0f} answers/s; sent {self.sent} at twice that, {self.late} of them late"
        yield f"answered {answered}, refused {sum(self.statuses[status] for status in _REFUSALS)}, all: {dict(self.statuses)}"
        if self.latencies:
            median, tail = np.quantile(self.latencies, (0.5, 0.99))
            yield f"answered in {median * 1000:.0f} ms (median), {tail * 1000:.0f} ms (99 of 100)"
        third = max(1, len(self.memory) // 3)
        early, last = max(self.memory[:third], default=0), max(self.memory[-third:], default=0)
        yield f"memory {early / 2**20:.0f} MiB at most in the first third, {last / 2**20:.0f} MiB in the last"
        yield f"acknowledged {self.complaints} complaints and {self.decisions} decisions; faults: {dict(self.faults)}"


class _Known:
    """The acknowledged complaints and decisions, which must be found at the end."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.waiting: deque[str] = deque()
        self.decisions: dict[str, str] = {}
        self.names = count()

    def add(self, reference: str) -> None:
        with self.lock:
            self.decisions[reference] = ""
            self.waiting.append(reference)

    def next_waiting(self) -> str | None:
        with self.lock:
            return self.waiting.popleft() if self.waiting else None

    def some(self, chance: random.Random) -> str | None:
        with self.lock:
            return chance.choice(self.waiting) if self.waiting else None


class _Client:
    """A persistent connection that sends a mixed load."""

    def __init__(self, host: str, unit: str, cookie: str, known: _Known, report: Report, seed: int) -> None:
        self._host, self._unit, self._known, self._report = host, unit, known, report
        self._chance = random.Random(seed)  # noqa: S311 - a mix
        self._connection: http.client.HTTPConnection | None = None
        self._cookie = cookie

    def once(self) -> None:
        kinds: list[Callable[[], None]] = [self._predict, self._ask, self._batch, self._decide, self._read, self._page]
        (kind,) = self._chance.choices(kinds, (32, 18, 4, 32, 8, 6))
        kind()

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _text(self) -> str:
        return " ".join(self._chance.choices(_WORDS, k=self._chance.randint(8, 90)))

    def _predict(self) -> None:
        reference = f"L-{next(self._known.names)}"
        if self._send("POST", "/v1/predictions", {"reference_id": reference, "text": self._text()}) is not None:
            self._known.add(reference)

    def _ask(self) -> None:
        self._send("POST", "/v1/predictions?store=false&evidence=false", {"text": self._text()})

    def _batch(self) -> None:
        complaints = [{"reference_id": f"L-{next(self._known.names)}", "text": self._text()} for _ in range(10)]
        if self._send("POST", "/v1/predictions/batch", {"complaints": complaints}) is not None:
            for complaint in complaints:
                self._known.add(complaint["reference_id"])

    def _decide(self) -> None:
        reference = self._known.next_waiting()
        if reference is None:
            return self._predict()
        body = {"reference_id": reference, "unit": self._unit, "officer": "beban"}
        answer = self._send("POST", "/v1/decisions", body)
        if answer is None:
            # After a broken connection the decision may have been entered; after a refusal, not.
            with self._known.lock:
                self._known.waiting.append(reference)
            return None
        with self._known.lock:
            self._known.decisions[reference] = answer["id"]
        return None

    def _read(self) -> None:
        reference = self._known.some(self._chance)
        self._send("GET", f"/v1/complaints/{reference}") if reference else self._predict()

    def _page(self) -> None:
        self._send("GET", self._chance.choice(("/antrean", "/dasbor")), page=True)

    def _send(self, method: str, path: str, body: object = None, *, page: bool = False) -> Any:
        """The answer, or None if the service refused."""
        started = time.perf_counter()
        try:
            status, headers, content = self._exchange(method, path, body, page=page)
        except (OSError, http.client.HTTPException) as error:
            self.close()
            self._report.faults[f"{method} {path.split('?', maxsplit=1)[0]}: {type(error).__name__}"] += 1
            return None
        self._report.statuses[status] += 1
        if status in {http.HTTPStatus.OK, http.HTTPStatus.CREATED}:
            self._report.latencies.append(time.perf_counter() - started)
            return content if page else json.loads(content)
        if status not in _REFUSALS or not headers.get("Retry-After"):
            self._report.faults[f"{method} {path.split('?', maxsplit=1)[0].split('/L-', maxsplit=1)[0]}: {status}"] += 1
        return None

    def _exchange(self, method: str, path: str, body: object, *, page: bool) -> tuple[int, Any, bytes]:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(self._host, timeout=_TIMEOUT_SECONDS)
        headers = {
            "Accept": "text/html" if page else "application/json",
            "Content-Type": "application/json",
            "Cookie": self._cookie,
        }
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.getheader("Connection", "").lower() == "close":
            self.close()
        return answer.status, answer.headers, content


def run(
    home: Path, database_url: str, seconds: float, workers: int, capacity_seconds: float = _CAPACITY_SECONDS
) -> Report:
    """Start a service and load it; `home` holds a trained sample office kumham, the database is empty."""
    report, known = Report(), _Known()
    environment = {
        "PILAH_OFFICE": "kumham",
        "PILAH_DATABASE_URL": database_url,
        "PILAH_DEMONSTRATION": "true",
        "PILAH_REQUESTS_PER_MINUTE": "10000000",
    }
    with serving(home, home / "load.log", "--workers", str(workers), **environment) as service:
        host = urlsplit(service.address).netloc
        unit = str(_get(host, "/v1/units")[1]["units"][0]["id"])
        cookie = _signed_in(host)
        clients = [_Client(host, unit, cookie, known, report, seed) for seed in range(_CLIENTS)]
        _find_capacity(clients, report, capacity_seconds)
        report.statuses.clear()
        report.latencies.clear()
        _overload(clients, report, seconds, service.process.pid)
        for client in clients:
            client.close()
        _check(host, known, report)
    return report


def _find_capacity(clients: list[_Client], report: Report, seconds: float) -> None:
    until = time.monotonic() + seconds

    def work(client: _Client) -> None:
        while time.monotonic() < until:
            client.once()

    _together([lambda client=client: work(client) for client in clients[:_CAPACITY_CLIENTS]])  # type: ignore[misc]
    report.capacity = len(report.latencies) / seconds


def _overload(clients: list[_Client], report: Report, seconds: float, process_id: int) -> None:
    """Issue a token for every request at twice the capacity; a token that waits for a client is late."""
    tokens: queue.SimpleQueue[float | None] = queue.SimpleQueue()

    def work(client: _Client) -> None:
        while (due := tokens.get()) is not None:
            report.late += time.monotonic() - due > 1
            client.once()

    def hand_out() -> None:
        started = time.monotonic()
        gap = 1 / (2 * report.capacity)
        next_sample = 0.0
        while (passed := time.monotonic() - started) < seconds:
            while report.sent * gap <= passed:
                report.sent += 1
                tokens.put(time.monotonic())
            if passed >= next_sample:
                report.memory.append(_memory(process_id))
                next_sample = passed + 5
            time.sleep(min(gap, 0.01))
        # The remaining tokens were never used.
        while not tokens.empty():
            tokens.get()
            report.sent -= 1
        for _ in clients:
            tokens.put(None)

    _together([hand_out, *(lambda client=client: work(client) for client in clients)])


def _together(jobs: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _check(host: str, known: _Known, report: Report) -> None:
    """Check that the acknowledged entries exist: the newest, and a sample of the rest."""
    report.complaints = len(known.decisions)
    report.decisions = sum(map(bool, known.decisions.values()))
    everything = list(known.decisions.items())
    chance = random.Random(1)  # noqa: S311 - a sample
    if len(everything) > _CHECKED:
        everything = everything[-_CHECKED // 2 :] + chance.sample(everything, _CHECKED // 2)
    for reference, decision in everything:
        status, stored = _get(host, f"/v1/complaints/{reference}")
        if status != http.HTTPStatus.OK:
            report.faults["a complaint is lost"] += 1
            continue
        standing = [entry["id"] for entry in stored["decisions"] if entry["undone_at"] is None]
        if decision and standing != [decision]:
            report.faults["a decision is lost or doubled"] += 1


def _signed_in(host: str) -> str:
    """The session cookie of the demonstration's officer."""
    connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_SECONDS)
    connection.request("GET", "/masuk")
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer.getheader("Set-Cookie", "").split(";")[0]


def _get(host: str, path: str) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(host, timeout=_TIMEOUT_SECONDS)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read() or "null")
    except (OSError, http.client.HTTPException):
        return 0, None
    finally:
        connection.close()


def _memory(process_id: int) -> int:
    """Resident memory of a process and all children, in bytes, including shared memory."""
    children = [
        int(child) for task in Path(f"/proc/{process_id}/task").glob("*/children") for child in task.read_text().split()
    ]
    pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    return pages * resource.getpagesize() + sum(map(_memory, children))


def main() -> None:
    """Train the sample office, run the load and print the report; exit 1 if an entry was lost or an answer was wrong."""
    from model.versions.office_home import Office  # noqa: PLC0415 - the tests that import this file have their own office
    from training.sample_office import train_sample  # noqa: PLC0415

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--workers", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        train_sample(Office(home, "kumham"))
        if asked.database == "sqlite":
            report = run(home, f"sqlite:///{home / 'pilah.db'}", asked.minutes * 60, asked.workers)
        else:
            with with_postgresql(home) as url:
                report = run(home, url, asked.minutes * 60, asked.workers)
    sys.stdout.write(f"{asked.database}, {asked.workers} worker(s), {asked.minutes:g} minutes\n")
    sys.stdout.writelines(f"{line}\n" for line in report.lines())
    sys.exit(1 if report.faults else 0)


if __name__ == "__main__":
    main()
