"""Processes that answer requests, and how they end without losing one."""

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

# How long a connection that was just accepted has to send its request, once the service is stopping.
_LAST_ARRIVALS_SECONDS = 0.3
# What a replacement waits before it starts; twice as long each time that one dies before it has started.
_AGAIN_SECONDS = 1.0
_LONGEST_AGAIN_SECONDS = 60.0
_LOOK_SECONDS = 0.5
_MARGIN_SECONDS = 5
# A fork of a process with the threads of numpy and OpenMP in it may hang; each worker starts afresh.
_SPAWN = multiprocessing.get_context("spawn")

# Longer than a client or a proxy keeps an idle connection, which is a minute nearly everywhere: whoever closes first
# must not be the one that a request may just be under way to.
_KEPT_OPEN_SECONDS = 75


class GracefulServer(uvicorn.Server):
    """Ends in three steps: no new connections, what has connected is still heard, what was asked is answered."""

    def __init__(self, app: FastAPI, settings: Settings, started: Callable[[], None] = lambda: None) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                server_header=False,
                log_config=None,
                log_level="warning",
                timeout_graceful_shutdown=settings.stop_seconds,
                timeout_keep_alive=_KEPT_OPEN_SECONDS,
            )
        )
        self._tell_started = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # One turn of the loop accepts what the kernel has connected already; a closed listener would reset it.
        await asyncio.sleep(0)
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        self.server_state.default_headers = [*self.server_state.default_headers, (b"connection", b"close")]
        await asyncio.sleep(_LAST_ARRIVALS_SECONDS)
        await super().shutdown(sockets)


def run_workers(settings: Settings, listener: socket.socket) -> None:
    """Answer in several processes until interrupted; one that dies is replaced.

    Raises:
        PilahError: none can start.
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
        # The places whose worker died before it had started, since one last answered.
        self._failed: set[int] = set()

    def run(self) -> None:
        before = {name: signal.signal(name, self._stop) for name in (signal.SIGINT, signal.SIGTERM)}
        try:
            self._workers = [self._start() for _ in range(self._settings.workers)]
            while not self._stopping:
                wait([worker.process.sentinel for worker in self._workers], timeout=_LOOK_SECONDS)
                self._replace_the_dead()
        finally:
            self._end_all()
            for name, handler in before.items():
                signal.signal(name, handler)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping = True

    def _start(self, after: float = 0.0) -> _Worker:
        """A worker that waits `after` seconds first: the supervisor has others to look after meanwhile."""
        started = _SPAWN.Event()
        arguments = (self._settings, self._listener, started, after)
        process = _SPAWN.Process(target=_work, args=arguments, name="pilah-worker")
        process.start()
        return _Worker(process, started, after)

    def _replace_the_dead(self) -> None:
        if any(worker.answers for worker in self._workers):
            self._failed.clear()
        for at, worker in enumerate(self._workers):
            if worker.process.is_alive() or self._stopping:
                continue
            had_started = worker.started.is_set()
            if not had_started:
                self._failed.add(at)
            # One that was killed while it started is no reason to end those that answer, or that may yet.
            if len(self._failed) == len(self._workers):
                raise PilahError("operations.no-worker-starts")
            # Its counts stay; what it was doing at that moment it does no more.
            mark_process_dead(worker.process.pid)  # type: ignore[no-untyped-call]  # of a library without types
            after = (
                _AGAIN_SECONDS if had_started else min(max(2 * worker.after, _AGAIN_SECONDS), _LONGEST_AGAIN_SECONDS)
            )
            died = {"pid": worker.process.pid, "exit_code": worker.process.exitcode}
            _LOG.error("worker died", **died, had_started=had_started, again_seconds=after)
            self._workers[at] = self._start(after)

    def _end_all(self) -> None:
        # As long as one process holds the listener, callers would connect and hear nothing.
        self._listener.close()
        for worker in self._living():
            worker.process.terminate()
        until = time.monotonic() + self._settings.stop_seconds + _MARGIN_SECONDS
        for worker in self._workers:
            worker.process.join(max(0.0, until - time.monotonic()))
        for worker in self._living():
            _LOG.error("worker didn't end in time", pid=worker.process.pid)
            worker.process.kill()

    def _living(self) -> Iterator[_Worker]:
        return (worker for worker in self._workers if worker.process.is_alive())


def _work(settings: Settings, listener: socket.socket, started: Event, after: float) -> None:
    """What a worker does."""
    configure_logs(settings)
    Thread(target=_end_with_parent, daemon=True).start()

    def tell_started() -> None:
        started.set()
        _LOG.info("worker answers", pid=os.getpid())

    # Ctrl-C reaches the workers too.
    with suppress(KeyboardInterrupt):
        time.sleep(after)
        GracefulServer(create_app(settings), settings, tell_started).run(sockets=[listener])


def _end_with_parent() -> None:
    """A worker whose parent was killed would hold the port for ever."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
