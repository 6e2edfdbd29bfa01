from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer

from model.language.word_parts import ngram_text, ngrams_of


@given(st.text(alphabet="abcxyz0", min_size=1, max_size=40))
@example("a")
@example("ai")
def test_character_ngrams_are_those_of_scikit_learn(word: str) -> None:
    theirs = CountVectorizer(analyzer="char_wb", ngram_range=(3, 5)).build_analyzer()(word)
    assert [ngram_text(number) for number in ngrams_of(word).tolist()] == theirs
