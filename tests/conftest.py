"""What tests share: one sample office, trained once a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from model.registry import Office
from training.sample import train_sample

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PILAH_HOME in which the sample office `kumham` is trained."""
    home = tmp_path_factory.mktemp("home")
    train_sample(Office(home, "kumham"))
    return home
