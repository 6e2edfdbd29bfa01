from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from model.language.words import fold, folded_words, words


@given(st.text(max_size=200))
@example("PJU mati, dgn [NIK] o'clock_di RT.05")
def test_folded_words_are_the_words_folded(text: str) -> None:
    assert folded_words(text) == tuple(word.folded for word in words(text))


@given(st.text(alphabet="abAB12 .,-_'[]\n", max_size=60))
def test_folded_words_are_the_words_folded_in_plain_text_too(text: str) -> None:
    assert folded_words(text) == tuple(word.folded for word in words(text))


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_a_words_place_points_into_the_text(text: str) -> None:
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
