"""Fixtures of all tests: one sample office trained once a run, fast password hashes, no deadline for an example."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher
from hypothesis import settings

from model.versions.office_home import Office
from service.ledger.access import accounts
from training.sample_office import train_sample

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Tests read English sentences, on a machine with an Indonesian locale too.
os.environ.setdefault("PILAH_LANGUAGE", "en")
# Nor do they read the settings of a Pilah that is installed on this machine.
os.environ.setdefault("PILAH_SETTINGS_FILE", "")
# A service that a test starts on a Sunday doesn't train beside it.
os.environ.setdefault("PILAH_LEARN", "off")

# Durations belong to the benchmarks: here two tests run at once, perhaps beside other work.
settings.register_profile("pilah", deadline=None)
settings.load_profile("pilah")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the paths of a folder together: pytest forgets a folder's fixtures once it was elsewhere in between."""
    config.args.sort()


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A PILAH_HOME in which the sample office `kumham` is trained; each process that tests has its own copy."""
    own = tmp_path_factory.mktemp("home")
    if worker_id == "master":
        train_sample(Office(own, "kumham"))
        return own
    # All processes of a run share the parent of their temporary folders.
    trained = tmp_path_factory.getbasetemp().parent / "trained"
    _train_once(trained)
    shutil.copytree(trained, own, dirs_exist_ok=True)
    return own


def _train_once(home: Path) -> None:
    """Train in the first process that comes; the others wait until it is done."""
    lock = home.with_suffix(".lock")
    done = home.with_suffix(".done")
    try:
        os.close(os.open(lock, os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        until = time.monotonic() + 300
        while not done.exists():
            assert time.monotonic() < until, "the other process never finished its training"
            time.sleep(0.1)
        return
    train_sample(Office(home, "kumham"))
    done.touch()


@pytest.fixture(scope="session", autouse=True)
def fast_password_hashes() -> Iterator[None]:
    """Password hashes of 1 ms instead of 500; tests/service/ledger holds the real parameters."""
    with pytest.MonkeyPatch.context() as patch:
        hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(accounts, "_hasher", lambda: hasher)
        yield
