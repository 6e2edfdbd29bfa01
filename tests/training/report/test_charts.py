"""The charts of the report."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.training.evaluation.predicted import PREDICTIONS
from tests.training.report.markup import faults
from training.evaluation.curves import coverage, reliability
from training.report import charts

if TYPE_CHECKING:
    from training.evaluation.predictions import Prediction

_SHARE = st.none() | st.floats(0, 1)


@settings(max_examples=60)
@given(st.lists(PREDICTIONS, min_size=1, max_size=60), st.lists(st.tuples(_SHARE, _SHARE), min_size=1, max_size=5))
def test_every_chart_is_drawn_within_its_frame(
    predictions: list[Prediction], shares: list[tuple[float | None, float | None]]
) -> None:
    curve = [
        {"learned": 100 * (at + 1), "unit_top_1": 0.5 if at == 0 else unit, "category_top_1": category}
        for at, (unit, category) in enumerate(shares)
    ]
    drawn = [
        charts.reliability_chart(reliability(predictions)),
        charts.coverage_chart(coverage(predictions), 0.9),
        charts.curve_chart(curve),
    ]
    for chart in drawn:
        places = re.findall(r'[xy][12]?="([-\d.]+)"', chart)
        places += re.findall(r"[-\d.]+", " ".join(re.findall(r'points="([^"]*)"', chart)))
        assert places
        assert all(0 <= float(place) <= 640 for place in places)
        assert faults(chart) == []
