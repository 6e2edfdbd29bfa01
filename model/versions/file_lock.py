"""Lock an open file against other processes, with a timeout."""

from __future__ import annotations

import fcntl
import time

_RETRY_SECONDS = 0.02


def lock_file(descriptor: int, seconds: float = 0.0, *, shared: bool = False) -> bool:
    """Lock a file by flock(2) within some seconds; False where another process still holds the lock.

    The kernel releases the lock when the last process with the open file ends, even when the process is killed.
    """
    until = time.monotonic() + seconds
    kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    while True:
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                return False
            time.sleep(_RETRY_SECONDS)
        else:
            return True
