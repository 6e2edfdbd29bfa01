"""The folder of a training run."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from service.errors import StorageFull, UploadRefused
from service.jobs.training.files import Progress, TrainingFiles
from service.jobs.training.states import Step

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def files(tmp_path: Path) -> TrainingFiles:
    return TrainingFiles(tmp_path / "trainings" / "run")


def test_received_exports_are_private(files: TrainingFiles) -> None:
    names = files.receive([("a.csv", io.BytesIO(b"isi")), ("a.csv", io.BytesIO(b"lain"))])
    assert [(files.exports / name).read_bytes() for name in names] == [b"isi", b"lain"]
    assert files.folder.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in files.exports.iterdir())


def test_a_refused_kind_leaves_no_folder(files: TrainingFiles) -> None:
    with pytest.raises(UploadRefused, match=r"\.xlsx"):
        files.receive([("a.csv", io.BytesIO(b"isi")), ("a.pdf", io.BytesIO(b"lain"))])
    assert not files.folder.exists()


def test_a_full_disk_leaves_no_folder(files: TrainingFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data.files.os.fsync", no_room)
    with pytest.raises(StorageFull):
        files.receive([("a.csv", io.BytesIO(b"isi"))])
    assert not files.folder.exists()


@pytest.mark.parametrize("report", [None, "", "{", "[]", '{"done": 3'])
def test_without_a_readable_report_the_progress_is_the_initial_one(files: TrainingFiles, report: str | None) -> None:
    files.folder.mkdir(parents=True)
    if report is not None:
        files.progress_file(Step.TRAIN).write_text(report, encoding="utf-8")
    assert files.progress(Step.TRAIN) == Progress()


def test_the_progress_is_the_latest_report(files: TrainingFiles) -> None:
    files.folder.mkdir(parents=True)
    files.progress_file(Step.CHECK).write_text('{"stage": "rows", "done": 3, "total": 10, "rows": null}', "utf-8")
    assert files.progress(Step.CHECK) == Progress("rows", 3, 10)
