"""Records of delimited text with quotes in odd places."""

from __future__ import annotations

import csv
from io import StringIO

from hypothesis import given
from hypothesis import strategies as st

from data.csv_records import Fault, read_records


def _records(text: str) -> list[tuple[int, int, int, list[str], Fault | None]]:
    lines = StringIO(text, newline="")
    return [
        (record.number, record.first_line, record.last_line, record.cells, record.fault)
        for record in read_records(lines, ",")
    ]


def test_a_record_of_several_lines_counts_once() -> None:
    assert _records('a,"b\nc"\n\nd\n') == [
        (1, 1, 2, ["a", "b\nc"], None),
        (2, 3, 3, [], None),
        (3, 4, 4, ["d"], None),
    ]


def test_a_quote_inside_a_cell_is_read_and_an_unclosed_one_is_a_fault() -> None:
    records = _records('"a" b,c\n"d,e\nf\n')
    assert records == [(1, 1, 1, ["a b", "c"], None), (2, 2, 3, ["d,e\nf\n"], Fault.UNPAIRED_QUOTE)]


def test_a_cell_beyond_the_limit_of_the_csv_module_is_a_fault() -> None:
    records = _records(f"a\n{'x' * (csv.field_size_limit() + 1)}\n")
    assert [fault for *_, fault in records] == [None, Fault.CELL_TOO_LONG]


@given(st.text(st.sampled_from('ab,"\n\r'), max_size=40))
def test_the_texts_of_the_records_are_the_whole_text(text: str) -> None:
    assert "".join(record.text for record in read_records(StringIO(text, newline=""), ",")) == text
