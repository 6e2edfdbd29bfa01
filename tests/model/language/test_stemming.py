from __future__ import annotations

from model.language.stemming import Stemmer


def test_stems_given_to_a_stemmer_are_not_computed_again() -> None:
    stemmer = Stemmer()
    stemmer.add({"perbaikan": "given"})
    assert stemmer.stem("perbaikan") == "given"
    assert stemmer.cached_words(lambda stem: stem == "given") == {"perbaikan": "given"}


def test_a_word_with_a_digit_is_its_own_stem() -> None:
    assert Stemmer().stem("perbaikan2") == "perbaikan2"
