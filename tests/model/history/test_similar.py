"""Precedents: past complaints that are like a new one."""

from dataclasses import replace
from datetime import datetime

import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from model.complaint import Complaint
from model.history.rows import HistoryTable, LabelledComplaint
from model.history.similar import NearDuplicates, Precedents
from model.language.features import ComplaintFeatures
from model.language.vocabulary import Document

LETTER = "Lampu jalan di depan pasar padam sejak tiga malam yang lalu dan warga takut lewat sendirian"


def _past(number: int, text: str, unit: str = "Dinas Perhubungan", **told: bool) -> LabelledComplaint:
    complaint = Complaint(
        text,
        str(number),
        datetime(2024, 1, number),  # noqa: DTZ001 - histories keep local times
        confidential=told.get("confidential", False),
    )
    return LabelledComplaint(complaint, unit, "Penerangan Jalan", "tangani", returned=told.get("returned", False))


HISTORY = [
    _past(1, LETTER),
    _past(2, "Sampah di pasar menumpuk sudah seminggu tidak diangkut", "Dinas Lingkungan Hidup"),
    _past(3, "PJU mati di gang mawar, mohon lampunya diganti"),
    _past(4, "Lampu taman kota padam, rahasiakan nama saya", confidential=True),
    _past(5, "Lampu lalu lintas padam di simpang lima", returned=True),
    _past(6, "Antrean puskesmas terlalu lama", "Puskesmas Melati"),
]


def _ids(text: str, history: list[LabelledComplaint] = HISTORY) -> list[str]:
    return [precedent.reference_id for precedent in Precedents(history).compare(Complaint(text))[0]]


def test_the_most_similar_come_first() -> None:
    assert _ids("lampu jalan padam depan pasar")[0] == "1"
    assert _ids("sampah pasar tidak diangkut")[0] == "2"


def test_neither_a_confidential_nor_a_returned_complaint_is_a_precedent() -> None:
    assert not {"4", "5"} & set(_ids("lampu padam di taman kota simpang lima"))


def test_a_category_alone_makes_a_precedent_only_where_no_complaint_has_a_unit() -> None:
    without_units = [replace(row, unit="") for row in HISTORY]
    assert "1" not in _ids("lampu jalan padam depan pasar", [without_units[0], *HISTORY[1:]])
    assert _ids("lampu jalan padam depan pasar", without_units)[0] == "1"
    assert not {"4", "5"} & set(_ids("lampu padam di taman kota simpang lima", without_units))


def test_a_mass_letter_is_shown_once() -> None:
    letters = [*HISTORY, _past(7, LETTER + " sekali"), _past(8, "Pak, " + LETTER)]
    assert len({"1", "7", "8"} & set(_ids("lampu jalan padam depan pasar", letters))) == 1


def test_nearly_the_same_texts_are_counted_and_the_confidential_one_has_no_id() -> None:
    letters = [*HISTORY, _past(7, LETTER + " sekali", confidential=True)]
    alike = Precedents(letters).compare(Complaint(LETTER))[1]
    assert (alike.count, alike.reference_ids) == (2, ("1",))


def test_a_complaint_is_no_precedent_of_itself() -> None:
    assert "1" not in [item.reference_id for item in Precedents(HISTORY).compare(Complaint(LETTER, "1"))[0]]


def test_nothing_known_gives_nothing() -> None:
    assert _ids("qwzx vbnq") == []
    assert Precedents([]).compare(Complaint(LETTER)) == ((), NearDuplicates(0, ()))


def test_an_excerpt_is_cut_at_words_around_what_is_shared() -> None:
    long = "kata pengantar yang panjang sekali " * 20 + "lampu jalan padam depan pasar" + " penutup surat ini" * 20
    excerpt = Precedents([_past(1, long)]).compare(Complaint("lampu jalan padam depan pasar"))[0][0].excerpt
    assert "lampu jalan padam depan pasar" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert set(excerpt.strip("… ").split()) <= set(long.split())


def test_similarity_is_the_cosine_that_scikit_learn_computes() -> None:
    features = ComplaintFeatures(pairs=False, characters=False, function_words=False, rows_at_least=1)
    documents = [Document(row.complaint.text) for row in HISTORY]
    rows = features.fit_transform(documents)
    names = features.names()
    # No text here has a stem twice, so that the stems of a row are its features.
    stems = [[names[column] for column in row.indices] for row in rows]
    vectorizer = TfidfVectorizer(analyzer=lambda listed: listed, sublinear_tf=True, smooth_idf=True)
    matrix = vectorizer.fit_transform(stems)
    query = vectorizer.transform([stems[2]])
    expected = (query @ matrix.T).toarray().ravel()
    found = Precedents(HISTORY).compare(Complaint(HISTORY[2].complaint.text))[0]
    assert found[0].similarity == pytest.approx(1.0, abs=1e-5)
    for precedent in found:
        assert precedent.similarity == pytest.approx(expected[int(precedent.reference_id) - 1], abs=1e-5)


def test_a_history_kept_as_columns_gives_the_same_precedents() -> None:
    kept = HistoryTable.of(HISTORY)
    assert list(kept) == [kept[at] for at in range(len(kept))] == list(HISTORY)
    for row in HISTORY:
        assert Precedents(kept).compare(row.complaint) == Precedents(HISTORY).compare(row.complaint)
