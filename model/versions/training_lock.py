"""One training at a time in an office: a lock on a file, held for as long as a process keeps that file open.

The kernel lets go of it when the last process that has it ends, however it ends, so nothing has to be cleaned up and
no number of a process has to be trusted. Whoever starts a training for somebody takes the turn first and hands the
open file on to the process that it starts: there is no moment in which nobody holds it.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from model.errors import TrainingBusy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from model.versions.office_home import Office

# Names, in the environment of a process, the open file whose turn was handed on to it.
INHERITED_LOCK = "PILAH_TRAINING_LOCK"
# Whoever only asks holds the lock for an instant; that instant must not look like a training.
_PATIENCE_SECONDS = 0.5
_AGAIN_SECONDS = 0.02
_LONGEST_NAME = 200


class TrainingLock:
    """The right to train an office, until it is let go of here and in every process that it was handed on to."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def release(self) -> None:
        """Close it here. A process that it was handed on to keeps it: unlocking would take it from there too."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def __del__(self) -> None:
        self.release()


def acquire_training_lock(office: Office, holder: str) -> TrainingLock:
    """The turn, under a name by which `lock_holder` tells who has it.

    Raises:
        TrainingBusy: another process has it.
    """
    path = _file(office)
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = TrainingLock(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    until = time.monotonic() + _PATIENCE_SECONDS
    while not _lock(turn.descriptor, fcntl.LOCK_EX):
        if time.monotonic() > until:
            turn.release()
            raise TrainingBusy(
                f"Office {office.name} is being trained or checked already, by {lock_holder(office) or 'another process'}. "
                "Wait until that has ended, or cancel it on the page Model."
            )
        time.sleep(_AGAIN_SECONDS)
    os.ftruncate(turn.descriptor, 0)
    os.pwrite(turn.descriptor, holder.encode()[:_LONGEST_NAME], 0)
    return turn


@contextmanager
def training_lock_held(office: Office) -> Iterator[None]:
    """Hold the office's turn: the one that was handed on to this process, else one of its own.

    Raises:
        TrainingBusy: another process has it.
    """
    with _handed_on(office) or acquire_training_lock(office, f"pilah train (process {os.getpid()})"):
        yield


def lock_holder(office: Office) -> str | None:
    """Who has the turn, None where nobody has."""
    try:
        descriptor = os.open(_file(office), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return None if _lock(descriptor, fcntl.LOCK_SH) else os.pread(descriptor, _LONGEST_NAME, 0).decode()
    finally:
        os.close(descriptor)


def _handed_on(office: Office) -> TrainingLock | None:
    number = os.environ.pop(INHERITED_LOCK, "")
    if not number.isdecimal() or not _is_open(int(number), _file(office)):
        return None
    # What this process starts in turn has no business with it.
    os.set_inheritable(int(number), False)
    return TrainingLock(int(number))


def _is_open(descriptor: int, path: Path) -> bool:
    """Whether it is this very file: a stale number may name any other."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _file(office: Office) -> Path:
    return office.versions_folder / "training.lock"
