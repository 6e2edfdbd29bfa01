"""A FastAPI `def` route that returns a constant: the least work of a service, for comparison with Pilah.

Usage: CONSTANT_ANSWER=JSON python -m tests.benchmarks.constant_route PORT WORKERS

The workers share a listener as Pilah's workers do. `uvicorn --workers` leaves Nagle's algorithm on, which lowered 1,700
requests a second to 23.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from multiprocessing import get_context
from typing import Any

import uvicorn
from fastapi import FastAPI

app = FastAPI()
_ANSWER: dict[str, Any] = json.loads(os.environ.get("CONSTANT_ANSWER", "{}"))


@app.post("/v1/predictions")
def constant() -> dict[str, Any]:
    """Return the constant."""
    return _ANSWER


def _work(listener: socket.socket) -> None:
    uvicorn.Server(uvicorn.Config(app, access_log=False, log_level="warning")).run(sockets=[listener])


def main(port: int, workers: int) -> None:
    """Serve until SIGTERM."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    # Daemons: multiprocessing ends the workers when this process ends.
    processes = [get_context("spawn").Process(target=_work, args=(listener,), daemon=True) for _ in range(workers)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
