"""`pilah` as a process of its own, with this service's settings. Training is never done in the process that answers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from model.versions.training_lock import INHERITED_LOCK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.versions.training_lock import TrainingLock
    from service.settings import Settings

# -P: a pilah.py or a folder data/ where the service happens to stand is not taken for Pilah's own.
_PILAH = (sys.executable, "-P", "-m", "pilah")
# Each where the machine has it. A process that only gets what nobody else wants leaves predictions quick.
_BEHIND_EVERYTHING: tuple[tuple[str, ...], ...] = (("nice", "-n", "19"), ("ionice", "-c", "3", "-t"))
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended, and what it said."""

    well: bool
    said: str
    error: str


def start_behind(
    arguments: Sequence[str | Path], settings: Settings, log: Path, turn: TrainingLock
) -> subprocess.Popen[bytes]:
    """Start a long command behind everything else, in an office's turn that it keeps until it ends.

    What it prints goes to `log`, which only this user can read. It goes on when this service ends.

    Raises:
        OSError: it can't be started.
    """
    prefix = [part for command in _BEHIND_EVERYTHING if shutil.which(command[0]) for part in command]
    environment = _environment(settings) | dict.fromkeys(_THREAD_LIMITS, "1") | {INHERITED_LOCK: str(turn.descriptor)}
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A group of its own is out of reach of Ctrl-C. A session of its own would be too, but where the kernel shares
        # time by session (sched_autogroup) niceness counts within one session only.
        return subprocess.Popen(
            [*prefix, *_PILAH, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment,
            pass_fds=(turn.descriptor,),
            process_group=0,
        )
    finally:
        os.close(descriptor)


def run_now(arguments: Sequence[str | Path], settings: Settings, seconds: float) -> Ended:
    """Run a short command and wait for it.

    Raises:
        subprocess.TimeoutExpired: it took longer; it was ended.
        OSError: it can't be started.
    """
    done = subprocess.run(
        [*_PILAH, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=_environment(settings),
        timeout=seconds,
        check=False,
    )
    return Ended(done.returncode == 0, done.stdout, done.stderr)


def _environment(settings: Settings) -> dict[str, str]:
    """This process's own, with the settings that were chosen on the command line too. Secrets go no other way."""
    return os.environ | {
        "PILAH_HOME": str(settings.home.resolve()),
        "PILAH_OFFICE": settings.office,
        "PILAH_TIMEZONE": settings.timezone,
        "PILAH_SIGNING_KEY": settings.signing_key.get_secret_value(),
        "PILAH_DATABASE_URL": settings.ledger_url,
    }
