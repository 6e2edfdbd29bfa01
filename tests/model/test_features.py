from __future__ import annotations

import pickle

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from model.features import ComplaintFeatures, Document
from model.stemming import process_stemmer
from model.text import fold, words

TEXTS = [
    "lampu jalan mati di depan pasar",
    "lampu jalan mati sudah tiga hari",
    "jalan berlubang dan rusak di depan pasar",
    "sampah tidak diangkut sudah tiga hari",
    "sampah menumpuk tidak diangkut petugas",
]


def _documents(texts: list[str]) -> list[Document]:
    return [Document(text) for text in texts]


def _stems(text: str) -> list[str]:
    return [process_stemmer().stem(word.folded) for word in words(text)]


def _sklearn_words() -> TfidfVectorizer:
    return TfidfVectorizer(
        tokenizer=_stems, token_pattern=None, lowercase=False, ngram_range=(1, 2), min_df=2, sublinear_tf=True
    )


def _sklearn_characters() -> TfidfVectorizer:
    return TfidfVectorizer(
        preprocessor=lambda text: " ".join(word.folded for word in words(text)),
        analyzer="char_wb",
        ngram_range=(3, 5),
        min_df=2,
        sublinear_tf=True,
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.text(alphabet="abdegiklmnoprstu ", min_size=3, max_size=40), min_size=1, max_size=6))
def test_the_weights_equal_scikit_learns(texts: list[str]) -> None:
    corpus = TEXTS + texts
    ours = ComplaintFeatures(colloquial=False).fit(_documents(corpus))
    rows = ours.transform(_documents(corpus)).toarray()
    at = {name: column for column, name in enumerate(ours.names())}
    for theirs, mark in ((_sklearn_words(), ""), (_sklearn_characters(), "#")):
        expected = theirs.fit_transform(corpus).toarray()
        columns = [at[mark + name] for name in theirs.get_feature_names_out()]
        assert np.abs(rows[:, columns] - expected).max() < 1e-6


def test_a_loaded_transformer_gives_the_same_rows() -> None:
    features = ComplaintFeatures().fit(_documents(TEXTS))
    loaded = pickle.loads(pickle.dumps(features))  # noqa: S301 - our own bytes
    assert (features.transform(_documents(TEXTS)) != loaded.transform(_documents(TEXTS))).nnz == 0


def test_a_text_without_known_words_has_an_empty_row() -> None:
    features = ComplaintFeatures().fit(_documents(TEXTS))
    assert features.transform([Document("😀 🙏"), Document("")]).nnz == 0


def test_negation_stays_a_feature_when_stop_words_go() -> None:
    names = ComplaintFeatures(stop_words=True).fit(_documents(TEXTS)).names()
    assert "tidak" in names
    assert "di" not in names


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=200))
def test_a_words_place_points_into_the_text(text: str) -> None:
    for word in words(text):
        assert 0 <= word.start < word.end <= len(text)
