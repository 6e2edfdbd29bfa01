from __future__ import annotations

import pickle

from model.language.vocabulary import Document, Vocabulary, learn_vocabulary

DOCUMENTS = [
    Document("lampu jalan mati", ("district=tandes", "reporter_category=lampu jalan")),
    Document("lampu jalan padam", ("district=tandes",)),
]


def _learned(documents: list[Document] = DOCUMENTS) -> Vocabulary:
    return learn_vocabulary(documents, rows_at_least=2, pairs=True, characters=True, function_words=True)


def test_a_feature_of_a_single_document_is_left_out() -> None:
    names = _learned().names()
    assert {"lampu", "lampu jalan", "#lam", "district=tandes"} <= set(names)
    assert not {"mati", "jalan mati", "#mat", "reporter_category=lampu jalan"} & set(names)


def test_a_stored_vocabulary_has_the_same_columns() -> None:
    for vocabulary in (_learned(), _learned([])):
        loaded = pickle.loads(pickle.dumps(vocabulary))  # noqa: S301 - our own bytes
        assert loaded.names() == vocabulary.names()
        assert (loaded.idf == vocabulary.idf).all()
        assert (loaded.stems, loaded.clues) == (vocabulary.stems, vocabulary.clues)


def test_the_words_of_a_name_count_although_no_document_has_them() -> None:
    vocabulary = learn_vocabulary(
        DOCUMENTS, names=[Document("parkir mati")], rows_at_least=2, pairs=True, characters=True, function_words=True
    )
    assert {"lampu", "parkir", "mati", "parkir mati", "#par"} <= set(vocabulary.names())
    assert "padam" not in vocabulary.names()
    # A word of no document is the rarest.
    by_name = dict(zip(vocabulary.names(), vocabulary.idf, strict=True))
    assert by_name["parkir"] > by_name["mati"] > by_name["lampu"]
