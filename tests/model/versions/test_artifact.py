from __future__ import annotations

import json
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from model.errors import ArtifactForeign, ArtifactTampered
from model.versions import artifact
from model.versions.office_home import Office

if TYPE_CHECKING:
    from pathlib import Path

# Imported by training, by the service, or by nobody; each takes a tenth of a second or more.
_NEVER_TO_ANSWER = {"sklearn", "scipy.stats", "scipy.optimize", "sqlalchemy", "fastapi", "pandas", "matplotlib"}
_ANSWER = """
import sys
from pathlib import Path

from model.complaint import Complaint
from model.versions.office_home import Office

router, _ = Office(Path(sys.argv[1]), "kumham").load_champion()
assert router.suggest(Complaint("paspor saya hilang, mohon dibantu")).units
print(*sys.modules)
"""


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
    with pytest.raises(
        ArtifactForeign, match=rf"another format than this Pilah writes \({artifact.FORMAT}\)\. Train again"
    ):
        office.load_champion()


def test_an_unsigned_version_is_refused_where_a_key_is_set(office: Office) -> None:
    with pytest.raises(ArtifactTampered, match="signature"):
        office.load_champion(signing_key="secret")


def test_a_process_answers_without_the_libraries_that_learn(sample_home: Path) -> None:
    answered = subprocess.run(
        [sys.executable, "-c", _ANSWER, str(sample_home)], capture_output=True, check=True, text=True
    )
    assert not _NEVER_TO_ANSWER & set(answered.stdout.split())
