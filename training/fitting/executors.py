"""Where fits and chunks of a batch are worked on: on this machine, or on the workers of a Dask cluster."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, TypeVar

from data.errors import PilahError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

Shared = TypeVar("Shared")
Given = TypeVar("Given")
Made = TypeVar("Made")

_PATIENCE = "10s"
# In flight for each thread of a worker: enough that none waits, few enough that a million rows are never in memory together.
_AHEAD = 3


@contextmanager
def fits_on(cluster: str) -> Iterator[Executor]:
    """What fits are handed to: two threads, or the cluster at this address.

    liblinear works without the interpreter's lock, so two threads share both cores and one copy of the rows.

    Raises:
        PilahError: the cluster can't be used.
    """
    if not cluster:
        with ThreadPoolExecutor(max_workers=2) as pool:
            yield pool
        return
    with _client(cluster) as client, client.get_executor(pure=False) as pool:
        yield pool


def in_order(
    cluster: str,
    work: Callable[[Shared, Given], Made],
    shared: Shared,
    given: Iterable[Given],
    needed: Callable[[Given], Given] = lambda one: one,
) -> Iterator[tuple[Given, Made]]:
    """Each given thing and what the work makes of it, in order; `shared` is sent to a worker once.

    `needed` is what the work needs of a thing: no more of it leaves this machine.

    Raises:
        PilahError: the cluster can't be used.
    """
    if not cluster:
        yield from ((one, work(shared, one)) for one in given)
        return
    with _client(cluster) as client:
        there = client.scatter(shared, broadcast=True, hash=False)
        most = _AHEAD * sum(client.nthreads().values())
        waiting: deque[tuple[Given, Any]] = deque()
        for one in given:
            waiting.append((one, client.submit(work, there, needed(one), pure=False)))
            if len(waiting) >= most:
                first, future = waiting.popleft()
                yield first, future.result()
        yield from ((first, future.result()) for first, future in waiting)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra that only a cluster needs
    except ModuleNotFoundError:
        raise PilahError(
            "--cluster needs Dask on this machine: install Pilah with its extra, pilah[cluster]."
        ) from None
    try:
        client = Client(address, timeout=_PATIENCE)  # type: ignore[no-untyped-call]  # Dask has no types
    except (OSError, ValueError) as error:
        raise PilahError(
            f"No Dask scheduler answers at {address}: {error}. Start one with `dask scheduler`, and a `dask worker` on each machine."
        ) from None
    with client:
        _check_workers(client, address)
        yield client


def _check_workers(client: Any, address: str) -> None:  # noqa: ANN401 - Dask is untyped
    """Every worker must have this Pilah: another would make other features of the same text."""
    if not client.nthreads():
        raise PilahError(f"The scheduler at {address} has no workers. Start `dask worker {address}` on each machine.")
    own = version("pilah")
    try:
        others = client.run(version, "pilah")
    except ModuleNotFoundError:
        others = {"a worker": "none"}
    if differing := {where: found for where, found in others.items() if found != own}:
        where, found = next(iter(differing.items()))
        raise PilahError(f"Pilah is {own} here and {found} at {where}: install the same version on every worker.")
