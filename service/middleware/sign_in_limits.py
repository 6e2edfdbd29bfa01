"""Limits of sign-ins: how many passwords are hashed at once, and how many sign-ins of one address may fail."""

from __future__ import annotations

import math
import time
from collections import OrderedDict, deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import TYPE_CHECKING

from service.errors import SignInsBusy, TooManySignIns

if TYPE_CHECKING:
    from collections.abc import Iterator

# A hash takes 64 MiB and all cores; a waiting sign-in holds one of the threads that answer requests.
_QUEUED_PER_SLOT = 4
_LONGEST_WAIT_SECONDS = 5.0
# An office may share one address: many people, each with a forgotten password now and then.
MOST_FAILURES_OF_AN_ADDRESS = 30
_WINDOW_SECONDS = 900.0
_MOST_ADDRESSES = 10_000


class PasswordSlots:
    """A number of passwords that are hashed at once, with a short queue."""

    def __init__(self, slots: int) -> None:
        self._free = BoundedSemaphore(slots)
        self._places = BoundedSemaphore(slots * (1 + _QUEUED_PER_SLOT))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold a slot during the block.

        Raises:
            SignInsBusy: the queue is full, or no slot was free for five seconds.
        """
        if not self._places.acquire(blocking=False):
            raise SignInsBusy
        try:
            if not self._free.acquire(timeout=_LONGEST_WAIT_SECONDS):
                raise SignInsBusy
            try:
                yield
            finally:
                self._free.release()
        finally:
            self._places.release()


@dataclass(slots=True)
class _Attempts:
    """The times of an address's attempts, and whether its refusal was reported."""

    times: deque[float] = field(default_factory=deque)
    reported: bool = False


class AddressLimit:
    """Counts the failed sign-ins of each address within a quarter of an hour. Each worker process counts apart."""

    def __init__(self) -> None:
        self._attempts: OrderedDict[str, _Attempts] = OrderedDict()
        self._lock = Lock()

    def count(self, address: str) -> None:
        """Count an attempt as failed until `forgive`.

        Raises:
            TooManySignIns: thirty attempts failed; a refused attempt isn't counted.
        """
        now = time.monotonic()
        with self._lock:
            attempts = self._attempts.setdefault(address, _Attempts())
            self._attempts.move_to_end(address)
            if len(self._attempts) > _MOST_ADDRESSES:
                self._attempts.popitem(last=False)
            while attempts.times and attempts.times[0] <= now - _WINDOW_SECONDS:
                attempts.times.popleft()
                attempts.reported = False
            if len(attempts.times) >= MOST_FAILURES_OF_AN_ADDRESS:
                first, attempts.reported = not attempts.reported, True
                raise TooManySignIns(math.ceil(attempts.times[0] + _WINDOW_SECONDS - now), first=first)
            attempts.times.append(now)

    def forgive(self, address: str) -> None:
        """Take the latest attempt of an address back: it succeeded, or was never checked."""
        with self._lock:
            if address in self._attempts and self._attempts[address].times:
                self._attempts[address].times.pop()
