from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path

import pytest

from model.errors import ArtifactForeign, ArtifactMissing, ArtifactTampered, PilahError
from model.versions import artifact
from model.versions.office_home import Office, new_version


@pytest.fixture
def office(sample_home: Path, tmp_path: Path) -> Office:
    """A copy of the trained sample office that a test may spoil."""
    shutil.copytree(sample_home, tmp_path / "home")
    return Office(tmp_path / "home", "kumham")


def _champion_folder(office: Office) -> Path:
    return office.versions_folder / (office.champion() or "")


def test_a_changed_file_is_never_unpickled(office: Office) -> None:
    router = _champion_folder(office) / artifact.ROUTER
    router.write_bytes(router.read_bytes()[:-1] + b"x")
    with pytest.raises(ArtifactTampered, match="changed after training"):
        office.load_champion()


def test_a_file_that_the_manifest_does_not_name_is_refused(office: Office) -> None:
    (_champion_folder(office) / "extra.joblib").write_bytes(b"x")
    with pytest.raises(ArtifactTampered, match=r"extra\.joblib"):
        office.load_champion()


def test_a_version_of_another_scikit_learn_is_refused(office: Office) -> None:
    path = _champion_folder(office) / artifact.MANIFEST
    manifest = json.loads(path.read_text())
    manifest["libraries"]["scikit-learn"] = "0.1.0"
    path.write_text(json.dumps(manifest))
    with pytest.raises(ArtifactForeign, match=r"scikit-learn 0\.1\.0"):
        office.load_champion()


def test_a_version_of_another_format_is_refused(office: Office) -> None:
    path = _champion_folder(office) / artifact.MANIFEST
    path.write_text(json.dumps(json.loads(path.read_text()) | {"format": artifact.FORMAT - 1}))
    with pytest.raises(ArtifactForeign, match=r"another format than this Pilah writes \(6\)\. Train again"):
        office.load_champion()


def test_an_unsigned_version_is_refused_where_a_key_is_set(office: Office) -> None:
    with pytest.raises(ArtifactTampered, match="signature"):
        office.load_champion(signing_key="secret")


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
