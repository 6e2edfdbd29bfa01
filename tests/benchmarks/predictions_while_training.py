"""How long predictions take through HTTP, without a training and with one under way as the Model page starts it.

Usage: python tests/benchmarks/predictions_while_training.py [FILE] [--seconds 20] [--clients 1]

Serves the sample office, or one trained from FILE, and asks for predictions from a text at a time, first alone, then
while FILE is learned from again: at the priority that the page gives, and for comparison at the ordinary one.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import numpy as np

from data.exports.open import open_export
from model.versions.office_home import Office
from model.versions.training_lock import acquire_training_lock
from service.jobs import subprocesses
from service.jobs.subprocesses import start_in_background
from service.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

_SAMPLE = Path(__file__).parents[2] / "data" / "offices" / "kumham" / "complaints.csv"
_TEXTS = 400
_PILAH = (sys.executable, "-P", "-m", "pilah")


def main(file: Path, seconds: float, clients: int) -> None:
    """Print the median and the 99th percentile of each."""
    texts = [row.fields.get("text", "") for row, _ in zip(open_export(file).rows(), range(_TEXTS), strict=False)]
    texts = [text for text in texts if text.strip()]
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        settings = Settings(home=home, office="bench")
        environment = os.environ | {
            "PILAH_HOME": folder,
            "PILAH_OFFICE": "bench",
            "PILAH_REQUESTS_PER_MINUTE": "1000000",
        }
        quiet = subprocess.DEVNULL
        subprocess.run([*_PILAH, "train", file, "--office", "bench"], env=environment, check=True, stdout=quiet)
        with subprocess.Popen(
            [*_PILAH, "serve", "--port", "0"], env=environment, stdout=subprocess.PIPE, stderr=quiet, text=True
        ) as server:
            assert server.stdout is not None
            host = urlsplit(server.stdout.readline().split(" at ")[-1].split()[0]).netloc
            try:
                _wait_for(host)
                _measure(settings, file, host, texts, seconds, clients)
            finally:
                server.terminate()


def _measure(settings: Settings, file: Path, host: str, texts: Sequence[str], seconds: float, clients: int) -> None:
    _ask_for(host, texts, 3, clients)
    _say("alone", _ask_for(host, texts, seconds, clients))
    _say("training, as the page starts it", _while_training(settings, file, host, texts, seconds, clients))
    subprocesses._LOWEST_PRIORITY = ()  # noqa: SLF001 - what is measured against
    _say("training, at ordinary priority", _while_training(settings, file, host, texts, seconds, clients))


def _wait_for(host: str) -> None:
    """Until the service has read its model and listens."""
    while True:
        connection = http.client.HTTPConnection(host, timeout=60)
        with suppress(OSError):
            connection.request("GET", "/readyz")
            if connection.getresponse().status == http.HTTPStatus.OK:
                return
        connection.close()
        time.sleep(0.1)


def _while_training(
    settings: Settings, file: Path, host: str, texts: Sequence[str], seconds: float, clients: int
) -> list[float]:
    """Seconds of each prediction while a training goes on; started again where it is shorter."""
    stop = threading.Event()

    def train() -> None:
        while not stop.is_set():
            with acquire_training_lock(Office(settings.home, settings.office), "benchmark") as turn:
                log = settings.home / "log"
                child = start_in_background(["train", file, "--office", settings.office], settings, log, turn)
            while child.poll() is None and not stop.wait(0.05):
                pass
            child.kill()
            child.wait()

    trainer = threading.Thread(target=train)
    trainer.start()
    time.sleep(4)  # the modules are read, and the fits under way
    taken = _ask_for(host, texts, seconds, clients)
    stop.set()
    trainer.join()
    return taken


def _ask_for(host: str, texts: Sequence[str], seconds: float, clients: int) -> list[float]:
    taken: list[float] = []
    until = time.monotonic() + seconds

    def ask(at: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=60)
        while time.monotonic() < until:
            at += 1
            body = json.dumps({"text": texts[at % len(texts)]})
            started = time.perf_counter()
            connection.request("POST", "/v1/predictions", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - started)
            assert answer.status == http.HTTPStatus.OK
        connection.close()

    threads = [threading.Thread(target=ask, args=(n * 97,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _say(what: str, taken: Sequence[float]) -> None:
    middle, most = 1000 * np.percentile(taken, (50, 99))
    sys.stdout.write(f"{what:34} {len(taken):6} predictions  p50 {middle:7.2f} ms  p99 {most:7.2f} ms\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("file", nargs="?", type=Path, default=_SAMPLE)
    parser.add_argument("--seconds", type=float, default=20)
    parser.add_argument("--clients", type=int, default=1)
    asked = parser.parse_args()
    main(asked.file.resolve(), asked.seconds, asked.clients)
