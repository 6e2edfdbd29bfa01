"""Run `pilah` in a child process with the service's settings: the service itself never trains."""

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
    """The exit status, standard output and standard error of a command."""

    succeeded: bool
    output: str
    error: str


def start_in_background(
    arguments: Sequence[str | Path], settings: Settings, log: Path, lock: TrainingLock
) -> subprocess.Popen[bytes]:
    """Start a long command at the lowest priority. The command holds the training lock until the end.

    The output goes to `log`, readable by this user only. The command goes on when this service ends.

    Raises:
        OSError: the command can't be started.
    """
    environment = _environment(settings) | dict.fromkeys(_THREAD_LIMITS, "1") | {INHERITED_LOCK: str(lock.descriptor)}
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        # A new process group keeps Ctrl-C away. A new session would too, but where the kernel shares time by session
        # (sched_autogroup), niceness counts only within a session.
        return subprocess.Popen(
            [*_lowest_priority(), *_PILAH, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            env=environment,
            pass_fds=(lock.descriptor,),
            process_group=0,
        )
    finally:
        os.close(descriptor)


def run_command(
    arguments: Sequence[str | Path], settings: Settings, seconds: float, *, yielding: bool = False
) -> CommandResult:
    """Run a short command and wait for the end; a `yielding` one leaves the processors to the predictions.

    Raises:
        subprocess.TimeoutExpired: the command took longer, and was ended.
        OSError: the command can't be started.
    """
    done = subprocess.run(
        [*(_lowest_priority() if yielding else ()), *_PILAH, *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=_environment(settings) | (dict.fromkeys(_THREAD_LIMITS, "1") if yielding else {}),
        timeout=seconds,
        check=False,
    )
    return CommandResult(done.returncode == 0, done.stdout, done.stderr)


def _lowest_priority() -> list[str]:
    return [part for command in _LOWEST_PRIORITY if shutil.which(command[0]) for part in command]


def _environment(settings: Settings) -> dict[str, str]:
    """This process's environment, plus the settings in use. Secrets are passed only here."""
    return os.environ | {
        "PILAH_HOME": str(settings.home.resolve()),
        "PILAH_OFFICE": settings.office,
        # The pages show what a command says.
        "PILAH_LANGUAGE": Language.INDONESIAN,
        "PILAH_TIMEZONE": settings.timezone,
        "PILAH_SIGNING_KEY": settings.signing_key.get_secret_value(),
        "PILAH_DATABASE_URL": settings.ledger_url,
    }
