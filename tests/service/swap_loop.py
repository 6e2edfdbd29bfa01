"""Promote and roll back under load, kill the promoting process or the service, and check every answer.

Two versions of an office name units and categories differently, so that the content of an answer identifies the version.
No request may fail while the service lives, and no answer may mix the two versions.

Usage: python tests/service/swap_loop.py --changes 200 --service-kills 20
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
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model.versions.office_home import Office
from model.versions.promotions import champion_changes
from tests.service.kill_loop import Server
from tests.training.histories import TOPICS, train_csv, write_history_csv

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFICE = "kumham"
_CLIENTS = 3
_TEXTS = [f"{topic} {word} sejak kemarin" for topic, *words in TOPICS.values() for word in words]
# A kill happens at a random moment during a change, or shortly after.
_KILL_WITHIN = 1.2
_MARK = "Baru"
_TAKEN_UP_SECONDS = 60


@dataclass
class Outcome:
    """The requests and faults; `cut_off` counts requests interrupted by a kill of the service."""

    answers: dict[str, int] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    cut_off: int = 0
    changed: int = 0
    killed_changes: int = 0
    took_effect_though_killed: int = 0
    killed_services: int = 0
    faults: list[str] = field(default_factory=list)


def two_versions(home: Path) -> tuple[str, str]:
    """Train two versions of an office without common names; the first version answers."""
    office = Office(home, OFFICE)
    old = write_history_csv(home / "old.csv", 150)
    new = write_history_csv(home / "new.csv", 150, unit_of=lambda _, unit: f"{unit} {_MARK}")
    first, second = (train_csv(office, path).version for path in (old, new))
    return first, second


class _Promoter:
    """A process that forks a child for every change, without a second import, and kills the child after a delay.

    `seconds` is how long the last promotion and the last rollback took that nobody killed.
    """

    def __init__(self, home: Path) -> None:
        self.seconds = {True: 0.05, False: 0.01}
        self._process = subprocess.Popen(
            [sys.executable, __file__, "--promoter", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )

    def change(self, version: str | None, kill_after: float | None) -> str:
        """Promote a version, or roll back without a version; returns `done`, `killed`, or the error."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([version, kill_after]) + "\n")
        self._process.stdin.flush()
        said, _, seconds = self._process.stdout.readline().strip().partition(" after ")
        if kill_after is None and seconds:
            self.seconds[version is not None] = float(seconds)
        return said

    def close(self) -> None:
        self._process.communicate()


class _Load:
    """Clients that send requests without a pause and record the faults of answers."""

    def __init__(self, names: dict[str, bool], outcome: Outcome) -> None:
        self._names = names
        self._outcome = outcome
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._host = ""
        self._dying = False
        self._threads: list[threading.Thread] = []

    def start(self, host: str) -> None:
        self._host, self._dying = host, False
        self._stop.clear()
        self._threads = [threading.Thread(target=self._work, args=(n,)) for n in range(_CLIENTS)]
        for thread in self._threads:
            thread.start()

    def stop(self, *, dying: bool = False) -> None:
        self._dying = dying
        self._stop.set()

    def join(self) -> None:
        for thread in self._threads:
            thread.join()

    def _work(self, seed: int) -> None:
        chance = random.Random(seed)  # noqa: S311 - which text comes next
        with closing(http.client.HTTPConnection(self._host, timeout=60)) as connection:
            self._ask_again_and_again(connection, chance)

    def _ask_again_and_again(self, connection: http.client.HTTPConnection, chance: random.Random) -> None:
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                connection.request(
                    "POST",
                    "/v1/predictions",
                    json.dumps({"text": chance.choice(_TEXTS)}),
                    {"Content-Type": "application/json"},
                )
                answer = connection.getresponse()
                status, body = answer.status, json.loads(answer.read())
            except (OSError, http.client.HTTPException, ValueError) as error:
                self._cut_off(repr(error))
                return
            self._note(status, body, time.monotonic() - began)

    def _cut_off(self, error: str) -> None:
        with self._lock:
            if self._dying:
                self._outcome.cut_off += 1
            else:
                self._outcome.faults.append(f"a request failed: {error}")

    def _note(self, status: int, body: dict[str, Any], seconds: float) -> None:
        with self._lock:
            self._outcome.seconds.append(seconds)
            if status != http.HTTPStatus.OK:
                self._outcome.faults.append(f"{status}: {body.get('detail')}")
                return
            version = body["model"]
            self._outcome.answers[version] = self._outcome.answers.get(version, 0) + 1
            if version not in self._names:
                self._outcome.faults.append(f"an answer names the version {version}, which is none")
                return
            strange = [name for name in _names_in(body) if (_MARK in name) != self._names[version]]
            if strange:
                self._outcome.faults.append(f"an answer of {version} names {strange[0]}")


