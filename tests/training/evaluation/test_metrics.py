"""Counting the accuracy of a router."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.history.rows import read_history
from model.versions.office_home import Office
from training.evaluation.metrics import evaluate

if TYPE_CHECKING:
    from pathlib import Path


def test_every_answer_on_the_sample_is_scored(sample_home: Path) -> None:
    office = Office(sample_home, "kumham")
    router, _ = office.load_champion()
    rows = read_history(office.history_folder)
    evaluation = evaluate(router, rows, rows)
    assert evaluation.unit is not None
    assert evaluation.unit.rows == sum(bool(row.unit) for row in rows)
    # These rows were learned from: anything near chance would mean that labels and names don't meet.
    assert evaluation.unit.top_1 > 0.6
