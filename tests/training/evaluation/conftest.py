"""Three trained versions, shared by the tests of promotions, baselines and outcomes."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from model.versions.office_home import Office
from tests.training.histories import TOPICS, train_csv, write_history_csv

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


_UNITS = list(TOPICS)


def _shuffled_before(day: int) -> Callable[[int, str], str]:
    """An export whose older labels were shuffled, as a sort of one column alone in a spreadsheet does."""
    return lambda n, unit: _UNITS[(n * 7 + n // 3) % 3] if n < day else unit


@pytest.fixture(scope="session")
def trained_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three versions: a good first one, which answers; the same rows again; the same rows with shuffled labels."""
    folder = tmp_path_factory.mktemp("promoting")
    office = Office(folder / "home", "uji")
    good = write_history_csv(folder / "good.csv", 320)
    spoiled = write_history_csv(folder / "spoiled.csv", 320, unit_of=_shuffled_before(256))
    for path in (good, good, spoiled):
        train_csv(office, path)
    return folder / "home"


@pytest.fixture
def office(trained_home: Path, tmp_path: Path) -> Office:
    """A copy of that home, to be changed."""
    shutil.copytree(trained_home, tmp_path / "home")
    return Office(tmp_path / "home", "uji")
