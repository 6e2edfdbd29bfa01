"""Counting the curves and tables of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from tests.training.evaluation.predicted import PREDICTIONS
from training.evaluation.curves import confusions, coverage, months, reliability

if TYPE_CHECKING:
    from training.evaluation.predictions import Prediction


@settings(max_examples=60)
@given(st.lists(PREDICTIONS, min_size=1, max_size=60))
def test_every_row_is_in_each_chart_once(predictions: list[Prediction]) -> None:
    right = sum(row.first_right for row in predictions)
    assert sum(found["rows"] for found in reliability(predictions)) == len(predictions)
    assert sum(found["rows"] * found["right"] for found in reliability(predictions)) == pytest.approx(right)
    assert coverage(predictions)[-1]["precision"] == pytest.approx(right / len(predictions))
    matrix = confusions(predictions, {}, {})
    counts = matrix["counts"]
    assert sum(map(sum, counts)) == len(predictions)
    assert sum(counts[n][n] for n in range(len(counts) - 1)) + matrix["right_others"] == right


def test_a_month_without_a_complaint_is_a_gap_that_shows() -> None:
    from datetime import datetime  # noqa: PLC0415 - days of this test alone

    days = (datetime(2024, 11, 3), datetime(2025, 2, 1))  # noqa: DTZ001 - exports have no offset
    rows = [LabelledComplaint(Complaint("a", received_at=day), "u", "") for day in days]
    assert [(found["month"], found["rows"]) for found in months(rows)] == [
        ("2024-11", 1),
        ("2024-12", 0),
        ("2025-01", 0),
        ("2025-02", 1),
    ]
