from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from model.errors import TrainingBusy
from model.versions.office_home import Office
from model.versions.training_lock import INHERITED_LOCK, acquire_training_lock, lock_holder, training_lock_held

if TYPE_CHECKING:
    from pathlib import Path

# Says that it has started, and stays until its input ends.
_STAYS = "import sys; print('here', flush=True); sys.stdin.read()"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path, "kota")


def test_the_lock_is_free_before_the_first_training_and_after_the_last(office: Office) -> None:
    assert lock_holder(office) is None
    with acquire_training_lock(office, "first"):
        assert lock_holder(office) == "first"
    assert lock_holder(office) is None


def test_the_second_is_told_who_holds_the_lock(office: Office) -> None:
    with acquire_training_lock(office, "run-1"), pytest.raises(TrainingBusy, match="run-1"):
        acquire_training_lock(office, "run-2")
    with acquire_training_lock(office, "run-2"):
        assert lock_holder(office) == "run-2"


def test_another_office_has_a_lock_of_its_own(office: Office) -> None:
    with acquire_training_lock(office, "one"), acquire_training_lock(Office(office.home, "other"), "two"):
        assert lock_holder(office) == "one"


def test_a_lock_lasts_as_long_as_the_process_that_inherited_it(office: Office) -> None:
    lock = acquire_training_lock(office, "run-1")
    child = subprocess.Popen(
        [sys.executable, "-c", _STAYS], stdin=subprocess.PIPE, stdout=subprocess.PIPE, pass_fds=(lock.descriptor,)
    )
    assert child.stdout is not None
    assert child.stdin is not None
    child.stdout.readline()
    lock.release()
    assert lock_holder(office) == "run-1"
    child.kill()
    child.wait()
    assert lock_holder(office) is None
    child.stdout.close()
    child.stdin.close()


def test_a_process_trains_under_the_lock_that_it_inherited(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = acquire_training_lock(office, "run-1")
    monkeypatch.setenv(INHERITED_LOCK, str(os.dup(lock.descriptor)))
    with training_lock_held(office):
        assert lock_holder(office) == "run-1"
    lock.release()
    assert lock_holder(office) is None


@pytest.mark.parametrize("stale", ["0", "987654", "-1", "x"])
def test_a_number_of_another_file_is_not_taken_for_the_lock(
    office: Office, monkeypatch: pytest.MonkeyPatch, stale: str
) -> None:
    monkeypatch.setenv(INHERITED_LOCK, stale)
    with training_lock_held(office):
        assert "pilah train" in (lock_holder(office) or "")
