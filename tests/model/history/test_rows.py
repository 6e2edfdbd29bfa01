from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from model.complaint import Complaint
from model.history.rows import HistoryTable, LabelledComplaint, read_rows, write_rows

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


@given(
    st.lists(
        st.builds(
            LabelledComplaint,
            st.builds(
                Complaint,
                st.text(st.characters(codec="utf-8"), max_size=40),
                received_at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
                confidential=st.booleans(),
            ),
            unit=st.text(st.characters(codec="utf-8"), max_size=10),
            category=st.just("K"),
            returned=st.booleans(),
            verdict=st.sampled_from(["", "accepted", "changed", "rejected", "recorded"]),
            wrong_units=st.lists(st.text(st.characters(codec="utf-8"), max_size=10), max_size=3).map(tuple),
            decided_at=st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
        ),
        max_size=5,
    )
)
def test_any_row_comes_back_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[LabelledComplaint]
) -> None:
    path: Path = tmp_path_factory.mktemp("rows") / "rows.parquet"
    write_rows(path, rows)
    assert read_rows(path) == rows


def test_a_part_of_a_history_is_a_history() -> None:
    rows = [LabelledComplaint(Complaint(f"lampu {number}", str(number)), "Dinas A", "Lampu") for number in range(40)]
    table = HistoryTable.of(rows)
    assert list(table[3:9]) == rows[3:9]
    assert list(table[::7]) == rows[::7]
    assert list(table[5:5]) == []
    assert table[-1] == rows[-1]
