"""The names under which received files are stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.jobs.received_files import stored_names


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\data\\Laporan Ringkas (1).CSV", "Laporan Ringkas (1).csv"),
        ("--office.csv", "office.csv"),
        ("a.b.xlsx", "a.b.xlsx"),
        (".csv", "berkas.csv"),
        ("a<script>.csv", "a_script_.csv"),
    ],
)
def test_a_stored_name_has_no_folder_and_no_unsafe_characters(given: str, kept: str) -> None:
    assert stored_names([given]) == [kept]


@given(st.lists((st.text(max_size=150) | st.just("a")).map(lambda name: name + ".csv"), max_size=6))
def test_stored_names_are_unique_and_stay_within_the_folder(given: list[str]) -> None:
    names = stored_names(given)
    assert len({name.casefold() for name in names}) == len(given)
    assert all(Path(name).name == name and name.endswith(".csv") and len(name) < 150 for name in names)
