"""Addressees in a text: a citizen's clue, or the trace of a past routing."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.office.addressees import Addressee, Addressees, Direction
from model.office.units import Unit, Units

OFFICE = Addressees(
    Units(
        [
            Unit("dishub", "Dinas Perhubungan", abbreviations=("dishub",)),
            Unit("dinkes", "Dinas Kesehatan"),
            Unit("kel-wonosari", "Kelurahan Wonosari"),
        ]
    )
)


def _found(text: str) -> list[tuple[str, str, str]]:
    return [(item.unit_id, item.direction, text[item.start : item.end]) for item in OFFICE.find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yth. Dinas Perhubungan, lampu mati", [("dishub", "addressed", "Yth. Dinas Perhubungan")]),
        ("kpd yth bapak kepala DISHUB tolong", [("dishub", "addressed", "kpd yth bapak kepala DISHUB")]),
        ("Terdisposisi ke Dinas Kesehatan tgl 3", [("dinkes", "routed", "Terdisposisi ke Dinas Kesehatan")]),
        ("kata dishub lampu sudah diganti", []),
        ("kepada warga Kelurahan Wonosari", []),
        ("mohon diteruskan kepada", []),
    ],
)
def test_an_addressee_is_a_unit_after_introducing_words(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert _found(text) == expected


def test_blanking_one_direction_keeps_all_offsets() -> None:
    text = "Yth. Dinas Kesehatan. Terdisposisi ke Dinas Perhubungan. Lampu mati"
    blanked = OFFICE.without(text, Direction.ROUTED)
    assert len(blanked) == len(text)
    assert blanked.startswith("Yth. Dinas Kesehatan. ")
    assert "Perhubungan" not in blanked
    assert blanked.index("Lampu") == text.index("Lampu")


@given(st.text(max_size=200))
def test_any_text_gives_stretches_of_itself_in_order(text: str) -> None:
    found: list[Addressee] = OFFICE.find(f"yth dishub {text}")
    assert found
    assert all(earlier.end <= later.start for earlier, later in pairwise(found))


def test_a_list_of_copies_names_units_by_their_heads_too() -> None:
    office = Addressees(
        Units(
            [
                Unit("polda-jatim", "Polda Jawa Timur", abbreviations=("polda jatim",)),
                Unit("kemenkes", "Kementerian Kesehatan"),
                Unit("polri", "Mabes Polri", abbreviations=("kapolri",)),
            ]
        )
    )
    text = "Tembusan: 1. Kapolri; 2. Bapak Kapolda Jatim di Surabaya; 3. Menteri Kesehatan; 4. Arsip"
    assert office.named_in(text) == ["polri", "polda-jatim", "kemenkes"]
    assert office.named_in("") == []
