"""How training and batch prediction grow with rows, on this machine and on a Dask cluster on it.

Usage: python -m tests.benchmarks.growth [--sizes 10000,30000,100000] [--predictions 100000,1000000]
           [--only train,predict,cluster] [--out FOLDER]

The rows are the sample offices' made longer by sentences of their own: invented, so they tell of time and memory and never of
accuracy. Each command is a process of its own, so that its peak of memory is its own. A size above the bound of `pilah
train` is trained twice, as it is by default and without a bound. The model that predicts is that of the smallest size.
Writes growth.json and growth.svg and prints a table.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from distributed import Client
from rich.console import Console

from model.versions.artifact import read_card
from model.versions.office_home import Office
from tests.benchmarks.bench import write_rows
from tests.benchmarks.cost import Cost, cost_of
from tests.benchmarks.histories import resampled
from tests.benchmarks.measured import Figure, Run, made_folder
from tests.benchmarks.plot import Curve, Panel, draw
from training.dataset.sampling import MOST_ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_OFFICE = "growth"
_PATIENCE = "60s"
# Two chunks more or less in flight are noise; a list of all rows is not.
_HARDLY = 1.15
_TWO_OVER_ONE = 1.6
_SEED_OF_NEW = 1
_WARMING = 2_000
# The third decimal: liblinear's random numbers depend on which fits share a process.
_SAME = 0.0005


@dataclass(frozen=True)
class Training:
    """What a training of so many rows cost; `bounded`: with the default --max-rows."""

    rows: int
    bounded: bool
    cost: Cost


@dataclass
class Growth:
    """One run: the sizes asked for, the folder that is worked in, and what was found."""

    sizes: Sequence[int]
    predictions: Sequence[int]
    folder: Path
    run: Run
    trainings: list[Training] = field(default_factory=list)

    def export(self, count: int, seed: int = 0) -> Path:
        """So many invented rows as an export, written once."""
        target = self.folder / f"rows-{count}-{seed}.jsonl"
        return target if target.exists() else write_rows(resampled(count, seed), target)

    def train(self, count: int, home: Path, *options: str) -> Cost:
        """`pilah train` on so many rows, evaluation and calibration included."""
        return self._pilah("train", str(self.export(count)), *options, home=home)

    def predict(self, count: int, *options: str) -> Cost:
        """`pilah predict` of so many rows that the model hasn't learned."""
        source, target = self.export(count, _SEED_OF_NEW), self.folder / "suggested.csv"
        cost = self._pilah("predict", str(source), "--out", str(target), *options, home=self.home)
        target.unlink()
        return cost

    @cached_property
    def home(self) -> Path:
        """A home whose model has learned the smallest size."""
        home = self.folder / "home"
        if Office(home, _OFFICE).champion() is None:
            self.train(min(self.sizes), home)
        return home

    def _pilah(self, command: str, *words: str, home: Path) -> Cost:
        return cost_of(
            ["-m", "pilah", command, *words, "--office", _OFFICE, "--home", str(home)],
            self.folder,
            OPENBLAS_NUM_THREADS="1",
        )


def train(growth: Growth) -> None:
    """Wall and processor seconds and peak memory at each size."""
    for count in growth.sizes:
        home = growth.folder / ("home" if count == min(growth.sizes) else f"home-{count}")
        _add_training(growth, Training(count, bounded=True, cost=growth.train(count, home)))
        if count > MOST_ROWS:
            cost = growth.train(count, growth.folder / f"home-{count}-all", "--max-rows", "0")
            _add_training(growth, Training(count, bounded=False, cost=cost))
        else:
            # No bound is met: one training stands on both curves.
            growth.trainings.append(replace(growth.trainings[-1], bounded=False))


def _add_training(growth: Growth, training: Training) -> None:
    growth.trainings.append(training)
    what = f"{training.rows:,} rows" if training.bounded else f"{training.rows:,} rows, --max-rows 0"
    growth.run.add(Figure("training", f"{what}, wall", training.cost.seconds, "s"))
    growth.run.add(Figure("training", f"{what}, processor", training.cost.processor_seconds, "s"))
    growth.run.add(Figure("training", f"{what}, peak", training.cost.peak_mb, "MB"))


def predict(growth: Growth) -> None:
    """Rows a second and peak memory of each batch, the peak beside that of the smallest."""
    least = None
    for count in growth.predictions:
        cost = growth.predict(count)
        growth.run.add(
            Figure("batch", f"{count:,} rows, model loaded and file written", count / cost.seconds, "rows/s")
        )
        beside = f"{min(growth.predictions):,} rows" if least else ""
        goal = _HARDLY * least if least else None
        growth.run.add(Figure("batch", f"{count:,} rows, peak", cost.peak_mb, "MB", beside, least, goal))
        least = least or cost.peak_mb


