"""Reading exports into labelled rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.training.histories import write_history_csv
from training.dataset.read import read_exports

if TYPE_CHECKING:
    from pathlib import Path


def test_of_the_same_id_in_two_files_the_newer_file_wins(tmp_path: Path) -> None:
    first, second = write_history_csv(tmp_path / "a.csv", rows=30), write_history_csv(tmp_path / "b.csv", rows=40)
    reading = read_exports([first, second], columns={}, timezone="Asia/Jakarta")
    assert len(reading.rows) == 40
    assert reading.reasons() == {"a newer export has the same id": 30}
