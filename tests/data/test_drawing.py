"""Drawing charts as SVG."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st

from data.drawing import Plane, bars, drawing, shape, step_labels, whole_tenths


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"])))
def test_any_text_stays_text(text: str) -> None:
    svg = ET.fromstring(drawing(10, 10, text, [shape("text", text, x=1, kind=text)], description=text))  # noqa: S314 - drawn here
    assert [element.text or "" for element in svg.iter("text")] in ([text], [""])
    assert svg.attrib["aria-label"].startswith(text)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 99)), min_size=1, max_size=60))
def test_bars_stay_within_their_plane_and_do_not_overlap(pairs: list[tuple[int, int]]) -> None:
    plane = Plane(10, 5, 300, 100, highest_y=99)
    series = {"in": [first for first, _ in pairs], "done": [second for _, second in pairs]}
    places = [[float(value) for value in re.findall(r'"([\d.]+)"', bar)] for bar in bars(plane, series)]
    assert len(places) == 2 * len(pairs)
    assert all(x >= 10 and x + width <= 310.1 and y >= 5 and y + height <= 105.1 for x, y, width, height in places)
    ordered = sorted(places)
    assert all(left[0] + left[2] <= right[0] + 0.2 for left, right in itertools.pairwise(ordered))


def test_labels_are_thinned_evenly() -> None:
    drawn = list(step_labels(Plane(0, 0, 100, 10), [f"m{n}" for n in range(20)], 12, most=8))
    assert [re.sub("<[^>]+>", "", label) for label in drawn] == ["m0", "m3", "m6", "m9", "m12", "m15", "m18"]


@given(st.lists(st.floats(0, 1), min_size=1))
def test_the_range_of_an_axis_holds_every_share(shares: list[float]) -> None:
    lowest, highest = whole_tenths(shares)
    assert lowest <= min(shares) <= max(shares) <= highest
    assert highest - lowest >= 0.0999
