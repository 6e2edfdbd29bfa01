"""What a benchmark finds: figures side by side with what they are compared with, and on which machine."""

from __future__ import annotations

import json
import os
import platform
import time
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Item = TypeVar("Item")

_LIBRARIES = ("numpy", "scipy", "scikit-learn", "PySastrawi", "fastapi", "uvicorn", "fasttext-community")


@dataclass(frozen=True)
class Figure:
    """One figure, what it was measured beside in the same run, and the goal it is held to (all in `unit`).

    `more_is_better` says which side of the goal is the good one; `ratio` is always "how many times better than the other".
    """

    part: str
    what: str
    value: float
    unit: str
    beside: str = ""
    other: float | None = None
    goal: float | None = None
    more_is_better: bool = False
    note: str = ""

    @property
    def ratio(self) -> float | None:
        if not self.other or not self.value:
            return None
        return self.value / self.other if self.more_is_better else self.other / self.value

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.value >= self.goal if self.more_is_better else self.value <= self.goal


@dataclass
class Run:
    """All figures of one run."""

    source: str
    rows: int
    figures: list[Figure] = field(default_factory=list)

    def add(self, figure: Figure) -> None:
        """Keep a figure and say it at once: a run takes minutes."""
        self.figures.append(figure)
        beside = f" beside {_number(figure.other)} ({figure.beside})" if figure.other else ""
        Console(soft_wrap=True).print(
            f"{figure.part}: {figure.what}: {_number(figure.value)} {figure.unit}{beside}",
            markup=False,
            highlight=False,
        )

    def write(self, target: Path) -> None:
        """As JSON, each figure with its ratio and whether its goal was met."""
        figures = [asdict(figure) | {"ratio": figure.ratio, "met": figure.met} for figure in self.figures]
        found = {"machine": machine(), "source": self.source, "rows": self.rows, "figures": figures}
        target.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    def table(self) -> Table:
        """To be read."""
        table = Table("part", "what", "figure", "beside", "ratio", "goal", title=_machine_line())
        for figure in self.figures:
            goal = "" if figure.goal is None else f"{_number(figure.goal)} {'met' if figure.met else 'MISSED'}"
            beside = f"{_number(figure.other)} ({figure.beside})" if figure.other is not None else figure.note
            ratio = f"{figure.ratio:.2f}" if figure.ratio else ""
            table.add_row(figure.part, figure.what, f"{_number(figure.value)} {figure.unit}", beside, ratio, goal)
        return table


def machine() -> dict[str, object]:
    """Name, cores, memory and load of this machine, and the libraries that decide the figures."""
    processor = next(
        (line.partition(":")[2].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.processor(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return {
        "processor": processor,
        "cores": os.cpu_count(),
        "memory_gb": round(memory / 2**20, 1),
        "load": os.getloadavg()[0],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in _LIBRARIES},
    }


def made_folder(path: str) -> Path:
    """The folder that an argument names, made before an hour of measuring could end without one."""
    made = Path(path)
    made.mkdir(parents=True, exist_ok=True)
    return made


def each(function: Callable[[Item], object], items: Sequence[Item]) -> tuple[float, float]:
    """The median and the 99th percentile of a call, in seconds."""
    taken = []
    for item in items:
        began = time.perf_counter()
        function(item)
        taken.append(time.perf_counter() - began)
    median, worst = np.quantile(taken, (0.5, 0.99))
    return float(median), float(worst)


def best_of(times: int, function: Callable[[], object]) -> float:
    """The shortest of some runs, in seconds: what else the machine does only ever makes one longer."""
    taken = []
    for _ in range(times):
        began = time.perf_counter()
        function()
        taken.append(time.perf_counter() - began)
    return min(taken)


def _machine_line() -> str:
    found = machine()
    return f"{found['processor']}, {found['cores']} cores, {found['memory_gb']} GB, Python {found['python']}, load {found['load']:.1f}"


def _number(value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def _version(name: str) -> str:
    try:
        return version(name)
    except ModuleNotFoundError:
        return "not installed"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.is_file() else []
