"""Text that a spreadsheet takes for a formula."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.exports.cells import disarm, rearm


@given(st.one_of(st.text(), st.from_regex(r"'*[=+\-@\t\r].*")))
def test_disarmed_text_comes_back_as_it_was(text: str) -> None:
    assert rearm(disarm(text)) == text


@pytest.mark.parametrize("text", ["=1+1", "+62812", "@sum(1)", "-1+2", "\tx", "\rx"])
def test_a_formula_gets_an_apostrophe(text: str) -> None:
    assert disarm(text) == f"'{text}"


@pytest.mark.parametrize("text", ["-12", "-12,5", "-1.250,75", "Jalan rusak", "'kutip'", ""])
def test_plain_text_and_negative_numbers_are_not_touched(text: str) -> None:
    assert disarm(text) == text
