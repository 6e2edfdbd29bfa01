"""What a command costs: `python -S tests/benchmarks/cost.py FIGURES.json COMMAND ...`, and the function that calls it.

The peak of a process counts from the memory of the one that started it, so a large benchmark can't measure a small command.
This file imports nothing but a few small modules of the standard library, and starts the command itself.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Cost:
    """Wall seconds, processor seconds, and the largest resident memory in megabytes."""

    seconds: float
    processor_seconds: float
    peak_mb: float


def cost_of(command: list[str], folder: Path, **environment: str) -> Cost:
    """Run a Python command (what follows `python`) in the repository.

    Raises:
        RuntimeError: it failed; its last words are in the message.
    """
    figures, said = folder / "cost.json", folder / "said.txt"
    whole = [sys.executable, "-S", __file__, str(figures), sys.executable, *command]
    with said.open("wb") as out:
        done = subprocess.run(
            whole,
            cwd=Path(__file__).parents[2],
            env=os.environ | environment,
            stdout=out,
            stderr=subprocess.STDOUT,
            check=False,
        )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {said.read_text(errors='replace')[-2000:]}")
    return Cost(**json.loads(figures.read_text()))


def _main(target: str, command: list[str]) -> int:
    began = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, usage = os.wait4(process.pid, 0)
    found = {
        "seconds": time.perf_counter() - began,
        "processor_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
    }
    Path(target).write_text(json.dumps(found), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_main(sys.argv[1], sys.argv[2:]))
