"""Invented predictions for tests of figures and charts."""

from __future__ import annotations

from hypothesis import strategies as st

from training.evaluation.predictions import Prediction

PREDICTIONS = st.builds(
    Prediction,
    right=st.sampled_from([f"u{n}" for n in range(14)]),
    suggested=st.lists(st.sampled_from([f"u{n}" for n in range(14)]), max_size=5, unique=True).map(tuple),
    confidence=st.floats(0, 1),
    confident=st.booleans(),
)
