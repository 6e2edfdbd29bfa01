from __future__ import annotations

import gc
import pickle
import weakref
from typing import TYPE_CHECKING

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion

import data
from model.language.features import ComplaintFeatures
from model.language.stemming import process_stemmer
from model.language.vocabulary import Document
from model.language.words import expand, words

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

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
    standard = (standard for word in words(text) for standard in expand(word.folded, data.colloquial()))
    return [process_stemmer().stem(word) for word in standard]


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


def _sklearn_union() -> FeatureUnion:
    return FeatureUnion([("words", _sklearn_words()), ("characters", _sklearn_characters())])


def _at_their_columns(rows: csr_matrix, ours: ComplaintFeatures, theirs: FeatureUnion) -> NDArray[np.float32]:
    at = {name: column for column, name in enumerate(ours.names())}
    names = [name.partition("__") for name in theirs.get_feature_names_out()]
    assert len(names) == len(at)
    columns = [at[("#" if block == "characters" else "") + name] for block, _, name in names]
    dense: NDArray[np.float32] = rows.toarray()[:, columns]
    return dense


_TEXT = st.text(alphabet="abdegiklmnoprstu ", min_size=3, max_size=40)


@settings(max_examples=30)
@given(st.lists(_TEXT, min_size=1, max_size=6), st.lists(_TEXT, max_size=3))
def test_the_rows_equal_scikit_learns_own_pipeline(learned: list[str], new: list[str]) -> None:
    corpus = TEXTS + learned
    ours = ComplaintFeatures()
    learned_rows = ours.fit_transform(_documents(corpus))
    theirs = _sklearn_union().fit(corpus)
    rows = vstack((learned_rows, ours.transform(_documents(new)))) if new else learned_rows
    expected = theirs.transform(corpus + new).toarray()
    assert np.abs(_at_their_columns(rows.tocsr(), ours, theirs) - expected).max() < 1e-6


def test_a_batch_has_the_rows_of_single_documents() -> None:
    documents = [Document(text, (f"district={number % 3}",)) for number in range(120) for text in TEXTS]
    ours = ComplaintFeatures(rows_at_least=1).fit(documents)
    together = ours.transform(documents)
    apart = vstack([ours.transform([document]) for document in documents[-300:]])
    assert abs(together[-300:] - apart).max() < 1e-6


def test_a_loaded_transformer_gives_the_same_rows() -> None:
    features = ComplaintFeatures().fit(_documents(TEXTS))
    loaded = pickle.loads(pickle.dumps(features))  # noqa: S301 - our own bytes
    assert (features.transform(_documents(TEXTS)) != loaded.transform(_documents(TEXTS))).nnz == 0


def test_unused_features_are_freed_without_the_garbage_collector() -> None:
    features = ComplaintFeatures().fit(_documents(TEXTS))
    features.transform(_documents(TEXTS))
    gone = weakref.ref(features)
    gc.disable()
    try:
        del features
        assert gone() is None
    finally:
        gc.enable()


def test_a_text_without_known_words_has_an_empty_row() -> None:
    features = ComplaintFeatures().fit(_documents(TEXTS))
    assert features.transform([Document("😀 🙏"), Document("")]).nnz == 0


def test_negation_is_no_function_word() -> None:
    names = ComplaintFeatures(function_words=False).fit(_documents(TEXTS)).names()
    assert "tidak" in names
    assert "di" not in names
