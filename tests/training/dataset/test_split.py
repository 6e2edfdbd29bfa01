"""Splitting rows by time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.training.histories import write_history_csv
from training.dataset.read import read_exports
from training.dataset.split import by_time

if TYPE_CHECKING:
    from pathlib import Path


def test_the_newest_rows_are_held_back(tmp_path: Path) -> None:
    reading = read_exports([write_history_csv(tmp_path / "a.csv", 90)], columns={}, timezone="Asia/Jakarta")
    split = by_time(reading.rows)
    assert max(row.received_at for row in split.learned if row in reading.rows[:72]) < split.held_back[0].received_at
