"""Starts `pilah serve` as an operator does: as a process on a free port."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2 as httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

_PILAH = Path(sys.executable).with_name("pilah")
_START_SECONDS = 120


class Running:
    """A running service; `log` is the content of stderr so far."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        assert process.stdout is not None
        self.process = process
        self._log = log
        first_line = process.stdout.readline()
        assert " at http" in first_line, f"{first_line}{self.log}"
        self.address = first_line.split(" at ")[1].split()[0]
        self._wait_until_it_answers()

    @property
    def log(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def stop(self) -> int:
        """Send SIGTERM as a service manager does, wait, and return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=60)

    def _wait_until_it_answers(self) -> None:
        until = time.monotonic() + _START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                if httpx.get(f"{self.address}/healthz", timeout=5).is_success:
                    return
            except httpx.TransportError:
                time.sleep(0.1)
        raise RuntimeError(f"the service didn't come up: {self.log}")


@contextmanager
def serving(home: Path, log: Path, *arguments: str, **environment: str) -> Iterator[Running]:
    """Run the service during the block; kill the remaining processes at the end."""
    with log.open("w", encoding="utf-8") as stderr:
        process = subprocess.Popen(
            [_PILAH, "serve", "--port", "0", *arguments],
            env=os.environ | {"PILAH_HOME": str(home)} | environment,
            stdout=subprocess.PIPE,
            stderr=stderr,
            text=True,
            start_new_session=True,
        )
    try:
        yield Running(process, log)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
