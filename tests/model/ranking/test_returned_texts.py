from __future__ import annotations

from model.ranking.returned_texts import ReturnedTexts

TREE = "pohon tumbang menutup jalan depan sekolah"
TOLL = "lampu penerangan gerbang tol milik badan usaha rusak"


def test_kept_copies_count_against_returned_copies() -> None:
    returned = [(TOLL, "dishub")]
    assert ReturnedTexts(returned, []).units_that_returned(f"{TOLL} tolong") == {"dishub"}
    assert ReturnedTexts(returned, [(TOLL, "dishub")] * 2).units_that_returned(f"{TOLL} tolong") == frozenset()
    assert ReturnedTexts(returned, [(TOLL, "dinsos")] * 2).units_that_returned(f"{TOLL} tolong") == {"dishub"}
    assert ReturnedTexts(returned, []).units_that_returned(f"{TREE} di depan sekolah dasar") == frozenset()
