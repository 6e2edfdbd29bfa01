"""Lines kept in a temporary file."""

from __future__ import annotations

from itertools import islice

from data.exports.kinds.parsed_lines import ParsedLines
from data.exports.tables import Line


def test_lines_come_back_in_order_even_to_two_readers_at_once() -> None:
    parsed = ParsedLines()
    for number in range(1_201):
        parsed.add(Line(number, [f"lampu {number}"]))
    parsed.flush()
    one, other = iter(parsed), iter(parsed)
    assert [line.number for line in islice(one, 700)] == list(range(700))
    assert [line.number for line in other] == list(range(1_201))
    assert [line.number for line in one] == list(range(700, 1_201))
