from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.privacy.mask import mask
from tests.model.privacy.sentences import digits_of, embedded_in


@st.composite
def _nik(draw: st.DrawFn) -> str:
    province = draw(st.sampled_from(["11", "18", "21", "31", "35", "36", "51", "64", "73", "82", "91"]))
    # Days from 72 on are nobody's.
    rest = draw(st.integers(1, 9999)), draw(st.integers(72, 99)), draw(st.integers(1, 12)), draw(st.integers(0, 99))
    return "{}{:04}{:02}{:02}{:02}{:04}".format(province, *rest, draw(st.integers(1, 9999)))


@given(embedded_in(_nik()))
def test_a_nik_never_survives_wherever_and_however_it_is_written(embedded: tuple[str, str]) -> None:
    nik, text = embedded
    assert nik not in digits_of(mask(text).text)
    assert nik[6:] not in digits_of(mask(text).text)


def test_a_second_number_beside_an_announced_one_is_masked_too() -> None:
    assert mask("telp 031 5550006 / 5550007").text == "telp [TELEPON] / [TELEPON]"
