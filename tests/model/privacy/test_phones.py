from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from model.privacy.mask import mask
from tests.model.privacy.sentences import digits_of, embedded_in


@st.composite
def _phone(draw: st.DrawFn) -> str:
    return f"08{draw(st.integers(11, 99)):02}{draw(st.integers(0, 10**8 - 1)):08}"


@given(embedded_in(_phone().filter(lambda phone: "1" <= phone[2] <= "9")))
def test_a_phone_number_never_survives_wherever_and_however_it_is_written(embedded: tuple[str, str]) -> None:
    phone, text = embedded
    assert phone not in digits_of(mask(text).text)
    assert phone[4:] not in digits_of(mask(text).text)
