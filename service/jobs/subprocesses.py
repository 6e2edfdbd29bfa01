"""Run `pilah` in a process of its own, with this service's settings: the service itself never trains."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from data.messages import Language
from model.versions.training_lock import INHERITED_LOCK

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from model.versions.training_lock import TrainingLock
    from service.settings import Settings

# -P keeps Python from importing a pilah.py or data/ in the service's working folder.
_PILAH = (sys.executable, "-P", "-m", "pilah")
# The lowest priorities, where the machine has these commands, so that predictions stay fast.
_LOWEST_PRIORITY: tuple[tuple[str, ...], ...] = (("nice", "-n", "19"), ("ionice", "-c", "3", "-t"))
_THREAD_LIMITS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True, slots=True)
class CommandResult:
    """The result of a command: its exit status, standard output and standard error."""

    succeeded: bool
    output: str
    error: str


def start_in_background(
    arguments: Sequence[str | Path], settings: Settings, log: Path, lock: TrainingLock
) -> subprocess.Popen[bytes]:
    """Start a long command at the lowest priority; it inherits the training lock and holds it until it ends.

    Its output goes to `log`, which only this user can read. The command goes on when this service ends.

    Raises:
        OSError: the command can't be started.
    """
    prefix = [part for command in _LOWEST_PRIORITY if shutil.which(command[0]) for part in command]
    environment = _environment(settings) | dict.fromkeys(_THREAD_LIMITS, "1") | {INHERITED_LOCK: str(lock.descriptor)}
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A process group of its own keeps Ctrl-C away. A new session would too, but where the kernel shares time by
        # session (sched_autogroup), niceness counts only within one session.
        return subprocess.Popen(
            [*prefix, *_PILAH, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment,
            pass_fds=(lock.descriptor,),
            process_group=0,
        )
    finally:
        os.close(descriptor)


def run_command(arguments: Sequence[str | Path], settings: Settings, seconds: float) -> CommandResult:
    """Run a short command and wait for it.

    Raises:
        subprocess.TimeoutExpired: the command took longer, and was ended.
        OSError: the command can't be started.
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
    return CommandResult(done.returncode == 0, done.stdout, done.stderr)


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment with its settings, also those of the command line. Secrets travel no other way."""
    return os.environ | {
        "PILAH_HOME": str(settings.home.resolve()),
        "PILAH_OFFICE": settings.office,
        # The pages show what a command says.
        "PILAH_LANGUAGE": Language.INDONESIAN,
        "PILAH_TIMEZONE": settings.timezone,
        "PILAH_SIGNING_KEY": settings.signing_key.get_secret_value(),
        "PILAH_DATABASE_URL": settings.ledger_url,
    }