def cluster(growth: Growth) -> None:
    """One one-thread worker beside two on the smallest batch, and a training on two beside this machine's own.

    Workers live longer than a batch, so each gets a small one first: loading Pilah's modules isn't counted.
    """
    count, rates = min(growth.predictions), list[float]()
    here = growth.predict(count)
    for workers in (1, 2):
        with _cluster(workers, growth.folder) as address:
            growth.predict(_WARMING, "--cluster", address)
            rates.append(count / growth.predict(count, "--cluster", address).seconds)
    what = f"batch of {count:,} rows"
    growth.run.add(
        Figure(
            "cluster",
            f"{what}, one worker",
            rates[0],
            "rows/s",
            "no cluster",
            count / here.seconds,
            more_is_better=True,
        )
    )
    growth.run.add(
        Figure(
            "cluster",
            f"{what}, two workers",
            rates[1],
            "rows/s",
            "one worker",
            rates[0],
            _TWO_OVER_ONE * rates[0],
            more_is_better=True,
        )
    )
    _train_on_cluster(growth)


def _train_on_cluster(growth: Growth) -> None:
    count = min(growth.sizes)
    local, remote = growth.folder / "home-here", growth.folder / "home-cluster"
    here = growth.train(count, local)
    with _cluster(2, growth.folder) as address:
        there = growth.train(count, remote, "--cluster", address)
    ours, theirs = _figures(local), _figures(remote)
    differing = [name for name, value in ours.items() if abs(theirs[name] - value) > _SAME]
    growth.run.add(
        Figure("cluster", f"training of {count:,} rows, two workers", there.seconds, "s", "no cluster", here.seconds)
    )
    growth.run.add(
        Figure(
            "cluster",
            f"of its {len(ours)} figures, others than on this machine",
            len(differing),
            "",
            goal=0,
            note=", ".join(differing),
        )
    )


def _figures(home: Path) -> dict[str, float]:
    """Every score of the home's one version, by its label and name."""
    office = Office(home, _OFFICE)
    evaluation = read_card(office.versions_folder / office.versions()[0])["evaluation"]
    return {
        f"{label} {name}": float(value or 0)
        for label in ("unit", "family", "category")
        for name, value in evaluation[label].items()
    }


@contextmanager
def _cluster(workers: int, folder: Path) -> Iterator[str]:
    """The address of a scheduler with so many workers of one thread, each a process."""
    file = folder / f"scheduler-{workers}-{time.monotonic_ns()}.json"
    log = (folder / "dask.log").open("ab")
    settings = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}

    def dask(*words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *words, "--scheduler-file", str(file), "--no-dashboard"]
        return subprocess.Popen(command, env=settings, stdout=log, stderr=log)

    started = [dask("scheduler", "--host", "127.0.0.1", "--port", "0")]
    try:
        for number in range(workers):
            place = folder / f"dask-{number}"
            started.append(dask("worker", "--nthreads", "1", "--nworkers", "1", "--local-directory", str(place)))
        yield _address(file, workers)
    finally:
        for process in reversed(started):
            process.terminate()
            process.wait()
        log.close()


def _address(file: Path, workers: int) -> str:
    """The scheduler's address, once all workers are there."""
    with Client(scheduler_file=str(file), timeout=_PATIENCE) as client:  # type: ignore[no-untyped-call]  # Dask has no types
        client.wait_for_workers(workers, timeout=_PATIENCE)
    return str(json.loads(file.read_text())["address"])


def drawing(trainings: Sequence[Training]) -> str:
    """Training seconds and memory over rows, with the default bound and without."""
    names = {True: f"at most {MOST_ROWS:,}", False: "no bound"}

    def panel(title: str, value: Callable[[Cost], float]) -> Panel:
        curves = [
            Curve(name, [(one.rows, value(one.cost)) for one in trainings if one.bounded is bounded])
            for bounded, name in names.items()
        ]
        return Panel(title, "rows of the export", [curve for curve in curves if curve.points], proportional=True)

    return draw(
        [
            panel("Processor seconds of a training", lambda cost: cost.processor_seconds),
            panel("Peak memory of a training, MB", lambda cost: cost.peak_mb),
        ]
    )


PARTS: dict[str, Callable[[Growth], None]] = {"train": train, "predict": predict, "cluster": cluster}


def main() -> None:
    """Run the parts and write what they find."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--sizes", type=_counts, default="10000,30000,100000", help="Rows of the trainings.")
    parser.add_argument("--predictions", type=_counts, default="100000,1000000", help="Rows of the batches.")
    parser.add_argument("--only", default=",".join(PARTS), help="Parts, separated by commas.")
    parser.add_argument("--out", type=made_folder, default=Path(), help="Where growth.json and growth.svg go.")
    given = parser.parse_args()
    run = Run("sample offices, resampled by sentence", max(given.sizes))
    with tempfile.TemporaryDirectory(prefix="pilah-growth-") as folder:
        growth = Growth(given.sizes, given.predictions, Path(folder), run)
        for part in given.only.split(","):
            PARTS[part](growth)
    run.write(given.out / "growth.json")
    if growth.trainings:
        (given.out / "growth.svg").write_text(drawing(growth.trainings), encoding="utf-8")
    Console(width=180).print(run.table())


def _counts(written: str) -> list[int]:
    return sorted(int(count) for count in written.split(","))


if __name__ == "__main__":
    main()
