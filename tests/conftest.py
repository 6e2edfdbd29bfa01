"""What tests share: one sample office, trained once in each process that tests, and no deadline for any example."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from model.versions.office_home import Office
from training.commands.sample_office import train_sample

if TYPE_CHECKING:
    from pathlib import Path


# How long something takes is a benchmark's question: here two tests run at once, and a colleague may compile beside them.
settings.register_profile("pilah", deadline=None)
settings.load_profile("pilah")


@pytest.fixture(scope="session")
def sample_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PILAH_HOME in which the sample office `kumham` is trained."""
    home = tmp_path_factory.mktemp("home")
    train_sample(Office(home, "kumham"))
    return home
