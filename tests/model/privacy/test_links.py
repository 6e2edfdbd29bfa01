from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from model.privacy.mask import mask
from tests.model.privacy.sentences import SENTENCES


@example("budi", "rp0aa.aa", SENTENCES[0], SENTENCES[0])
@example("budi", "rp5k.com", SENTENCES[0], SENTENCES[0])
@example("budi", "rp5-group.com", SENTENCES[0], SENTENCES[0])
@example("a.b", "rp10k-net.5.id", SENTENCES[0], SENTENCES[0])
@given(
    st.from_regex(r"[a-z][a-z0-9._+-]{0,30}[a-z0-9]", fullmatch=True),
    st.from_regex(r"[a-z0-9]{1,12}[a-z]{2}(\.[a-z]{2,6}){1,2}", fullmatch=True),
    st.sampled_from(SENTENCES),
    st.sampled_from(SENTENCES),
)
def test_an_email_address_never_survives(local: str, domain: str, before: str, after: str) -> None:
    text = mask(f"{before} {local}@{domain}, {after}").text
    assert f"{local}@" not in text
    assert domain not in text
