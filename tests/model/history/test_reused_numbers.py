"""Complaints that share a number: one complaint, or two."""

from __future__ import annotations

from datetime import datetime

import pytest

from model.complaint import Complaint, moment_of_row
from model.history.reused_numbers import is_same_complaint, number_alone, possible_references

JANUARY = datetime(2024, 1, 9)  # noqa: DTZ001 - exports have no offset
FEBRUARY = datetime(2024, 2, 9)  # noqa: DTZ001
LAMP = "Lampu jalan di Gang Melati padam tiga malam, mohon diperbaiki"
WASTE = "Sampah di depan pasar menumpuk dan berbau, sudah seminggu"


@pytest.mark.parametrize(
    "revised",
    [
        "Lampu jalan di Gang Melati padam 4 malam, mohon segera diperbaiki",
        f"{LAMP}. Tambahan: tiangnya juga miring dan kabelnya menjuntai ke jalan, warga takut anak-anak tersengat",
        "lampu jalan gang melati",
    ],
)
def test_a_revised_text_is_the_same_complaint(revised: str) -> None:
    assert is_same_complaint(Complaint(LAMP, "1", JANUARY), Complaint(revised, "1", JANUARY))


@pytest.mark.parametrize("received", [JANUARY, FEBRUARY, None])
def test_a_clearly_different_text_is_another_complaint(received: datetime | None) -> None:
    assert not is_same_complaint(Complaint(LAMP, "1", JANUARY), Complaint(WASTE, "1", received))


def test_a_complaint_of_another_month_must_be_nearly_the_same() -> None:
    other_lamp = "Lampu taman di Jalan Kenanga padam, mohon dicek"
    assert is_same_complaint(Complaint(LAMP, "1", JANUARY), Complaint(other_lamp, "1", JANUARY))
    assert not is_same_complaint(Complaint(LAMP, "1", JANUARY), Complaint(other_lamp, "1", FEBRUARY))
    assert is_same_complaint(Complaint(LAMP, "1", JANUARY), Complaint(f"{LAMP} pak", "1", FEBRUARY))


def test_texts_without_words_are_compared_letter_by_letter() -> None:
    assert is_same_complaint(Complaint("? !", "1"), Complaint("?  !", "1"))
    assert not is_same_complaint(Complaint("?", "1"), Complaint(LAMP, "1"))


def test_a_row_without_a_date_has_no_month_for_a_second_key() -> None:
    without, dated = (Complaint(LAMP, "7", moment) for moment in (moment_of_row(3), FEBRUARY))
    assert len(list(possible_references(without))) == 2
    assert list(possible_references(dated))[:3] == ["7", "7 (2024-02)", "7 (2024-02-09)"]


def test_a_sheet_is_a_second_key_after_the_month() -> None:
    assert list(possible_references(Complaint(LAMP, "7", FEBRUARY), "Tim (B)"))[1:3] == ["7 (2024-02)", "7 (Tim B)"]
    assert list(possible_references(Complaint(LAMP, "7"), "Februari"))[1] == "7 (Februari)"
    assert number_alone("7 (Tim B)") == "7"
