"""The training lock: one training at a time in an office.

The lock is held by an open file, so a killed training leaves nothing to clean up and no stale process id. The service
acquires the lock before a training and passes the open file to the training process, so the lock is never free in between.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from data.messages import Sentence
from model.errors import TrainingBusy
from model.versions.file_lock import lock_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import Self

    from model.versions.office_home import Office

# The environment variable with the file descriptor of an inherited lock.
INHERITED_LOCK = "PILAH_TRAINING_LOCK"
# `lock_holder` takes the lock for an instant, so acquiring waits longer before reporting another training.
_TIMEOUT_SECONDS = 0.5
_LONGEST_NAME = 200


class TrainingLock:
    """The right to train an office, until this process and every inheriting process release the lock."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def release(self) -> None:
        """Close the file in this process only; unlocking would take the lock from an inheriting process too."""
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
    """Acquire the lock under a name for `lock_holder`.

    Raises:
        TrainingBusy: another process holds the lock.
    """
    path = _file(office)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = TrainingLock(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    if not lock_file(lock.descriptor, _TIMEOUT_SECONDS):
        lock.release()
        by = lock_holder(office) or Sentence("model.another-process")
        raise TrainingBusy("model.training-busy", office=office.name, holder=by)
    os.ftruncate(lock.descriptor, 0)
    os.pwrite(lock.descriptor, holder.encode()[:_LONGEST_NAME], 0)
    return lock


@contextmanager
def training_lock_held(office: Office) -> Iterator[None]:
    """Hold the office's lock: the inherited one, otherwise a newly acquired one.

    Raises:
        TrainingBusy: another process holds the lock.
    """
    with _inherited(office) or acquire_training_lock(office, f"pilah train (process {os.getpid()})"):
        yield


def lock_holder(office: Office) -> str | None:
    """The name of the holder, None while the lock is free."""
    try:
        descriptor = os.open(_file(office), os.O_RDONLY)
    except FileNotFoundError:
        return None
    try:
        return None if lock_file(descriptor, shared=True) else os.pread(descriptor, _LONGEST_NAME, 0).decode()
    finally:
        os.close(descriptor)


def _inherited(office: Office) -> TrainingLock | None:
    number = os.environ.pop(INHERITED_LOCK, "")
    if not number.isdecimal() or not _is_open(int(number), _file(office)):
        return None
    # Child processes don't inherit the lock.
    os.set_inheritable(int(number), False)
    return TrainingLock(int(number))


def _is_open(descriptor: int, path: Path) -> bool:
    """Whether a descriptor belongs to this file; a stale number may belong to another file."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except OSError:
        return False


def _file(office: Office) -> Path:
    return office.versions_folder / "training.lock"
