"""Sentences, and ways to write the digits of a number in them."""

from __future__ import annotations

from hypothesis import strategies as st

SENTENCES = (
    "Lampu jalan di RT 03 RW 05 mati sejak minggu lalu",
    "mohon segera diperbaiki",
    "sudah lapor tiga kali pak",
    "tagihan air naik dua kali lipat",
    "anak saya belum dapat sekolah",
    "",
)
_DIGITS = {"ascii": "0123456789", "full width": "０１２３４５６７８９", "arabic": "٠١٢٣٤٥٦٧٨٩"}
_JOINTS = st.sampled_from(["", " ", "-", ".", "\u00a0", "\u2011", "\u200b", "\u2013", "\u00ad", "\x00"])
_GROUPINGS = {16: ((16,), (4, 4, 4, 4), (6, 6, 4), (2, 2, 2, 6, 4), (8, 8)), 12: ((12,), (4, 4, 4), (4, 8), (3, 4, 5))}


@st.composite
def written(draw: st.DrawFn, digits: str) -> str:
    script = draw(st.sampled_from(sorted(_DIGITS)))
    joint = draw(_JOINTS)
    parts, start = [], 0
    for size in draw(st.sampled_from(_GROUPINGS[len(digits)])):
        parts.append(digits[start : start + size])
        start += size
    return joint.join(parts).translate(str.maketrans(_DIGITS["ascii"], _DIGITS[script]))


@st.composite
def embedded_in(draw: st.DrawFn, values: st.SearchStrategy[str]) -> tuple[str, str]:
    digits = draw(values)
    number = draw(written(digits))
    before, after = draw(st.sampled_from(SENTENCES)), draw(st.sampled_from(SENTENCES))
    cue = draw(st.sampled_from(["", "NIK ", "nomor: ", "hp/wa ", "saya "]))
    return digits, f"{before} {cue}{number}{draw(st.sampled_from(['', ',', '.', ' ', ')']))} {after}"


def digits_of(text: str) -> str:
    return "".join(str(int(character)) for character in text if character.isdecimal())
