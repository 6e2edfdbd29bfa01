"""Run fits and chunks of a batch on this machine, or on the workers of a Dask cluster."""

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
Item = TypeVar("Item")
Result = TypeVar("Result")

_CONNECT_TIMEOUT = "10s"
# Tasks in flight for every thread of a worker: enough to keep the thread busy, few enough for a million rows to fit.
_TASKS_PER_THREAD = 3


@contextmanager
def fit_executor(cluster: str) -> Iterator[Executor]:
    """The executor of fits: two threads, or the cluster at this address.

    liblinear releases the interpreter's lock: two threads use both cores and share the rows in memory.

    Raises:
        PilahError: the cluster can't be used.
    """
    if not cluster:
        with ThreadPoolExecutor(max_workers=2) as pool:
            yield pool
        return
    with _client(cluster) as client, client.get_executor(pure=False) as pool:
        yield pool


def map_in_order(
    cluster: str,
    function: Callable[[Shared, Item], Result],
    shared: Shared,
    items: Iterable[Item],
    needed: Callable[[Item], Item] = lambda item: item,
) -> Iterator[tuple[Item, Result]]:
    """Every item with the function's result, in order; `shared` is sent to a worker once.

    `needed` reduces an item to the part that the function needs: the rest never leaves this machine.

    Raises:
        PilahError: the cluster can't be used.
    """
    if not cluster:
        yield from ((item, function(shared, item)) for item in items)
        return
    with _client(cluster) as client:
        scattered = client.scatter(shared, broadcast=True, hash=False)
        most = _TASKS_PER_THREAD * sum(client.nthreads().values())
        pending: deque[tuple[Item, Any]] = deque()
        for item in items:
            pending.append((item, client.submit(function, scattered, needed(item), pure=False)))
            if len(pending) >= most:
                first, future = pending.popleft()
                yield first, future.result()
        yield from ((first, future.result()) for first, future in pending)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra that only a cluster needs
    except ModuleNotFoundError:
        raise PilahError("training.cluster-without-dask") from None
    try:
        client = Client(address, timeout=_CONNECT_TIMEOUT)  # type: ignore[no-untyped-call]  # Dask has no types
    except (OSError, ValueError) as error:
        raise PilahError("training.cluster-unreachable", address=address, error=error) from None
    with client:
        _check_workers(client, address)
        yield client


def _check_workers(client: Any, address: str) -> None:  # noqa: ANN401 - Dask is untyped
    """Check that every worker has the same Pilah: a different one may make different features of a text."""
    if not client.nthreads():
        raise PilahError("training.cluster-without-workers", address=address)
    own = version("pilah")
    try:
        others = client.run(version, "pilah")
    except ModuleNotFoundError:
        others = {"a worker": "none"}
    for worker, other in others.items():
        if other != own:
            raise PilahError("training.cluster-other-version", own=own, other=other, worker=worker)
