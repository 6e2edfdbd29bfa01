"""The units with the lowest recall, and masked examples."""

from __future__ import annotations

from model.complaint import Complaint
from model.history.rows import LabelledComplaint
from training.evaluation.predictions import Prediction, RowPrediction
from training.evaluation.weak_units import find_weak_units


def test_examples_never_come_from_a_confidential_complaint() -> None:
    rows = [LabelledComplaint(Complaint(f"isi rahasia {n}", confidential=True), "Dinas Rahasia", "") for n in range(12)]
    predictions = [RowPrediction(Prediction("dinas", ("lain",), 0.5, confident=False), None) for _ in rows]
    (weak,) = find_weak_units(rows, predictions, {"dinas": "Dinas Rahasia", "lain": "Dinas Lain"})
    assert (weak.rows, weak.right, weak.instead, weak.examples) == (12, 0, "Dinas Lain", ())
