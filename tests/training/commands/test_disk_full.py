"""A disk that says no: the size of any one file is bounded, which the system reports as a full disk is."""

from __future__ import annotations

import csv
import resource
import subprocess
import sys
from importlib.resources import as_file
from itertools import islice
from pathlib import Path

import data
from model.versions.office_home import Office

PILAH = Path(sys.executable).with_name("pilah")
_KILOBYTES = 64


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The command, in a process that may write no file over 64 KiB."""
    return subprocess.run(
        [PILAH, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (_KILOBYTES * 1024, _KILOBYTES * 1024)),
    )


def export_of(folder: Path, rows: int) -> Path:
    """The oldest rows of the sample office."""
    path = folder / "ekspor.csv"
    with as_file(data.sample_office("kumham")) as office, (office / "complaints.csv").open(encoding="utf-8") as source:
        header, *kept = islice(csv.reader(source), rows + 1)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *kept])
    return path


def test_a_training_without_room_says_so_and_leaves_no_version(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ended = run("train", export_of(tmp_path, 80), "--office", "kota", "--home", home)
    assert ended.returncode == 1
    assert "can't be written" in ended.stderr
    assert "Traceback" not in ended.stderr
    office = Office(home, "kota")
    assert office.versions() == []
    assert office.champion() is None
    assert not list(office.versions_folder.glob(".unfinished-*"))


def test_a_prediction_without_room_leaves_no_half_file(sample_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "saran.csv"
    ended = run("predict", export_of(tmp_path, 400), "--office", "kumham", "--home", sample_home, "--out", target)
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["ekspor.csv"]