def _names_in(body: dict[str, Any]) -> Iterator[str]:
    yield from (unit["name"] for unit in body["units"])
    yield from (precedent["unit"] for precedent in body["evidence"]["precedents"])


def run(home: Path, changes_wanted: int, service_kills: int, seed: int = 1) -> Outcome:
    """Change the champion repeatedly under load; kill half of the changes, and sometimes the service."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    outcome = Outcome()
    first, second = two_versions(home)
    office, promoter = Office(home, OFFICE), _Promoter(home)
    load = _Load({first: False, second: True}, outcome)
    server = Server(home, f"sqlite:///{home / 'pilah.db'}")
    load.start(server.host)
    kill_at = set(chance.sample(range(changes_wanted), service_kills))
    for number in range(changes_wanted):
        _change(office, promoter, chance, outcome, (first, second), killed=number % 4 in {1, 2})
        if number in kill_at:
            time.sleep(chance.uniform(0, 0.1))
            load.stop(dying=True)
            server.kill()
            load.join()
            outcome.killed_services += 1
            server = Server(home, f"sqlite:///{home / 'pilah.db'}")
            load.start(server.host)
        _await_champion(office, server.host, outcome)
    load.stop()
    load.join()
    server.kill()
    promoter.close()
    return outcome


def _change(
    office: Office,
    promoter: _Promoter,
    chance: random.Random,
    outcome: Outcome,
    versions: tuple[str, str],
    *,
    killed: bool,
) -> None:
    """Promote the second version, or roll back to the first."""
    before, taken = office.champion(), len(champion_changes(office))
    wanted = versions[1] if before == versions[0] else None
    said = promoter.change(
        wanted, chance.uniform(0, _KILL_WITHIN * promoter.seconds[wanted is not None]) if killed else None
    )
    champion = office.champion()
    moved = champion != before
    if said == "done":
        outcome.changed += 1
        if not moved:
            outcome.faults.append("a change ended well and changed nothing")
    elif said == "killed":
        outcome.killed_changes += 1
        outcome.took_effect_though_killed += moved
    else:
        outcome.faults.append(f"a change failed: {said}")
    if len(champion_changes(office)) != taken + moved:
        outcome.faults.append(f"the log has {len(champion_changes(office))} changes, {taken + moved} took effect")
    if champion not in versions:
        outcome.faults.append(f"the champion is {champion}")


def _await_champion(office: Office, host: str, outcome: Outcome) -> None:
    """Wait until the service answers by the champion, and a little longer for the load."""
    until = time.monotonic() + _TAKEN_UP_SECONDS
    with closing(http.client.HTTPConnection(host, timeout=60)) as connection:
        while time.monotonic() < until:
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            body = json.loads(answer.read())
            if answer.status != http.HTTPStatus.OK:
                outcome.faults.append(f"/readyz {answer.status}: {body.get('detail')}")
            elif body["model"] == office.champion():
                return
            time.sleep(0.01)
    outcome.faults.append(f"the service didn't take {office.champion()} up")


def _promote_as_told(home: Path) -> None:
    """The promoting process: reads a change a line, and makes the change in a child, killed after a delay."""
    from training.evaluation.promotion import promote, rollback  # noqa: PLC0415 - only this process changes anything

    office = Office(home, OFFICE)
    for line in sys.stdin:
        version, kill_after = json.loads(line)
        began = time.monotonic()
        child = os.fork()
        if child == 0:
            if version is None:
                rollback(office, by="uji")
            else:
                promote(office, version, by="uji", force=True, reason="unit berganti nama")
            os._exit(0)
        if kill_after is not None:
            time.sleep(kill_after)
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        ended = "killed" if os.WIFSIGNALED(status) else "done" if status == 0 else f"exit {status}"
        sys.stdout.write(f"{ended} after {time.monotonic() - began:.4f}\n")
        sys.stdout.flush()


def main() -> None:
    """Run the loop and print the outcome; exit 1 if a request failed or an answer was mixed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--service-kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--promoter", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.promoter is not None:
        _promote_as_told(asked.promoter)
        return
    with tempfile.TemporaryDirectory() as folder:
        outcome = run(Path(folder), asked.changes, asked.service_kills, asked.seed)
    seconds = sorted(outcome.seconds)
    sys.stdout.write(
        f"{outcome.changed} promotions and rollbacks ended, {outcome.killed_changes} were killed "
        f"({outcome.took_effect_though_killed} had taken effect), the service was killed {outcome.killed_services} times "
        f"({outcome.cut_off} requests cut off by that); {len(seconds)} answers, median {1000 * seconds[len(seconds) // 2]:.0f} ms, "
        f"99 % within {1000 * seconds[len(seconds) * 99 // 100]:.0f} ms, slowest {1000 * seconds[-1]:.0f} ms; "
        f"{len(outcome.faults)} failed, mixed or contradictory\n"
    )
    sys.exit("\n".join(outcome.faults[:20]) or 0)


if __name__ == "__main__":
    main()
