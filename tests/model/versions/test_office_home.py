from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

from model.errors import ArtifactMissing, PilahError
from model.versions.office_home import Office, new_version


def test_an_office_without_a_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissing, match="pilah train"):
        Office(tmp_path, "kosong").load_champion()


def test_versions_made_within_one_second_are_in_order() -> None:
    made = []
    for _ in range(20):
        made.append(new_version())
        time.sleep(0.001)
    assert made == sorted(made)
    assert len(set(made)) == 20
    assert all(re.fullmatch(r"\d{8}-\d{6}-[0-9a-f]{6}", version) for version in made)


@pytest.mark.parametrize("name", ["", "..", "a/b", "A", "-x", "a" * 64])
def test_an_office_name_cannot_leave_the_home(name: str) -> None:
    with pytest.raises(PilahError, match="Office name"):
        Office(Path("home"), name)
