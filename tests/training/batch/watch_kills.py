"""Drops exports into a watched folder while the watching process is killed, and counts what is lost or came back twice.

Usage: python -m tests.training.batch.watch_kills --exports 1000
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from data.exports.open import open_export, open_writer, write_laporan_ringkas
from model.versions.office_home import Office
from training.batch.watched_folder import FAILURE, RESULT, WatchedFolder
from training.commands.watch import answer_all

if TYPE_CHECKING:
    from collections.abc import Callable

    from model.router import Router

_TEXT = "laporan saya di polres belum ada kejelasan"
_INTERVAL = 0.02
_DROPPED_AT_ONCE = 9
# Up to what a workbook takes on a busy machine, so that some are finished and some are not.
_BETWEEN_KILLS = (0.01, 1.2)
_STEPS = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link"}
_MOST_ROUNDS = 20_000


@dataclass
class Outcome:
    """What came of it all."""

    exports: int = 0
    kills: int = 0
    failures_expected: int = 0
    faults: list[str] = field(default_factory=list)


def drop(folder: Path, name: str, rows: int) -> None:
    """Put an export into the folder: of no rows, one that can't be read. It appears whole."""
    beside = folder.parent / name
    if rows == 0:
        beside.write_bytes(b"PK\x03\x04 this is no workbook")
    elif name.endswith(".xlsx"):
        write_laporan_ringkas(
            beside, [{"Tracking ID": f"{name}-{n}", "Isi Laporan Awal": f"{_TEXT} {n}"} for n in range(rows)]
        )
    else:
        with open_writer(beside, ["id", "isi"]) as writer:
            for n in range(rows):
                writer.write({"id": f"{name}-{n}", "isi": f"{_TEXT} {n}"})
    beside.rename(folder / name)


def faults_of(folder: Path, expected: dict[str, int]) -> list[str]:
    """What is wrong in a folder whose exports, by name with their rows, have all come back."""
    faults = [f"{name}: the export itself is gone" for name in expected if not (folder / name).exists()]
    wanted = set(expected)
    for name, rows in expected.items():
        export = folder / name
        came_back = export.with_name(f"{export.stem}{RESULT}{export.suffix}") if rows else folder / f"{name}{FAILURE}"
        wanted.add(came_back.name)
        if not came_back.exists():
            faults.append(f"{name}: didn't come back")
        elif rows and (found := sum(1 for _ in open_export(came_back).rows())) != rows:
            faults.append(f"{name}: {found} of {rows} rows came back")
    # Anything more is a result that came twice, or something half done.
    faults += [f"{path.name}: nobody asked for it" for path in folder.iterdir() if path.name not in {*wanted, ".pilah"}]
    faults += [f"{path}: left behind" for path in (folder / ".pilah").glob(".*")]
    faults += [f"{path}: left behind" for path in (folder / ".pilah" / "done").glob(".*")]
    return faults


def watched(folder: Path, office: Office, router: Router) -> WatchedFolder:
    """The folder as `pilah watch` sees it, with a model that is in memory already."""
    watching = WatchedFolder(folder, office, "", ZoneInfo("Asia/Jakarta"))
    watching._router = router  # noqa: SLF001 - reading it anew for each of many kills would take all the time
    return watching


def in_a_child(work: Callable[[], None]) -> int:
    """Run the work in a process of its own, which has everything in memory already; gives its id."""
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(0)
    return child


def kill_at_step(step: int, folder: Path) -> None:
    """Let this process be killed right before the so-manieth time that it does something to the folder's files."""
    left = step

    def count(event: str, args: tuple[Any, ...]) -> None:
        nonlocal left
        if event in _STEPS and any(isinstance(arg, str | os.PathLike) and str(folder) in str(arg) for arg in args):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(count)


def was_killed(child: int) -> bool:
    """Whether a child ended by our signal; waits for its end."""
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def look_and_answer(folder: Path, office: Office, router: Router) -> None:
    """What `pilah watch --once` does."""
    watching = watched(folder, office, router)
    watching.scan()
    answer_all(watching, lambda _: None)
    watching.close()


def run(folder: Path, office: Office, exports: int, seed: int) -> Outcome:
    """Drop so many exports while the watching process is killed at random; ends when all have come back."""
    chance = random.Random(seed)  # noqa: S311 - moments to kill at
    router, _ = office.load_champion(precedents=False)
    outcome = Outcome(exports=exports)
    expected: dict[str, int] = {}
    while outcome.kills < _MOST_ROUNDS:
        for _ in range(min(exports - len(expected), chance.randint(0, _DROPPED_AT_ONCE))):
            kind = chance.choice((".csv", ".xlsx", ".csv"))
            name = f"laporan {len(expected)}{kind}"
            expected[name] = chance.choice((0, 1, 2, 5))
            drop(folder, name, expected[name])
        child = in_a_child(lambda: _watch_for_ever(folder, office, router))
        time.sleep(chance.uniform(*_BETWEEN_KILLS))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        outcome.kills += 1
        if len(expected) == exports and len(list(folder.iterdir())) > 2 * exports:
            break
    look_and_answer(folder, office, router)
    outcome.failures_expected = sum(rows == 0 for rows in expected.values())
    outcome.faults = faults_of(folder, expected)
    return outcome


def _watch_for_ever(folder: Path, office: Office, router: Router) -> None:
    watching = watched(folder, office, router)
    while True:
        answer_all(watching, lambda _: None)
        time.sleep(_INTERVAL)


def main() -> None:
    """Train the sample office, run it, print what came of it; exit 1 where anything was lost or came back twice."""
    from training.sample_office import train_sample  # noqa: PLC0415 - the tests that import this file have their own office

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--exports", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        office = Office(Path(home), "kumham")
        train_sample(office)
        folder = Path(home) / "masuk"
        folder.mkdir()
        started = time.monotonic()
        outcome = run(folder, office, asked.exports, asked.seed)
    sys.stdout.write(
        f"{outcome.exports} exports ({outcome.failures_expected} of them broken), {outcome.kills} kills in "
        f"{time.monotonic() - started:.0f} s: {len(outcome.faults)} lost, doubled or half done\n"
    )
    sys.exit("\n".join(outcome.faults[:20]) or 0)


if __name__ == "__main__":
    main()
