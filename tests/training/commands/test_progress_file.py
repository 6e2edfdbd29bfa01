from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from data.errors import ColumnMissing
from model.versions.office_home import Office
from model.versions.training_lock import acquire_training_lock
from training.commands.progress_file import progress_in

if TYPE_CHECKING:
    from pathlib import Path


def _told(path: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def _pilah(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "pilah", *arguments], capture_output=True, text=True, check=False, env=os.environ
    )


def test_it_tells_the_part_and_how_much_of_it_is_done(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with progress_in(path) as progress:
        assert _told(path)["stage"] == "starting"
        progress.stage("training", 40, rows=12)
        told = _told(path)
        assert (told["stage"], told["done"], told["total"], told["rows"]) == ("training", 0, 40, 12)
        progress.stage("writing", version="20261123-101502-3f9c2a")
    told = _told(path)
    assert (told["stage"], told["version"], told["error"]) == ("done", "20261123-101502-3f9c2a", None)


def test_an_error_is_told_in_both_languages(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(ColumnMissing), progress_in(path):
        raise ColumnMissing("commands.map-malformed", pair="a:b")
    assert _told(path)["error"] == {
        "kind": "ColumnMissing",
        "message": "--map a:b: write field=header, such as --map village=Desa",
        "indonesian": "--map a:b: tulis ruas=judul kolom, misalnya --map village=Desa",
    }
    assert _told(path)["stage"] == "failed"


def test_a_bug_is_told_without_its_message_which_may_hold_a_text(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    with pytest.raises(ValueError, match="Budi"), progress_in(path):
        raise ValueError("can't read 'pengaduan Budi'")
    assert _told(path)["error"] == {"kind": "Bug", "message": "ValueError"}


def test_nothing_is_written_where_nobody_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with progress_in(None) as progress:
        progress.stage("training", 3)
        progress.advance(1)
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_waits_for_no_training_but_says_who_is_at_it(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    office = ("--office", "kota", "--home", tmp_path)
    with acquire_training_lock(Office(tmp_path, "kota"), "run-7"):
        ended = _pilah("train", tmp_path / "no.csv", *office, "--progress", path)
    assert ended.returncode == 1
    assert "run-7" in ended.stderr
    assert _told(path)["error"]["kind"] == "TrainingBusy"


def test_a_stop_file_ends_the_command(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    (tmp_path / "p.json.stop").touch()
    program = f"import pathlib, time; from training.commands.progress_file import progress_in\nwith progress_in(pathlib.Path({str(path)!r})): time.sleep(60)"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, check=False, timeout=50)
    assert ended.returncode == 143
    assert _told(path)["stage"] == "starting"
