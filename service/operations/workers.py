"""Worker processes that answer requests, their supervisor, and a shutdown that loses no request."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import wait
from threading import Thread
from typing import TYPE_CHECKING

import structlog
import uvicorn
from prometheus_client.multiprocess import mark_process_dead

from data.errors import PilahError
from service.app import create_app
from service.observability.logs import configure_logs
from service.observability.process_metrics import METRICS_FOLDER

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator
    from multiprocessing.context import SpawnProcess
    from multiprocessing.synchronize import Event
    from types import FrameType

    from fastapi import FastAPI

    from service.settings import Settings

_LOG = structlog.stdlib.get_logger("pilah.serving")

# During a shutdown a connection accepted last has this time to send its request.
_LAST_REQUEST_SECONDS = 0.3
# The delay before a dead worker is replaced. It doubles when the replacement dies during its start.
_RESTART_SECONDS = 1.0
_LONGEST_RESTART_SECONDS = 60.0
_POLL_SECONDS = 0.5
_MARGIN_SECONDS = 5
# Workers are spawned: a fork of a process with threads of numpy and OpenMP may hang.
_SPAWN = multiprocessing.get_context("spawn")

# Clients and proxies close idle connections after a minute at most. The server waits longer, so that it never closes a
# connection on which a request is under way.
_KEEP_ALIVE_SECONDS = 75


class GracefulServer(uvicorn.Server):
    """A server that shuts down in three steps: stop accepting, read the last requests, answer them all."""

    def __init__(self, app: FastAPI, settings: Settings, started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                # Only PILAH_TRUSTED_PROXIES says whose forwarded addresses count; uvicorn would trust this machine.
                proxy_headers=False,
                server_header=False,
                log_config=None,
                log_level="warning",
                timeout_graceful_shutdown=settings.stop_seconds,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._report_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._report_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # One iteration of the event loop accepts the connections that the kernel has established; closing would reset them.
        await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(_LAST_REQUEST_SECONDS)
        await super().shutdown(sockets)


def run_workers(settings: Settings, listener: socket.socket) -> None:
    """Answer requests in several processes until interrupted; a dead worker is replaced.

    Raises:
        PilahError: no worker can start.
    """
    with tempfile.TemporaryDirectory(prefix="pilah-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        _Supervisor(settings, listener).run()


@dataclass(slots=True)
class _Worker:
    process: SpawnProcess
    started: Event
    after: float

    @property
    def answers(self) -> bool:
        return self.started.is_set() and self.process.is_alive()


class _Supervisor:
    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        self._settings = settings
        self._listener = listener
        self._workers: list[_Worker] = []
        self._stopping = False
        # Indices of workers that died during their start, since the last time any worker answered.
        self._failed: set[int] = set()

    def run(self) -> None:
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._workers = [self._start() for _ in range(self._settings.workers)]
            while not self._stopping:
                wait([worker.process.sentinel for worker in self._workers], timeout=_POLL_SECONDS)
                self._replace_dead_workers()
        finally:
            self._stop_workers()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self, after: float = 0.0) -> _Worker:
        """Start a worker that sleeps `after` seconds first, without blocking the supervisor."""
        started = _SPAWN.Event()
        arguments = (self._settings, self._listener, started, after)
        process = _SPAWN.Process(target=_work, args=arguments, name="pilah-worker")
        process.start()
        return _Worker(process, started, after)

    def _replace_dead_workers(self) -> None:
        if any(worker.answers for worker in self._workers):
            self._failed.clear()
        for i, worker in enumerate(self._workers):
            if worker.process.is_alive() or self._stopping:
                continue
            had_started = worker.started.is_set()
            if not had_started:
                self._failed.add(i)
            # Give up only if every worker died during its start; a single one may just have been killed.
            if len(self._failed) == len(self._workers):
                raise PilahError("operations.no-worker-starts")
            # Drops the worker's gauges of current work and keeps its counters.
            mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]  # of a library without types
            after = (
                _RESTART_SECONDS
                if had_started
                else min(max(2 * worker.after, _RESTART_SECONDS), _LONGEST_RESTART_SECONDS)
            )
            died = {"pid": worker.process.pid, "exit_code": worker.process.exitcode}
            _LOG.error("worker died", **died, had_started=had_started, again_seconds=after)
            self._workers[i] = self._start(after)

    def _stop_workers(self) -> None:
        # Close the listener first: while any process holds it, clients could connect and never get an answer.
        self._listener.close()
        for worker in self._alive():
            worker.process.terminate()
        until = time.monotonic() + self._settings.stop_seconds + _MARGIN_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
        for worker in self._alive():
            _LOG.error("worker didn't end in time", pid=worker.process.pid)
            worker.process.kill()

    def _alive(self) -> Iterator[_Worker]:
        return (worker for worker in self._workers if worker.process.is_alive())


def _work(settings: Settings, listener: socket.socket, started: Event, after: float) -> None:
    """Run one worker."""
    configure_logs(settings)
    Thread(target=_exit_with_parent, daemon=True).start()

    def report_started() -> None:
        started.set()
        _LOG.info("worker answers", pid=os.getpid())

    # Ctrl-C signals the workers too.
    with suppress(KeyboardInterrupt):
        time.sleep(after)
        GracefulServer(create_app(settings), settings, report_started).run(sockets=[listener])


def _exit_with_parent() -> None:
    """End this worker when its parent dies; a worker without a parent would hold the port forever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
