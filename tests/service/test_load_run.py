from __future__ import annotations

from typing import TYPE_CHECKING

from tests.service.load_run import run

if TYPE_CHECKING:
    from pathlib import Path

_SECONDS = 4


def test_twice_the_load_is_answered_or_honestly_refused_and_nothing_is_lost(sample_home: Path, tmp_path: Path) -> None:
    report = run(sample_home, f"sqlite:///{tmp_path / 'pilah.db'}", _SECONDS, workers=1, capacity_seconds=2)
    assert report.faults == {}
    assert report.complaints > 0
    assert report.decisions > 0
