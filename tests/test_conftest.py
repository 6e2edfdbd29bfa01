"""The tests run by any list of paths."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def test_a_folders_fixtures_are_found_after_the_paths_of_another_folder() -> None:
    paths = ("tests/service/test_problems.py", "tests/test_docs.py", "tests/service/api/test_json_only.py")
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "--quiet", "--setup-plan", *paths],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout
