from __future__ import annotations

import csv

import data
from model.language.words import fold
from model.office.units import read_units

NEGATIONS = {"tidak", "belum", "bukan", "jangan", "tanpa"}


def test_the_category_tree_has_38_roots_and_every_parent() -> None:
    ids = [category.id for category in data.category_tree()]
    assert len(ids) == len(set(ids))
    assert sum(not category.parent for category in data.category_tree()) == 38
    assert {category.parent for category in data.category_tree()} - {""} <= set(ids)


def test_every_province_and_regency_is_there_once() -> None:
    levels = [region.level for region in data.regions()]
    assert (levels.count("province"), levels.count("regency")) == (38, 514)
    assert len({region.code for region in data.regions()}) == 552


def test_negations_are_never_stop_words_and_survive_expansion() -> None:
    assert not NEGATIONS & data.function_words()
    for written, standard in (
        ("gak", "tidak"),
        ("ora", "tidak"),
        ("teu", "tidak"),
        ("blm", "belum"),
        ("durung", "belum"),
    ):
        assert standard in data.colloquial()[written]


def test_every_colloquial_word_is_written_as_the_text_is_folded() -> None:
    assert len(data.colloquial()) >= 800
    assert [written for written in data.colloquial() if fold(written) != written and written.isalpha()] == []


def test_the_sample_offices_name_only_their_units() -> None:
    for office in ("kumham", "kota"):
        folder = data.sample_office(office)
        units = read_units(folder / "units.csv")  # type: ignore[arg-type]  # a path in a checkout
        with folder.joinpath("complaints.csv").open(encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) >= 400
        assert [row["unit"] for row in rows if units.find(row["unit"]) is None] == []
